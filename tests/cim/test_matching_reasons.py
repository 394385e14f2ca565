"""Why an office stands where it stands, and what to look into before relying on it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cim.letting import FreeUnit
from cim.matching.warning import about_units
from cim.settings import answer_settings
from tests.cim.random_market import ALWAYS, QUESTION, cities
from tests.cim.small_market import DAY, ask, free, market, names


def test_reasons_name_what_is_good_and_cautions_what_is_unknown_or_close() -> None:
    here = market(
        [
            {
                "id": "A",
                "walk_min": 9.8,
                "grade": "甲级",
                "parking_ratio": None,
                "registrable": True,
            }
        ],
        [free("a", "A", 100, rent=90.0)],
    )
    weights = {"metro_walk": 20, "grade": 20, "rent": 40, "parking_ratio": 20}
    [found] = ask(here, must={"metro_walk_max": 10}, weights=weights)["results"]
    # rent of 90 is 0.75 of 40, 甲级 0.8 of 20, 9.8 minutes 0.9 - 4.8 × 0.08 = 0.516 of 20
    assert [r["zh"].partition("：")[0] for r in found["reasons"]] == [
        "租金 90.0 元/㎡/月",
        "等级 甲级",
        "步行到地铁 9.8 分钟",
    ]
    points = {c["criterion"]: c["points"] for c in found["contributions"]}
    assert points == {"rent": 30.0, "grade": 16.0, "metro_walk": 10.3, "parking_ratio": 10.0}
    assert found["score"] == 66.3
    assert found["score_range"] == [56.3, 76.3]
    assert found["known_weight"] == 0.8
    assert {c["code"] for c in found["cautions"]} == {"unknown", "close-to-bound"}


def test_equal_weights_are_told_in_tenths_and_no_reason_brings_more_than_its_weight() -> None:
    best = {"id": "A", "walk_min": 1.0, "parking_ratio": 2.0, "grade": "超甲级"}
    weights = {"metro_walk": 1, "parking_ratio": 1, "grade": 1}
    answer = ask(market([best], [free("a", "A", 100)]), weights=weights)
    [found] = answer["results"]
    assert found["score"] == 100
    assert answer["weights"] == {"metro_walk": 33.4, "parking_ratio": 33.3, "grade": 33.3}
    assert [one["points"] for one in found["contributions"]] == [33.4, 33.3, 33.3]
    assert found["reasons"][0]["zh"].endswith("得 33.4 分（满分 33.4）")
    # what would weigh less than half a tenth is left out
    light = ask(market([best], [free("a", "A", 100)]), weights={"metro_walk": 1e4, "grade": 1})
    assert light["weights"] == {"metro_walk": 100}


def test_a_score_lies_in_its_range_though_the_two_are_rounded_apart() -> None:
    # 5 of 200 spaces are half the value: 1.25 points
    counted = {"id": "A", "parking_spaces_near": 5.0, "parking_lots_unknown": 0}
    here = market([counted], [free("a", "A", 100)])
    [found] = ask(here, weights={"parking_nearby": 1})["results"]
    low, high = found["score_range"]
    assert low <= found["score"] == 1.3 <= high


def test_a_unit_counts_as_long_unverified_from_the_day_after_the_last() -> None:
    here = market([{"id": "A"}], [free("a", "A", 100)])
    after = answer_settings().unverified_after
    for days, codes in ((after, set()), (after + 1, {"unverified-units"})):
        units = here.units.assign(verified_on=DAY - dt.timedelta(days))
        assert {caution.code for caution in about_units(units, DAY)} == codes


@pytest.mark.parametrize(
    ("registrable", "said"),
    [(None, "能否注册公司不详，须先核实"), (False, "不可注册公司"), (True, None)],
)
def test_whether_a_company_can_be_registered_is_said_unless_it_can(
    registrable: bool | None, said: str | None
) -> None:
    here = market([{"id": "A", "registrable": registrable}], [free("a", "A", 100, rent=90.0)])
    [found] = ask(here)["results"]
    told = [c["zh"] for c in found["cautions"] if "注册" in c["zh"]]
    assert told == ([] if said is None else [said])


def test_what_sets_an_office_above_the_next_adds_up_to_the_difference() -> None:
    here = market(
        [
            {"id": "A", "walk_min": 4.0, "parking_ratio": 0.31},
            {"id": "B", "walk_min": 8.0, "parking_ratio": 0.77},
        ],
        [free("a", "A", 100), free("b", "B", 100)],
    )
    answer = ask(here, weights={"metro_walk": 70, "parking_ratio": 33})
    first, second = answer["results"]
    versus = first["versus_next"]
    assert versus["id"] == second["office"]["id"]
    parts = [Decimal(str(part["points"])) for part in versus["parts"]]
    assert sum(parts) == Decimal(str(first["score"])) - Decimal(str(second["score"]))
    assert {part["criterion"]: part["points"] > 0 for part in versus["parts"]} == {
        "metro_walk": True,
        "parking_ratio": False,
    }
    assert second["versus_next"] is None
    assert first["pareto"]
    assert second["pareto"]


def test_offices_whose_scores_round_to_the_same_are_said_to_be_level() -> None:
    here = market(
        [{"id": "A", "walk_min": 3.0}, {"id": "B", "walk_min": 4.0}],
        [free("a", "A", 100, rent=90), free("b", "B", 100, rent=80)],
    )
    # 3 to 4 minutes lose 0.05, 80 to 90 CNY another 0.05
    first, _ = ask(here, weights={"metro_walk": 50, "rent": 50})["results"]
    versus = first["versus_next"]
    assert versus["difference"] == 0
    assert versus["zh"] == "与B并列：步行到地铁 +2.5，租金 -2.5"
    assert versus["en"] == "level with B: walk to the metro +2.5, rent -2.5"
    # nothing at all sets these two apart
    here = market([{"id": "A"}, {"id": "B"}], [free("a", "A", 100), free("b", "B", 100)])
    first, _ = ask(here)["results"]
    assert first["versus_next"]["zh"] == "与B并列：先列已知较全、编号在前者"
    assert first["versus_next"]["en"] == "level with B: better known first, then by id"


@pytest.mark.parametrize(("minutes", "said"), [(None, False), (5.0, True)])
def test_a_straight_line_is_warned_of_only_where_a_walk_was_worked_out_from_it(
    minutes: float | None, said: bool
) -> None:
    office = {
        "id": "A",
        "walk_basis": "straight-line",
        "walk_min": minutes,
        "metro_beyond_reach": minutes is None,
    }
    [found] = ask(market([office], [free("a", "A", 100)]))["results"]
    assert ("straight-line" in {caution["code"] for caution in found["cautions"]}) is said


@ALWAYS
@given(cities(), st.integers(0, 2))
def test_taking_an_office_out_of_the_city_never_reorders_the_others(
    city: tuple[list[dict[str, Any]], list[FreeUnit]], place: int
) -> None:
    offices, units = city
    need = {"area": {"min": 200.0}}
    before = names(ask(market(offices, units), need=need))
    gone = offices[place]["id"]
    left = market(
        [o for o in offices if o["id"] != gone], [u for u in units if u.office_id != gone]
    )
    assert names(ask(left, need=need)) == [name for name in before if name != gone]


@ALWAYS
@given(cities())
def test_contributions_add_up_exactly_and_the_funnel_loses_nobody(
    city: tuple[list[dict[str, Any]], list[FreeUnit]],
) -> None:
    answer = ask(market(*city), **QUESTION)
    for result in answer["results"]:
        points = [Decimal(str(c["points"])) for c in result["contributions"]]
        assert sum(points) == Decimal(str(result["score"]))
        assert result["score_range"][0] <= result["score"] <= result["score_range"][1]
    removed = 0
    for step in answer["funnel"]:
        removed += step["removed"]
        assert step["remaining"] + step["unknown"] + removed == len(city[0])
    assert answer["matched"] == answer["funnel"][-1]["remaining"]
    assert answer["unknown_count"] == answer["funnel"][-1]["unknown"]
