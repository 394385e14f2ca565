"""A plane to look for the nearest street in, and metres on the ellipsoid.

The plane is Mercator's, true to scale at a latitude near the network: it is conformal, so what is
nearest in it is nearest on the ground, wherever on earth the city lies, and a buffer of a few
metres is wrong by less than two percent within half a degree of it at 60° latitude.
Lengths are never taken from it but from the geodesic on the ellipsoid of CGCS2000, as PostGIS
measures ``geography``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod, Proj

_ELLIPSOID = "GRS80"
"""That of CGCS2000, to well under a millimetre."""

_GEOD = Geod(ellps=_ELLIPSOID)

Floats = NDArray[np.float64]


class Plane:
    """Degrees to metres and back, true to scale at one latitude."""

    def __init__(self, lat: float) -> None:
        self._projection = Proj(proj="merc", lat_ts=lat, ellps=_ELLIPSOID)

    def drawn(self, points: Floats) -> Floats:
        """Return points in degrees, shape (n, 2), as metres of the plane."""
        return np.column_stack(self._projection(points[:, 0], points[:, 1]))

    def degrees(self, points: Floats) -> Floats:
        """Return points of the plane, shape (n, 2), in degrees."""
        return np.column_stack(self._projection(points[:, 0], points[:, 1], inverse=True))

    def place(self, geometries: NDArray[Any]) -> NDArray[Any]:
        """Return geometries in degrees as geometries of the plane; None stays None."""
        moved: NDArray[Any] = shapely.transform(geometries, self.drawn)
        return moved

    def stored(self, geometries: NDArray[Any]) -> NDArray[Any]:
        """Return geometries of the plane in degrees."""
        moved: NDArray[Any] = shapely.transform(geometries, self.degrees)
        return moved


def metres_between(start: Floats, end: Floats) -> Floats:
    """Return the geodesic distances in m between points in degrees, both of shape (n, 2)."""
    if not len(start):
        return np.empty(0)
    found: Floats = np.asarray(_GEOD.inv(start[:, 0], start[:, 1], end[:, 0], end[:, 1])[2])
    return found
