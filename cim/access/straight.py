"""Straight lines from edge to edge between places that are near each other."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from cim.access.joins import Floats, Ints
from cim.access.plane import Plane, metres_between

_PLANE = Plane(0.0)
"""Always the same, so that a pair has the same metres whatever else is looked at."""

_DEGREE = 110_000.0
"""A little less than the metres in any degree of latitude."""


def straight_lines(
    ones: NDArray[np.object_], others: NDArray[np.object_], reach: float
) -> tuple[Ints, Ints, Floats]:
    """Return the pairs of places within reach of each other: numbers of both, and metres.

    Two points are exactly as far apart as PostGIS says of ``geography``. Of outlines the points
    are taken that are nearest in Mercator's plane, and the geodesic between those.

    Parameters
    ----------
    ones, others
        Points, lines or areas in stored degrees; missing and empty ones are in no pair.
    reach
        Metres on the ellipsoid, from edge to edge.

    Returns
    -------
    array of int, array of int, array of float
        By the first number and then by the second.
    """
    here, there = _PLANE.place(ones), _PLANE.place(others)
    one, other = shapely.STRtree(there).query(here, "dwithin", _farthest(ones, reach))
    start, end = np.empty((2, len(one), 2))
    points = (shapely.get_type_id(ones) == 0)[one] & (shapely.get_type_id(others) == 0)[other]
    start[points] = shapely.get_coordinates(ones[one[points]])
    end[points] = shapely.get_coordinates(others[other[points]])
    lines = shapely.shortest_line(here[one[~points]], there[other[~points]])
    ends = _PLANE.degrees(shapely.get_coordinates(lines)).reshape(-1, 2, 2)
    start[~points], end[~points] = ends[:, 0], ends[:, 1]
    metres = metres_between(start, end)
    near = np.flatnonzero(metres <= reach)
    order = near[np.lexsort((other[near], one[near]))]
    return one[order], other[order], metres[order]


def _farthest(places: NDArray[np.object_], reach: float) -> Floats:
    """Return how long a line within reach of each place is at most in the plane."""
    bounds = np.nan_to_num(shapely.bounds(places))
    north = np.abs(bounds[:, [1, 3]]).max(axis=1, initial=0) + reach / _DEGREE
    longest: Floats = reach / np.cos(np.radians(np.minimum(north, 89.0)))
    return longest
