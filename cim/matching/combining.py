"""Free blocks of one office put together, where no single one is large enough."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cim.matching.need import Request
from cim.matching.offers import Offers, judge_offers, objects
from cim.matching.summing import MOST_TRIED, Bounds, Units, best_sets, some_set
from cim.matching.truth import NO, UNKNOWN, YES, Numbers, Truth, exact, of_group

_OF_EACH_PART = ("must.rent_max", "need.move_in", "need.fit_out")
"""Bounds of `SPACE` that every part meets for itself; the others speak of the whole."""

OF_THE_WHOLE = ("need.area.max", "need.parking_spaces", "need.budget_per_month")
"""Bounds for which it matters which parts are put together."""

CONTIGUOUS = "need.contiguous"
"""The bound under which nothing is put together."""

_LEAST = ("need.area.min", "need.parking_spaces")
"""Bounds that more space may meet where less does not."""


def combined(offers: Offers, groups: list[list[int]]) -> Offers:
    """Return each group of rows of one office as one offer, of which one part may be cut down."""
    size = np.array([len(group) for group in groups])
    rows = np.array([row for group in groups for row in group], dtype=np.intp)
    start = np.concatenate([[0], np.cumsum(size)[:-1]]).astype(np.intp)
    parts = offers.take(rows)
    spare = np.maximum.reduceat(parts.area_least - parts.smallest_least, start)
    total, total_least, least, most = (
        exact(np.add.reduceat(a, start))
        for a in (parts.area, parts.area_least, parts.monthly_least, parts.monthly_most)
    )
    return replace(
        offers.take(rows[start]),
        smallest=exact(total - spare),
        smallest_least=exact(total_least - spare),
        area=total,
        area_least=total_least,
        rent=np.add.reduceat(parts.rent * parts.area, start) / total,
        rent_least=np.maximum.reduceat(parts.rent_least, start),
        rent_most=np.maximum.reduceat(parts.rent_most, start),
        monthly_least=least,
        monthly_most=most,
        free=np.maximum.reduceat(parts.free, start),
        free_known=np.logical_and.reduceat(parts.free_known, start),
        fit_outs=np.bitwise_or.reduceat(parts.fit_outs, start),
        fit_out_known=np.logical_and.reduceat(parts.fit_out_known, start),
        units=objects(
            [tuple(unit for row in group for unit in offers.units[row]) for group in groups]
        ),
        unit_count=np.add.reduceat(parts.unit_count, start),
        parts=size,
    )


def pick(rows: list[int], areas: list[float], units: list[Any], needed: float) -> list[int]:
    """Take rows in order, none of which share a unit, until the area is enough.

    The last part gives way to the smallest that is enough; what parts add up to need not be
    much more than was asked.

    Returns
    -------
    list of int
        Empty where all of them together are not enough.
    """
    taken: list[int] = []
    used: set[str] = set()
    total = 0.0
    # to a millionth, as all sums of areas
    needed -= 5e-7
    for i, row in enumerate(rows):
        if used.isdisjoint(units[i]):
            if total + areas[i] >= needed:
                enough = [
                    (areas[j], rows[j])
                    for j in range(len(rows))
                    if total + areas[j] >= needed and used.isdisjoint(units[j])
                ]
                return [*taken, min(enough)[1]]
            taken.append(row)
            used.update(units[i])
            total += areas[i]
    return []


def _needed(offers: Offers, request: Request, bounds: tuple[str, ...]) -> Numbers:
    """Return the area that a combination must reach for each offer's office, m²."""
    needed = np.full(len(offers), request.area_min or 0.0)
    if "need.parking_spaces" in bounds:
        with np.errstate(divide="ignore", invalid="ignore"):
            share = 100 * (request.need.parking_spaces or 0.0) / offers.parking_ratio
        needed = np.fmax(needed, exact(share))
    return needed


def _reach(offers: Offers, usable: NDArray[np.bool_]) -> Numbers:
    """Return, for each offer, what the usable units of its office add up to, m²."""
    alone = usable & (offers.unit_count == 1)
    total = np.zeros(offers.office.max(initial=0) + 1)
    np.add.at(total, offers.office[alone], offers.area[alone])
    return exact(total)[offers.office]


