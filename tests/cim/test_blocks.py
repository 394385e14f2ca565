"""Blocks of adjacent units, held against every connected set of random dense floors."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cim import blocks as keeping
from cim.blocks import MOST_SETS, Known, Unseen, blocks, neighbours
from cim.letting import options
from cim.matching import Request
from cim.matching.funnel import space_bounds
from cim.matching.offers import judge_offers, offers_of
from cim.matching.truth import NO, UNKNOWN, YES
from cim.matching.unseen import unseen_truth
from tests.cim.dense_floors import (
    FIT_OUTS,
    START,
    adjoining,
    connected_sets,
    floor,
    questions_of_space,
    request_of,
    truth,
)
from tests.cim.random_market import ALWAYS
from tests.cim.small_city import found, office, unit, unknown
from tests.cim.small_market import ask, free, market, names

if TYPE_CHECKING:
    from tests.conftest import Bring


@ALWAYS
@given(st.integers(0, 2**32))
def test_of_a_floor_with_no_more_sets_than_are_kept_every_one_is(seed: int) -> None:
    units = floor(seed, known=True)
    every = connected_sets(units)
    rows = options(units)
    kept = {frozenset(row["units"]) for row in rows}  # type: ignore[call-overload]
    assert kept <= every
    if len(every) <= MOST_SETS:
        assert kept == every
        assert {row["unseen"] for row in rows} == {Unseen.NOTHING}
    else:
        assert len(kept) == MOST_SETS


@pytest.mark.parametrize(("sets", "left"), [(60, 2000), (60, 5)])
@ALWAYS
@given(st.integers(0, 2**32))
def test_a_block_that_is_not_kept_is_never_a_no(sets: int, left: int, seed: int) -> None:
    units = floor(seed, known=False)
    every = connected_sets(units)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keeping, "MOST_SETS", sets)
        patch.setattr(keeping, "MOST_LEFT", left)
        town = market([{"id": "A"}], units)
    for asked in questions_of_space(seed):
        request = Request.model_validate(request_of(asked))
        bounds = space_bounds(request)
        # by themselves, before free parts that do not adjoin are put together
        kept = judge_offers(offers_of(town), request, bounds).max()
        said = max(kept, unseen_truth(town, request, bounds)[0])
        really = truth(units, every, asked)
        assert said >= (UNKNOWN if really is not False else NO), asked
        assert kept < YES or really, asked


@ALWAYS
@given(st.integers(0, 2**32))
def test_what_is_left_under_bounds_is_kept_so_that_no_larger_block_is_missed(seed: int) -> None:
    units = floor(seed, known=False)
    every = connected_sets(units)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keeping, "MOST_SETS", 60)
        rows = options(units)
    kept = [row["units"] for row in rows]
    for asked in questions_of_space(seed):
        large = {k: v for k, v in asked.items() if k not in ("area_max", "budget_max")}
        if {row["unseen"] for row in rows} <= {Unseen.NOTHING, Unseen.PARTS}:
            assert truth(units, kept, large) is truth(units, every, large), large


def test_the_largest_block_under_a_bound_is_kept_of_eighty_units() -> None:
    chance = np.random.default_rng(4)
    units = [
        free(
            f"{n:03}",
            "A",
            float(chance.integers(80, 121)),
            rent=60 + float(chance.integers(0, 4000)) / 50,
            status="coming",
            available_from=START + dt.timedelta(int(chance.integers(0, 60))),
            fit_out=FIT_OUTS[int(chance.integers(4))],
            adjacent_to=tuple(
                f"{o:03}" for o in (n + 2, *([n + 1] if n % 2 == 0 else [])) if o < 80
            ),
        )
        for n in range(80)
    ]
    near, rows = adjoining(units), options(units)
    for rent in range(65, 140, 5):
        left = {u.id: u.area or 0 for u in units if (u.rent_most or 0) <= rent}
        largest = 0.0
        while left:
            part, edge = 0.0, [next(iter(left))]
            while edge:
                part += left.pop(edge[-1]) if edge[-1] in left else 0
                edge = [*edge[:-1], *(near[edge[-1]] & set(left))]
            largest = max(largest, part)
        within = [r for r in rows if r["rent_most"] <= rent]  # type: ignore[operator]
        assert max((r["area"] for r in within), default=0) == pytest.approx(largest)  # type: ignore[type-var]


@pytest.mark.parametrize("count", [300, 1000])
def test_work_and_rows_of_a_long_dense_run_are_bounded(
    count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    near = neighbours({f"{n:04}": (f"{n + 1:04}", f"{n + 2:04}") for n in range(count)})
    known = {
        code: Known(60 + n / 7, 60 + n / 7, START + dt.timedelta(n), FIT_OUTS[n % 4])
        for n, code in enumerate(near)
    }
    gone_through = 0
    parts = keeping._parts

    def counted(within: int, adjacent: list[int]) -> Iterator[int]:
        nonlocal gone_through
        gone_through += within.bit_count()
        return parts(within, adjacent)

    monkeypatch.setattr(keeping, "_parts", counted)
    kept = blocks(near, known)
    assert len(kept) == MOST_SETS
    assert set(kept.values()) == {Unseen.LEFT}
    assert tuple(sorted(near)) in kept
    assert gone_through <= keeping.MOST_NAMED


def _corridor(count: int) -> list[dict[str, Any]]:
    """Doors on two sides of a corridor, each beside the next and across from one."""
    chance = np.random.default_rng(7)
    return [
        unit(
            f"{n:02}",
            area=float(chance.choice([60, 80, 95, 110, 130, 150, 180, 220])),
            rent=float(chance.choice([70, 75, 80, 85, 90, 100])),
            adjacent_to=[
                f"t:{o:02}" for o in (n + 2, *([n + 1] if n % 2 == 0 else [])) if o < count
            ]
            or None,
        )
        for n in range(count)
    ]


@pytest.mark.parametrize("count", [14, 15])
def test_a_search_finds_every_block_of_a_floor_or_says_that_it_is_not_sure(
    bring: Bring, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    if count == 15:
        # as if it were a floor of many more sets than are kept
        monkeypatch.setattr(keeping, "MOST_SETS", 100)
    bring("office", office("O"))
    rows = _corridor(count)
    bring("office_unit", *rows)
    units = [
        free(
            row["id"],
            "O",
            row["area"],
            rent=row["rent"],
            adjacent_to=tuple(o[2:] for o in row["adjacent_to"] or ()),
        )
        for row in rows
    ]
    every = connected_sets(units)
    said: dict[str, int] = {"yes": 0, "no": 0, "unknown": 0}
    for least in range(300, 1500, 75):
        for bounds in (
            {"area_max": least + 10, "rent_max": 80},
            {"area_max": least + 10, "rent_max": 85},
            {"area_max": least + 30},
            {"rent_max": 80},
            {"rent_max": 85, "budget_max": 78 * least},
        ):
            asked = {"area_min": least, **bounds}
            really = truth(units, every, asked)
            if found(**asked):
                said["yes"] += 1
                assert really is True, asked
            elif unknown(**asked):
                said["unknown"] += 1
                assert count == 15, asked
                # with no bound on what a part may be, what is kept decides
                assert {"area_max", "budget_max"} & set(asked), asked
            else:
                said["no"] += 1
                assert really is False, asked
    assert said["yes"]
    assert said["no"]
    assert bool(said["unknown"]) is (count == 15)


def test_a_recommendation_finds_among_units_what_the_kept_blocks_do_not_hold(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keeping, "MOST_SETS", 20)
    # seven units of which each adjoins the others; only four at 100 and three at 1 make 403
    units = [
        free(
            f"{n}",
            "A",
            100.0 if n < 4 else 1.0,
            rent=80.0,
            adjacent_to=tuple(str(o) for o in range(n + 1, 7)),
        )
        for n in range(7)
    ]
    town = market([{"id": "A"}], units)
    answer = ask(town, need={"area": {"min": 302, "max": 302}})
    assert names(answer) == ["A"]
    assert sum(unit["area"] for unit in answer["results"][0]["units"]) == 302
    # more than the whole floor has, and dearer than anything: a plain no
    assert ask(town, need={"area": {"min": 404}})["unknown"] == []
    assert (
        ask(town, need={"area": {"min": 302, "max": 302}}, must={"rent_max": 70})["unknown"] == []
    )
