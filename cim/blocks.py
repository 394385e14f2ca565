"""Blocks of adjacent units: which sets of units hang together.

Rent, date and fit-out are asked of each unit of a block, so that a block may fail by one unit
while the rest of it would do. Of a run of adjacent units every connected set is kept, as long as
there are not too many; a corridor of thirty doors in a row has 465, one of fourteen doors on two
sides some 1,700.

A denser run may have exponentially many. Of it are kept, besides each unit and the whole:

- what hangs together of the units that surely meet, and of those that may meet, any bounds on
  rent, date and fit-out: no block that meets the bounds is larger;
- what grows from each of these and from each unit, breadth-first, one unit at a time;
- the connected sets of the fewest units, as many as there is room for.

So a block between two areas may be missed, and is `Unseen.PARTS`; where there was no room for all
that is left under bounds, a large block may be missed too, and is `Unseen.LEFT`. Such a miss is
never a no: `cim.offices.options` and `cim.matching.unseen` say how it is told.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import deque
from collections.abc import Iterator, Mapping
from enum import IntEnum
from typing import NamedTuple

MOST_SETS = 5000
"""Connected sets of one run that are kept; where there are no more, all of them are."""

MOST_LEFT = 2000
"""Sets that are left of a dense run under bounds, beyond which not all of them are kept."""

MOST_TRIED = 20_000
"""Bounds that are tried on a dense run."""

MOST_NAMED = 100_000
"""Units of all the sets that are left of a dense run; so the work is bounded for a long one."""

LONGEST_BLOCK = 30
"""Units in the longest block that is grown of a dense run."""

Block = tuple[str, ...]
Adjoining = Mapping[str, list[str]]
_Set = int
"""Units of one run, a bit each."""


class Unseen(IntEnum):
    """What of a run of adjacent units is not kept."""

    NOTHING = 0
    PARTS = 1
    """Blocks within what is left under bounds on rent, date and fit-out."""
    LEFT = 2
    """Some of what is left under such bounds as well."""


class Known(NamedTuple):
    """What bounds are asked of each unit of a block, None where unknown.

    The rent lies between two ends, of which the upper one may be unknown.
    """

    rent_least: float
    rent_most: float | None
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


def _runs(adjoining: Adjoining) -> Iterator[list[str]]:
    """Go through the sets of units that hang together, each in the order of ids."""
    seen: set[str] = set()
    for start in sorted(adjoining):
        if start not in seen:
            run, waiting = {start}, [start]
            while waiting:
                more = set(adjoining[waiting.pop()]) - run
                run |= more
                waiting += more
            seen |= run
            yield sorted(run)


def _each(units: _Set) -> Iterator[int]:
    """Go through the places of some units."""
    while units:
        lowest = units & -units
        yield lowest.bit_length() - 1
        units ^= lowest


def _beginnings(start: _Set, within: _Set, near: list[_Set]) -> Iterator[_Set]:
    """Grow one unit breadth-first, one unit at a time; the last is all that hangs together."""
    found, waiting = start, deque(_each(start))
    yield found
    while waiting:
        new = near[waiting.popleft()] & within & ~found
        for place in _each(new):
            found |= 1 << place
            waiting.append(place)
            yield found


def _parts(within: _Set, near: list[_Set]) -> Iterator[_Set]:
    """Go through what hangs together of some units."""
    while within:
        part = edge = within & -within
        while edge:
            lowest = edge & -edge
            new = near[lowest.bit_length() - 1] & within & ~part
            part |= new
            edge = edge ^ lowest | new
        yield part
        within &= ~part


def _by_size(near: list[_Set]) -> Iterator[_Set]:
    """Go through every connected set of a run, those of the fewest units first."""
    seen = {1 << place for place in range(len(near))}
    waiting = deque(seen)
    yield from sorted(seen)
    while waiting:
        block = waiting.popleft()
        around = 0
        for place in _each(block):
            around |= near[place]
        for place in _each(around & ~block):
            larger = block | 1 << place
            if larger not in seen:
                seen.add(larger)
                waiting.append(larger)
                yield larger


def _bounds(known: list[Known]) -> list[list[tuple[_Set, _Set]]]:
    """Return, for rent, date and fit-out, which units surely and which perhaps meet each bound."""

    def units(holds: list[bool]) -> _Set:
        return sum(1 << place for place, one in enumerate(holds) if one)

    rents = {k.rent_least for k in known} | {k.rent_most for k in known if k.rent_most is not None}
    days = {k.free for k in known if k.free is not None}
    words = sorted({k.fit_out for k in known if k.fit_out is not None})
    wanted = [some for n in range(len(words) + 1) for some in itertools.combinations(words, n)]
    return [
        [
            (
                units([k.rent_most is not None and k.rent_most <= rent for k in known]),
                units([k.rent_least <= rent for k in known]),
            )
            for rent in sorted(rents)
        ],
        [
            (
                units([k.free is not None and k.free <= day for k in known]),
                units([k.free is None or k.free <= day for k in known]),
            )
            # without any date: of those it is unknown whether they meet one
            for day in [dt.date.min, *sorted(days)]
        ],
        [
            (
                units([k.fit_out in some for k in known]),
                units([k.fit_out is None or k.fit_out in some for k in known]),
            )
            for some in wanted
        ],
    ]


def _left(known: list[Known]) -> Iterator[_Set]:
    """Go through the units that surely, or perhaps, meet bounds; fewest bounds first."""
    kinds = _bounds(known)
    for count in range(1, len(kinds) + 1):
        for some in itertools.combinations(kinds, count):
            for bounds in itertools.product(*some):
                surely, perhaps = bounds[0]
                for sure, may in bounds[1:]:
                    surely, perhaps = surely & sure, perhaps & may
                yield surely
                yield perhaps


def _parts_left(near: list[_Set], known: list[Known]) -> tuple[list[_Set], bool]:
    """Return what hangs together of the units left under bounds, and whether that is all."""
    seen: set[_Set] = {0}
    found: dict[_Set, None] = {}
    named = 0
    for tried, left in enumerate(_left(known)):
        if tried == MOST_TRIED:
            return [*found], False
        if left in seen:
            continue
        seen.add(left)
        named += left.bit_count()
        if named > MOST_NAMED:
            return [*found], False
        for part in _parts(left, near):
            if len(found) == MOST_LEFT and part not in found:
                return [*found], False
            found[part] = None
    return [*found], True


def _of_dense(near: list[_Set], known: list[Known]) -> tuple[set[_Set], Unseen]:
    """Return the blocks that are kept of a run with too many connected sets."""
    units = [1 << place for place in range(len(near))]
    whole = (1 << len(near)) - 1
    parts, all_parts = _parts_left(near, known)
    kept = {*units, whole, *parts}
    grown = (
        block
        for start, within in [
            *((part & -part, part) for part in parts),
            *((u, whole) for u in units),
        ]
        for block in itertools.islice(_beginnings(start, within, near), LONGEST_BLOCK)
    )
    few = itertools.islice(_by_size(near), MOST_SETS)
    # one of each in turn, so that neither takes all the room
    for block in itertools.chain.from_iterable(itertools.zip_longest(grown, few)):
        if len(kept) >= MOST_SETS:
            break
        if block is not None:
            kept.add(block)
    return kept, Unseen.PARTS if all_parts else Unseen.LEFT


def blocks(adjoining: Adjoining, known: Mapping[str, Known]) -> dict[Block, Unseen]:
    """Return the blocks of one office, each as its sorted units, with what is unseen of its run."""
    found: dict[Block, Unseen] = {}
    for run in _runs(adjoining):
        place = {unit: n for n, unit in enumerate(run)}
        near = [sum(1 << place[other] for other in adjoining[unit]) for unit in run]
        kept, unseen = set(itertools.islice(_by_size(near), MOST_SETS + 1)), Unseen.NOTHING
        if len(kept) > MOST_SETS:
            kept, unseen = _of_dense(near, [known[unit] for unit in run])
        found |= {tuple(run[n] for n in _each(block)): unseen for block in kept}
    return found
