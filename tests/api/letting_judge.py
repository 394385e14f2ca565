"""What of an office's space can be let as one, worked out in plain Python from the units."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

FREE = ("vacant", "coming")
SPACE = ("area_min", "area_max", "rent_max", "budget_max", "move_in", "fit_out")
"""Bounds that one unit or block must meet together."""

Truth = bool | None


@dataclass(frozen=True)
class Option:
    """Space that can be let as one; None where unknown.

    `least` is the least area it can be cut down to, `dearest` its dearest rent, `monthly` what all
    of it costs; `free` holds for each unit since when it is free: a date, True for already.
    """

    units: frozenset[str]
    area: float | None
    least: float | None
    dearest: float | None
    monthly: float | None
    free: tuple[dt.date | bool | None, ...]
    fit_outs: tuple[str | None, ...]


def options(units: pd.DataFrame) -> Iterator[Option]:
    """Every free unit, every block of up to six adjacent ones, every whole run."""
    free = units[units["status"].isin(FREE)].set_index("id")
    near: dict[str, set[str]] = {str(i): set() for i in free.index}
    for i, others in free["adjacent_to"].items():
        for other in others if isinstance(others, list) else ():
            if other in near and other != i:
                near[str(i)].add(other)
                near[other].add(str(i))
    blocks = {frozenset([i]) for i in near}
    grown = set(blocks)
    while grown:
        grown = {
            block | {neighbour}
            for block in grown
            if len(block) < 6
            for i in block
            for neighbour in near[i] - block
        } - blocks
        blocks |= grown
    blocks |= set(_runs(near))
    known = free.astype("object").where(free.notna(), None)
    rows: dict[str, Any] = {str(i): row for i, row in known.to_dict("index").items()}
    for block in blocks:
        yield _option(block, [rows[i] for i in sorted(block)])


def _option(block: frozenset[str], rows: list[dict[str, Any]]) -> Option:
    area = _sum([row["area"] for row in rows])
    cut = 0 if area is None else max(_can_be_cut(row) for row in rows)
    rents = [row["rent"] for row in rows]
    return Option(
        block,
        area,
        None if area is None else area - cut,
        None if None in rents else max(rents),
        _sum([_cost(row) for row in rows]),
        tuple(
            row["available_from"] or (True if row["status"] == "vacant" else None) for row in rows
        ),
        tuple(row["fit_out"] for row in rows),
    )


def _sum(values: list[float | None]) -> float | None:
    return None if None in values else sum(values)  # type: ignore[arg-type]


def _cost(row: dict[str, Any]) -> float | None:
    area = row["net_area"] if row["rent_area_base"] == "套内面积" else row["area"]
    return None if area is None or row["rent"] is None else float(area * row["rent"])


def _can_be_cut(row: dict[str, Any]) -> float:
    """How much of a unit may be left out of a letting."""
    least = row["min_divisible_area"]
    return 0 if least is None else max(0, row["area"] - least)


def _runs(near: dict[str, set[str]]) -> Iterator[frozenset[str]]:
    left = set(near)
    while left:
        run, edge = set[str](), {left.pop()}
        while edge:
            run |= edge
            edge = set().union(*(near[i] for i in edge)) - run
        left -= run
        yield frozenset(run)


def both(truths: list[Truth]) -> Truth:
    return False if False in truths else None if None in truths else True


def fits(option: Option, asked: dict[str, Any]) -> Truth:
    """Whether an option meets all that is asked of space."""
    return both([_TESTS[name](option, bound, asked) for name, bound in asked.items()])


def _known(value: float | None, test: Any) -> Truth:
    return None if value is None else bool(test(value))


def _within_budget(option: Option, budget: float, asked: dict[str, Any]) -> Truth:
    if option.monthly is None or option.least is None or not option.area:
        return None
    let = min(max(option.least, asked.get("area_min", 0)), option.area)
    return bool(option.monthly * let / option.area <= budget)


def _free_by(option: Option, day: str, asked: dict[str, Any]) -> Truth:
    last = dt.date.fromisoformat(day)
    return both([None if f is None else f is True or f <= last for f in option.free])  # type: ignore[operator]


def _fitted(option: Option, wanted: str, asked: dict[str, Any]) -> Truth:
    return both([None if f is None else f in wanted.split(",") for f in option.fit_outs])


_TESTS: dict[str, Any] = {
    "area_min": lambda o, bound, _: _known(o.area, lambda v: v >= bound),
    "area_max": lambda o, bound, _: _known(o.least, lambda v: v <= bound),
    "rent_max": lambda o, bound, _: _known(o.dearest, lambda v: v <= bound),
    "budget_max": _within_budget,
    "move_in": _free_by,
    "fit_out": _fitted,
}
