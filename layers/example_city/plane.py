"""The flat sheet the example city is drawn on: metres in EPSG:4547, degrees on the way out."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from cim.crs import SRID

METRIC_SRID = 4547
DECIMALS = 7
"""Decimals of a stored degree; the seventh is about one centimetre."""

Shapes = NDArray[Any]
Floats = NDArray[np.float64]


@cache
def _transformer(source: int, target: int) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def to_plane(geometries: Shapes) -> Shapes:
    """Bring geometries from degrees to metres."""
    transformer = _transformer(SRID, METRIC_SRID)
    moved: Shapes = shapely.transform(
        geometries, lambda c: np.column_stack(transformer.transform(c[:, 0], c[:, 1]))
    )
    return moved


def to_degrees(geometries: Shapes) -> Shapes:
    """Bring geometries from metres to degrees, rounded to `DECIMALS`."""
    transformer = _transformer(METRIC_SRID, SRID)
    moved: Shapes = shapely.transform(
        geometries,
        lambda c: np.round(np.column_stack(transformer.transform(c[:, 0], c[:, 1])), DECIMALS),
    )
    return moved


def points(lon: Any, lat: Any) -> Shapes:
    """Return points in metres at places given in degrees."""
    transformer = _transformer(SRID, METRIC_SRID)
    made: Shapes = shapely.points(
        *transformer.transform(np.asarray(lon, float), np.asarray(lat, float))
    )
    return made
