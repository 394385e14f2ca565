"""The district: its approximate outline, and its streets (街道) and communities."""

from __future__ import annotations

from functools import cache
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.example_city.facts import drawing, numbers, records, table
from layers.example_city.frames import DRAWN_SOURCE, finished
from layers.example_city.plane import points

_ROUNDS = 400
_STREET_CODE_DIGITS = 9


@cache
def district() -> Any:
    """Return the district's approximate outline as a polygon in metres."""
    return drawing("outline.geojson").geometry.iloc[0]


def street_cells(centres: Any, areas: Any, outline: Any) -> list[Any]:
    """Divide `outline` among `centres` so that each cell has about the area given for it.

    The cells form a power diagram; the weight of a centre grows until its cell is large enough
    (Aurenhammer, Hoffmann and Aronov 1998: such weights exist for any wanted areas).

    Parameters
    ----------
    centres
        Array of points, metres.
    areas
        Wanted areas; only their proportions count.
    outline
        Polygon, metres.
    """
    xy = shapely.get_coordinates(centres)
    wanted = areas / areas.sum() * outline.area
    weights = np.zeros(len(xy))
    cells: list[Any] = []
    for _ in range(_ROUNDS):
        cells = [_cell(i, xy, weights, outline) for i in range(len(xy))]
        got = np.array([cell.area for cell in cells])
        if np.abs(got / wanted - 1).max() < 0.01:
            break
        weights += 0.35 * (wanted - got)
    return cells


def _cell(i: int, xy: Any, weights: Any, outline: Any) -> Any:
    """Return the part of `outline` that is nearer to centre `i` than to any other, by power."""
    cell = outline
    for j in range(len(xy)):
        if j == i:
            continue
        across = xy[j] - xy[i]
        length = np.hypot(*across)
        unit = across / length
        reach = (length**2 + weights[i] - weights[j]) / (2 * length)
        foot = xy[i] + unit * reach
        along = np.array([-unit[1], unit[0]]) * 1e5
        back = unit * -1e5
        near = [foot + along, foot - along, foot - along + back, foot + along + back]
        cell = cell.intersection(shapely.Polygon(near))
    return cell


def area_layer() -> gpd.GeoDataFrame:
    """Return district, streets and communities; a community's outline is unknown."""
    rows = table("areas.csv")
    centres = table("street_centres.csv")
    cells = street_cells(
        points(numbers(centres["lon_approx"]), numbers(centres["lat_approx"])),
        numbers(centres["area_km2_approx"]).to_numpy(),
        district(),
    )
    shapes = dict(zip(centres["code"], cells, strict=True))
    shapes |= dict.fromkeys(rows.loc[rows["level"] == "district", "code"], district())
    made = pd.DataFrame(
        {
            "id": rows["code"],
            "name": rows["name"],
            "level": rows["level"],
            "parent": rows["parent"],
            "population": numbers(rows["population"]),
            "provenance": rows["provenance"],
            # names, codes and populations are published, the outlines are our own
            "exceptions": [
                {"geom": "estimated"} if code in shapes else None for code in rows["code"]
            ],
            "source": [_source(row, row.code in shapes) for row in records(rows)],
            "source_date": pd.to_datetime(rows["source_date"]).dt.date,
        }
    )
    geom = np.array([shapes.get(code) for code in made["id"]], dtype=object)
    return finished("area", made, geom)


def _source(row: Any, has_outline: bool) -> str:
    """Say where code and name, population and outline of an area come from."""
    parts = [row.source]
    if row.census:
        parts.append(f"人口 population: census {row.census}")
    if has_outline:
        parts.append(f"边界 outline: {DRAWN_SOURCE}")
    return "; ".join(parts)
