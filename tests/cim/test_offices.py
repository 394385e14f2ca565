"""Offices: what is said of parking, space and the metro, and what stays unknown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from shapely.geometry import Point, box
from sqlalchemy import Engine, text

from cim.database import reading
from cim.history import roll_back
from cim.model import layer_named
from cim.offices import OfficeCriteria, search
from cim.settings import forget_settings
from layers.editing import edit

if TYPE_CHECKING:
    from tests.conftest import Bring

HERE = Point(114.1183, 22.5405)
METRE_NORTH = 1 / 110_751.0
"""Degrees of latitude for a metre, at 22.5° on the CGCS2000 ellipsoid."""

Answer = dict[str, dict[str, Any]]


def office(code: str, **fields: Any) -> dict[str, Any]:
    return {"id": code, "name": code, "use": "办公", "geom": HERE, **fields}


def unit(code: str, office_code: str = "O", **fields: Any) -> dict[str, Any]:
    return {"id": code, "office_id": office_code, "unit_no": code, "status": "vacant", **fields}


def station(code: str, place: Point, **fields: Any) -> dict[str, Any]:
    return {
        "id": code,
        "name": code,
        "kind": "metro",
        "status": "operating",
        "geom": place,
        **fields,
    }


def found(**criteria: Any) -> Answer:
    """Offices that meet the criteria: their properties by code."""
    with reading() as connection:
        page = search(connection, OfficeCriteria(**criteria), limit=1000)
    properties = [json.loads(feature)["properties"] for feature in page.features]
    assert page.matched == len(properties)
    return {p["id"].removeprefix("t:"): p for p in properties}


def unknown(**criteria: Any) -> dict[str, int]:
    with reading() as connection:
        return search(connection, OfficeCriteria(**criteria), limit=0).unknown


# --- parking -----------------------------------------------------------------------------------


def parking_of(answer: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(answer[f"parking_ratio{part}"] for part in ("", "_text", "_basis", "_area"))


def test_an_office_with_spaces_of_its_own_is_reckoned_on_its_own_floor_area(
    bring: Bring,
) -> None:
    bring("site", {"id": "S", "name": "项目", "area": 100_000, "parking_spaces": 2000})
    own = office("O", site_id="S", parking_spaces=200, gross_floor_area=30_000, parking_area=9e6)
    bring("office", own)
    assert parking_of(found()["O"]) == (0.6667, "1:150", "office", "gross_floor_area")
    assert found()["O"]["parking_ratio_area_m2"] == 30_000


@pytest.mark.parametrize(
    "own",
    [
        {"gross_floor_area": 30_000},
        {"parking_spaces": 200},
        {"parking_spaces": 200, "gross_floor_area": 0},
    ],
    ids=["no spaces", "no floor area", "a floor area of zero"],
)
def test_an_office_without_parking_data_of_its_own_shares_that_of_its_site(
    bring: Bring, own: dict[str, Any]
) -> None:
    bring("site", {"id": "S", "name": "项目", "area": 100_000, "parking_spaces": 500})
    bring("office", office("O", site_id="S", parking_area=8000, **own))
    assert parking_of(found()["O"]) == (0.5, "1:200", "site", "site.area")
    assert found()["O"]["parking_ratio_area_m2"] == 100_000


def test_a_parking_area_is_a_last_resort_and_says_that_it_is_an_estimate(bring: Bring) -> None:
    bring("site", {"id": "S", "name": "项目", "area": 100_000})
    bring("office", office("O", site_id="S", parking_area=8000, gross_floor_area=40_000))
    # 8,000 m² are 200 spaces of 40 m²
    assert parking_of(found()["O"]) == (0.5, "1:200", "estimated", "gross_floor_area")
    assert found()["O"]["parking_ratio_provenance"] == "estimated"


def test_how_large_a_space_is_can_be_set(bring: Bring, monkeypatch: pytest.MonkeyPatch) -> None:
    bring("office", office("O", parking_area=8000, gross_floor_area=40_000))
    monkeypatch.setenv("CIM_PARKING_AREA_PER_SPACE", "25")
    forget_settings()
    assert found()["O"]["parking_ratio"] == 0.8


def test_no_spaces_at_all_is_a_ratio_of_zero_and_not_unknown(bring: Bring) -> None:
    bring("office", office("O", parking_spaces=0, gross_floor_area=30_000))
    assert parking_of(found()["O"]) == (0, "0", "office", "gross_floor_area")
    assert "O" in found(parking_ratio_min=0)
    assert unknown(parking_ratio_min=0.1) == {}


def test_an_office_without_parking_data_is_unknown_not_poor(bring: Bring) -> None:
    bring(
        "office",
        office("nothing"),
        office("spaces only", parking_spaces=100),
        office("floor only", gross_floor_area=30_000),
        office("good", parking_spaces=300, gross_floor_area=30_000),
        office("poor", parking_spaces=30, gross_floor_area=30_000),
    )
    for code in ("nothing", "spaces only", "floor only"):
        assert parking_of(found()[code]) == (None, None, None, None)
    # an unknown value never passes a bound, not even of zero, and the answer says how many
    assert set(found(parking_ratio_min=0)) == {"good", "poor"}
    assert set(found(parking_ratio_min=0.5)) == {"good"}
    assert unknown(parking_ratio_min=0.5) == {"parking_ratio_min": 3}


def test_ratios_are_compared_unrounded(bring: Bring) -> None:
    bring("office", office("O", parking_spaces=200, gross_floor_area=30_000))
    # 0.66666… is shown as 0.6667, which it does not reach
    assert found()["O"]["parking_ratio"] == 0.6667
    assert found(parking_ratio_min=0.6667) == {}
    assert "O" in found(parking_ratio_min=0.66666)


def test_a_ratio_is_only_as_certain_as_the_worst_of_what_it_is_made_of(bring: Bring) -> None:
    known = office("O", parking_spaces=200, gross_floor_area=30_000, provenance="measured")
    bring("office", {**known, "exceptions": '{"gross_floor_area": "simulated"}'})
    answer = found()["O"]
    assert (answer["provenance"], answer["parking_ratio_provenance"]) == ("measured", "simulated")


def test_who_is_left_out_for_another_reason_is_not_counted_as_unknown(bring: Bring) -> None:
    bring("office", office("shop", use="商业"), office("unknown"))
    assert unknown(parking_ratio_min=0.5) == {"parking_ratio_min": 1}
    assert unknown(parking_ratio_min=0.5, use=["全部"]) == {"parking_ratio_min": 2}
    # whoever is unknown in two respects counts in both
    assert unknown(parking_ratio_min=0.5, area_min=100) == {"parking_ratio_min": 1, "space": 1}


# --- space that is free ------------------------------------------------------------------------


def test_area_and_rent_must_hold_for_one_and_the_same_unit(bring: Bring) -> None:
    bring("office", office("O"))
    bring("office_unit", unit("large", area=800, rent=120), unit("cheap", area=200, rent=60))
    assert "O" in found(area_min=500)
    assert "O" in found(rent_max=80)
    assert found(area_min=500, rent_max=80) == {}
    # two small ones that do not adjoin are not one large one
    assert found(area_min=900) == {}


def test_adjacent_units_are_let_together_whichever_of_them_says_so(bring: Bring) -> None:
    bring("office", office("O"))
    bring(
        "office_unit",
        unit("A", area=300, rent=90, adjacent_to="B"),
        unit("B", area=300, rent=100),
        unit("C", area=300, rent=110, adjacent_to="B"),
        unit("D", area=900, rent=200),
    )
    answer = found(area_min=600, rent_max=110)["O"]
    # the smallest block that does: two units, of which the dearer decides
    assert (answer["matching_units"], answer["rent_min"], answer["rent_max"]) == (2, 90, 100)
    assert found(area_min=900, rent_max=110)["O"]["matching_units"] == 3
    assert found(area_min=901, rent_max=110) == {}
    assert found(area_min=800)["O"]["matching_units"] == 1


def test_a_let_unit_interrupts_a_block(bring: Bring) -> None:
    bring("office", office("O"))
    bring(
        "office_unit",
        unit("A", area=300, adjacent_to="B"),
        unit("B", area=300, adjacent_to="C", status="let"),
        unit("C", area=300),
    )
    assert found(area_min=301) == {}


def test_units_of_two_offices_are_never_one_block(bring: Bring) -> None:
    bring("office", office("O"), office("P"))
    bring("office_unit", unit("A", area=300, adjacent_to="B"), unit("B", "P", area=300))
    assert found(area_min=301) == {}


def test_a_whole_run_of_more_than_six_units_counts_as_one(bring: Bring) -> None:
    bring("office", office("O"))
    floor = [unit(f"{i}", area=100, adjacent_to=f"{i + 1}" if i < 8 else None) for i in range(9)]
    bring("office_unit", *floor)
    assert found(area_min=900)["O"]["matching_units"] == 9
    assert found(area_min=901) == {}


def test_a_large_unit_serves_a_small_need_only_where_it_can_be_divided(bring: Bring) -> None:
    bring("office", office("whole"), office("divisible"))
    bring(
        "office_unit",
        unit("A", "whole", area=1000),
        unit("B", "divisible", area=1000, min_divisible_area=250),
    )
    assert set(found(area_max=300)) == {"divisible"}
    assert set(found(area_min=100, area_max=300)) == {"divisible"}
    assert found(area_max=200) == {}
    assert set(found(area_max=1000)) == {"whole", "divisible"}


def test_no_units_on_record_is_unknown_and_nothing_free_is_a_no(bring: Bring) -> None:
    bring("office", office("unrecorded"), office("full"), office("free"))
    bring(
        "office_unit",
        unit("A", "full", area=500, status="let"),
        unit("B", "free", area=500),
    )
    assert set(found(area_min=100)) == {"free"}
    assert unknown(area_min=100) == {"space": 1}
    stock = {code: (p["free_units"], p["available_area"]) for code, p in found().items()}
    assert stock == {"unrecorded": (None, None), "full": (0, 0), "free": (1, 500)}


def test_a_unit_of_unknown_area_or_rent_leaves_the_office_unknown_unless_another_fits(
    bring: Bring,
) -> None:
    bring("office", office("maybe"), office("surely"), office("no"))
    bring(
        "office_unit",
        unit("A", "maybe", area=500),
        unit("B", "surely", area=500),
        unit("C", "surely", area=600, rent=70),
        unit("D", "no", area=500, rent=200),
        # its rent is unknown, but it is too small for certain
        unit("E", "no", area=50),
    )
    assert set(found(area_min=400, rent_max=80)) == {"surely"}
    assert unknown(area_min=400, rent_max=80) == {"space": 1}


def test_letting_options_follow_an_edit_of_a_unit_and_its_rollback(
    city: Engine, bring: Bring
) -> None:
    bring("office", office("O"))
    bring("office_unit", unit("A", area=300, adjacent_to="B"), unit("B", area=300))
    assert "O" in found(area_min=600)
    let = edit(city, layer_named("office_unit"), "t:B", {"status": "let"}).batch
    assert found(area_min=600) == {}
    assert found()["O"]["available_area"] == 300
    assert let is not None
    with city.begin() as connection:
        roll_back(connection, let)
    assert "O" in found(area_min=600)
    assert found()["O"]["available_area"] == 600


def test_a_unit_that_moves_to_another_office_is_counted_there_and_no_longer_here(
    city: Engine, bring: Bring
) -> None:
    bring("office", office("O"), office("P"))
    bring("office_unit", unit("A", area=300))
    edit(city, layer_named("office_unit"), "t:A", {"office_id": "P"})
    assert set(found(area_min=300)) == {"P"}
    assert {code: p["units"] for code, p in found().items()} == {"O": None, "P": 1}


# --- the metro ---------------------------------------------------------------------------------


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


# --- where it is, and what it is called --------------------------------------------------------


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
