"""Blocks of adjacent units: which sets of units hang together.

Rent, date and fit-out are asked of each unit of a block, so that a block may fail by one unit
while the rest of it would do. Of a run of adjacent units every connected set is kept, as long as
there are not too many; a corridor of thirty doors in a row has 465.

A denser run may have exponentially many. Of it are kept the units and pairs, what grows from each
unit breadth-first, and what hangs together of the units that are left under any bounds on rent,
date and fit-out, with what grows from its first unit.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import deque
from collections.abc import Iterator, Mapping
from typing import NamedTuple

MOST_SETS = 500
"""Connected sets of one run beyond which not all of them are kept."""

LONGEST_BLOCK = 30
"""Units in the longest block that is grown of a dense run; beyond it only the whole is kept."""

Block = tuple[str, ...]
Adjoining = Mapping[str, list[str]]


class Known(NamedTuple):
    """What bounds are asked of each unit of a block, None where unknown."""

    rent: float | None
    free: dt.date | None
    fit_out: str | None


def neighbours(stated: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    """Return who adjoins whom among units of one office, whichever of the two states it."""
    found: dict[str, set[str]] = {identifier: set() for identifier in stated}
    for unit, others in stated.items():
        for other in others:
            if other in stated and other != unit:
                found[unit].add(other)
                found[other].add(unit)
    return {identifier: sorted(others) for identifier, others in found.items()}


def _grown(start: str, adjoining: Adjoining) -> list[str]:
    """Return the run of a unit, breadth-first: every beginning of it is a connected block."""
    order, waiting = [start], deque([start])
    seen = {start}
    while waiting:
        for other in adjoining[waiting.popleft()]:
            if other not in seen:
                seen.add(other)
                order.append(other)
                waiting.append(other)
    return order


def _runs(adjoining: Adjoining) -> Iterator[list[str]]:
    """Go through the sets of units that hang together, each as grown from its first unit."""
    seen: set[str] = set()
    for start in sorted(adjoining):
        if start not in seen:
            run = _grown(start, adjoining)
            seen.update(run)
            yield run


def _connected(run: list[str], adjoining: Adjoining) -> set[frozenset[str]] | None:
    """Return every connected set of a run; None where there are too many."""
    found = {frozenset([unit]) for unit in run}
    last = found
    while last:
        last = {
            block | {other}
            for block in last
            for unit in block
            for other in adjoining[unit]
            if other not in block
        }
        found = found | last
        if len(found) > MOST_SETS:
            return None
    return found


def _left(run: list[str], known: Mapping[str, Known]) -> Iterator[frozenset[str]]:
    """Go through the sets of units that are left under bounds on rent, date and fit-out."""
    units = [(unit, known[unit]) for unit in run]
    rents = sorted({k.rent for _, k in units if k.rent is not None})
    days = sorted({k.free for _, k in units if k.free is not None})
    words = sorted({k.fit_out for _, k in units if k.fit_out is not None})
    wanted = [set(some) for n in range(1, len(words)) for some in itertools.combinations(words, n)]
    for rent, day, fit_outs in itertools.product(
        [None, *rents], [None, *days], [None, *wanted, set(words)]
    ):
        yield frozenset(
            unit
            for unit, k in units
            if (rent is None or (k.rent is not None and k.rent <= rent))
            and (day is None or (k.free is not None and k.free <= day))
            and (fit_outs is None or k.fit_out in fit_outs)
        )


def _of_dense(
    run: list[str], adjoining: Adjoining, known: Mapping[str, Known]
) -> Iterator[frozenset[str]]:
    """Go through the blocks that are kept of a run with too many connected sets."""
    for start in run:
        grown = _grown(start, adjoining)
        yield from (frozenset(grown[:n]) for n in range(1, LONGEST_BLOCK + 1))
        yield from (frozenset((start, other)) for other in adjoining[start])
    yield frozenset(run)
    for left in itertools.islice(dict.fromkeys(_left(run, known)), MOST_SETS):
        within = {unit: [o for o in adjoining[unit] if o in left] for unit in left}
        for part in _runs(within):
            yield from (frozenset(part[:n]) for n in range(1, LONGEST_BLOCK + 1))
            yield frozenset(part)


def blocks(adjoining: Adjoining, known: Mapping[str, Known]) -> set[Block]:
    """Return the blocks of one office, each as its sorted units."""
    found: set[frozenset[str]] = set()
    for run in _runs(adjoining):
        every = _connected(run, adjoining)
        found.update(_of_dense(run, adjoining, known) if every is None else every)
    return {tuple(sorted(block)) for block in found}
