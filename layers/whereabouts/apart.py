"""How far places lie from each other, and which disguise would explain it."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Geod

from cim.crs import BD09, GCJ02, disguised, undisguised

Floats = NDArray[np.float64]

DATUMS: tuple[str | None, ...] = (None, GCJ02, BD09)
"""What degrees in China may be: true (None stands for WGS 84 and CGCS2000), or disguised."""

DEGREE = 111_320.0
"""Metres in a degree of latitude, or of longitude at the equator; for what need not be exact."""

EARTH = Geod(ellps="GRS80")

_CHINA = (72.004, 0.8293, 137.8347, 55.8271)
"""Where the disguises are used: west, south, east, north, as in the published formulas."""


def title(datum: str | None) -> str:
    """Return the name of a datum, as ``--crs`` takes it."""
    return datum or "EPSG:4326"


def short(crs: str) -> str:
    """Return a short name of a coordinate system, where a file gives its WKT."""
    if len(crs) < 40:
        return crs
    system = CRS.from_user_input(crs)
    number = system.to_epsg()
    # " / " stands between Chinese and English
    return f"EPSG:{number}" if number else system.name.replace(" / ", " ")


def displacement(lon: Floats, lat: Floats, to_lon: Floats, to_lat: Floats) -> Floats:
    """Return distance, east and north in metres from places to others, shape (n, 3).

    Along the geodesic on GRS80 (Karney 2013, by PROJ).
    """
    azimuth, _, distance = EARTH.inv(lon, lat, to_lon, to_lat)
    angle = np.radians(azimuth)
    return np.column_stack([distance, distance * np.sin(angle), distance * np.cos(angle)])


def reread(
    lon: Floats, lat: Floats, declared: str | None, really: str | None
) -> tuple[Floats, Floats]:
    """Return where stored places lie whose numbers were read as one datum and are another's."""
    return undisguised(*disguised(lon, lat, declared), really)


def misread(
    lon: Floats, lat: Floats, declared: str | None, really: str | None
) -> tuple[Floats, Floats]:
    """Return where true places come to lie when data of one datum are read as another's."""
    return undisguised(*disguised(lon, lat, really), declared)


def in_china(lon: Floats, lat: Floats) -> bool:
    """Tell whether most places lie where the disguises are used."""
    west, south, east, north = _CHINA
    x, y = np.median(lon), np.median(lat)
    return bool(west <= x <= east and south <= y <= north)


def nearest(geometries: NDArray[Any], points: NDArray[Any]) -> Floats:
    """Return, for each pair, the place in the geometry nearest to the point: lon, lat (n, 2).

    Nearest in degrees, which for places in the same city is the nearest on the ground but for a
    small part of their distance; a point inside an area is its own.
    """
    ends = shapely.get_point(shapely.shortest_line(geometries, points), 0)
    places: Floats = shapely.get_coordinates(ends)
    return places
