"""Random dense floors, every connected set of their units, and what plain arithmetic says of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from cim.letting import FreeUnit
from tests.cim.small_market import free

FIT_OUTS = ("毛坯", "简装", "精装", "带家具")
START = dt.date(2026, 12, 1)
Truth = bool | None


def adjoining(units: list[FreeUnit]) -> dict[str, set[str]]:
    near: dict[str, set[str]] = {one.id: set() for one in units}
    for one in units:
        for other in one.adjacent_to:
            near[one.id].add(other)
            near[other].add(one.id)
    return near


def connected_sets(units: list[FreeUnit]) -> set[frozenset[str]]:
    """Every set of units that hang together, by plain growing."""
    near = adjoining(units)
    last = {frozenset([code]) for code in near}
    every = set(last)
    while last:
        last = {block | {o} for block in last for u in block for o in near[u] - block} - every
        every |= last
    return every


def both(truths: Iterator[Truth] | list[Truth]) -> Truth:
    each = list(truths)
    return False if False in each else None if None in each else True


def at_most(value: float | None, bound: float) -> Truth:
    return None if value is None else value <= bound


def judged(block: list[FreeUnit], asked: dict[str, Any]) -> Truth:
    """Whether a block meets what is asked, by plain arithmetic over its units."""
    known = sum(u.area or 0 for u in block)
    whole = all(u.area is not None for u in block)
    least = known - max(u.spare for u in block)
    truths: list[Truth] = []
    for name, bound in asked.items():
        if name == "area_min":
            truths.append(True if known >= bound else False if whole else None)
        elif name == "area_max":
            truths.append(False if least > bound else True if whole else None)
        elif name == "rent_max":
            truths.append(both(at_most(u.rent_most, bound) for u in block))
        elif name == "fit_out":
            truths.append(both(None if u.fit_out is None else u.fit_out in bound for u in block))
        elif name == "move_in":
            truths.append(
                both(
                    u.available_from <= bound
                    if u.available_from
                    else (True if u.status == "vacant" else None)
                    for u in block
                )
            )
        else:
            cost = sum(u.monthly_least for u in block)
            sure = whole and all(u.monthly_most is not None for u in block)
            share = (max(least, asked.get("area_min", 0)) if whole else least) / (known or 1)
            truths.append(
                None
                if not known
                else cost * share <= bound
                if sure
                else False
                if cost * share > bound
                else None
            )
    return both(truths)


def best(truths: Iterator[Truth]) -> Truth:
    each = set(truths)
    return True if True in each else None if None in each else False


def floor(seed: int, *, known: bool) -> list[FreeUnit]:
    """Ten to fourteen doors on two sides of a corridor, or adjoining anyhow."""
    chance = np.random.default_rng(seed)
    count, ladder = int(chance.integers(10, 15)), bool(chance.integers(2))

    def drawn(values: Sequence[Any]) -> Any:
        if not known and chance.random() < 0.04:
            return None
        return values[int(chance.integers(len(values)))]

    def near(n: int) -> tuple[str, ...]:
        ahead = (n + 2, *([n + 1] if n % 2 == 0 else [])) if ladder else range(n + 1, count)
        return tuple(f"{o:02}" for o in ahead if o < count and (ladder or chance.random() < 0.3))

    return [
        free(
            f"{n:02}",
            "A",
            drawn([float(area) for area in range(50, 250)]),
            rent=drawn([70.0, 75.0, 80.0, 85.0, 90.0, 100.0]),
            min_divisible_area=30.0 if chance.random() < 0.03 else None,
            status="coming" if chance.random() < 0.5 else "vacant",
            available_from=drawn([START + dt.timedelta(30 * month) for month in range(6)]),
            fit_out=drawn(FIT_OUTS),
            adjacent_to=near(n),
        )
        for n in range(count)
    ]


def questions_of_space(seed: int, count: int = 40) -> Iterator[dict[str, Any]]:
    """Narrow and wide ones."""
    chance = np.random.default_rng(seed)
    for _ in range(count):
        least = int(chance.integers(100, 1500))
        asked: dict[str, Any] = {"area_min": float(least)}
        if chance.random() < 0.7:
            asked["area_max"] = float(least + chance.choice([0, 3, 20, 100]))
        if chance.random() < 0.4:
            asked["rent_max"] = float(chance.choice([75, 80, 87, 90]))
        if chance.random() < 0.3:
            asked["move_in"] = START + dt.timedelta(int(chance.integers(0, 160)))
        if chance.random() < 0.3:
            asked["fit_out"] = set(chance.choice(FIT_OUTS, int(chance.integers(1, 4))).tolist())
        if chance.random() < 0.3:
            asked["budget_max"] = float(least * chance.choice([70, 78, 90]))
        yield asked


def truth(units: list[FreeUnit], sets: Any, asked: dict[str, Any]) -> Truth:
    by_code = {one.id: one for one in units}
    return best(judged([by_code[code] for code in block], asked) for block in sets)


def request_of(asked: dict[str, Any]) -> dict[str, Any]:
    """The same question to the recommendation."""
    area = {"min": asked["area_min"], "max": asked.get("area_max")}
    need: dict[str, Any] = {"area": area, "budget_per_month": asked.get("budget_max")}
    if "move_in" in asked:
        need["move_in"] = asked["move_in"].isoformat()
    if "fit_out" in asked:
        need["fit_out"] = sorted(asked["fit_out"])
    return {"need": need, "must": {"rent_max": asked.get("rent_max")}}
