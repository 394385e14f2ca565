"""Labels of a small city: what earns them, what leaves them open, and why."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from shapely.geometry import Point, box
from sqlalchemy import Engine, text

from cim.labels import labels_of
from cim.model import layer_named
from layers.editing import edit
from tests.cim.small_city import HERE, METRE_NORTH, office, station, unit

if TYPE_CHECKING:
    from tests.conftest import Bring

PUBLISHED = {"provenance": "published"}
NEGATIVE = ("far-from-metro", "parking-tight", "nothing-free")


def north(metres: float) -> Point:
    return Point(HERE.x, HERE.y + metres * METRE_NORTH)


def label(city: Engine, code: str, office_code: str = "O") -> dict[str, Any]:
    with city.connect() as connection:
        return {told["code"]: told for told in labels_of(connection, f"t:{office_code}")}[code]


def holds(city: Engine, office_code: str = "O") -> dict[str, bool | None]:
    with city.connect() as connection:
        return {told["code"]: told["holds"] for told in labels_of(connection, f"t:{office_code}")}


def test_of_an_office_of_which_nothing_is_known_nothing_is_said(city: Engine, bring: Bring) -> None:
    bring("office", office("O"))
    said = holds(city)
    assert {code: said[code] for code in NEGATIVE} == dict.fromkeys(NEGATIVE)
    # that it stands in no business district is seen from the outlines
    assert {code for code, held in said.items() if held is not None} == {"in-business-district"}
    assert label(city, "near-metro")["why_zh"] == "缺少：步行到地铁"
    assert label(city, "parking-tight")["why_en"] == "missing: Parking ratio"


def test_a_station_that_is_only_planned_leaves_it_open_how_far_the_metro_is(
    city: Engine, bring: Bring
) -> None:
    bring("office", office("O"))
    bring("station", station("planned", north(200), status="planned"))
    assert (holds(city)["near-metro"], holds(city)["far-from-metro"]) == (None, None)


def test_beyond_the_reach_is_far_and_that_is_known(city: Engine, bring: Bring) -> None:
    bring("office", office("near"), office("far", geom=north(3100)))
    bring("station", station("国贸", north(100)))
    assert (holds(city, "near")["near-metro"], holds(city, "near")["far-from-metro"]) == (
        True,
        False,
    )
    said = holds(city, "far")
    assert (said["near-metro"], said["far-from-metro"], said["metro-at-door"]) == (
        False,
        True,
        False,
    )
    assert "地铁超出步行范围" in label(city, "far-from-metro", "far")["why_zh"]


def test_ten_minutes_are_near_and_more_than_fifteen_are_far(city: Engine, bring: Bring) -> None:
    # without streets a walk is 1.3 straight lines at 80 m/min: 615.4 m and 923.1 m
    metres = (615, 616, 923, 924)
    bring("station", station("国贸", HERE))
    bring("office", *(office(str(m), geom=north(m)) for m in metres))
    said = [holds(city, str(m)) for m in metres]
    assert [held["near-metro"] for held in said] == [True, False, False, False]
    assert [held["far-from-metro"] for held in said] == [False, False, False, True]


def test_the_reason_of_a_walk_names_minutes_station_basis_and_bound(
    city: Engine, bring: Bring
) -> None:
    bring("office", office("O"))
    bring("station", station("国贸", north(400), source_date="2026-01-14", provenance="published"))
    told = label(city, "near-metro")
    # 400 m * 1.3 / 80 m/min
    assert told["why_zh"] == "步行 6.5 分钟 到地铁站国贸，按直线距离估算（≤ 10 分钟）"
    assert told["why_en"] == (
        "6.5 min on foot to 国贸, estimated from the straight line (≤ 10 min)"
    )
    assert told["data_date"] == dt.date(2026, 1, 14)
    assert told["inputs"][0] == {
        "name": "walk_min",
        "zh": "步行到地铁",
        "en": "Walk to the metro",
        "unit": "min",
        "value": 6.5,
    }


def test_an_office_has_one_grade_of_parking_or_none_that_is_known(
    city: Engine, bring: Bring
) -> None:
    spaces = {
        0: "parking-tight",
        49: "parking-tight",
        50: "parking-fair",
        99: "parking-fair",
        100: "parking-ample",
    }
    known = {"gross_floor_area": 10_000.0}
    bring("office", *(office(str(number), parking_spaces=number, **known) for number in spaces))
    bring("office", office("unknown", **known))
    for number, expected in spaces.items():
        assert parking(city, str(number)) == {
            code: code == expected for code in ("parking-tight", "parking-fair", "parking-ample")
        }
    assert set(parking(city, "unknown").values()) == {None}


def parking(city: Engine, office_code: str) -> dict[str, bool | None]:
    said = holds(city, office_code)
    return {code: said[code] for code in ("parking-tight", "parking-fair", "parking-ample")}


def test_a_ratio_just_below_a_bound_is_not_shown_as_the_bound(city: Engine, bring: Bring) -> None:
    bring("office", office("O", parking_spaces=49_999, gross_floor_area=10_000_000.0))
    assert label(city, "parking-tight")["holds"] is True
    assert label(city, "parking-tight")["why_zh"].startswith("车位配比 0.49999 个/100㎡")


def test_a_car_park_of_unknown_size_leaves_it_open_whether_there_is_enough(
    city: Engine, bring: Bring
) -> None:
    bring("office", office("O"))
    lot = {"kind": "surface", "public": True, "geom": north(100)}
    bring("parking", {"id": "P1", "spaces": 40, **lot})
    assert holds(city)["public-parking"] is False
    bring("parking", {"id": "P2", "spaces": None, **lot})
    assert holds(city)["public-parking"] is None
    assert label(city, "public-parking")["why_zh"] == (
        "近处公共车位数 40，但近处车位数不详的停车场数 1"
    )
    bring("parking", {"id": "P3", "spaces": 60, **lot})
    assert holds(city)["public-parking"] is True


def test_a_bus_stop_of_unknown_routes_leaves_it_open_how_many_there_are(
    city: Engine, bring: Bring
) -> None:
    bring("office", office("O"))
    routes = "、".join(f"{number}路" for number in range(1, 10))
    bring("bus_stop", {"id": "S1", "name": "国贸", "routes": routes, "geom": north(100)})
    bring("bus_stop", {"id": "S2", "name": "国贸南", "routes": None, "geom": north(150)})
    assert holds(city)["good-buses"] is None
    bring("bus_stop", {"id": "S2", "name": "国贸南", "routes": "1路", "geom": north(150)})
    assert holds(city)["good-buses"] is False
    bring("bus_stop", {"id": "S2", "name": "国贸南", "routes": "10路", "geom": north(150)})
    assert holds(city)["good-buses"] is True


def test_two_known_lines_are_two_whatever_another_station_has(city: Engine, bring: Bring) -> None:
    bring("office", office("O"))
    bring("station", station("A", north(100), lines=["1号线"]), station("B", north(200)))
    assert holds(city)["two-metro-lines"] is None
    bring("station", station("C", north(300), lines=["9号线"]))
    assert holds(city)["two-metro-lines"] is True
    bring(
        "station",
        station("C", north(300), lines=["1号线"]),
        station("B", north(200), lines=["1号线"]),
    )
    assert holds(city)["two-metro-lines"] is False


def test_a_large_and_a_small_unit_are_there_whatever_is_unknown_of_another(
    city: Engine, bring: Bring
) -> None:
    bring("office", office("O"), office("P"))
    bring("office_unit", unit("A", area=1000), unit("B", area=80), unit("C"))
    bring("office_unit", unit("D", "P", area=500), unit("E", "P"))
    said = [{code: holds(city, o)[code] for code in ("large-block", "small-space")} for o in "OP"]
    assert said[0] == {"large-block": True, "small-space": True}
    # the one of unknown area may be either
    assert said[1] == {"large-block": None, "small-space": None}


def test_free_space_is_labelled_as_it_can_be_let(city: Engine, bring: Bring) -> None:
    bring("office", office("O", typical_floor_area=1000.0), office("let"))
    bring(
        "office_unit",
        unit("A", area=600.0, floor_order=5, adjacent_to="t:B", fit_out="毛坯"),
        unit("B", area=500.0, floor_order=5, min_divisible_area=90.0, fit_out="简装"),
        unit("C", office_code="let", area=50.0, status="let", fit_out="精装"),
    )
    said = holds(city)
    assert said["small-space"] is True
    assert said["whole-floor"] is True
    assert said["large-block"] is True
    assert said["ready-to-move-in"] is False
    assert said["nothing-free"] is False
    gone = holds(city, "let")
    assert gone["nothing-free"] is True
    assert (gone["small-space"], gone["large-block"], gone["ready-to-move-in"]) == (
        False,
        False,
        False,
    )


def test_a_label_stands_on_the_oldest_and_least_certain_of_what_it_read(
    city: Engine, bring: Bring
) -> None:
    bring(
        "office",
        office("O", efficiency=75.0, source_date="2025-05-01", provenance="published"),
        office(
            "unsure",
            efficiency=75.0,
            provenance="published",
            exceptions='{"efficiency": "estimated"}',
        ),
    )
    told = label(city, "efficient")
    assert (told["data_date"], told["provenance"]) == (dt.date(2025, 5, 1), "published")
    assert told["why_zh"] == "得房率 75%（≥ 72%）"
    unsure = label(city, "efficient", "unsure")
    assert (unsure["data_date"], unsure["provenance"]) == (None, "estimated")
    assert unsure["why_zh"] == "得房率 75%（≥ 72%）；估算数据"


def test_what_is_written_of_an_office_changes_its_labels_and_no_others(
    city: Engine, bring: Bring
) -> None:
    bring("office", office("O", grade="乙级", **PUBLISHED), office("P", grade="甲级"))
    edit(city, layer_named("office"), "t:O", {"grade": "超甲级", "subsidy": "无"})
    said = holds(city)
    assert (said["grade-a"], said["grade-b"], said["rent-subsidy"]) == (True, False, False)
    assert label(city, "grade-b")["why_zh"] == "等级 超甲级（要求 = 乙级）"
    assert holds(city, "P")["grade-a"] is True


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("按租金 30% 补贴两年", True),
        ("没有补贴", False),
        ("未享受补贴", False),
        ("暂无补贴", False),
        ("租金补贴（已到期）", False),
        ("不限行业，按租金三成补贴", None),
        ("未来两年有补贴", None),
    ],
)
def test_a_subsidy_is_what_is_written_of_it(
    city: Engine, bring: Bring, words: str, *, expected: bool | None
) -> None:
    bring("office", office("O", subsidy=words))
    assert holds(city)["rent-subsidy"] is expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("LEED 金级", True),
        ("无绿建认证", False),
        ("正在申请LEED", False),
        ("LEED 金级、WELL 申报中", None),
        ("ISO 14001、消防", False),
    ],
)
def test_a_certificate_that_is_not_there_yet_is_none(
    city: Engine, bring: Bring, words: str, *, expected: bool | None
) -> None:
    bring("office", office("O", certificates=words))
    assert holds(city)["green-building"] is expected


def test_certificates_and_districts_are_named_in_the_reason(city: Engine, bring: Bring) -> None:
    bring(
        "office",
        office("O", certificates="ISO 14001、LEED 金级", **PUBLISHED),
        office("P", certificates="ISO"),
    )
    around = box(HERE.x - 0.01, HERE.y - 0.01, HERE.x + 0.01, HERE.y + 0.01)
    bring("business_district", {"id": "B", "name": "国贸商圈", "confirmed": True, "geom": around})
    assert label(city, "green-building")["why_zh"] == "ISO 14001、LEED 金级"
    assert holds(city, "P")["green-building"] is False
    assert label(city, "in-business-district")["why_zh"] == "位于国贸商圈"


def test_an_office_that_is_taken_away_takes_its_labels_along(city: Engine, bring: Bring) -> None:
    bring("office", office("O"), office("P"))
    bring("office", office("P"), mode="replace")
    with city.connect() as connection:
        left = set(connection.scalars(text("select distinct office_id from office_label")))
    assert left == {"t:P"}
