"""What titles of columns say of coordinates: which one, and in which datum."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Literal

from cim.crs import BD09, GCJ02

Axis = Literal["lon", "lat", "x", "y"]

_DATUMS = {
    "EPSG:4326": r"wgs[\s_-]*(?:19)?84|wgs|gps",
    "EPSG:4490": r"cgcs[\s_-]*2000|国家2000|大地2000|2000国家",
    GCJ02: r"gcj[\s_-]*02|gcj|高德|火星|国测局|腾讯|amap|gaode",
    BD09: r"bd[\s_-]*09(?:[\s_-]*ll)?|百度|baidu",
}
"""Words by which a title names a datum, the one to be preferred first."""
# metres on Baidu's own Mercator: no degrees of BD-09
_OTHER = re.compile(r"bd[\s_-]*09[\s_-]*mc|墨卡托|mercator", re.IGNORECASE)
_AXES: dict[Axis, tuple[str, ...]] = {
    "lon": ("lon", "lng", "longitude", "long", "经度", "东经"),
    "lat": ("lat", "latitude", "纬度", "北纬"),
    "x": ("x",),
    "y": ("y",),
}
_ADORNED = re.compile(r"\((?:度|°|deg|degrees)\)|坐标|coord(?:inate)?s?|point|中心点?|地图|[\W_]")
_PAIRED = {
    "经纬度": True,
    "lonlat": True,
    "lnglat": True,
    "longitudelatitude": True,
    "latlon": False,
    "latlng": False,
    "纬经度": False,
    "latitudelongitude": False,
    "": None,
    "location": None,
    "位置": None,
    "地理位置": None,
    "gps": None,
}
"""Titles of two coordinates in one column, and whether the longitude comes first."""


def _folded(title: str) -> str:
    return unicodedata.normalize("NFKC", title).strip().casefold()


def datum_of(title: str) -> str | None:
    """Return the datum that a title names: ``lon_bd09``, ``高德经度``; None where it names none."""
    folded = _folded(title)
    if _OTHER.search(folded):
        return None
    return next((crs for crs, words in _DATUMS.items() if re.search(words, folded)), None)


def _core(title: str) -> str:
    """Strip a title of its datum and of words that say nothing."""
    folded = _folded(title)
    for words in _DATUMS.values():
        folded = re.sub(words, "", folded)
    return _ADORNED.sub("", folded)


def axis_of(title: str) -> Axis | None:
    """Return which coordinate a column of this title holds; None where none."""
    if _OTHER.search(_folded(title)):
        return None
    core = _core(title)
    return next((axis for axis, words in _AXES.items() if core in words), None)


def paired(title: str) -> tuple[bool, bool | None]:
    """Tell whether a title is one of two coordinates, and whether the longitude comes first."""
    core = _core(title)
    # 坐标 alone leaves nothing, but so does a title without any letter
    named = core != "" or "坐标" in title or "coord" in _folded(title)
    return (core in _PAIRED and named, _PAIRED.get(core))


def coordinate_columns(titles: Iterable[str], stated: str | None = None) -> tuple[str, str] | None:
    """Find the two columns of coordinates by their titles.

    Where there are several pairs, that in the stated system comes first, then that whose titles
    name WGS 84, CGCS2000, GCJ-02 or BD-09; if a system is stated that no title names, that
    whose titles name none.

    Parameters
    ----------
    stated
        Coordinate system that the planner or the mapping states.

    Returns
    -------
    tuple of str
        Titles of the columns with x and y.
    """
    found: dict[tuple[str | None, Axis], str] = {}
    for title in titles:
        if (axis := axis_of(title)) is not None:
            found.setdefault((datum_of(title), axis), title)
    named = [*_DATUMS, None]
    stated = (stated and datum_of(stated)) or stated
    order = [stated, *named] if stated in _DATUMS else [None, *named] if stated else named
    for datum in order:
        for x, y in (("lon", "lat"), ("x", "y")):
            # mypy keeps no literals in a loop
            pair = (found.get((datum, x)), found.get((datum, y)))  # type: ignore[arg-type]
            if pair[0] is not None and pair[1] is not None:
                return pair[0], pair[1]
    return None
