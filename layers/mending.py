"""Outlines that cross themselves: mended, and what that did to their area."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Geod, Transformer

from cim.crs import SRID
from layers.findings import Findings
from layers.whereabouts.city import Extent
from layers.whereabouts.rows import Bounds, note_rows, written

_EARTH = Geod(ellps="GRS80")


def mended(
    places: NDArray[Any], bounds: Bounds, rows: pd.Index, findings: Findings, city: Extent | None
) -> tuple[NDArray[Any], int]:
    """Mend invalid areas; reject what has no area left.

    Parameters
    ----------
    places, bounds
        Geometries in stored degrees, None where there is none, and their envelopes.
    city
        Whose metric system the areas are measured in.

    Returns
    -------
    tuple
        The geometries, and how many were mended. Each of these is noted with its area in square
        metres before (as Shapely measures the ring that crosses itself) and after.
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
    before = dict(
        zip(np.flatnonzero(left), square_metres(places[left], bounds[left], city), strict=True)
    )
    after = dict(
        zip(np.flatnonzero(left), square_metres(result[left], bounds[left], city), strict=True)
    )

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


def square_metres(places: NDArray[Any], bounds: Bounds, city: Extent | None) -> NDArray[np.float64]:
    """Measure areas, valid or not, in square metres.

    In the city's metric system where that is made for the place; elsewhere on the plane that
    touches the ellipsoid in the middle of the envelope, which for anything smaller than a
    district is right to a millionth.

    Parameters
    ----------
    places, bounds
        Areas in stored degrees and their envelopes, shapes (n,) and (n, 4).
    """
    lon, lat = (bounds[:, :2] + bounds[:, 2:]).T / 2
    # metres in a degree along the parallel and the meridian (radii of curvature of GRS80)
    root = 1 - _EARTH.es * np.sin(np.radians(lat)) ** 2
    along = np.radians(1) * _EARTH.a / np.sqrt(root) * np.cos(np.radians(lat))
    up = np.radians(1) * _EARTH.a * (1 - _EARTH.es) / root**1.5
    result: NDArray[np.float64] = shapely.area(places) * along * up
    used = None if city is None else CRS.from_epsg(city.metric_srid).area_of_use
    if city is None or used is None:
        return result
    here = (lon >= used.west) & (lon <= used.east) & (lat >= used.south) & (lat <= used.north)
    if here.any():
        plane = Transformer.from_crs(SRID, city.metric_srid, always_xy=True)
        result[here] = shapely.area(
            shapely.transform(places[here], plane.transform, interleaved=False)
        )
    return result
