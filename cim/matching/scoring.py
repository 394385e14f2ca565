"""The arithmetic of a score: arrays in, arrays out; knows no city.

A score is a weighted sum of fixed value functions (additive value model; R. L. Keeney, H. Raiffa,
*Decisions with Multiple Objectives*, 1976). An alternative's score depends on nothing but its own
values, so that taking one away never reorders the others, as rankings that scale by the best and
the worst at hand do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cim.matching.truth import Numbers

TOTAL = 100.0
"""The highest score; weights are scaled to it."""

MIDDLE = 0.5
"""What an unknown value counts: the middle of its range. From here on a value is good."""

_EXACT = 9
"""Decimals beyond which two scores are the same, so that no rounding of sums decides a rank."""


@dataclass(frozen=True)
class Scores:
    """Scores of n alternatives, each (n,), in points of `TOTAL`.

    `known` is the share of the weight on which no unknown can change anything (0 to 1).
    """

    low: Numbers
    middle: Numbers
    high: Numbers
    known: Numbers


def value_of(x: Numbers, xs: Numbers, ys: Numbers) -> Numbers:
    """Return the value of each x by straight lines between points; NaN stays unknown.

    Parameters
    ----------
    x
        (n,), in the unit of `xs`; infinite where beyond every point.
    xs, ys
        (p,), the points, `xs` rising.
    """
    found: Numbers = np.interp(x, xs, ys)
    return np.where(np.isnan(x), np.nan, found)


def scaled(weights: Numbers) -> Numbers:
    """Scale weights to `TOTAL`."""
    found: Numbers = TOTAL * weights / weights.sum()
    return found


def filled(values: Numbers, least: Numbers | float, share: float = MIDDLE) -> Numbers:
    """Fill in unknown values: how far they lie between what they are at least, and the best."""
    return np.where(np.isnan(values), least + share * (1 - np.asarray(least)), values)


def points_of(values: Numbers, weights: Numbers | float, least: Numbers | float = 0.0) -> Numbers:
    """Return the points of each criterion (n, k), unknown values in the middle."""
    return filled(values, least) * weights


def score(values: Numbers, weights: Numbers, least: Numbers | float = 0.0) -> Scores:
    """Add up.

    Parameters
    ----------
    values
        (n, k), 0 to 1; NaN is unknown.
    weights
        (k,), scaled.
    least
        (n, k), what a value is at least where it is unknown.
    """

    def total(share: float) -> Numbers:
        # a sum of products one after the other: the same for a row whatever the others are
        found = np.zeros(len(values))
        for column, weight in zip(filled(values, least, share).T, weights, strict=True):
            found += column * weight
        return np.round(found, _EXACT)

    low, high = total(0.0), total(1.0)
    known = np.round(1 - (high - low) / weights.sum(), _EXACT)
    return Scores(low, total(MIDDLE), high, known)


def ranking(scores: Scores) -> NDArray[np.intp]:
    """Return the order of the alternatives, best first.

    Equal scores: what is better known goes first, then what stands first in the input (offices
    are in the order of their ids).
    """
    order: NDArray[np.intp] = np.lexsort((-scores.known, -scores.middle))
    return order


def in_tenths(points: Numbers) -> NDArray[np.int64]:
    """Round each row to tenths so that its parts add up exactly to its rounded sum.

    Largest remainders: every part is rounded down, and the tenths that are then missing go to
    those that lost most.
    """
    tenths = np.round(points * 10, _EXACT)
    floor = np.floor(tenths).astype(np.int64)
    wanted = np.floor(np.round(tenths.sum(axis=1), _EXACT) + 0.5).astype(np.int64)
    missing = wanted - floor.sum(axis=1)
    by_loss = np.argsort(-(tenths - floor), axis=1, kind="stable")
    place = np.argsort(by_loss, axis=1, kind="stable")
    found: NDArray[np.int64] = floor + (place < missing[:, None])
    return found


def undominated(values: Numbers) -> NDArray[np.bool_]:
    """Tell which rows no other row beats: at least as good in all columns and better in one.

    Parameters
    ----------
    values
        (n, k), unknown values filled in.
    """
    found = np.ones(len(values), dtype=bool)
    for i, row in enumerate(values):
        found[i] = not ((values >= row).all(axis=1) & (values > row).any(axis=1)).any()
    return found
