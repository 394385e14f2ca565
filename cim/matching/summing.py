"""Which units of one office serve together: a search that misses no set of them.

A set serves where its areas add up to what is needed, it can be cut down to the most area that
will do, and what it then costs is in the budget. One unit of a set may be cut down, and the rest
of the rent is paid in proportion: the same rule as for `cim.matching.offers.Offers`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cim.matching.truth import Numbers, exact

MOST_TRIED = 12
"""Units of one office up to which every set of them is tried; beyond it their sums are followed."""

MOST_SUMS = 20_000
"""Different sums of area that are followed for one office; of more some are left out."""

_SETS_AT_ONCE = 1 << 20


@dataclass(frozen=True)
class Units:
    """Units of offices: (k, n) or, of one office, (n,).

    `area` in m², `spare` is what can be left out of it, `cost` that of all of it in a month.
    """

    area: Numbers
    spare: Numbers
    cost: Numbers


@dataclass(frozen=True)
class Bounds:
    """The least area (of each office), the most, and the budget; infinite where none is stated."""

    needed: Numbers
    most: float
    budget: float

    def met_by(self, area: Numbers, spare: Numbers, cost: Numbers) -> NDArray[np.bool_]:
        """Tell which sets serve, by their area, what can be left out of it, and their cost."""
        smallest = exact(area - spare)
        with np.errstate(divide="ignore", invalid="ignore"):
            paid = exact(cost * (np.maximum(smallest, self.needed) / area))
        return (area >= self.needed) & (smallest <= self.most) & (paid <= self.budget)


def best_sets(units: Units, bounds: Bounds) -> NDArray[np.bool_]:
    """Try every set of the units of offices that have equally many.

    Returns
    -------
    numpy.ndarray
        (k, n), the set of each office: of those that serve the one of the fewest units, then of
        the least area; empty where none serves.
    """
    offices, count = units.area.shape
    step = max(1, _SETS_AT_ONCE >> count)
    if offices > step:
        parts = [slice(start, start + step) for start in range(0, offices, step)]
        return np.concatenate(
            [
                best_sets(
                    Units(units.area[part], units.spare[part], units.cost[part]),
                    Bounds(bounds.needed[part], bounds.most, bounds.budget),
                )
                for part in parts
            ]
        )
    # set number s holds unit u where bit u of s is set; each unit doubles the sets
    area, spare, cost = (np.zeros((offices, 1)) for _ in range(3))
    size = np.zeros(1, dtype=int)
    for column in range(count):
        one = slice(column, column + 1)
        area = np.hstack([area, area + units.area[:, one]])
        spare = np.hstack([spare, np.maximum(spare, units.spare[:, one])])
        cost = np.hstack([cost, cost + units.cost[:, one]])
        size = np.hstack([size, size + 1])
    area = exact(area)
    serves = Bounds(bounds.needed[:, None], bounds.most, bounds.budget).met_by(
        area, spare, exact(cost)
    )
    fewest = np.where(serves, size, count + 1).min(axis=1)
    serves &= size == fewest[:, None]
    # without a set that serves it is the first one, which is empty
    chosen = np.where(serves, area, np.inf).argmin(axis=1)
    held: NDArray[np.bool_] = ((chosen[:, None] >> np.arange(count)) & 1).astype(bool)
    return held


def some_set(units: Units, bounds: Bounds) -> NDArray[np.bool_] | None:
    """Follow the sums that the units of one office can add up to, each at its least cost.

    Of sets with the same area the cheapest is enough: R. E. Bellman's dynamic programme for the
    knapsack, with the sums kept as a list.

    Parameters
    ----------
    bounds
        `needed` of one office: (1,).

    Returns
    -------
    numpy.ndarray or None
        (n,), a set that serves, empty where there is none; None where none was found and some
        sums were left out.
    """
    # in this order the last unit of a set is the one that can be cut down furthest
    order = np.lexsort((-units.area, units.spare))
    needed, furthest = float(bounds.needed[0]), float(units.spare.max())
    if _cost_at_least(units, bounds) > bounds.budget + 1e-3:
        return np.zeros(len(order), dtype=bool)
    left, every = units.area.sum(), True
    area, cost = np.zeros(1), np.zeros(1)
    came: list[tuple[NDArray[np.intp], NDArray[np.bool_]]] = []
    for unit in order:
        left -= units.area[unit]
        more, dearer = exact(area + units.area[unit]), exact(cost + units.cost[unit])
        serves = np.flatnonzero(bounds.met_by(more, units.spare[unit], dearer))
        if len(serves):
            return _walked_back(order, came, int(serves[0]))
        before = len(area)
        area, cost = np.concatenate([area, more]), np.concatenate([cost, dearer])
        # nothing that is added makes the others serve
        with np.errstate(divide="ignore", invalid="ignore"):
            fixed = np.where(area > furthest, cost * (1 - furthest / area), 0)
        hope = (area + left + 1e-3 >= needed) & (area - furthest <= bounds.most + 1e-3)
        kept = np.flatnonzero(hope & (fixed <= bounds.budget + 1e-3))
        kept = _cheapest(kept, area, cost)
        if furthest == 0 and np.isinf(bounds.most):
            # a larger area for no more money is always as good
            cheapest = np.minimum.accumulate(cost[kept][::-1])[::-1]
            kept = kept[cost[kept] < np.append(cheapest[1:], np.inf)]
        if len(kept) > MOST_SUMS:
            every = False
            kept = kept[np.linspace(0, len(kept) - 1, MOST_SUMS).astype(np.intp)]
        if not len(kept):
            break
        came.append((kept % before, kept >= before))
        area, cost = area[kept], cost[kept]
    return np.zeros(len(order), dtype=bool) if every else None


def _cost_at_least(units: Units, bounds: Bounds) -> float:
    """Return what no set can cost less than: the needed area, taken of the cheapest units.

    A larger set has a mean rent no lower than that, and at least the needed area is paid for.
    """
    if np.isinf(bounds.budget):
        return 0.0
    order = np.argsort(units.cost / units.area)
    area = np.concatenate([[0], np.cumsum(units.area[order])])
    cost = np.concatenate([[0], np.cumsum(units.cost[order])])
    return float(np.interp(bounds.needed[0], area, cost))


def _cheapest(kept: NDArray[np.intp], area: Numbers, cost: Numbers) -> NDArray[np.intp]:
    """Return sums in the order of their area, of two that have the same the cheaper one."""
    # two runs that are in order already, each area at most once in each
    kept = kept[np.argsort(area[kept], kind="stable")]
    same = area[kept[1:]] == area[kept[:-1]]
    dearer = cost[kept[:-1]] > cost[kept[1:]]
    out = np.zeros(len(kept), dtype=bool)
    out[:-1] |= same & dearer
    out[1:] |= same & ~dearer
    return kept[~out]


def _walked_back(
    order: NDArray[np.intp],
    came: list[tuple[NDArray[np.intp], NDArray[np.bool_]]],
    place: int,
) -> NDArray[np.bool_]:
    """Return the set whose last unit was added to the sum at a place."""
    found = np.zeros(len(order), dtype=bool)
    found[order[len(came)]] = True
    for step in range(len(came) - 1, -1, -1):
        before, taken = came[step]
        found[order[step]] = taken[place]
        place = int(before[place])
    return found
