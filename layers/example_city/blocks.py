"""The blocks between the streets, and their division into building plots."""

from __future__ import annotations

from functools import cache
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from layers.example_city.arterials import HALF_WIDTHS
from layers.example_city.chance import chance_of
from layers.example_city.division import divide
from layers.example_city.entrances import walkable_streets
from layers.example_city.plane import METRIC_SRID
from layers.example_city.quarters import quarter_of, trait, within_reach
from layers.example_city.streets import buildable_land
from layers.example_city.towers import towers

_SMALLEST_BLOCK = 180.0
_NECK = 3.0
_TOWER_PLOT = 10.0
_REACH = 90.0
"""Plots farther than this from any street are left green, m."""


def street_land(lines: gpd.GeoDataFrame) -> Any:
    """Return the land that streets take, from house line to house line.

    Tunnels take none.
    """
    open_air = lines[~lines["tunnel"]]
    half = open_air["road_class"].map(HALF_WIDTHS).to_numpy()
    simple = shapely.buffer(open_air.geometry.to_numpy(), half, quad_segs=2)
    return shapely.union_all(simple)


@cache
def blocks() -> Any:
    """Return the blocks as an array of polygons in metres, without street land or necks."""
    land = buildable_land().difference(street_land(walkable_streets()))
    opened = shapely.get_parts(land.buffer(-_NECK, join_style="mitre"))
    parts = shapely.buffer(opened, _NECK - 1.0, join_style="mitre", mitre_limit=2)
    parts = shapely.get_parts(shapely.simplify(parts, 0.3))
    return parts[shapely.area(parts) > _SMALLEST_BLOCK]


@cache
def plots() -> gpd.GeoDataFrame:
    """Return the building plots in metres, none overlapping another or a real tower's plot.

    Returns
    -------
    GeoDataFrame with columns ``block, quarter, on_street, geometry``: positions in `blocks` and
    `quarters`, and whether the plot touches the edge of its block.
    """
    land = blocks()
    made = divide(land, trait(quarter_of(land), "parcel"), chance_of("blocks"), tilt=0.03, bend=0.0)
    standing = shapely.union_all(shapely.buffer(towers()["outline"].to_numpy(), _TOWER_PLOT))
    pieces = made.pieces
    near = shapely.intersects(pieces, standing)
    pieces = np.where(near, shapely.difference(pieces, standing), pieces)
    frame = gpd.GeoDataFrame({"block": made.origin}, geometry=pieces, crs=METRIC_SRID)
    frame = frame[~frame.geometry.is_empty].explode(ignore_index=True)
    shapes = frame.geometry.to_numpy()
    # the quarter of its block, so that a plot is built as it was cut
    frame["quarter"] = quarter_of(land)[frame["block"]]
    edges = shapely.boundary(land)[frame["block"]]
    frame["on_street"] = shapely.distance(shapes, edges) < 1.0
    lines = shapely.STRtree(walkable_streets().geometry.to_numpy())
    _, apart = lines.query_nearest(shapes, return_distance=True, all_matches=False)
    keep = (apart < _REACH) & within_reach(land)[frame["block"]] & (shapely.area(shapes) > 60)
    return frame[keep].reset_index(drop=True)
