"""Which free parts of an office are put together, and that no set of them is missed."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cim.letting import FreeUnit
from cim.matching import summing
from cim.matching.patching import merge
from cim.matching.summing import Bounds, Units, best_sets, some_set
from tests.cim.small_market import ask, free, market, names

OFTEN = settings(derandomize=True, max_examples=60, deadline=None)


def shown(answer: dict[str, Any]) -> list[str]:
    """Ids of the units of the first office."""
    return [unit["id"] for unit in answer["results"][0]["units"]]


def state_of(answer: dict[str, Any], office: str) -> str:
    if office in names(answer):
        return "yes"
    return "unknown" if office in {one["id"] for one in answer["unknown"]} else "no"


@st.composite
def offices(draw: st.DrawFn) -> list[FreeUnit]:
    """Up to ten free units of one office, some of which can be cut down or adjoin."""
    units = []
    for n in range(draw(st.integers(2, 10))):
        area = draw(st.integers(5, 60)) * 10.1
        part = draw(st.none() | st.floats(0.2, 1))
        units.append(
            free(
                f"u{n}",
                "A",
                area,
                rent=draw(st.integers(50, 140).map(float) | st.none()),
                min_divisible_area=None if part is None else round(part * area, 1),
                adjacent_to=(f"u{n + 1}",) if draw(st.booleans()) else (),
            )
        )
    return units


@st.composite
def needs(draw: st.DrawFn) -> dict[str, Any]:
    low = float(draw(st.integers(30, 150)) * 10)
    need: dict[str, Any] = {"area": {"min": low}}
    if draw(st.booleans()):
        need["area"]["max"] = low + draw(st.integers(0, 20)) * 10
    if draw(st.booleans()):
        need["budget_per_month"] = low * draw(st.integers(55, 130))
    must = {"rent_max": float(draw(st.integers(60, 140)))} if draw(st.booleans()) else {}
    return {"need": need, "must": must}


def would_do(
    units: list[FreeUnit],
    asked: dict[str, Any],
    fits: Callable[[Sequence[FreeUnit]], bool] = lambda _: True,
) -> bool:
    """Try every set of units: one may be cut down, and the rent is paid in proportion."""
    low = asked["need"]["area"]["min"]
    high = asked["need"]["area"].get("max", 1e9)
    budget = asked["need"].get("budget_per_month")
    most = asked["must"].get("rent_max")
    for some in itertools.chain.from_iterable(
        itertools.combinations(units, n) for n in range(1, len(units) + 1)
    ):
        if not fits(some):
            continue
        rents = [unit.rent for unit in some]
        if most is not None and any(rent is None or rent > most for rent in rents):
            continue
        areas = [unit.area or 0 for unit in some]
        total, smallest = sum(areas), sum(areas) - max(unit.spare for unit in some)
        if total < low - 1e-6 or smallest > high + 1e-6:
            continue
        if budget is None:
            return True
        if None not in rents:
            cost = sum(a * (r or 0) for a, r in zip(areas, rents, strict=True))
            if cost * max(smallest, low) / total <= budget + 1e-6:
                return True
    return False


@OFTEN
@given(offices(), needs())
def test_an_office_serves_just_where_any_set_of_its_units_does(
    units: list[FreeUnit], asked: dict[str, Any]
) -> None:
    answer = ask(market([{"id": "A"}], units), **asked)
    assert (state_of(answer, "A") == "yes") is would_do(units, asked)
    # a rent that nobody knows may turn out to be none
    silent = [unit if unit.rent is not None else _for_nothing(unit) for unit in units]
    assert (state_of(answer, "A") == "no") is not would_do(silent, asked)


def connected(units: Sequence[FreeUnit]) -> bool:
    """Tell whether units hang together, each naming those it adjoins."""
    left = list(units)
    reached = {left.pop().id}
    while joined := [
        one
        for one in left
        if reached & set(one.adjacent_to)
        or any(one.id in other.adjacent_to for other in units if other.id in reached)
    ]:
        reached.update(one.id for one in joined)
        left = [one for one in left if one.id not in reached]
    return not left


@OFTEN
@given(offices(), needs())
def test_where_units_must_be_adjacent_an_office_serves_just_where_a_connected_set_does(
    units: list[FreeUnit], asked: dict[str, Any]
) -> None:
    asked["need"]["contiguous"] = True
    answer = ask(market([{"id": "A"}], units), **asked)
    expected = would_do(units, asked, fits=connected)
    assert (state_of(answer, "A") == "yes") is expected
    if expected:
        held = {unit.id: unit for unit in units}
        assert connected([held[one] for one in shown(answer)])
        assert not answer["results"][0]["option"]["combined"]
    told = [step for step in answer["funnel"] if step["bound"] == "need.contiguous"]
    assert [(step["zh"], step["en"]) for step in told] == [("单元相邻", "adjacency of units")]
    # what gives way where only the units lie apart
    apart = not expected and would_do(units, asked)
    assert apart is (
        {"need": {"contiguous": None}} in [one["change"] for one in answer["relaxations"]]
    )


def test_a_need_that_does_not_ask_for_adjacent_units_is_no_bound() -> None:
    here = market([{"id": "A"}], [free("a", "A", 500), free("b", "A", 350)])
    answers = [
        ask(here, need={"area": {"min": 600}, **wish}) for wish in ({}, {"contiguous": False})
    ]
    assert answers[0] == answers[1]
    assert names(answers[0]) == ["A"]


def _for_nothing(unit: FreeUnit) -> FreeUnit:
    return free(
        unit.id,
        unit.office_id,
        unit.area,
        rent=0.0,
        min_divisible_area=unit.min_divisible_area,
        adjacent_to=unit.adjacent_to,
    )


@OFTEN
@given(offices(), needs(), st.sampled_from(["min", "max", "budget", "rent"]), st.floats(0.5, 0.99))
def test_a_looser_bound_never_loses_an_office(
    units: list[FreeUnit], asked: dict[str, Any], bound: str, by: float
) -> None:
    here = market([{"id": "A"}], units)
    need, must = asked["need"], asked["must"]
    changes: list[dict[str, Any]] = []
    if bound == "min":
        changes = [{"need": {"area": {"min": low}}} for low in (need["area"]["min"] * by, None)]
    elif bound == "max" and "max" in need["area"]:
        changes = [{"need": {"area": {"max": most}}} for most in (need["area"]["max"] / by, None)]
    elif bound == "budget" and "budget_per_month" in need:
        budget = need["budget_per_month"] / by
        changes = [{"need": {"budget_per_month": most}} for most in (budget, None)]
    elif bound == "rent" and "rent_max" in must:
        changes = [{"must": {"rent_max": most}} for most in (must["rent_max"] / by, None)]
    order = ["no", "unknown", "yes"]
    before = order.index(state_of(ask(here, **asked), "A"))
    for change in changes:
        assert order.index(state_of(ask(here, **merge(asked, change)), "A")) >= before


def test_a_set_between_two_bounds_is_found_where_the_largest_first_misses_it() -> None:
    units = [free("a", "A", 500), free("b", "A", 350), free("c", "A", 300)]
    here = market([{"id": "A"}], units)
    answer = ask(here, need={"area": {"min": 600, "max": 700}})
    assert shown(answer) == ["b", "c"]
    assert answer["relaxations"] == []


def test_the_cheaper_parts_are_put_together_where_the_largest_break_the_budget() -> None:
    rents = {"a": 150, "b": 140, "c": 60, "d": 60}
    units = [free(name, "A", 900 - 100 * n, rent=r) for n, (name, r) in enumerate(rents.items())]
    here = market([{"id": "A"}], units)
    need = {"area": {"min": 1200}}
    assert shown(ask(here, need=need)) == ["a", "d"]
    # 700 and 600 m² at 60
    assert shown(ask(here, need={**need, "budget_per_month": 78_000})) == ["c", "d"]
    assert state_of(ask(here, need={**need, "budget_per_month": 77_999}), "A") == "no"


def test_the_last_part_is_the_smallest_that_is_enough() -> None:
    units = [free(f"a{n}", "A", area) for n, area in enumerate((500, 450, 300, 120))]
    assert shown(ask(market([{"id": "A"}], units), need={"area": {"min": 600}})) == ["a0", "a3"]


def test_parking_spaces_are_brought_by_parts_put_together_whether_area_is_stated_or_not() -> None:
    # 0.7 for 100 m²: 1,000 m² bring 7
    units = [free("a", "A", 600), free("b", "A", 400)]
    here = market([{"id": "A", "parking_ratio": 0.7}], units)
    areas: tuple[dict[str, Any], ...] = ({}, {"min": 500})
    for area in areas:
        assert state_of(ask(here, need={"area": area, "parking_spaces": 7}), "A") == "yes"
        assert state_of(ask(here, need={"area": area, "parking_spaces": 7.1}), "A") == "no"
    need = {"area": {"min": 500, "max": 700}, "parking_spaces": 7}
    steps = {step["bound"]: step["remaining"] for step in ask(here, need=need)["funnel"]}
    assert (steps["need.area.max"], steps["need.parking_spaces"]) == (1, 0)


def test_a_budget_that_is_just_what_the_space_costs_is_enough() -> None:
    areas, rents = (213.8, 354.5, 535.6, 248.0), (135, 178, 158, 179)
    for adjoin in (True, False):
        units = [
            free(f"u{n}", "A", area, rent=rent, adjacent_to=(f"u{n + 1}",) if adjoin else ())
            for n, (area, rent) in enumerate(zip(areas, rents, strict=True))
        ]
        here = market([{"id": "A"}], units)
        need = {"area": {"min": 1351.9}}
        assert state_of(ask(here, need={**need, "budget_per_month": 220_980.8}), "A") == "yes"
        assert state_of(ask(here, need={**need, "budget_per_month": 220_980.7}), "A") == "no"


@settings(OFTEN, max_examples=400)
@given(
    # few different areas, so that many sets have the same
    st.lists(
        st.tuples(st.integers(1, 4), st.sampled_from([0, 0, 0, 0.5]), st.integers(5, 15)),
        min_size=2,
        max_size=8,
    ),
    st.integers(2, 16),
    st.sampled_from([0, 1, 5, np.inf]),
    st.integers(5, 15) | st.just(np.inf),
)
def test_following_sums_finds_a_set_just_where_trying_each_does(
    drawn: list[tuple[int, float, int]], needed: int, room: float, rate: float
) -> None:
    area, share, rent = np.array(drawn, dtype=float).T
    units = Units(area, area * share, area * rent)
    bounds = Bounds(np.array([float(needed)]), needed + room, needed * rate)
    [tried] = best_sets(Units(*(a[None] for a in (area, area * share, area * rent))), bounds)
    found = some_set(units, bounds)
    assert found is not None
    assert found.any() == tried.any()
    if found.any():
        spare = (area * share)[found].max(keepdims=True)
        total, cost = area[found].sum(keepdims=True), (area * rent)[found].sum(keepdims=True)
        assert bounds.met_by(total, spare, cost).all()


def test_an_office_of_forty_free_units_is_searched_all_through() -> None:
    units = [free(f"u{n:02}", "A", 100 + n * 7, rent=50 + n) for n in range(40)]
    here = market([{"id": "A"}], units)
    # every area is 100 more than a multiple of 7: the sum of n units is 100 n more than one
    found = ask(here, need={"area": {"min": 1000.5, "max": 1002}})
    assert 1000.5 <= found["results"][0]["option"]["area"] <= 1002
    assert state_of(ask(here, need={"area": {"min": 1000.2, "max": 1000.8}}), "A") == "no"


def test_an_office_with_too_many_sets_to_look_at_is_unknown_and_never_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(summing, "MOST_SUMS", 10)
    units = [free(f"u{n:02}", "A", 100 + n * 7) for n in range(40)]
    here = market([{"id": "A"}], units)
    answer = ask(here, need={"area": {"min": 1000.2, "max": 1000.8}})
    assert state_of(answer, "A") == "unknown"
    assert [one["zh"] for one in answer["unknown"][0]["missing"]] == ["空间组合太多，没有逐一核对"]
