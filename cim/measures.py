"""Areas and lengths on the ellipsoid of CGCS2000, without a projection.

Exact for the small extents of a footprint or a street: degrees are scaled by the radii of
curvature at the place (Snyder, Map Projections: A Working Manual, 1987, eqs. 4-18 to 4-20).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

_SEMI_MAJOR = 6_378_137.0
_FLATTENING = 1 / 298.257222101
_ECCENTRICITY_2 = _FLATTENING * (2 - _FLATTENING)

Floats = NDArray[np.float64]


def metres_per_degree(lat: Floats) -> tuple[Floats, Floats]:
    """Return the metres in a degree of longitude and of latitude, at these latitudes."""
    phi = np.radians(lat)
    bent = 1 - _ECCENTRICITY_2 * np.sin(phi) ** 2
    along_meridian = _SEMI_MAJOR * (1 - _ECCENTRICITY_2) / bent**1.5
    along_parallel = _SEMI_MAJOR / np.sqrt(bent) * np.cos(phi)
    return np.radians(along_parallel), np.radians(along_meridian)


def _latitudes(places: NDArray[Any]) -> Floats:
    bounds = shapely.bounds(places)
    middle: Floats = (bounds[:, 1] + bounds[:, 3]) / 2
    return middle


def square_metres(places: NDArray[Any]) -> Floats:
    """Return the areas in m² of geometries in degrees; NaN where there is none."""
    east, north = metres_per_degree(_latitudes(places))
    found: Floats = shapely.area(places) * east * north
    return found


def metres(lines: NDArray[Any]) -> Floats:
    """Return the lengths in m of lines in degrees; NaN where there is none."""
    points, index = shapely.get_coordinates(lines, return_index=True)
    if not len(points):
        return np.full(len(lines), np.nan)
    steps, same = np.diff(points, axis=0), index[1:] == index[:-1]
    east, north = metres_per_degree((points[1:, 1] + points[:-1, 1]) / 2)
    length = np.hypot(steps[:, 0] * east, steps[:, 1] * north)
    # a step between two parts of one multi-line is not part of either
    parts, owner = shapely.get_parts(lines, return_index=True)
    _, part = shapely.get_coordinates(parts, return_index=True)
    within = same & (part[1:] == part[:-1])
    found = np.bincount(owner[part[1:][within]], weights=length[within], minlength=len(lines))
    return np.where(shapely.is_missing(lines), np.nan, found)
