"""Entrances of metro stations, on street corners around the station, joined to the network."""

from __future__ import annotations

from functools import cache
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.example_city.arterials import HALF_WIDTHS, railway_land
from layers.example_city.chance import chance_of
from layers.example_city.facts import records
from layers.example_city.frames import finished
from layers.example_city.landcover import landcover
from layers.example_city.plane import METRIC_SRID
from layers.example_city.stations import stations
from layers.example_city.streets import GRID, cut_at_junctions, ends, streets
from layers.example_city.towers import towers

_NEAREST, _FARTHEST = 30.0, 120.0
_FEWEST, _MOST = 2, 6
_ASIDE = 4.0
_APART = 22.0
_FROM_CORNER = np.array([12.0, 28.0])
"""Where along a street an entrance stands, from a narrow and from a wide side street, m."""
_STRIDE = 15.0
_LETTERS = "ABCDEF"


@cache
def entrances() -> gpd.GeoDataFrame:
    """Return the entrances, in metres.

    Returns
    -------
    GeoDataFrame with columns ``id, name, station_id, step_free, landmarks, corner, geometry``;
    ``corner`` is the place on the street that the entrance is joined to.
    """
    chance = chance_of("station_entrance")
    lines = streets()
    open_air = lines[(lines["road_class"] != "motorway") & ~lines["tunnel"]]
    shapes = open_air.geometry.to_numpy()
    tree = shapely.STRtree(shapes)
    half = open_air["road_class"].map(HALF_WIDTHS).to_numpy()
    nature = landcover()
    barred = shapely.union_all(
        [railway_land(), *towers()["outline"], *nature.geometry[nature["kind"] == "water"]]
    )
    named = open_air[open_air["name"].notna()]
    rows = []
    metro = stations()[stations()["kind"] == "metro"]
    for station in records(metro):
        near = np.sort(tree.query(station.point, predicate="dwithin", distance=_FARTHEST))
        wanted = int(chance.integers(_FEWEST, _MOST + 1))
        places = _places(station.point, shapes[near], half[near], chance)
        chosen: list[tuple[Any, Any]] = []
        for corner, place in places:
            clear = all(place.distance(other) >= _APART for _, other in chosen)
            joined = shapely.LineString([corner, place])
            if clear and not joined.intersects(barred):
                chosen.append((corner, place))
            if len(chosen) == wanted:
                break
        for letter, (corner, place) in zip(_LETTERS, chosen, strict=False):
            rows.append(
                {
                    "id": f"{station.id}-{letter.lower()}",
                    "name": f"{station.name}站{letter}口(模拟)",
                    "station_id": station.id,
                    "step_free": bool(chance.random() < 0.5),
                    "landmarks": _street_at(corner, named),
                    "corner": corner,
                    "geometry": place,
                }
            )
    return gpd.GeoDataFrame(rows, crs=METRIC_SRID)


def _places(
    centre: Any, lines: Any, half: Any, chance: np.random.Generator
) -> list[tuple[Any, Any]]:
    """Return pairs of a place on a street and a place beside it, corners first, in lot order."""
    found: list[tuple[float, int, Any, Any]] = []
    for line, wide in zip(lines, half, strict=True):
        between = np.arange(_FROM_CORNER[-1], line.length - _FROM_CORNER[-1], _STRIDE)
        for at in (*_FROM_CORNER, *(line.length - _FROM_CORNER), *between):
            if not 0 < at < line.length:
                continue
            corner, ahead = line.interpolate(at), line.interpolate(min(at + 1, line.length))
            way = np.array([ahead.x - corner.x, ahead.y - corner.y])
            if not way.any():
                continue
            way /= np.hypot(*way)
            for side in (-1, 1):
                aside = np.array([-way[1], way[0]]) * side * (wide + _ASIDE)
                # on the grid of the junctions, so that the path ends exactly here
                spot = np.round((np.array([corner.x, corner.y]) + aside) / GRID) * GRID
                place = shapely.Point(spot)
                far = place.distance(centre)
                if _NEAREST <= far <= _FARTHEST and lines_clear(place, lines, half):
                    found.append((-wide + chance.uniform(0, 12), len(found), corner, place))
    return [(corner, place) for _, _, corner, place in sorted(found, key=lambda f: f[:2])]


def _street_at(corner: Any, named: gpd.GeoDataFrame) -> str:
    """Return the name of the street an entrance gives on to."""
    return str(named["name"].iloc[shapely.distance(named.geometry.to_numpy(), corner).argmin()])


def lines_clear(place: Any, lines: Any, half: Any) -> bool:
    """Say whether a place stands off the carriageway of every street near it."""
    return bool((shapely.distance(lines, place) > half + 1.0).all())


@cache
def walkable_streets() -> gpd.GeoDataFrame:
    """Return `streets` with the short paths to the entrances, cut where they join."""
    lines = streets()
    doors = entrances()
    ways = []
    for corner, place in zip(doors["corner"], doors.geometry, strict=True):
        # a little beyond the middle of the street, so that the two surely meet
        over = np.array([corner.x - place.x, corner.y - place.y])
        over = over / np.hypot(*over) * 0.5
        ways.append(shapely.LineString([(corner.x + over[0], corner.y + over[1]), place]))
    paths = gpd.GeoDataFrame(
        {"name": None, "road_class": "path", "tunnel": False, "steps": False, "origin": "entrance"},
        geometry=ways,
        index=range(len(ways)),
        crs=lines.crs,
    )
    motorway = lines["road_class"] == "motorway"
    joined = cut_at_junctions(pd.concat([lines[~motorway], paths], ignore_index=True))
    return pd.concat([_without_tails(joined), lines[motorway]], ignore_index=True)


def _without_tails(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Drop the half metre by which the paths to entrances run past the middle of the street."""
    a, b, places = ends(frame.geometry.to_numpy())
    degree = np.bincount(np.concatenate([a, b]), minlength=len(places))
    tail = (np.minimum(degree[a], degree[b]) == 1) & (frame.geometry.length.to_numpy() < 1.0)
    return frame[~tail].reset_index(drop=True)


def station_entrance_layer() -> gpd.GeoDataFrame:
    """Return the layer of entrances."""
    doors = entrances()
    return finished(
        "station_entrance",
        pd.DataFrame(doors.drop(columns=["corner", "geometry"])),
        doors.geometry.to_numpy(),
    )
