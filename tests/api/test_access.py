"""Walking areas over REST: GeoJSON for whoever asks well, words for whoever does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import shapely
from shapely.geometry import shape
from sqlalchemy import Engine
from starlette.testclient import TestClient

if TYPE_CHECKING:
    from tests.api.conftest import Tables

HERE = "lon=114.1183&lat=22.5405"


def test_walking_areas_are_geojson_the_smallest_first(luohu: Engine, rest: TestClient) -> None:
    answer = rest.get(f"/access/isochrone?{HERE}&minutes=10,5")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/geo+json")
    told = answer.json()
    assert told["type"] == "FeatureCollection"
    assert "crs" not in told
    five, ten = told["features"]
    assert [five["properties"]["minutes"], ten["properties"]["minutes"]] == [5, 10]
    assert [five["properties"]["metres"], ten["properties"]["metres"]] == [400, 800]
    assert {f["properties"]["basis"] for f in (five, ten)} == {"network"}
    smaller, larger = shape(five["geometry"]), shape(ten["geometry"])
    assert larger.contains(smaller)
    assert smaller.covers(shapely.Point(114.1183, 22.5405))
    assert five["properties"]["area_m2"] < ten["properties"]["area_m2"]


def test_who_needs_no_steps_reaches_no_more(luohu: Engine, rest: TestClient) -> None:
    sizes = [
        rest.get(f"/access/isochrone?{HERE}&minutes=15&step_free={free}").json()["features"][0][
            "properties"
        ]["area_m2"]
        for free in ("true", "false")
    ]
    assert 0 < sizes[0] <= sizes[1]


def test_far_from_every_street_the_area_is_a_circle_and_says_so(
    luohu: Engine, rest: TestClient
) -> None:
    told = rest.get("/access/isochrone?lon=113.5&lat=22.0&minutes=5").json()
    (feature,) = told["features"]
    assert feature["properties"]["basis"] == "straight-line"
    # a circle of 400 m shortened by the detour
    assert feature["properties"]["area_m2"] == pytest.approx(3.14159 * (400 / 1.3) ** 2, rel=0.005)


BAD = {
    "lon=114.1&lat=22.5": "minutes",
    "lon=114.1&minutes=5": "lat",
    "lat=22.5&minutes=5": "lon",
    f"{HERE}&minutes=": "minutes",
    f"{HERE}&minutes=0": "minutes",
    f"{HERE}&minutes=0.5": "minutes",
    f"{HERE}&minutes=-5": "minutes",
    f"{HERE}&minutes=60": "minutes",
    f"{HERE}&minutes=nan": "minutes",
    f"{HERE}&minutes=soon": "minutes",
    f"{HERE}&minutes={','.join(str(n) for n in range(1, 14))}": "minutes",
    f"{HERE}&minutes=5&step_free=perhaps": "step_free",
    f"{HERE}&minutes=5&speed=9": "speed",
    "lon=200&lat=22.5&minutes=5": "lon",
    "lon=114&lat=inf&minutes=5": "lat",
}


@pytest.mark.parametrize("question", BAD)
def test_a_question_that_makes_no_sense_is_told_why(
    luohu: Engine, rest: TestClient, question: str
) -> None:
    for language in ("zh", "en"):
        answer = rest.get(f"/access/isochrone?{question}", headers={"Accept-Language": language})
        assert answer.status_code == 400, answer.text
        assert answer.headers["content-type"].startswith("application/problem+json")
        assert BAD[question] in answer.json()["detail"]


def test_the_walk_network_tells_its_size_and_its_pieces(luohu: Engine, rest: TestClient) -> None:
    told = rest.get("/access/network").json()
    assert told["km"] == pytest.approx(sum(piece["km"] for piece in told["pieces"]), abs=0.1)
    assert told["nodes"] == sum(piece["nodes"] for piece in told["pieces"])
    assert told["pieces"][0]["counts"] is True
    assert rest.get("/access/network?colour=red").status_code == 400


def test_a_walk_from_outside_the_city_says_so_in_words(
    luohu: Engine, rest: TestClient, tables: Tables
) -> None:
    city = tables.area.loc[tables.area["level"] == "district", "geom"].union_all()
    west, south, east, north = city.bounds
    middle = city.representative_point()
    places = [middle, shapely.Point(west - 0.01, south), shapely.Point(east, north + 0.02)]
    for place in places:
        told = rest.get(f"/access/isochrone?lon={place.x}&lat={place.y}&minutes=5").json()
        assert len(told["features"]) == 1
        assert ("范围之外" in told.get("note", "")) == (not city.intersects(place))
        assert ("outside the city" in told.get("note", "")) == (not city.intersects(place))
        found = rest.get(f"/offices?within_walk={place.x},{place.y},5").json()
        assert found.get("note") == told.get("note")


def test_a_city_without_an_outline_does_not_say_what_lies_outside_it(
    city: Engine, rest: TestClient
) -> None:
    assert "note" not in rest.get(f"/access/isochrone?{HERE}&minutes=5").json()
