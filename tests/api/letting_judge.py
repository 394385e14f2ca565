"""What of an office's space can be let as one, worked out in plain Python from the units."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

FREE = ("vacant", "coming")
SPACE = ("area_min", "area_max", "rent_max", "budget_max", "move_in", "fit_out")
"""Bounds that one unit or block must meet together."""

Truth = bool | None


Ends = tuple[float, float]
"""The least and the most that a number can be; the most is infinite where nobody knows."""


def comparable(unit: dict[str, Any], office: dict[str, Any]) -> Ends:
    """CNY per m² of gross area without the property fee."""
    if unit["rent"] is None:
        return 0, math.inf
    most, known = unit["rent"], True
    if unit["rent_area_base"] == "套内面积":
        share = _efficiency(unit, office)
        most, known = (most, False) if share is None else (most * share, True)
    if unit["rent_includes_fee"]:
        fee = office["property_fee"]
        if fee is None or fee > most:
            known = False
        else:
            most -= fee
    return (most if known else 0), most


def _efficiency(unit: dict[str, Any], office: dict[str, Any]) -> float | None:
    net, gross = unit["net_area"], unit["area"]
    if net and gross and net <= gross:
        return float(net / gross)
    return office["efficiency"] / 100 if office["efficiency"] else None


@dataclass(frozen=True)
class Option:
    """Space that can be let as one; None where unknown.

    `least` is the least area it can be cut down to, `dearest` the ends between which its dearest
    comparable rent lies, `monthly` those of what all of it costs, `surely` how much area it has at
    least, and can be cut down to; `free` holds for each unit since when it is free: a date, True
    for already.
    """

    units: frozenset[str]
    area: float | None
    least: float | None
    surely: tuple[float, float]
    dearest: Ends
    monthly: Ends
    free: tuple[dt.date | bool | None, ...]
    fit_outs: tuple[str | None, ...]


def options(units: pd.DataFrame, office: dict[str, Any]) -> Iterator[Option]:
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
        yield _option(block, [rows[i] for i in sorted(block)], office)


def _option(block: frozenset[str], rows: list[dict[str, Any]], office: dict[str, Any]) -> Option:
    area = _sum([row["area"] for row in rows])
    cut = max(_can_be_cut(row) for row in rows)
    known = sum(row["area"] or 0 for row in rows)
    rents = [comparable(row, office) for row in rows]
    costs = [_cost(row, office) for row in rows]
    return Option(
        block,
        area,
        None if area is None else area - cut,
        (known, known - cut),
        (max(low for low, _ in rents), max(high for _, high in rents)),
        (sum(low for low, _ in costs), sum(high for _, high in costs)),
        tuple(
            row["available_from"] or (True if row["status"] == "vacant" else None) for row in rows
        ),
        tuple(row["fit_out"] for row in rows),
    )


def _sum(values: list[float | None]) -> float | None:
    return None if None in values else sum(values)  # type: ignore[arg-type]


def _cost(row: dict[str, Any], office: dict[str, Any]) -> Ends:
    """What a unit costs in a month, as quoted."""
    rent, area, share = row["rent"], row["area"], _efficiency(row, office)
    if rent is None:
        return 0, math.inf
    if row["rent_area_base"] != "套内面积":
        return (0, math.inf) if area is None else (rent * area,) * 2
    if row["net_area"] is not None:
        return (rent * row["net_area"],) * 2
    if area is None:
        return 0, math.inf
    return (0, rent * area) if share is None else (rent * area * share,) * 2


def _can_be_cut(row: dict[str, Any]) -> float:
    """How much of a unit may be left out of a letting."""
    least, area = row["min_divisible_area"], row["area"]
    return 0 if least is None or area is None else max(0, area - least)


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


def _at_most(ends: Ends, bound: float) -> Truth:
    low, high = ends
    return True if high <= bound else False if low > bound else None


def _large(option: Option, bound: float, asked: dict[str, Any]) -> Truth:
    return True if option.surely[0] >= bound else None if option.area is None else False


def _small(option: Option, bound: float, asked: dict[str, Any]) -> Truth:
    most = math.inf if option.least is None else option.least
    return _at_most((option.surely[1], most), bound)


def _within_budget(option: Option, budget: float, asked: dict[str, Any]) -> Truth:
    low, high = option.monthly
    if option.area is None or option.least is None:
        known, least = option.surely
        return False if known and low * least / known > budget else None
    if not option.area:
        return None
    share = min(max(option.least, asked.get("area_min", 0)), option.area) / option.area
    return _at_most((low * share, high * share), budget)


def _free_by(option: Option, day: str, asked: dict[str, Any]) -> Truth:
    last = dt.date.fromisoformat(day)
    return both([None if f is None else f is True or f <= last for f in option.free])  # type: ignore[operator]


def _fitted(option: Option, wanted: str, asked: dict[str, Any]) -> Truth:
    return both([None if f is None else f in wanted.split(",") for f in option.fit_outs])


_TESTS: dict[str, Any] = {
    "area_min": _large,
    "area_max": _small,
    "rent_max": lambda o, bound, _: _at_most(o.dearest, bound),
    "budget_max": _within_budget,
    "move_in": _free_by,
    "fit_out": _fitted,
}
