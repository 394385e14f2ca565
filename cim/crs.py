"""Coordinate systems: what is stored, what is measured in, and the two disguised datums.

Stored coordinates are CGCS2000 longitude and latitude (EPSG:4490), as CJJ/T 315-2022 asks.
CGCS2000 and WGS 84 differ by less than a metre, below what any source here resolves, so 4326,
CRS84 and 4490 are relabelled and never transformed into each other.

GCJ-02 shifts WGS 84 by up to some 700 m, BD-09 shifts GCJ-02 once more. The formulas are those
published by reverse engineering (the "eviltransform" family); the inverses iterate the forward
formula to its fixed point, which is exact to well under a millimetre inside China.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from cim.local_crs import LocalCRSError, LocalSystem, local_system
from cim.published_crs import SRID, Floats, Shift, UnknownCRSError, published

__all__ = [
    "BD09",
    "GCJ02",
    "SRID",
    "Floats",
    "Shift",
    "UnknownCRSError",
    "bd09_to_wgs84",
    "check_crs",
    "disguise_of",
    "disguised",
    "from_stored",
    "gcj02_to_bd09",
    "gcj02_to_wgs84",
    "in_degrees",
    "keeps_numbers",
    "to_stored",
    "undisguised",
    "wgs84_to_bd09",
    "wgs84_to_gcj02",
    "why_local",
    "why_published",
]

GCJ02 = "GCJ-02"
BD09 = "BD-09"

# Krasovsky 1940, the ellipsoid in which GCJ-02 was defined
_SEMI_MAJOR = 6378245.0
_ECCENTRICITY_2 = 0.00669342162296594323
_BAIDU_PI = np.pi * 3000.0 / 180.0
_FIXED_POINT_STEPS = 12


def _gcj02_offset(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Return the GCJ-02 shift in degrees at a WGS 84 place."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    wave = 20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north = north + (
        wave
        + 20.0 * np.sin(y * np.pi)
        + 40.0 * np.sin(y / 3.0 * np.pi)
        + 160.0 * np.sin(y / 12.0 * np.pi)
        + 320.0 * np.sin(y * np.pi / 30.0)
    ) * (2.0 / 3.0)
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east = east + (
        wave
        + 20.0 * np.sin(x * np.pi)
        + 40.0 * np.sin(x / 3.0 * np.pi)
        + 150.0 * np.sin(x / 12.0 * np.pi)
        + 300.0 * np.sin(x / 30.0 * np.pi)
    ) * (2.0 / 3.0)
    # metres on the ellipsoid to degrees
    phi = np.radians(lat)
    magic = 1.0 - _ECCENTRICITY_2 * np.sin(phi) ** 2
    d_lat = np.degrees(north / ((_SEMI_MAJOR * (1.0 - _ECCENTRICITY_2)) / (magic * np.sqrt(magic))))
    d_lon = np.degrees(east / (_SEMI_MAJOR / np.sqrt(magic) * np.cos(phi)))
    return d_lon, d_lat


def wgs84_to_gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Shift WGS 84 degrees to GCJ-02 degrees, element by element."""
    d_lon, d_lat = _gcj02_offset(lon, lat)
    return lon + d_lon, lat + d_lat


