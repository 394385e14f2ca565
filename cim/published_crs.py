"""Coordinate systems that PROJ knows, on their way to stored degrees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from cim.local_crs import local_names

SRID = 4490
"""CGCS2000 longitude and latitude: the system of every stored geometry."""

SAME_NUMBERS = {4490, 4326}
"""Systems whose longitude and latitude are taken over as they are."""

Floats = NDArray[np.float64]
Shift = Callable[[Floats, Floats], tuple[Floats, Floats]]

# Ellipsoids of systems without a sound public transformation to CGCS2000: their parameters are
# secret. The name of the datum would not do, as files write it in many ways.
_REFUSED_ELLIPSOIDS = {
    "krass": "北京54 Beijing 1954",
    "iag 1975": "西安80 Xi'an 1980",
    "xian": "西安80 Xi'an 1980",
}

_MODERN = (6_378_137.0, 298.2572)
"""Semi-major axis and inverse flattening of GRS 80, WGS 84 and CGCS2000, as far as they agree: a
datum on this ellipsoid lies in the middle of the earth, within a metre or two of WGS 84."""


class UnknownCRSError(ValueError):
    """The coordinate system cannot be used; the message says why and what can."""


@dataclass(frozen=True)
class Published:
    """A published system.

    Attributes
    ----------
    shift
        Brings (x, y) to stored degrees; None where the numbers are stored as they are.
    back
        Brings stored degrees to (x, y), the same way back.
    granted
        What is taken for granted in this, in Chinese and English; None where nothing is.
    """

    shift: Shift | None = None
    back: Shift | None = None
    granted: str | None = None


@cache
def published(crs: str) -> Published:
    """Return how data in a published system are brought in.

    Raises
    ------
    UnknownCRSError
        The name is not known, or the system has no sound transformation.
    """
    try:
        system = CRS.from_user_input(crs)
    except CRSError:
        local = "".join(f", {name}" for name in local_names())
        raise UnknownCRSError(
            f"不认识坐标系 {crs!r}；请用 EPSG:编号、GCJ-02 或 BD-09"
            f" / unknown CRS {crs!r}: use EPSG:n, GCJ-02 or BD-09{local}"
        ) from None
    geodetic = _geodetic_of(system, crs)
    if system.to_epsg() in SAME_NUMBERS or (
        system.is_geographic and geodetic.name in ("WGS 84 (CRS84)", "WGS 84", "OGC:CRS84")
    ):
        return Published()
    # a projection of CGCS2000 is only unprojected; all else goes to WGS 84, the same numbers
    of_cgcs2000 = "CGCS2000" in geodetic.name or "China Geodetic" in geodetic.name
    granted = None
    try:
        if of_cgcs2000:
            # files name its datum in many ways; by whatever name it is the one
            transformer = Transformer.from_crs(system, SRID, always_xy=True)
        else:
            transformer, granted = _to_wgs84(system, geodetic, crs)
    except ProjError as error:
        raise UnknownCRSError(
            f"{crs!r} 不能转换到 CGCS2000 / {crs!r} does not transform to CGCS2000: {error}"
        ) from None
    return Published(_by(transformer, "FORWARD"), _by(transformer, "INVERSE"), granted)


def _by(transformer: Transformer, direction: str) -> Shift:
    def shift(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        moved_x, moved_y = transformer.transform(x, y, direction=direction)
        return np.asarray(moved_x), np.asarray(moved_y)

    return shift


def _geodetic_of(system: CRS, crs: str) -> CRS:
    """Return the degrees that a system stands on, where it may be brought in at all."""
    geodetic = system.geodetic_crs
    if geodetic is None:
        raise UnknownCRSError(
            f"{crs!r} 是地方坐标系，没有公开的转换方法；本地参数见 docs/settings.md 的"
            f" CIM_LOCAL_CRS / {crs!r} is a local system without a published transformation: for"
            " local parameters see CIM_LOCAL_CRS in docs/settings.md"
        )
    if not (system.is_geographic or system.is_projected):
        raise UnknownCRSError(
            f"{crs!r} 既不是经纬度也不是平面坐标系 / {crs!r} is neither geographic nor projected"
        )
    ellipsoid = geodetic.ellipsoid.name if geodetic.ellipsoid else ""
    for sign, title in _REFUSED_ELLIPSOIDS.items():
        if sign in ellipsoid.casefold():
            raise _no_transformation(title)
    return geodetic


def _to_wgs84(system: CRS, geodetic: CRS, crs: str) -> tuple[Transformer, str | None]:
    """Return the way to WGS 84, and what is taken for granted in it.

    PROJ takes a datum that it knows no transformation for as WGS 84 itself and says nothing; on an
    old ellipsoid that is hundreds of metres off.

    Raises
    ------
    UnknownCRSError
        The datum is not WGS 84, for all that is known.
    """
    try:
        return Transformer.from_crs(system, 4326, always_xy=True, allow_ballpark=False), None
    except ProjError:
        ellipsoid = geodetic.ellipsoid
        name = system.name if len(crs) > 40 else crs
        modern = ellipsoid is not None and np.allclose(
            (ellipsoid.semi_major_metre, ellipsoid.inverse_flattening), _MODERN, rtol=0, atol=1e-4
        )
        if not modern:
            raise _no_transformation(name.replace(" / ", " ")) from None
    datum = geodetic.datum.name if geodetic.datum else geodetic.name
    granted = (
        f"基准面“{datum}”到 WGS 84 没有公开的转换参数，因椭球相同，按 WGS 84 处理，可能差一两米"
        f" / no transformation from the datum {datum!r} to WGS 84 is published; it was taken for"
        " WGS 84, having the same ellipsoid, and may be a metre or two off"
    )
    return Transformer.from_crs(system, 4326, always_xy=True), granted


def _no_transformation(title: str) -> UnknownCRSError:
    return UnknownCRSError(
        f"{title} 到 CGCS2000 没有可靠的公开转换参数；如有本地参数或控制点，请写入"
        " CIM_LOCAL_CRS 指定的文件，再用 --crs 名称 导入（见 docs/settings.md）"
        f" / no sound public transformation from {title}: name local parameters or control"
        " points in the file that CIM_LOCAL_CRS points at, and give --crs NAME"
        " (docs/settings.md)"
    )
