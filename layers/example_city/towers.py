"""The real towers of the facts: where they stand, what is known of them, and how well."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import shapely

from layers.example_city.arterials import arterials
from layers.example_city.chance import chance_of
from layers.example_city.facts import numbers, table
from layers.example_city.plane import points

NUMBERS = (
    "height",
    "floors_above",
    "floors_below",
    "gross_floor_area",
    "office_area",
    "development_area",
    "year",
)
_SIDE = (30.0, 42.0)
"""Side of an invented tower outline, m: low and high towers."""
_HIGH = 180.0


@cache
def towers() -> pd.DataFrame:
    """Return the towers with numbers as numbers and the published position as ``point`` (m)."""
    rows = table("towers.csv")
    for name in NUMBERS:
        rows[name] = numbers(rows[name])
    # a development that is larger than the tower is a site of its own
    rows["site_id"] = ("P-" + rows["id"]).where(rows["development_area"].notna())
    rows["point"] = points(numbers(rows["lon"]), numbers(rows["lat"]))
    rows["source"] = [
        f"position, address: {coord}; figures: {fact}" + (f"; {note}" if note else "")
        for coord, fact, note in zip(
            rows["coord_source"], rows["fact_source"], rows["note"], strict=True
        )
    ]
    rows["source_date"] = pd.to_datetime(rows["source_date"]).dt.date
    rows["outline"] = _outlines(rows)
    return rows


def exceptions(row: Any, fields: tuple[str, ...], **also: str) -> dict[str, str] | None:
    """Return the values of a tower's row that stand less firm than the row itself.

    Parameters
    ----------
    row
        Row of `towers`; its ``unverified`` names the values that come from memory.
    fields
        The fields the record has; others are left out.
    also
        Further values and their provenance; they win over the row's own.
    """
    weak = {name: "unverified" for name in (row.unverified or "").split() if name in fields}
    return (weak | also) or None


def _outlines(rows: pd.DataFrame) -> Any:
    """Invent a square outline around each position, in line with the nearest main street."""
    chance = chance_of("towers")
    roads = np.asarray(arterials().geometry.array)
    side = np.where(rows["height"].fillna(0) > _HIGH, _SIDE[1], _SIDE[0])
    side = side * chance.uniform(0.9, 1.1, len(rows))
    out = []
    for point, s in zip(rows["point"], side, strict=True):
        road = roads[shapely.distance(roads, point).argmin()]
        at = road.project(point)
        a, b = road.interpolate(max(at - 20, 0)), road.interpolate(at + 20)
        angle = np.arctan2(b.y - a.y, b.x - a.x)
        u = np.array([np.cos(angle), np.sin(angle)]) * s / 2
        v = np.array([-u[1], u[0]])
        centre = np.array([point.x, point.y])
        corners = [centre - u - v, centre + u - v, centre + u + v, centre - u + v]
        out.append(shapely.Polygon(corners))
    return out