def _affordable(offers: Offers, usable: NDArray[np.bool_], request: Request) -> Numbers:
    """Return, for each offer, the area that the budget pays for at its office's lowest rent."""
    lowest = np.full(offers.office.max(initial=0) + 1, np.inf)
    rate = offers.rate_most
    known = usable & ~np.isnan(rate)
    np.minimum.at(lowest, offers.office[known], rate[known])
    with np.errstate(divide="ignore"):
        return (request.need.budget_per_month or np.inf) / lowest[offers.office] + 1e-3


def _picked(offers: Offers, usable: NDArray[np.bool_], needed: Numbers) -> Offers | None:
    """Return a combination for each office that has one, taking the largest parts first."""
    rows = np.flatnonzero(usable)
    rows = rows[np.lexsort((-offers.area[rows], offers.office[rows]))]
    ends = [0, *(np.flatnonzero(np.diff(offers.office[rows])) + 1).tolist(), len(rows)]
    named, areas, wanted = rows.tolist(), offers.area[rows].tolist(), needed[rows].tolist()
    units = [offers.units[row] for row in named]
    groups = [
        picked
        for a, b in itertools.pairwise(ends)
        if a < b and (picked := pick(named[a:b], areas[a:b], units[a:b], wanted[a]))
    ]
    return combined(offers, groups) if groups else None


def _sets(
    offers: Offers, usable: NDArray[np.bool_], needed: Numbers, cost: Numbers, limits: Bounds
) -> Iterator[tuple[int, list[int] | None]]:
    """Return, for each office, the units that serve together; None where nobody can tell."""
    alone = usable & (offers.unit_count == 1) & (offers.smallest <= limits.most)
    # what nobody knows the cost of is in no budget
    rows = np.flatnonzero(alone & (cost < np.inf) if np.isfinite(limits.budget) else alone)
    rows = rows[np.lexsort((-offers.area[rows], offers.office[rows]))]
    places, start, counts = np.unique(offers.office[rows], return_index=True, return_counts=True)
    for count in np.unique(counts):
        those = counts == count
        table = rows[start[those][:, None] + np.arange(count)]
        units = Units(offers.area[table], (offers.area - offers.smallest)[table], cost[table])
        bounds = replace(limits, needed=needed[table[:, 0]])
        if count <= MOST_TRIED:
            found = best_sets(units, bounds)
            for place, chosen, row in zip(places[those].tolist(), found, table, strict=True):
                yield place, row[chosen].tolist()
            continue
        for n, place in enumerate(places[those].tolist()):
            one = Units(units.area[n], units.spare[n], units.cost[n])
            chosen = some_set(one, replace(bounds, needed=bounds.needed[n : n + 1]))
            yield place, None if chosen is None else table[n][chosen].tolist()


def _put_together(
    offers: Offers, usable: NDArray[np.bool_], sets: dict[int, list[int]]
) -> Offers | None:
    """Return sets of units of offices as combinations, adjacent units as one part."""
    if not sets:
        return None
    rows = np.flatnonzero(usable & np.isin(offers.office, list(sets)))
    left = {place: {offers.units[row][0] for row in chosen} for place, chosen in sets.items()}
    groups: dict[int, list[int]] = {place: [] for place in sets}
    for row in rows[np.argsort(-offers.unit_count[rows], kind="stable")].tolist():
        place = int(offers.office[row])
        if left[place].issuperset(offers.units[row]):
            left[place].difference_update(offers.units[row])
            groups[place].append(row)
    return combined(offers, list(groups.values()))


def _searched(
    offers: Offers,
    usable: NDArray[np.bool_],
    needed: Numbers,
    request: Request,
    bounds: tuple[str, ...],
    level: int,
) -> tuple[Offers | None, list[int]]:
    """Return what serves of the usable units of each office, and where the search was given up."""
    most = request.need.area.max if "need.area.max" in bounds else None
    budget = request.need.budget_per_month if "need.budget_per_month" in bounds else None
    limits = Bounds(needed, most or np.inf, budget or np.inf)
    cost = offers.monthly_most if level == YES else offers.monthly_least
    cost = np.nan_to_num(cost, nan=np.inf) if budget else np.zeros(len(offers))
    found = dict(_sets(offers, usable, needed, cost, limits))
    given_up = [place for place, chosen in found.items() if chosen is None]
    return _put_together(offers, usable, {p: c for p, c in found.items() if c}), given_up


