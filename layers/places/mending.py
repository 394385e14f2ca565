"""Outlines that cross themselves: mended, and what that did to their area."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from cim.measures import square_metres
from layers.findings import Findings
from layers.whereabouts.rows import Bounds, note_rows, written


def mended(
    places: NDArray[Any], bounds: Bounds, rows: pd.Index, findings: Findings
) -> tuple[NDArray[Any], int]:
    """Mend invalid areas; reject what has no area left.

    Parameters
    ----------
    places, bounds
        Geometries in stored degrees, None where there is none, and their envelopes.

    Returns
    -------
    tuple
        The geometries, and how many were mended. Each of these is noted with its area in square
        metres on the ground before (as Shapely measures the ring that crosses itself) and after.
    """
    broken = ~shapely.is_valid(places) & (shapely.get_dimensions(places) == 2)
    if not broken.any():
        return places, 0
    result = places.copy()
    result[broken] = _areas_of(shapely.make_valid(places[broken], method="structure"))
    empty = broken & (shapely.is_missing(result) | shapely.is_empty(result))
    note_rows(
        findings,
        "geometry-no-area",
        empty,
        rows,
        written(places),
        lambda _: "面几何没有面积 / the area is empty",
        bounds,
    )
    left = broken & ~empty
    before = dict(zip(np.flatnonzero(left), square_metres(places[left]), strict=True))
    after = dict(zip(np.flatnonzero(left), square_metres(result[left]), strict=True))

    def why(at: int) -> str:
        reason = shapely.is_valid_reason(places[at])
        return f"边界自相交，已修复 / the outline was not valid and was mended: {reason}"

    note_rows(
        findings,
        "geometry-repaired",
        left,
        rows,
        lambda at: f"{before[at]:.2f} → {after[at]:.2f} m²",
        why,
        bounds,
    )
    return result, int(left.sum())


def _areas_of(places: NDArray[Any]) -> NDArray[Any]:
    """Keep the areas of what a repair left, which may carry stray lines and points."""

    def areas(place: Any) -> Any:
        parts = [p for p in shapely.get_parts(place) if shapely.get_dimensions(p) == 2]
        return shapely.union_all(parts) if parts else None

    return np.array([areas(place) for place in places], dtype=object)
