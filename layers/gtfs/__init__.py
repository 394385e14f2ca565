"""GTFS feeds (timetables of public transport) as layers of the city.

Identifiers are those of the feed: a station, entrance or bus stop has its ``stop_id``, a line
its ``route_id``.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from layers.findings import Finding
from layers.gtfs.calls import read_calls
from layers.gtfs.feed import Feed, open_feed, whole
from layers.gtfs.lines import line_rows
from layers.gtfs.routes import TRAMS, read_routes
from layers.gtfs.stops import bus_stop_rows, entrance_rows, read_stops, station_rows
from layers.importing import dataset_name
from layers.mapping import Mapping
from layers.source import Source, SourceError

__all__ = ["gtfs_sources"]

_OPERATING = {"status": "operating"}


def gtfs_sources(path: Path, dataset: str | None = None) -> Iterator[tuple[str, Source, Mapping]]:
    """Yield each layer a feed has something for: its name, its rows, how they are mapped.

    The whole feed is read before the first layer, so that a bad one enters not even in part.

    Parameters
    ----------
    path
        Zip file of a GTFS Schedule feed; the tables may lie in a folder within.
    dataset
        Name of the dataset; by default that of the file.

    Yields
    ------
    name, source, mapping
        Stations before what refers to them. Rows are numbered as in ``stops.txt`` or
        ``routes.txt``; the remarks of the first source name file and row of what stays out.

    Raises
    ------
    SourceError
        The feed is damaged, lacks a table or column, or has no metro, railway or bus.
    """
    feed = open_feed(path)
    remarks: list[Finding] = []
    layers = [(name, rows) for name, rows in _layers(feed, remarks) if len(rows)]
    if not layers:
        raise SourceError(
            f"{path.name} 里没有可导入的地铁、铁路或公交"
            f" / {path.name} has no metro, railway or bus to bring in"
        )
    constants = _constants(feed)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    for name, rows in layers:
        source = _source(path, rows, remarks, digest)
        own = _OPERATING if name in ("station", "transit_line") else {}
        yield (
            name,
            source,
            Mapping(dataset=dataset or dataset_name(source.name), constants={**constants, **own}),
        )
        # what is wrong with the feed is told once
        remarks = []


def _layers(feed: Feed, remarks: list[Finding]) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the rows of each layer, those that others refer to first."""
    routes = read_routes(feed, remarks)
    stops = read_stops(feed, remarks)
    calls = read_calls(feed, routes, stops, remarks)
    served = routes[["route_id", "kind", "label"]].merge(calls.served, on="route_id")
    stations = station_rows(stops, served, remarks)
    yield "station", stations
    yield "station_entrance", entrance_rows(stops, stations, remarks)
    yield "bus_stop", bus_stop_rows(stops, served)
    yield "transit_line", line_rows(feed, routes, stops, stations, calls, remarks)


def _source(path: Path, rows: pd.DataFrame, remarks: list[Finding], digest: str) -> Source:
    return Source(
        name=path.name,
        crs="EPSG:4326",
        rows=len(rows),
        chunks=partial(_once, rows),
        digest=lambda: digest,
        crs_from="GTFS 规定用 WGS84 / GTFS prescribes WGS84",
        remarks=remarks,
        numbered=True,
        notes=[TRAMS],
    )


def _once(rows: pd.DataFrame) -> Iterator[pd.DataFrame]:
    yield rows.copy()


def _constants(feed: Feed) -> dict[str, Any]:
    """Return what the feed says of itself: who publishes it, and from which day it holds."""
    info = whole(feed, "feed_info.txt", (), ("feed_publisher_name", "feed_start_date"))
    agencies = whole(feed, "agency.txt", (), ("agency_name",))
    names = info["feed_publisher_name"].dropna()
    names = names if len(names) else agencies["agency_name"].dropna()
    constants: dict[str, Any] = {"provenance": "published"}
    if len(names):
        constants["source"] = "、".join(names.drop_duplicates())
    for stated in info["feed_start_date"].dropna().head(1):
        try:
            day = dt.datetime.strptime(stated, "%Y%m%d").replace(tzinfo=dt.UTC).date()
        except ValueError:
            # a date that is none says nothing
            continue
        constants["source_date"] = day.isoformat()
    return constants
