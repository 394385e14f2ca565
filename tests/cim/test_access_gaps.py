"""The edges of what is known: gaps in the streets, and stations at the end of the reach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from shapely.geometry import LineString
from sqlalchemy import Engine, text

from cim.access import walks_from
from cim.database import reading
from cim.refresh import refresh_all
from tests.cim.small_city import found, office, station, unknown
from tests.cim.test_refresh_random import derived
from tests.cim.walking_city import at

if TYPE_CHECKING:
    from starlette.testclient import TestClient

    from tests.conftest import Bring


def road(code: str, *corners: tuple[float, float], **more: Any) -> dict[str, Any]:
    line = LineString([at(*corner) for corner in corners])
    return {"id": code, "road_class": "local", "walkable": True, "geom": line, **more}


MAIN = road("main", (-2000, 0), (2000, 0))
COMPOUND = road("compound", (-260, 15), (260, 15))


@pytest.fixture
def compound(bring: Bring) -> None:
    """Put an office on the street of a compound that nobody drew as joined to the main street."""
    bring("road", MAIN, COMPOUND)
    bring("station", station("S", at(0, -5), lines=["1号线"]))
    bring("bus_stop", {"id": "B", "routes": ["M1"], "geom": at(0, -5)})
    bring("parking", {"id": "P", "spaces": 150, "public": True, "geom": at(0, -5)})
    bring("amenity", {"id": "A", "kind": "bank", "geom": at(0, -5)})
    bring("office", office("O", geom=at(0, 18)))


@pytest.mark.usefixtures("compound")
def test_what_lies_beyond_a_gap_in_the_streets_is_estimated_and_not_far(rest: TestClient) -> None:
    answer = found()["O"]
    assert answer["walk_m"] == pytest.approx(23 * 1.3, abs=0.1)
    assert answer["walk_basis"] == "straight-line"
    assert answer["metro_beyond_reach"] is False
    assert (answer["bus_stops"], answer["parking_spaces_near"]) == (1, 150)
    assert answer["amenities"] == {"bank": 1}
    labels = {
        label["code"]: label["holds"]
        for label in rest.get("/offices/t:O").json()["properties"]["labels"]
    }
    assert (labels["near-metro"], labels["far-from-metro"]) == (True, False)
    with reading() as connection:
        here = at(0, -5)
        (walk,) = walks_from(connection, here.x, here.y, 5).to_dict("records")
    assert (walk["office_id"], walk["basis"]) == ("t:O", "straight-line")
    for bounds in ({"metro_walk_max": 1}, {"within_walk": "S,1"}, {"lines": ["1号线"]}):
        assert set(found(**bounds)) == {"O"}, bounds
        assert unknown(**bounds) == {}


@pytest.mark.usefixtures("compound")
def test_streets_that_meet_far_away_are_a_detour_and_known_as_soon_as_they_meet(
    city: Engine, bring: Bring
) -> None:
    # out of the compound and back along the main street, by a lane that meets it 10 km away
    out = road("out", (260, 15), (10_000, 15))
    lane = road("lane", (10_000, 15), (10_000, 0))
    back = road("back", (2000, 0), (10_000, 0))
    bring("road", out, back)
    assert found()["O"]["walk_basis"] == "straight-line"
    bring("road", lane)
    answer = found()["O"]
    assert (answer["walk_m"], answer["walk_basis"]) == (None, "network")
    assert answer["metro_beyond_reach"] is True
    assert answer["bus_stops"] == 0
    now = derived(city)
    refresh_all(city)
    assert now == derived(city)
    bring("road", MAIN, COMPOUND, out, back, mode="replace")
    assert found()["O"]["metro_beyond_reach"] is False
    now = derived(city)
    refresh_all(city)
    assert now == derived(city)


def test_a_station_is_in_reach_where_one_of_its_entrances_is(city: Engine, bring: Bring) -> None:
    bring("road", road("main", (-100, 0), (5000, 0)))
    bring("office", office("O", geom=at(0, 0)), office("P", geom=at(-60, 0)))
    bring("station", station("S", at(3010, 0), lines=["1号线"]))
    assert found(metro_walk_max=37.5) == {}
    bring("station_entrance", {"id": "E", "name": "A", "station_id": "t:S", "geom": at(2950, 0)})
    assert found()["O"]["walk_m"] == pytest.approx(2950, abs=1)
    assert found()["O"]["distance_m"] == pytest.approx(3010, abs=1)
    assert found()["P"]["metro_beyond_reach"] is True
    for bounds in ({"metro_walk_max": 37.5}, {"within_walk": "S,37.5"}):
        assert set(found(**bounds)) == {"O"}, bounds
        assert unknown(**bounds) == {}
    # whatever moves, the part that it touches is worked out as all of it is
    moves: list[tuple[str, dict[str, Any]]] = [
        ("station", station("S", at(3100, 0), lines=["1号线"])),
        ("office", office("P", geom=at(-40, 0))),
        ("station", station("S", at(3300, 0), lines=["1号线"])),
        ("office", office("P", geom=at(-10, 0))),
        ("station_entrance", {"id": "F", "name": "B", "station_id": "t:S", "geom": at(2985, 0)}),
        ("station_entrance", {"id": "E", "name": "A", "station_id": "t:S", "geom": at(3050, 0)}),
    ]
    for layer, row in moves:
        bring(layer, row)
        now = derived(city)
        refresh_all(city)
        assert now == derived(city), row
    assert found()["O"]["nearest_entrance"] == "B"
    assert found()["P"]["walk_m"] == pytest.approx(2995, abs=1)


def test_an_office_whose_ways_are_not_worked_out_yet_is_unknown_and_not_far(
    city: Engine, bring: Bring
) -> None:
    bring("office", office("O", geom=at(0, 0)))
    bring("station", station("S", at(0, 100), lines=["1号线"]))
    with city.begin() as connection:
        for table in ("office_surroundings", "office_access"):
            connection.execute(text(f"delete from {table}"))
    for bound in ({"within_walk": "S,5"}, {"metro_walk_max": 5}, {"lines": ["1号线"]}):
        assert found(**bound) == {}
        assert unknown(**bound) == dict.fromkeys(bound, 1)