def combinations(
    offers: Offers,
    request: Request,
    bounds: tuple[str, ...],
    best: Truth,
    *,
    certain: bool = False,
) -> tuple[Offers, Truth]:
    """Return one combination for each office that has one, and whether it meets the bounds.

    The largest blocks are taken first; where they do not serve, every set of units is searched.
    Where nothing known is enough, what is unknown is taken in, and the combination is unknown;
    so it is where there are too many sets to tell.

    Parameters
    ----------
    bounds
        Names of `cim.matching.offers.SPACE`.
    best
        (offices,), how the space of each stands without combinations; yes where none is wanted.
    certain
        Whether combinations that hang on something unknown are left out.
    """
    each = judge_offers(offers, request, tuple(b for b in bounds if b in _OF_EACH_PART))
    needed = _needed(offers, request, bounds)
    # a block without area adds nothing; one of unknown area is judged by itself
    usable = (offers.area > 0) & (needed > 0) & np.isfinite(needed)
    if "need.area.max" in bounds:
        usable &= needed <= (request.need.area.max or np.inf)
    found, truth = offers.take(np.zeros(0, dtype=np.intp)), np.zeros(0, np.int8)
    best = best.copy()
    for level in (YES,) if certain else (YES, UNKNOWN):
        now = usable & (each >= level) & (best < level)[offers.office]
        now &= _reach(offers, now) >= needed
        if level == YES and "need.parking_spaces" in bounds:
            now &= ~np.isnan(offers.parking_ratio)
        if level == YES and "need.budget_per_month" in bounds:
            now &= _affordable(offers, now, request) >= needed
        first = _picked(offers, now, needed)
        if first is None:
            continue
        told = judge_offers(first, request, bounds)
        failed = np.isin(offers.office, first.office[told < level])
        more, given_up = _searched(offers, now & failed, needed, request, bounds, level)
        if level == UNKNOWN:
            # it stands for all that was not looked at
            told[np.isin(first.office, given_up)] = UNKNOWN
        for tried, said in [(first, told)] + (
            [(more, judge_offers(more, request, bounds))] if more is not None else []
        ):
            good = said >= level
            found, truth = found.join(tried.take(good)), np.concatenate([truth, said[good]])
            best[tried.office[good]] = level
    return found, truth


def reachable(offers: Offers, request: Request, bounds: tuple[str, ...], offices: int) -> Truth:
    """Return whether each office's units add up to the least area; no parts are picked.

    Exact where `bounds` hold no other bound on the whole than the least area.
    """
    each = judge_offers(offers, request, tuple(b for b in bounds if b in _OF_EACH_PART))
    sized = (offers.area > 0) & (offers.unit_count == 1)
    found = np.full(offices, NO, np.int8)
    for level in (UNKNOWN, YES):
        enough = _reach(offers, sized & (each >= level)) >= (request.area_min or 0.0)
        found[offers.office[enough]] = level
    return found


def with_combinations(
    offers: Offers,
    request: Request,
    bounds: tuple[str, ...],
    offices: NDArray[np.bool_],
    *,
    certain: bool = False,
) -> tuple[Offers, Truth]:
    """Return the offers, combinations among them where needed, and whether each meets the bounds.

    Parameters
    ----------
    offices
        (offices,), those that are still asked for.
    certain
        See `combinations`.
    """
    truth = judge_offers(offers, request, bounds)
    if CONTIGUOUS in bounds or not set(bounds) & set(_LEAST):
        return offers, truth
    best = np.where(offices, of_group(truth, offers.office, len(offices)), YES).astype(np.int8)
    more, of_more = combinations(offers, request, bounds, best, certain=certain)
    if not len(more):
        return offers, truth
    return offers.join(more), np.concatenate([truth, of_more])
