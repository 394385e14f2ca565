"""The streets drawn by hand under their real names, and the railway."""

from __future__ import annotations

from functools import cache
from typing import Any

import geopandas as gpd
import shapely

from layers.example_city.curves import smoothed
from layers.example_city.facts import drawing
from layers.example_city.outline import district

RAILWAY_HALF_WIDTH = 16.0
HALF_WIDTHS = {"motorway": 14.0, "primary": 19.0, "secondary": 11.5, "local": 6.5, "path": 2.5}
"""Half the width of a street from house line to house line, m, by class."""


@cache
def arterials() -> gpd.GeoDataFrame:
    """Return the drawn streets in metres, smoothed and cut off at the outline of the district.

    Returns
    -------
    GeoDataFrame with columns ``name, road_class, tunnel, steps, source, geometry``.
    """
    drawn = drawing("roads.geojson")
    for flag in ("tunnel", "steps"):
        drawn[flag] = [value is True or value == 1 for value in drawn[flag]]
    lines = [smoothed(line).intersection(district()) for line in drawn.geometry]
    cut = drawn.set_geometry(gpd.GeoSeries(lines, crs=drawn.crs)).explode(ignore_index=True)
    return cut[~cut.geometry.is_empty].reset_index(drop=True)


@cache
def railway() -> gpd.GeoDataFrame:
    """Return the railway's course in metres: ``id, name, source, geometry``."""
    drawn = drawing("railway.geojson")
    lines = [smoothed(line).intersection(district()) for line in drawn.geometry]
    return drawn.set_geometry(gpd.GeoSeries(lines, crs=drawn.crs))


def railway_land() -> Any:
    """Return the strip the railway takes."""
    return shapely.union_all(railway().geometry.buffer(RAILWAY_HALF_WIDTH, cap_style="flat"))
