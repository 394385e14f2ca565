"""Free blocks of one office put together, where no single one is large enough."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cim.matching.need import Request
from cim.matching.offers import Offers, judge_offers, objects
from cim.matching.truth import NO, UNKNOWN, YES, Numbers, Truth, of_group

_OF_EACH_PART = ("must.rent_max", "need.move_in", "need.fit_out")
"""Bounds of `SPACE` that every part meets for itself; the others speak of the whole."""

OF_THE_WHOLE = ("need.area.max", "need.parking_spaces", "need.budget_per_month")
"""Bounds for which it matters which parts are put together."""


def combined(offers: Offers, groups: list[list[int]]) -> Offers:
    """Return each group of rows of one office as one offer, of which one part may be cut down."""
    size = np.array([len(group) for group in groups])
    rows = np.array([row for group in groups for row in group], dtype=np.intp)
    start = np.concatenate([[0], np.cumsum(size)[:-1]]).astype(np.intp)
    parts = offers.take(rows)
    spare = np.maximum.reduceat(parts.area_least - parts.smallest_least, start)
    total, total_least = (np.add.reduceat(a, start) for a in (parts.area, parts.area_least))
    return replace(
        offers.take(rows[start]),
        smallest=total - spare,
        smallest_least=total_least - spare,
        area=total,
        area_least=total_least,
        rent=np.add.reduceat(parts.rent * parts.area, start) / total,
        rent_least=np.maximum.reduceat(parts.rent_least, start),
        rent_most=np.maximum.reduceat(parts.rent_most, start),
        monthly_least=np.add.reduceat(parts.monthly_least, start),
        monthly_most=np.add.reduceat(parts.monthly_most, start),
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


def _needed(offers: Offers, request: Request) -> NDArray[np.float64]:
    """Return the area that a combination must reach for each offer's office, m²."""
    needed = np.full(len(offers), request.area_min or 0.0)
    if request.need.parking_spaces is not None:
        with np.errstate(divide="ignore", invalid="ignore"):
            share = 100 * request.need.parking_spaces / offers.parking_ratio
        needed = np.fmax(needed, share)
    return needed


def _reach(offers: Offers, usable: NDArray[np.bool_]) -> Numbers:
    """Return, for each offer, what the usable units of its office add up to, m²."""
    alone = usable & (offers.unit_count == 1)
    total = np.zeros(offers.office.max(initial=0) + 1)
    np.add.at(total, offers.office[alone], offers.area[alone])
    # a thousandth for the rounding of sums in another order
    return total[offers.office] + 1e-3


def _affordable(offers: Offers, usable: NDArray[np.bool_], request: Request) -> Numbers:
    """Return, for each offer, the area that the budget pays for at its office's lowest rent."""
    lowest = np.full(offers.office.max(initial=0) + 1, np.inf)
    rate = offers.rate_most
    known = usable & ~np.isnan(rate)
    np.minimum.at(lowest, offers.office[known], rate[known])
    with np.errstate(divide="ignore"):
        return (request.need.budget_per_month or np.inf) / lowest[offers.office] + 1e-3


def _picked(
    offers: Offers, usable: NDArray[np.bool_], needed: Numbers, first: Numbers
) -> Offers | None:
    """Return a combination for each office that has one, taking parts in an order."""
    rows = np.flatnonzero(usable)
    rows = rows[np.lexsort((first[rows], offers.office[rows]))]
    ends = [0, *(np.flatnonzero(np.diff(offers.office[rows])) + 1).tolist(), len(rows)]
    named, areas, wanted = rows.tolist(), offers.area[rows].tolist(), needed[rows].tolist()
    units = [offers.units[row] for row in named]
    groups = [
        picked
        for a, b in itertools.pairwise(ends)
        if a < b and (picked := pick(named[a:b], areas[a:b], units[a:b], wanted[a]))
    ]
    return combined(offers, groups) if groups else None


def combinations(
    offers: Offers,
    request: Request,
    bounds: tuple[str, ...],
    candidates: NDArray[np.bool_],
    *,
    certain: bool = False,
) -> Offers:
    """Return one combination for each office that has one, of the fewest parts found.

    The largest blocks are taken first; where that breaks the budget, the cheapest first. Where
    nothing known is enough, what is unknown is taken in, and the combination is unknown.

    Parameters
    ----------
    bounds
        Names of `cim.matching.offers.SPACE`.
    candidates
        (offices,), those for which a combination is looked for.
    certain
        Whether combinations that hang on something unknown are left out.
    """
    each = judge_offers(offers, request, tuple(b for b in bounds if b in _OF_EACH_PART))
    needed = _needed(offers, request)
    # a block without area adds nothing; one of unknown area is judged by itself
    usable = (offers.area > 0) & np.isfinite(needed)
    in_budget = "need.budget_per_month" in bounds
    found = offers.take(np.zeros(0, dtype=np.intp))
    left = candidates.copy()
    for level in (YES,) if certain else (YES, UNKNOWN):
        for first in (-offers.area, offers.rate_most) if in_budget else (-offers.area,):
            now = usable & (each >= level) & left[offers.office]
            now &= _reach(offers, now) >= needed
            if in_budget and level == YES:
                now &= _affordable(offers, now, request) >= needed
            tried = _picked(offers, now, needed, first)
            if tried is not None:
                tried = tried.take(judge_offers(tried, request, bounds) >= level)
                left[tried.office] = False
                found = found.join(tried)
    return found


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
    if "need.area.min" not in bounds or request.area_min is None:
        return offers, truth
    best = of_group(truth, offers.office, len(offices))
    more = combinations(offers, request, bounds, offices & (best < YES), certain=certain)
    if not len(more):
        return offers, truth
    return offers.join(more), np.concatenate([truth, judge_offers(more, request, bounds)])
