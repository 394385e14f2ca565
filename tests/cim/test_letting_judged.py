"""Random offices whose units adjoin anyhow, held against every set of units by plain Python."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from cim import blocks
from cim.database import reading
from cim.matching import Request, recommend
from tests.api.letting_judge import fits, options
from tests.cim.small_city import found, office, unit, unknown

if TYPE_CHECKING:
    from tests.conftest import Bring

OFFICES, UNITS = 60, 6
"""The judge goes through every connected set of up to six units."""

QUESTIONS: list[dict[str, Any]] = [
    {"area_min": 500, "rent_max": 100},
    {"area_min": 700, "rent_max": 80},
    {"area_min": 900, "area_max": 1000, "rent_max": 120},
    {"area_max": 250},
    {"area_min": 300, "area_max": 420, "budget_max": 35_000},
    {"area_min": 600, "move_in": "2027-03-01"},
    {"area_min": 600, "fit_out": "精装,带家具"},
    {"area_min": 500, "fit_out": "精装", "move_in": "2027-01-01", "rent_max": 110},
    {"area_min": 800, "budget_max": 60_000},
    {"budget_max": 12_000},
]


def _drawn(chance: np.random.Generator, values: list[Any]) -> Any:
    return values[int(chance.integers(len(values)))]


def _units(chance: np.random.Generator, office_code: str) -> list[dict[str, Any]]:
    """Up to six units; any two adjoin with an even chance: rings, stars and crossings."""
    codes = [f"{office_code}-{n}" for n in range(int(chance.integers(2, UNITS + 1)))]
    near: dict[str, list[str]] = {code: [] for code in codes}
    for one, other in itertools.combinations(codes, 2):
        if chance.random() < 0.45:
            near[one].append(f"t:{other}")
    return [
        unit(
            code,
            office_code,
            area=_drawn(chance, [100, 150, 200, 250, 300, None]),
            net_area=_drawn(chance, [90, 140, None, None]),
            min_divisible_area=_drawn(chance, [50, 100, None, None, None]),
            rent=_drawn(chance, [60, 80, 100, 120, 140, None]),
            rent_area_base=_drawn(chance, ["建筑面积", "建筑面积", "套内面积", None]),
            rent_includes_fee=_drawn(chance, ["true", "false", "false", None]),
            status=_drawn(chance, ["vacant", "vacant", "coming", "let"]),
            available_from=_drawn(chance, ["2026-12-01", "2027-02-01", "2027-06-01", None]),
            fit_out=_drawn(chance, ["精装", "精装", "带家具", "毛坯", None]),
            adjacent_to=near[code] or None,
        )
        for code in codes
    ]


def _judged(units: list[dict[str, Any]], of_office: dict[str, Any], asked: dict[str, Any]) -> Any:
    rows = pd.DataFrame(units).assign(id=lambda f: "t:" + f["id"])
    rows["rent_includes_fee"] = rows["rent_includes_fee"].map({"true": True, "false": False})
    rows["available_from"] = pd.to_datetime(rows["available_from"]).dt.date
    rows = rows.astype(object).where(rows.notna(), None)
    told = {"property_fee": None, "efficiency": None, **of_office}
    truths = {fits(option, asked) for option in options(rows, told)}
    return True if True in truths else None if None in truths else False


Town = dict[str, tuple[dict[str, Any], list[dict[str, Any]]]]


def _town(bring: Bring) -> Town:
    chance = np.random.default_rng(20261124)
    made = {}
    for n in range(OFFICES):
        of_office = {
            "property_fee": _drawn(chance, [10, 25, None]),
            "efficiency": _drawn(chance, [70, None]),
        }
        made[f"O{n}"] = of_office, _units(chance, f"O{n}")
    bring("office", *(office(code, **fields) for code, (fields, _) in made.items()))
    bring("office_unit", *(row for _, units in made.values() for row in units))
    return made


@pytest.fixture
def town(bring: Bring) -> Town:
    return _town(bring)


def test_a_search_finds_what_every_set_of_units_would_do(
    town: Town,
) -> None:
    for asked in QUESTIONS:
        truths = {code: _judged(units, fields, asked) for code, (fields, units) in town.items()}
        assert set(found(**asked)) == {code for code, truth in truths.items() if truth}, asked
        left_open = sum(truth is None for truth in truths.values())
        assert unknown(**asked).get("space", 0) == left_open, asked


@pytest.mark.parametrize("left", [2000, 4])
def test_a_search_is_not_sure_where_the_block_that_would_do_is_not_kept(
    bring: Bring, monkeypatch: pytest.MonkeyPatch, left: int
) -> None:
    # as if these were floors of many more sets than are kept
    monkeypatch.setattr(blocks, "MOST_SETS", 8)
    monkeypatch.setattr(blocks, "MOST_LEFT", left)
    made = _town(bring)
    doubted = 0
    for asked in QUESTIONS:
        truths = {code: _judged(units, fields, asked) for code, (fields, units) in made.items()}
        yes = set(found(**asked))
        assert yes <= {code for code, truth in truths.items() if truth}, asked
        left_open = unknown(**asked).get("space", 0)
        # each that was not found is left open, and no office that surely has nothing is lost
        assert left_open >= sum(t is not False for t in truths.values()) - len(yes), asked
        doubted += left_open - sum(truth is None for truth in truths.values())
        if "area_min" not in asked or (
            left == 2000 and not {"area_max", "budget_max"} & set(asked)
        ):
            assert yes == {code for code, truth in truths.items() if truth}, asked
            assert left_open == sum(truth is None for truth in truths.values()), asked
    assert doubted > 0


def test_a_recommendation_says_the_same_of_single_blocks(
    town: Town,
) -> None:
    # without a least area nothing is put together
    for asked, request in (
        ({"area_max": 250}, {"need": {"area": {"max": 250}}}),
        ({"rent_max": 70}, {"must": {"rent_max": 70}}),
        ({"budget_max": 12_000}, {"need": {"budget_per_month": 12_000}}),
        (
            {"area_max": 160, "fit_out": "精装", "rent_max": 100},
            {"need": {"area": {"max": 160}, "fit_out": ["精装"]}, "must": {"rent_max": 100}},
        ),
    ):
        truths = {code: _judged(units, fields, asked) for code, (fields, units) in town.items()}
        with reading() as connection:
            answer = recommend(connection, Request.model_validate({**request, "limit": 100}))
        yes = {result.office["name"] for result in answer.results}
        assert yes == {code for code, truth in truths.items() if truth}, asked
        assert answer.unknown_count == sum(truth is None for truth in truths.values()), asked
