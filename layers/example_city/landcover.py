"""Water, parks and hills, drawn roughly where they are in life."""

from __future__ import annotations

from functools import cache
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.example_city.curves import smoothed
from layers.example_city.facts import drawing
from layers.example_city.frames import DATA_DATE, finished
from layers.example_city.outline import district

_OVER = ("water", "park", "hill")
"""Where two overlap, the earlier kind keeps the ground."""
_BORDER_RIVERS = ("深圳河", "莲塘河")


@cache
def landcover() -> gpd.GeoDataFrame:
    """Return the drawn areas in metres, none overlapping another: ``id, name, kind, geometry``."""
    drawn = drawing("landcover.geojson")
    shapes = []
    for shape, width in zip(drawn.geometry, drawn["width_m"], strict=True):
        course = smoothed(shape)
        shapes.append(course if np.isnan(width) else course.buffer(width / 2, cap_style="flat"))
    drawn = drawn.set_geometry(gpd.GeoSeries(shapes, crs=drawn.crs))
    order = drawn["kind"].map(_OVER.index).sort_values(kind="stable").index
    taken: Any = shapely.Polygon()
    kept = {}
    for i in order:
        shape = drawn.geometry[i].difference(taken)
        taken = taken.union(drawn.geometry[i])
        # the border rivers lie half outside the district and are shown whole
        inside = shape if drawn["name"][i] in _BORDER_RIVERS else shape.intersection(district())
        kept[i] = inside
    return drawn.set_geometry(gpd.GeoSeries([kept[i] for i in drawn.index], crs=drawn.crs))


def landcover_layer() -> gpd.GeoDataFrame:
    """Return the layer of water, parks and hills."""
    drawn = landcover()
    rows = pd.DataFrame(drawn[["id", "name", "kind", "provenance", "source"]])
    rows["source_date"] = DATA_DATE
    return finished("landcover", rows, np.asarray(drawn.geometry.array))
