"""Routes of a feed as transit lines, with their stations in order and their course."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely

from layers.findings import Finding
from layers.gtfs.calls import Calls
from layers.gtfs.feed import Feed, read, remarks_on
from layers.gtfs.stops import station_of
from layers.source import GEOMETRY

_TABLE = "routes.txt"
_SHAPES = "shapes.txt"


def line_rows(
    feed: Feed,
    routes: pd.DataFrame,
    stops: pd.DataFrame,
    stations: pd.DataFrame,
    calls: Calls,
    remarks: list[Finding],
) -> pd.DataFrame:
    """Return the fields of the layer ``transit_line``, by row number in ``routes.txt``.

    Stations and course are those of the route's usual trip (see `layers.gtfs.calls.read_calls`):
    the course is the trip's shape, else it leads straight from stop to stop. A route on which
    no trip runs stays out.
    """
    runs = routes["route_id"].isin(calls.courses["route_id"])
    remarks += remarks_on(
        "feature-left-out",
        _TABLE,
        routes[~runs],
        "route_id",
        "route_id",
        "没有车次，不导入 / is a route on which no trip runs and stays out",
    )
    rows = routes[runs]
    order = _stations_in_order(calls.courses, stops, stations)
    return pd.DataFrame(
        {
            "id": rows["route_id"],
            "name": rows["label"],
            "kind": rows["kind"],
            "colour": _colours(rows, remarks),
            "stations": rows["route_id"].map(order).where(rows["kind"] != "bus", None),
            GEOMETRY: _courses(feed, rows, stops, calls, remarks),
        }
    )


def _stations_in_order(
    courses: pd.DataFrame, stops: pd.DataFrame, stations: pd.DataFrame
) -> pd.Series:
    """Return the stations of each route; two platforms of one in a row count once."""
    called = courses.assign(station=courses["stop_id"].map(station_of(stops)))
    called = called[called["station"].isin(stations["id"])]
    again = (called["station"] == called["station"].shift()) & (
        called["route_id"] == called["route_id"].shift()
    )
    return called[~again].groupby("route_id")["station"].agg(list)


def _colours(rows: pd.DataFrame, remarks: list[Finding]) -> pd.Series:
    """Return colours as ``#rrggbb``."""
    digits = rows["route_color"].str.removeprefix("#").str.casefold()
    good = digits.str.fullmatch(r"[0-9a-f]{6}").fillna(value=False).astype(bool)
    remarks += remarks_on(
        "value-left-out",
        _TABLE,
        rows[digits.notna() & ~good],
        "route_color",
        "route_id",
        "颜色不是六位十六进制数，留空 / has a colour that is not six hexadecimal digits:"
        " left unknown",
    )
    return ("#" + digits).where(good)


def _courses(
    feed: Feed, rows: pd.DataFrame, stops: pd.DataFrame, calls: Calls, remarks: list[Finding]
) -> pd.Series:
    """Return the line of each route in WGS84 degrees; None where two points are not known."""
    shapes = calls.shapes.reindex(rows["route_id"])
    drawn = _shapes(feed, set(shapes.dropna()), remarks)
    by_stops = _through_stops(calls.courses, stops)
    # missing in one way only: None
    lines = [
        drawn.get(shape) or by_stops.get(route)
        for route, shape in zip(rows["route_id"], shapes, strict=True)
    ]
    return pd.Series(np.array(lines, dtype=object), index=rows.index)


def _shapes(feed: Feed, wanted: set[str], remarks: list[Finding]) -> dict[str, Any]:
    """Return the lines of some shapes by identifier."""
    columns = ("shape_id", "shape_pt_lat", "shape_pt_lon", "shape_pt_sequence")
    if _SHAPES not in feed.members or not wanted:
        return {}
    found = pd.concat(
        [rows[rows["shape_id"].isin(wanted)] for rows in read(feed, _SHAPES, columns)]
    )
    numbers = found[list(columns[1:])].apply(pd.to_numeric, errors="coerce").astype("Float64")
    bad = numbers.isna().any(axis=1)
    remarks += remarks_on(
        "value-left-out",
        _SHAPES,
        found[bad],
        "shape_id",
        "shape_id",
        "坐标或序号不是数字，此点不计 / has no number for a coordinate or its order:"
        " the point is left out",
    )
    points = numbers[~bad].assign(of=found.loc[~bad, "shape_id"])
    points = points.sort_values(["of", "shape_pt_sequence"], kind="stable")
    return _lines(points["of"], points["shape_pt_lon"], points["shape_pt_lat"])


def _through_stops(courses: pd.DataFrame, stops: pd.DataFrame) -> dict[str, Any]:
    """Return a line through the stops of each course, by ``route_id``."""
    points = courses["stop_id"].map(stops.set_index("stop_id")[GEOMETRY])
    placed = points.notna()
    there = points[placed].to_numpy(dtype=object)
    x, y = pd.Series(shapely.get_x(there)), pd.Series(shapely.get_y(there))
    return _lines(courses.loc[placed, "route_id"], x, y)


def _lines(of: pd.Series, x: pd.Series, y: pd.Series) -> dict[str, Any]:
    """Draw a line through the points of each group, which stand side by side and in order."""
    groups, names = pd.factorize(of)
    enough = np.bincount(groups, minlength=len(names)) > 1
    kept = enough[groups]
    number = (np.cumsum(enough) - 1)[groups[kept]]
    places = np.column_stack([x.to_numpy(dtype=float), y.to_numpy(dtype=float)])
    lines = shapely.linestrings(places[kept], indices=number)
    return dict(zip(names[enough], lines, strict=True))
