"""Where an office stands, how near the metro is, and what it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from shapely.geometry import MultiLineString, Point, box
from sqlalchemy import Engine, text

from cim.access import walks_from
from cim.model import layer_named
from layers.editing import edit

if TYPE_CHECKING:
    from tests.conftest import Bring

from tests.cim.small_city import HERE, METRE_NORTH, found, office, station, unknown


@pytest.fixture
def along_the_line(bring: Bring) -> None:
    """Set offices 0, 500, 2,900 and 3,100 m north of an operating station."""
    bring(
        "office",
        *(
            office(f"{metres} m", geom=Point(HERE.x, HERE.y + metres * METRE_NORTH))
            for metres in (0, 500, 2900, 3100)
        ),
    )
    bring("station", station("国贸", HERE))


@pytest.mark.usefixtures("along_the_line")
def test_the_metro_is_as_far_as_the_ellipsoid_says_and_the_answer_says_how_it_was_reckoned() -> (
    None
):
    answer = found()["500 m"]
    assert answer["nearest_station"] == "国贸"
    assert answer["distance_m"] == pytest.approx(500, abs=0.5)
    assert answer["walk_min"] == pytest.approx(500 * 1.3 / 80, abs=0.01)
    assert answer["walk_basis"] == "straight-line"


@pytest.mark.usefixtures("along_the_line")
def test_beyond_the_reach_there_is_no_station_and_that_is_a_no() -> None:
    assert set(found(metro_distance_max=600)) == {"0 m", "500 m"}
    assert set(found(metro_distance_max=3000)) == {"0 m", "500 m", "2900 m"}
    assert unknown(metro_distance_max=3000) == {}
    assert found()["3100 m"]["nearest_station"] is None
    # nothing is known of what lies beyond: whether it meets a longer bound cannot be said
    assert unknown(metro_distance_max=5000) == {"metro_distance_max": 1}


@pytest.mark.usefixtures("along_the_line")
def test_minutes_on_foot_are_bound_like_metres() -> None:
    assert set(found(metro_walk_max=10)) == {"0 m", "500 m"}
    assert unknown(metro_walk_max=10) == {}
    assert set(found(metro_walk_max=0)) == {"0 m"}


def test_no_walk_is_called_too_far_that_a_station_out_of_sight_may_be_within(
    city: Engine, bring: Bring
) -> None:
    def north(metres: float) -> Point:
        return Point(HERE.x, HERE.y + metres * METRE_NORTH)

    # straight ahead 3,040 m are 38 minutes, and too far to be looked at
    bring("office", office("O"))
    way = MultiLineString([[HERE, north(3040)]])
    bring("road", {"id": "R", "road_class": "local", "walkable": True, "geom": way})
    bring("station", station("far", north(3040), lines="1号线"))
    with city.connect() as connection:
        reached = walks_from(connection, HERE.x, north(3040).y, 38.1)
    assert list(reached["office_id"]) == ["t:O"]
    far: list[dict[str, Any]] = [
        {"metro_walk_max": 39},
        {"within_walk": "far,39"},
        {"lines": ["1号线"], "metro_walk_max": 39},
    ]
    for bounds in far:
        assert found(**bounds) == {}
        assert list(unknown(**bounds).values()) == [1] * len(bounds), bounds
    near: list[dict[str, Any]] = [{"metro_walk_max": 37}, {"within_walk": "far,37"}]
    for bounds in near:
        assert unknown(**bounds) == {}


def test_a_city_without_any_operating_metro_leaves_the_distance_unknown(bring: Bring) -> None:
    bring("office", office("O"))
    bring(
        "station",
        station("planned", HERE, status="planned"),
        station("building", HERE, status="building"),
        station("port", HERE, kind="port"),
    )
    assert found(metro_distance_max=800) == {}
    assert unknown(metro_distance_max=800, metro_walk_max=10) == {
        "metro_distance_max": 1,
        "metro_walk_max": 1,
    }
    assert found()["O"]["walk_basis"] is None


def test_distance_runs_from_the_edge_of_the_office(bring: Bring) -> None:
    around = box(HERE.x - 0.002, HERE.y - 0.002, HERE.x + 0.002, HERE.y + 0.002)
    bring("office", office("O", geom=around))
    bring("station", station("in it", HERE))
    assert found()["O"]["distance_m"] == 0


def test_a_station_that_opens_changes_what_is_near(city: Engine, bring: Bring) -> None:
    bring("office", office("O"))
    bring("station", station("far", Point(HERE.x, HERE.y + 0.009)))
    bring("station", station("near", Point(HERE.x, HERE.y + 0.001), status="building"))
    assert found()["O"]["nearest_station"] == "far"
    edit(city, layer_named("station"), "t:near", {"status": "operating"})
    assert found()["O"]["nearest_station"] == "near"


def test_streets_and_business_districts_are_found_by_name_and_code(
    city: Engine, bring: Bring
) -> None:
    around = box(HERE.x - 0.01, HERE.y - 0.01, HERE.x + 0.01, HERE.y + 0.01)
    bring("office", office("O"), office("away", geom=Point(114.2, 22.6)))
    bring(
        "area",
        {"id": "440303", "name": "罗湖区", "level": "district", "geom": around},
        {"id": "440303002", "name": "南湖街道", "level": "street", "geom": around},
    )
    bring("business_district", {"id": "B", "name": "国贸商圈", "confirmed": True, "geom": around})
    for name in ("南湖街道", "南湖", "440303002"):
        assert set(found(street=name)) == {"O"}, name
    for name in ("国贸商圈", "t:B"):
        assert set(found(business_district=name)) == {"O"}, name
    assert found()["O"]["district"] == "罗湖区"
    # where no outline says so it is unknown in which street an office stands
    assert unknown(street="南湖") == {"street": 1}


def test_words_find_names_aliases_and_addresses_and_wildcards_are_letters(bring: Bring) -> None:
    bring(
        "office",
        office("A", name="国贸大厦", aliases="国际贸易中心大厦、ITC"),
        office("B", name="100%大厦", address="人民南路3002号"),
        office("C", name="a_b"),
    )
    assert set(found(q="国贸")) == {"A"}
    assert set(found(q="贸易中心")) == {"A"}
    assert set(found(q="itc")) == {"A"}
    assert set(found(q="人民南")) == {"B"}
    assert set(found(q="%")) == {"B"}
    assert set(found(q="_")) == {"C"}
    assert found(q="\\") == {}


def test_a_search_is_for_offices_unless_another_use_is_named(bring: Bring) -> None:
    bring("office", office("A"), office("B", use="商业"), office("C", use="研发"))
    assert set(found()) == {"A"}
    assert set(found(use=["商业", "研发"])) == {"B", "C"}
    assert set(found(use=["全部"])) == {"A", "B", "C"}


def test_unknown_values_sort_last_whichever_way(bring: Bring) -> None:
    bring(
        "office",
        office("A", completed=1985),
        office("B"),
        office("C", completed=2015),
    )
    assert list(found(sort=["completed"])) == ["A", "C", "B"]
    assert list(found(sort=["-completed"])) == ["C", "A", "B"]


def test_an_office_that_is_taken_away_leaves_nothing_derived_behind(
    city: Engine, bring: Bring
) -> None:
    bring("office", office("O"))
    bring("office", office("P"), mode="replace")
    with city.connect() as connection:
        left = connection.scalars(text("select office_id from office_surroundings")).all()
    assert left == ["t:P"]
