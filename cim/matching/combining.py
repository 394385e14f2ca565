"""Free blocks of one office put together, where no single one is large enough."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cim.matching.need import Request
from cim.matching.offers import Offers, judge_offers, objects
from cim.matching.truth import UNKNOWN, YES, Numbers, Truth, of_group

_OF_EACH_PART = ("must.rent_max", "need.move_in", "need.fit_out")
"""Bounds of `SPACE` that every part meets for itself; the others speak of the whole."""


def combined(offers: Offers, groups: list[list[int]]) -> Offers:
    """Return each group of rows of one office as one offer, of which one part may be cut down."""
    size = np.array([len(group) for group in groups])
    rows = np.array([row for group in groups for row in group], dtype=np.intp)
    start = np.concatenate([[0], np.cumsum(size)[:-1]]).astype(np.intp)
    parts = offers.take(rows)

    def words(column: NDArray[np.object_], at: int) -> tuple[str, ...]:
        return tuple(word for part in column[start[at] : start[at] + size[at]] for word in part)

    total = np.add.reduceat(parts.area, start)
    return replace(
        offers.take(rows[start]),
        smallest=total - np.maximum.reduceat(parts.area - parts.smallest, start),
        area=total,
        rent=np.maximum.reduceat(parts.rent, start),
        rate=np.add.reduceat(parts.rate * parts.area, start) / total,
        free=np.maximum.reduceat(parts.free, start),
        free_known=np.logical_and.reduceat(parts.free_known, start),
        fit_outs=objects([tuple(sorted(set(words(parts.fit_outs, i)))) for i in range(len(size))]),
        fit_out_known=np.logical_and.reduceat(parts.fit_out_known, start),
        units=objects([words(parts.units, i) for i in range(len(size))]),
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


def _picked(
    offers: Offers, usable: NDArray[np.bool_], needed: NDArray[np.float64], first: Numbers
) -> Offers | None:
    """Return a combination for each office that has one, taking parts in an order."""
    # a thousandth for the rounding of sums in another order
    alone = usable & (offers.unit_count == 1)
    reach = np.zeros(offers.office.max(initial=0) + 1)
    np.add.at(reach, offers.office[alone], offers.area[alone])
    usable = usable & (reach[offers.office] + 1e-3 >= needed)
    rows = np.flatnonzero(usable)
    rows = rows[np.lexsort((first[rows], offers.office[rows]))]
    ends = np.flatnonzero(np.diff(offers.office[rows])) + 1
    groups = [
        picked
        for group in np.split(rows, ends)
        if len(group)
        and (
            picked := pick(
                group.tolist(),
                offers.area[group].tolist(),
                offers.units[group].tolist(),
                float(needed[group[0]]),
            )
        )
    ]
    return combined(offers, groups) if groups else None


def combinations(
    offers: Offers, request: Request, bounds: tuple[str, ...], candidates: NDArray[np.bool_]
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
    """
    each = judge_offers(offers, request, tuple(b for b in bounds if b in _OF_EACH_PART))
    needed = _needed(offers, request)
    # a block without area adds nothing; one of unknown area is judged by itself
    usable = (offers.area > 0) & np.isfinite(needed)
    found = offers.take(np.zeros(0, dtype=np.intp))
    left = candidates.copy()
    for level in (YES, UNKNOWN):
        for first in (-offers.area, offers.rate):
            tried = _picked(offers, usable & (each >= level) & left[offers.office], needed, first)
            if tried is not None:
                tried = tried.take(judge_offers(tried, request, bounds) >= level)
                left[tried.office] = False
                found = found.join(tried)
    return found


def with_combinations(
    offers: Offers, request: Request, bounds: tuple[str, ...], offices: NDArray[np.bool_]
) -> tuple[Offers, Truth]:
    """Return the offers, combinations among them where needed, and whether each meets the bounds.

    Parameters
    ----------
    offices
        (offices,), those that are still asked for.
    """
    truth = judge_offers(offers, request, bounds)
    if "need.area.min" not in bounds or request.area_min is None:
        return offers, truth
    best = of_group(truth, offers.office, len(offices))
    more = combinations(offers, request, bounds, offices & (best < YES))
    if not len(more):
        return offers, truth
    return offers.join(more), np.concatenate([truth, judge_offers(more, request, bounds)])
