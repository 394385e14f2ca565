"""Stations, ports and lines of the metro, as the facts have them."""

from __future__ import annotations

from functools import cache
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.example_city.arterials import railway
from layers.example_city.curves import smooth
from layers.example_city.facts import numbers, records, settings, table
from layers.example_city.frames import DATA_DATE, DRAWN_SOURCE, column, finished
from layers.example_city.plane import points


@cache
def stations() -> pd.DataFrame:
    """Return the stations and ports with ``point`` in metres and ``lines`` as lists of names."""
    rows = table("stations.csv")
    rows["point"] = points(numbers(rows["lon"]), numbers(rows["lat"]))
    named = {line["code"]: line["name"] for line in settings("metro_lines.toml")["line"]}
    rows["lines"] = column(
        [named[code] for code in codes.split("|")] if codes else None for codes in rows["lines"]
    )
    rows["exceptions"] = column(_weaker(row) for row in records(rows))
    rows["source_date"] = pd.to_datetime(rows["source_date"]).dt.date
    return rows


def _weaker(row: Any) -> dict[str, str] | None:
    """Return the values that stand less firm than their row, as the table names them."""
    memory = dict.fromkeys((row.unverified or "").split(), "unverified")
    return memory | dict.fromkeys((row.estimated or "").split(), "estimated") or None


def station_layer() -> gpd.GeoDataFrame:
    """Return the layer of stations and ports."""
    rows = stations()
    return finished("station", rows.drop(columns="point"), rows["point"].to_numpy())


def transit_line_layer() -> gpd.GeoDataFrame:
    """Return the metro lines and the railway.

    The order of stations is published; the course between them is estimated. A line with one
    station in the district has no course here.
    """
    metro = settings("metro_lines.toml")
    place = dict(zip(stations()["id"], stations()["point"], strict=True))
    rows, shapes = [], []
    for line in metro["line"]:
        stops = [place[stop] for stop in line["stations"]]
        weak = {"colour": "unverified"}
        shape = None
        if len(stops) > 1:
            shape = shapely.LineString(smooth(shapely.get_coordinates(stops)))
            weak["geom"] = "estimated"
        rows.append(
            {
                "id": line["id"],
                "name": line["name"],
                "kind": "metro",
                "colour": line["colour"],
                "stations": list(line["stations"]),
                "status": "operating",
                "provenance": "published",
                "exceptions": weak,
                "source": "; ".join(filter(None, [metro["source"], line.get("note")])),
                "source_date": metro["source_date"],
            }
        )
        shapes.append(shape)
    for line in records(railway()):
        rows.append(
            {
                "id": line.id,
                "name": line.name,
                "kind": "railway",
                "colour": None,
                "stations": ["shenzhen-railway-station"],
                "status": "operating",
                "provenance": "estimated",
                "exceptions": None,
                "source": DRAWN_SOURCE,
                "source_date": DATA_DATE,
            }
        )
        shapes.append(line.geometry)
    return finished("transit_line", pd.DataFrame(rows), np.array(shapes, dtype=object))
