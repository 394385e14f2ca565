"""Straight lines from edge to edge between places that are near each other."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from cim.access.entering import Pairs
from cim.access.joins import Floats, Ints
from cim.access.located import Doors
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
    one, other = _around(ones, others, reach)
    metres = straight_metres(ones, others, (one, other))
    near = np.flatnonzero(metres <= reach)
    order = near[np.lexsort((other[near], one[near]))]
    return one[order], other[order], metres[order]


def straight_metres(ones: NDArray[np.object_], others: NDArray[np.object_], pairs: Pairs) -> Floats:
    """Return the metres from edge to edge of pairs of places, as `straight_lines` does."""
    one, other = pairs
    start, end = np.empty((2, len(one), 2))
    points = (shapely.get_type_id(ones) == 0)[one] & (shapely.get_type_id(others) == 0)[other]
    start[points] = shapely.get_coordinates(ones[one[points]])
    end[points] = shapely.get_coordinates(others[other[points]])
    here, there = _PLANE.place(ones), _PLANE.place(others)
    lines = shapely.shortest_line(here[one[~points]], there[other[~points]])
    ends = _PLANE.degrees(shapely.get_coordinates(lines)).reshape(-1, 2, 2)
    start[~points], end[~points] = ends[:, 0], ends[:, 1]
    return metres_between(start, end)


def reached_by_a_door(
    ones: NDArray[np.object_],
    others: NDArray[np.object_],
    doors: Doors,
    reach: float,
    known: Pairs,
) -> Pairs:
    """Return the pairs of places of which a door of the other one is within reach of the one.

    Parameters
    ----------
    doors
        Of the others: points, wherever they lie.
    known
        Pairs that are not asked for.
    """
    every = np.arange(len(doors.place))
    spread = np.zeros(len(others))
    np.maximum.at(spread, doors.place, straight_metres(others, doors.geom, (doors.place, every)))
    apart = np.flatnonzero(spread)
    # a door within reach is no farther than this from the place itself
    nth, one = _around(others[apart], ones, reach + 1.01 * spread[apart] + 1)
    keys = np.setdiff1d(one * len(others) + apart[nth], known[0] * len(others) + known[1])
    # each pair as often as its place has doors
    order = np.argsort(doors.place, kind="stable")
    doors_of = np.bincount(doors.place, minlength=len(others))
    pair = np.repeat(np.arange(len(keys)), doors_of[keys % len(others)])
    first = np.cumsum(doors_of) - doors_of
    number = np.arange(len(pair)) - np.searchsorted(pair, pair)
    door = order[first[keys[pair] % len(others)] + number]
    metres = straight_metres(ones, doors.geom, (keys[pair] // len(others), door))
    near = keys[np.unique(pair[metres <= reach])]
    return near // len(others), near % len(others)


def _around(ones: NDArray[np.object_], others: NDArray[np.object_], reach: float | Floats) -> Pairs:
    """Return all pairs within reach, and some that are a little farther apart."""
    tree = shapely.STRtree(_PLANE.place(others))
    one, other = tree.query(_PLANE.place(ones), "dwithin", _farthest(ones, reach))
    return one, other


def _farthest(places: NDArray[np.object_], reach: float | Floats) -> Floats:
    """Return how long a line within reach of each place is at most in the plane."""
    bounds = np.nan_to_num(shapely.bounds(places))
    north = np.abs(bounds[:, [1, 3]]).max(axis=1, initial=0) + reach / _DEGREE
    longest: Floats = reach / np.cos(np.radians(np.minimum(north, 89.0)))
    return longest
