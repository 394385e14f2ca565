"""The street network: drawn arterials, and the simulated streets and lanes between them.

The land between the arterials is cut into blocks; the cuts are the streets. Everything is then
cut at its junctions, so that each stretch runs from one junction to the next.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from layers.example_city.arterials import arterials, railway_land
from layers.example_city.chance import chance_of
from layers.example_city.division import divide
from layers.example_city.landcover import landcover
from layers.example_city.outline import district
from layers.example_city.plane import METRIC_SRID
from layers.example_city.quarters import quarter_of, quarters, trait, within_reach
from layers.example_city.towers import towers

GRID = 0.1
"""Junctions within a decimetre are one."""
_GREEN_EDGE = 9.0
_TOWER_MARGIN = 9.0
_LANE_LEVELS = 2
_PART_OF_QUARTER = 130_000.0
_SHORTEST_DEAD_END = 25.0


@cache
def buildable_land() -> Any:
    """Return the land that is neither water, park, hill nor railway, in metres."""
    nature = shapely.union_all(landcover().geometry.buffer(_GREEN_EDGE, quad_segs=3))
    return district().difference(nature).difference(railway_land())


def quarters_between_arterials() -> Any:
    """Return the pieces of buildable land that the arterials enclose."""
    streets = arterials()
    enclosing = streets[streets["road_class"].isin(["primary", "secondary"]) & ~streets["tunnel"]]
    land = buildable_land()
    lines = shapely.union_all([*enclosing.geometry, shapely.boundary(land)], grid_size=GRID)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    inside = shapely.contains_properly(land, shapely.point_on_surface(faces))
    return faces[inside & (shapely.area(faces) > 800)]


@cache
def simulated_streets() -> gpd.GeoDataFrame:
    """Return the invented streets and lanes: ``name, road_class, geometry``, not yet noded."""
    chance = chance_of("streets")
    land = quarters_between_arterials()
    # first into parts small enough to belong to one quarter, then as that quarter is built
    coarse = divide(land, np.full(len(land), _PART_OF_QUARTER), chance, tilt=0.06, bend=0.04)
    fine = divide(coarse.pieces, trait(quarter_of(coarse.pieces), "block"), chance, bend=0.035)
    lines = np.concatenate([coarse.cuts, fine.cuts])
    level = np.concatenate([np.full(len(coarse.cuts), -1), fine.cut_level])
    part = np.concatenate([np.full(len(coarse.cuts), -1), fine.cut_origin])
    here = quarter_of(lines)
    village = quarters()["character"].to_numpy()[here] == "village"
    last = pd.Series(level).groupby(part).transform("max").to_numpy()
    lane = village & (part >= 0) & (level > last - _LANE_LEVELS)
    number = pd.Series(here).groupby(here).cumcount() + 1
    names = quarters()["name"].to_numpy()[here]
    frame = gpd.GeoDataFrame(
        {
            "name": [
                None if is_lane else f"{name}{n}街(模拟)"
                for name, n, is_lane in zip(names, number, lane, strict=True)
            ],
            "road_class": np.where(lane, "path", "local"),
        },
        geometry=lines,
        crs=METRIC_SRID,
    )
    frame = frame[within_reach(lines)]
    # a street that would run through a real tower stops short of it on both sides
    standing = shapely.union_all(shapely.buffer(towers()["outline"].to_numpy(), _TOWER_MARGIN))
    frame["geometry"] = frame.geometry.difference(standing)
    parts = frame.explode(ignore_index=True)
    return parts[parts.geometry.length > _SHORTEST_DEAD_END].reset_index(drop=True)


@cache
def streets() -> gpd.GeoDataFrame:
    """Return all streets cut at their junctions, in metres.

    Returns
    -------
    GeoDataFrame with columns ``name, road_class, tunnel, steps, origin, geometry``; all but the
    motorways form one connected network.
    """
    drawn = arterials().assign(origin="drawn")
    made = simulated_streets().assign(origin="invented", tunnel=False, steps=False)
    columns = ["name", "road_class", "tunnel", "steps", "origin", "geometry"]
    whole = pd.concat([drawn[columns], made[columns]], ignore_index=True)
    motorway = whole["road_class"] == "motorway"
    cut = cut_at_junctions(whole[~motorway])
    return pd.concat([cut, whole[motorway]], ignore_index=True)


def cut_at_junctions(lines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Cut lines where they meet and keep the largest network they form.

    Every stretch keeps the columns of the line it is cut from.
    """
    noded = shapely.get_parts(shapely.union_all(np.asarray(lines.geometry.array), grid_size=GRID))
    middle = shapely.line_interpolate_point(noded, 0.5, normalized=True)
    source = np.asarray(lines.geometry.array)
    at, which = shapely.STRtree(source).query_nearest(middle, all_matches=False)
    of = np.empty(len(noded), dtype=np.int64)
    of[at] = which
    frame = gpd.GeoDataFrame(
        lines.iloc[of].drop(columns="geometry").reset_index(drop=True),
        geometry=noded,
        crs=lines.crs,
    )
    return without_stubs(frame[_largest(noded)].reset_index(drop=True))


def ends(lines: NDArray[Any]) -> tuple[Any, Any, NDArray[Any]]:
    """Return the junction numbers of the starts and ends of lines, and the junctions' places."""
    places = np.stack(
        [
            shapely.get_coordinates(shapely.get_point(lines, 0)),
            shapely.get_coordinates(shapely.get_point(lines, -1)),
        ]
    )
    rounded = np.round(places / GRID).astype(np.int64).reshape(-1, 2)
    found, number = np.unique(rounded, axis=0, return_inverse=True)
    number = number.reshape(2, -1)
    return number[0], number[1], found * GRID


def _largest(lines: NDArray[Any]) -> NDArray[np.bool_]:
    """Say which lines belong to the network with the most stretches."""
    a, b, places = ends(lines)
    graph = coo_array((np.ones(len(a)), (a, b)), shape=(len(places), len(places)))
    _, part = connected_components(graph, directed=False)
    belongs: NDArray[np.bool_] = part[a] == np.bincount(part[a]).argmax()
    return belongs


def without_stubs(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Drop invented dead ends too short to be a street."""
    a, b, places = ends(np.asarray(frame.geometry.array))
    degree = np.bincount(np.concatenate([a, b]), minlength=len(places))
    stub = (
        (np.minimum(degree[a], degree[b]) == 1)
        & (frame.geometry.length.to_numpy() < _SHORTEST_DEAD_END)
        & (frame["origin"] == "invented").to_numpy()
    )
    return frame[~stub].reset_index(drop=True)
