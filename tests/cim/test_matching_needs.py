"""What a need asks for, and what is said of one that cannot be meant so."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.cim.small_market import DAY, ask, free, market, names


def notes(answer: dict[str, Any]) -> list[str]:
    return [note["zh"] for note in answer["notes"]]


def test_less_area_than_the_heads_need_is_answered_with_a_word_about_it() -> None:
    here = market([{"id": "A"}], [free("a", "A", 20)])
    # 60 heads at 10 m² each
    told = "面积上限 20 ㎡ 少于 60 人所需的 600 ㎡（人均 10 ㎡），按面积上限作答"
    for area in ({"max": 20}, {"min": 10, "max": 20}):
        answer = ask(here, need={"headcount": 60, "area": area})
        assert names(answer) == ["A"]
        assert told in notes(answer)
        assert any("60 heads need 600 m²" in note["en"] for note in answer["notes"])
    enough = ask(here, need={"headcount": 2, "area": {"min": 10, "max": 20}})
    assert not any("面积上限" in note for note in notes(enough))


@pytest.mark.parametrize(
    ("budget", "told"),
    [
        # 100 m² at 50 are 5,000; the dearer one and the one of unknown rent are not cheaper
        (4_999, True),
        (5_000, False),
    ],
)
def test_a_budget_below_every_known_rent_is_answered_with_the_least_there_is(
    budget: float, told: bool
) -> None:
    here = market(
        [{"id": "A"}, {"id": "B"}, {"id": "C"}],
        [free("a", "A", 400, rent=50), free("b", "B", 100, rent=200), free("c", "C", 100)],
    )
    # part of a larger unit is let at its rent
    here.options.loc[here.options["office"] == 0, ["smallest", "smallest_least"]] = 100.0
    answer = ask(here, need={"area": {"min": 100}, "budget_per_month": budget})
    said = [note for note in notes(answer) if "预算" in note]
    words = f"每月预算 {budget:,} 元低于所有已知租金的房源：满足面积的最低也要 5,000 元/月"
    assert said == ([words] if told else [])
    assert [one["id"] for one in answer["unknown"]] == ["C"]


def test_a_date_of_moving_in_that_has_passed_is_answered_and_said() -> None:
    here = market([{"id": "A"}], [free("a", "A", 100)])
    for day, told in ((DAY - dt.timedelta(1), True), (DAY, False)):
        answer = ask(here, need={"move_in": str(day)})
        assert names(answer) == ["A"]
        assert (f"入驻日期 {day} 已过" in notes(answer)) is told


def test_heads_become_area_by_the_square_metres_of_the_preset_or_those_stated() -> None:
    here = market([{"id": "A"}], [free("a", "A", 590)])
    assert names(ask(here, need={"headcount": 49}, preset="finance")) == ["A"]  # 12 m² a head
    assert names(ask(here, need={"headcount": 50}, preset="finance")) == []
    answer = ask(here, need={"headcount": 50, "area_per_person": 11.8})
    assert names(answer) == ["A"]
    assert "人均面积按 11.8 ㎡ 计" in {said["zh"] for said in answer["assumptions"]}
