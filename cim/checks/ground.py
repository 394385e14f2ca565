"""The ground that features stand on, as a few boxes, whatever their number."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

_CUTS = 48
"""Stripes along each axis into which the ground is cut, each with as many features."""
_GAPS = 8
"""Widest gaps along each axis that get a stripe of their own."""


def ground_of(places: NDArray[Any]) -> NDArray[np.float64]:
    """Return boxes that together cover the envelopes of features, and little beside them.

    Whoever looks for the neighbours of a crowd asks once for each box, not once for each of the
    crowd. The stripes are narrow where there are many features, and end where gaps begin, so that
    one far away brings in nothing of what lies between.

    Parameters
    ----------
    places
        Geometries, none missing.

    Returns
    -------
    array of float, shape (n, 4)
        West, south, east and north of at most 2,048 boxes.
    """
    bounds = shapely.bounds(places)
    bounds = bounds[np.isfinite(bounds).all(axis=1)]
    if not len(bounds):
        return np.empty((0, 4))
    across, along = _cuts(bounds[:, [0, 2]]), _cuts(bounds[:, [1, 3]])
    west, east = _stripes(across, bounds[:, 0], bounds[:, 2])
    south, north = _stripes(along, bounds[:, 1], bounds[:, 3])
    # what a feature covers begins at one corner of its cells and ends beyond the opposite one
    steps = np.zeros((len(along) + 1, len(across) + 1), dtype=np.int64)
    for row, column, step in (
        (south, west, 1),
        (south, east + 1, -1),
        (north + 1, west, -1),
        (north + 1, east + 1, 1),
    ):
        np.add.at(steps, (row, column), step)
    covered = steps.cumsum(axis=0).cumsum(axis=1)[: len(along) - 1, : len(across) - 1] > 0
    # neighbouring cells of a stripe are one box
    edges = np.diff(np.pad(covered, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    stripe, first = np.nonzero(edges == 1)
    _, beyond = np.nonzero(edges == -1)
    return np.column_stack([across[first], along[stripe], across[beyond], along[stripe + 1]])


def _cuts(ends: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return where an axis is cut: at least two places, the outermost ends among them."""
    places = np.unique(ends)
    before = np.argsort(np.diff(places))[-_GAPS:]
    even = np.quantile(ends, np.linspace(0, 1, _CUTS + 1), method="nearest")
    cuts = np.unique(np.concatenate([even, places[before], places[before + 1]]))
    return cuts if len(cuts) > 1 else np.repeat(cuts, 2)


def _stripes(
    cuts: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first and the last stripe that each feature touches."""
    last = len(cuts) - 2
    first = np.clip(np.searchsorted(cuts, low, side="right") - 1, 0, last)
    final = np.clip(np.searchsorted(cuts, high, side="left") - 1, first, last)
    return first.astype(np.int64), final.astype(np.int64)