def gcj02_to_bd09(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Shift GCJ-02 degrees to BD-09 degrees, element by element."""
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BAIDU_PI)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BAIDU_PI)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def wgs84_to_bd09(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Shift WGS 84 degrees to BD-09 degrees, element by element."""
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def _invert(forward: Shift, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Find the place that `forward` shifts to (lon, lat), by fixed-point iteration."""
    guess_lon, guess_lat = lon, lat
    for _ in range(_FIXED_POINT_STEPS):
        shifted_lon, shifted_lat = forward(guess_lon, guess_lat)
        guess_lon = guess_lon + (lon - shifted_lon)
        guess_lat = guess_lat + (lat - shifted_lat)
    return guess_lon, guess_lat


def gcj02_to_wgs84(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Shift GCJ-02 degrees back to WGS 84 degrees, element by element."""
    return _invert(wgs84_to_gcj02, lon, lat)


def bd09_to_wgs84(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Shift BD-09 degrees back to WGS 84 degrees, element by element."""
    return _invert(wgs84_to_bd09, lon, lat)


_DISGUISES: dict[str, tuple[Shift, Shift]] = {
    GCJ02: (wgs84_to_gcj02, gcj02_to_wgs84),
    BD09: (wgs84_to_bd09, bd09_to_wgs84),
}
"""How WGS 84 degrees become those of the disguised datum, and back."""


def disguise_of(crs: str) -> str | None:
    """Return `GCJ02` or `BD09` where that is what a name, as people write it, stands for."""
    name = crs.upper().replace("_", "-").replace("GCJ02", GCJ02).replace("BD09", BD09)
    return name if name in _DISGUISES else None


def disguised(lon: Floats, lat: Floats, datum: str | None) -> tuple[Floats, Floats]:
    """Shift stored degrees to those of a disguised datum; None leaves them."""
    return _DISGUISES[datum][0](lon, lat) if datum else (lon, lat)


def undisguised(lon: Floats, lat: Floats, datum: str | None) -> tuple[Floats, Floats]:
    """Shift degrees of a disguised datum to stored degrees; None leaves them."""
    return _DISGUISES[datum][1](lon, lat) if datum else (lon, lat)


def _local(crs: str) -> LocalSystem | None:
    try:
        return local_system(crs, _shift_from)
    except LocalCRSError as error:
        raise UnknownCRSError(str(error)) from None


def keeps_numbers(crs: str) -> bool:
    """Tell whether coordinates in this system are stored as they are."""
    return _local(crs) is None and _shift_from(crs) is None


def in_degrees(crs: str) -> bool:
    """Tell whether coordinates in this system are longitude and latitude.

    Raises
    ------
    UnknownCRSError
        As `check_crs`.
    """
    local = _local(crs)
    if local is not None:
        return local.geographic
    check_crs(crs)
    return disguise_of(crs) is not None or CRS.from_user_input(crs).is_geographic


def why_local(crs: str) -> str | None:
    """Say what the transformation of a local system stands on; None for a published one."""
    local = _local(crs)
    return None if local is None else local.because


def why_published(crs: str) -> str | None:
    """Say what is taken for granted in the transformation of a published system, if anything.

    Raises
    ------
    UnknownCRSError
        As `check_crs`.
    """
    if disguise_of(crs) is not None or _local(crs) is not None:
        return None
    return published(crs).granted


def from_stored(lon: Floats, lat: Floats, crs: str) -> tuple[Floats, Floats] | None:
    """Bring stored degrees to a system, by the very transformation that leads out of it.

    Returns
    -------
    tuple or None
        x and y, infinite where a place has none there; None for a local system, whose
        transformation need not lead back.

    Raises
    ------
    UnknownCRSError
        As `check_crs`.
    """
    if _local(crs) is not None:
        return None
    if disguise := disguise_of(crs):
        return _DISGUISES[disguise][0](lon, lat)
    back = published(crs).back
    return (lon, lat) if back is None else back(lon, lat)


def _shift_from(crs: str) -> Shift | None:
    """Return the function that brings (x, y) in `crs` to stored degrees; None for the same.

    Raises
    ------
    UnknownCRSError
        The name is not known, or the system has no sound transformation.
    """
    disguise = disguise_of(crs)
    return _DISGUISES[disguise][1] if disguise else published(crs).shift


def check_crs(crs: str) -> None:
    """Raise `UnknownCRSError` when data in this system cannot be brought in."""
    if _local(crs) is None:
        _shift_from(crs)


def to_stored(geometries: NDArray[Any], crs: str) -> NDArray[Any]:
    """Bring geometries to stored degrees (CGCS2000, longitude first).

    Parameters
    ----------
    geometries
        Array of shapely geometries, x before y; None stays None.
    crs
        ``EPSG:n``, ``OGC:CRS84``, WKT, ``GCJ-02``, ``BD-09``, or a name in the file that
        ``CIM_LOCAL_CRS`` points at.

    Raises
    ------
    UnknownCRSError
        As `check_crs`.
    """
    local = _local(crs)
    shift = _shift_from(crs) if local is None else local.shift
    if shift is None:
        return geometries

    def move(points: Floats) -> Floats:
        return np.column_stack(shift(points[:, 0], points[:, 1]))

    moved: NDArray[Any] = shapely.transform(geometries, move)
    return moved
