"""Stops of a feed as stations, entrances of stations and bus stops."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from layers.findings import Finding
from layers.gtfs.feed import Feed, distinct, remarks_on, whole
from layers.source import GEOMETRY

TABLE = "stops.txt"
_STATION, _ENTRANCE = "1", "2"
_INNER = ("3", "4")
"""Nodes and boarding areas within stations, which need no place of their own."""
_STEP_FREE = {"1": True, "2": False}


def read_stops(feed: Feed, remarks: list[Finding]) -> pd.DataFrame:
    """Return the stops, platforms, stations and entrances of a feed.

    Returns
    -------
    DataFrame
        Indexed by row number in ``stops.txt``, with its columns, ``parent_station`` only where
        the feed holds that station, and points in WGS84 degrees, None where a stop has no place.
    """
    rows = whole(
        feed,
        TABLE,
        ("stop_id",),
        (
            "stop_name",
            "stop_lat",
            "stop_lon",
            "location_type",
            "parent_station",
            "wheelchair_boarding",
        ),
    )
    rows = distinct(rows, TABLE, "stop_id", remarks)
    rows["location_type"] = rows["location_type"].fillna("0")
    orphans = rows["parent_station"].notna() & ~rows["parent_station"].isin(rows["stop_id"])
    remarks += remarks_on(
        "value-left-out",
        TABLE,
        rows[orphans],
        "parent_station",
        "stop_id",
        "parent_station 不在 stops.txt 中 / names a parent_station that is not in it",
    )
    rows["parent_station"] = rows["parent_station"].mask(orphans)
    return rows.assign(**{GEOMETRY: _points(rows, remarks)})


def _points(rows: pd.DataFrame, remarks: list[Finding]) -> pd.Series:
    """Make the points of stops; remark on those that ought to have one."""
    lon = pd.to_numeric(rows["stop_lon"], errors="coerce").astype("Float64")
    lat = pd.to_numeric(rows["stop_lat"], errors="coerce").astype("Float64")
    placed = (lon.between(-180, 180) & lat.between(-90, 90)).fillna(value=False)
    lost = rows[~placed & ~rows["location_type"].isin(_INNER)]
    remarks += remarks_on(
        "row-left-out",
        TABLE,
        lost.assign(place=lost["stop_lat"].fillna("") + ", " + lost["stop_lon"].fillna("")),
        "place",
        "stop_id",
        "没有可用的坐标，不导入 / has no usable coordinates and stays out",
    )
    points = np.full(len(rows), None, dtype=object)
    at = placed.to_numpy(dtype=bool)
    points[at] = shapely.points(lon[placed].to_numpy(float), lat[placed].to_numpy(float))
    return pd.Series(points, index=rows.index, dtype=object)


def station_of(stops: pd.DataFrame) -> pd.Series:
    """Return the station that each stop belongs to, by ``stop_id``: its parent, else itself."""
    by_id = stops.set_index("stop_id")
    return by_id["parent_station"].fillna(by_id.index.to_series())


def station_rows(stops: pd.DataFrame, served: pd.DataFrame, remarks: list[Finding]) -> pd.DataFrame:
    """Return the fields of the layer ``station``, by row number in ``stops.txt``.

    A station is where routes of metro or railway call, with all its platforms; where both do it
    is a metro station.

    Parameters
    ----------
    stops
        From `read_stops`.
    served
        ``stop_id``, ``kind`` and ``label`` of the routes that call, in the order of the routes.
    """
    rail = served[served["kind"].isin(["metro", "railway"])]
    rail = rail.assign(station=rail["stop_id"].map(station_of(stops)))
    by_station = rail.groupby("station", sort=False)
    metro = (rail["kind"] == "metro").groupby(rail["station"], sort=False).any()
    rows = stops[stops["stop_id"].isin(metro.index) & stops[GEOMETRY].notna()]
    nameless = rows["stop_name"].isna()
    remarks += remarks_on(
        "row-left-out",
        TABLE,
        rows[nameless],
        "stop_name",
        "stop_id",
        "车站没有名称，不导入 / is a station without a name and stays out",
    )
    rows = rows[~nameless]
    return pd.DataFrame(
        {
            "id": rows["stop_id"],
            "name": rows["stop_name"],
            "kind": rows["stop_id"].map(metro).map({True: "metro", False: "railway"}),
            "lines": rows["stop_id"].map(by_station["label"].agg(_each_once)),
            GEOMETRY: rows[GEOMETRY],
        }
    )


def _each_once(labels: pd.Series) -> list[str]:
    return list(dict.fromkeys(labels))


def bus_stop_rows(stops: pd.DataFrame, served: pd.DataFrame) -> pd.DataFrame:
    """Return the fields of the layer ``bus_stop``: every stop where a bus calls."""
    routes = served[served["kind"] == "bus"].groupby("stop_id")["label"].agg(_each_once)
    rows = stops[stops["stop_id"].isin(routes.index) & stops[GEOMETRY].notna()]
    return pd.DataFrame(
        {
            "id": rows["stop_id"],
            "name": rows["stop_name"],
            "routes": rows["stop_id"].map(routes),
            GEOMETRY: rows[GEOMETRY],
        }
    )


def entrance_rows(
    stops: pd.DataFrame, stations: pd.DataFrame, remarks: list[Finding]
) -> pd.DataFrame:
    """Return the fields of the layer ``station_entrance``.

    An entrance of which the feed does not say whether it is step-free is as its station is, as
    the reference has it. Entrances of what is no station of the layer stay out.

    Parameters
    ----------
    stations
        From `station_rows`.
    """
    rows = stops[(stops["location_type"] == _ENTRANCE) & stops[GEOMETRY].notna()]
    ours = rows["parent_station"].isin(stations["id"])
    remarks += remarks_on(
        "feature-left-out",
        TABLE,
        rows[~ours],
        "parent_station",
        "stop_id",
        "不是所导入的地铁站或火车站的出入口 / is no entrance of a station that is brought in",
    )
    rows = rows[ours]
    boarding = stops.set_index("stop_id")["wheelchair_boarding"].replace("0", pd.NA)
    own = rows["wheelchair_boarding"].replace("0", pd.NA)
    known = own.fillna(rows["parent_station"].map(boarding))
    return pd.DataFrame(
        {
            "id": rows["stop_id"],
            "name": rows["stop_name"],
            "station_id": rows["parent_station"],
            "step_free": known.map(_STEP_FREE).astype("boolean"),
            GEOMETRY: rows[GEOMETRY],
        }
    )
