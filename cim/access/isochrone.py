"""What can be reached on foot within some minutes, as areas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection

from cim.access.joins import Flags, Floats
from cim.access.network import WalkNetwork
from cim.access.plane import Plane
from cim.access.rows import NETWORK, STRAIGHT
from cim.access.snapping import Snapped, snap
from cim.access.streets import network_of
from cim.access.walks import node_metres
from cim.crs import SRID
from cim.measures import square_metres
from cim.walking import walking

WIDTH = 25.0
"""Metres to both sides of a reached street that count as reached with it."""

TOLERANCE = 30.0
"""Metres from a reached street within which an area may hold what is not reached itself."""

_HOLE = 2500.0
"""Square metres up to which a hole is filled, where no street that is not reached lies in it."""

_SMOOTH = 2.0
"""Metres by which an outline may be drawn more simply."""

_MARGIN = 0.1
"""Metres by which each area reaches over the one of fewer minutes, so that it surely holds it."""

_GRID = 1e-7
"""Degrees to which outlines are rounded."""


def isochrones(
    connection: Connection,
    lon: float,
    lat: float,
    minutes: Sequence[float],
    *,
    step_free: bool = False,
) -> gpd.GeoDataFrame:
    """Work out the areas within some minutes on foot of a point.

    An area is what lies within `WIDTH` of a street, or a part of one, that is reached, with
    small holes filled. Where no street of a network is near the point, it is the circle that
    the straight line reaches, shortened by the detour.

    Parameters
    ----------
    lon, lat
        Stored degrees.
    step_free
        Leave out streets known to be steps.

    Returns
    -------
    GeoDataFrame
        Columns ``minutes, metres`` (on foot)``, area_m2, basis`` and ``geom`` in EPSG:4490, by
        ``minutes``, each once; every area holds those before it.
    """
    rule = walking(connection)
    times = sorted(set(minutes))
    metres = [rule.walk_speed * each for each in times]
    point = shapely.points([[lon, lat]])
    network = network_of(connection, step_free=step_free)
    start = snap(network, point)
    if start.covered[0]:
        plane, basis = network.plane, NETWORK
        areas = _along_streets(network, start, metres)
    else:
        plane, basis = Plane(lat), STRAIGHT
        radii = np.array(metres) / rule.detour
        areas = list(shapely.buffer(plane.place(point)[0], radii, quad_segs=32))
    shapes = shapely.set_precision(plane.stored(np.array(areas, dtype=object)), _GRID)
    return gpd.GeoDataFrame(
        {
            "minutes": times,
            "metres": metres,
            "area_m2": square_metres(shapes),
            "basis": basis,
            "geom": gpd.GeoSeries(shapes, crs=SRID),
        },
        geometry="geom",
    )


def _along_streets(network: WalkNetwork, start: Snapped, metres: Sequence[float]) -> list[Any]:
    """Return the areas for ascending distances, in the plane."""
    nodes = node_metres(network, start, metres[-1])[0]
    areas: list[Any] = []
    for each in metres:
        parts, whole = _reached(network, start, nodes, each)
        streets = shapely.multilinestrings(
            shapely.linestrings(np.concatenate([parts, _first_steps(start, each)]))
        )
        area = shapely.buffer(shapely.line_merge(streets), WIDTH, quad_segs=4)
        area = shapely.simplify(_filled(area, network.segments[~whole]), _SMOOTH)
        if areas:
            area = shapely.union(area, shapely.buffer(areas[-1], _MARGIN, quad_segs=2))
        areas.append(area)
    return areas


def _first_steps(start: Snapped, metres: float) -> Floats:
    """Return the way from the point to the street, as far as it is walked, shape (1, 2, 2)."""
    street, point = start.way[0]
    walked = min(1.0, metres / start.offset[0]) if start.offset[0] > 0 else 1.0
    return np.array([[point, point + (street - point) * walked]])


def _reached(
    network: WalkNetwork, start: Snapped, nodes: Floats, metres: float
) -> tuple[Floats, Flags]:
    """Return the parts of segments that are reached, and which segments are reached wholly.

    Parameters
    ----------
    nodes
        Metres from the point to every node; infinite where there is no way.

    Returns
    -------
    parts
        Both ends in the plane, shape (k, 2, 2); parts of one segment may lie over each other.
    whole
        For each segment.
    """
    stretches = network.stretches
    edge, at = stretches.edge, stretches.at
    left = np.maximum(metres - nodes, -1.0)
    ahead = left[stretches.start[edge]]
    back = stretches.metres[edge] - left[stretches.end[edge]]
    # what is reached of each stretch from its start, from its end, and from the point itself
    spans = [
        (np.where(ahead >= 0, 0.0, np.inf), ahead),
        (back, np.where(back <= stretches.metres[edge], np.inf, -np.inf)),
    ]
    own = edge == start.edge[0]
    over = metres - start.offset[0]
    middle = np.where(own & (over >= 0), start.at[0], np.nan)
    spans.append((middle - over, middle + over))
    low, high = at.min(axis=1), at.max(axis=1)
    parts, whole = [], np.zeros(len(edge), dtype=bool)
    for begin, stop in spans:
        first, last = np.maximum(begin, low), np.minimum(stop, high)
        some = np.flatnonzero(last > first)
        whole |= (first == low) & (last == high)
        parts.append(_cut(network, some, first[some], last[some]))
    # from both ends, meeting in between
    whole |= (ahead >= low) & (back <= high) & (ahead >= back)
    return np.concatenate(parts), whole


def _cut(network: WalkNetwork, segment: NDArray[Any], first: Floats, last: Floats) -> Floats:
    """Return the parts of segments between two places of their stretches, in the plane."""
    ends, at = network.segments[segment], network.stretches.at[segment]
    length = at[:, 1] - at[:, 0]
    shares = np.column_stack([first - at[:, 0], last - at[:, 0]]) / length[:, None]
    way = ends[:, 1] - ends[:, 0]
    cut: Floats = ends[:, :1] + way[:, None] * shares[:, :, None]
    return cut


def _filled(area: Any, unreached: Floats) -> Any:
    """Fill small holes of an area in which no street lies that is not reached."""
    parts = shapely.get_parts(area)
    rings, owner = shapely.get_rings(parts, return_index=True)
    outer = np.concatenate([[True], owner[1:] != owner[:-1]])
    holes = shapely.polygons(rings)
    small = np.flatnonzero(~outer & (shapely.area(holes) < _HOLE))
    if not len(small):
        return area
    box = shapely.bounds(area)
    low, high = unreached.min(axis=1), unreached.max(axis=1)
    near = (low <= box[2:]).all(axis=1) & (high >= box[:2]).all(axis=1)
    tree = shapely.STRtree(shapely.linestrings(unreached[near]))
    crossed = np.unique(tree.query(holes[small], predicate="intersects")[0])
    clear = np.delete(small, crossed)
    return shapely.union_all([area, *holes[clear]])
