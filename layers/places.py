"""Where the rows of a source say they are: geometry, or coordinates in columns."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from layers.expression import column_from, numbers
from layers.findings import Findings
from layers.mapping import GeometryRule, MappingError
from layers.source import GEOMETRY

_LON_HEADERS = ("lon", "lng", "long", "longitude", "经度", "x")
_LAT_HEADERS = ("lat", "latitude", "纬度", "y")
_PAIR = re.compile(r"\(?\s*([+-]?\d+(?:\.\d+)?)\s*[,，;\s]\s*([+-]?\d+(?:\.\d+)?)\s*\)?")


def _guessed(frame: pd.DataFrame) -> GeometryRule:
    """Find coordinate columns by their usual titles."""
    titles = {str(title).strip().casefold(): str(title) for title in frame.columns}
    lon = next((titles[h] for h in _LON_HEADERS if h in titles), None)
    lat = next((titles[h] for h in _LAT_HEADERS if h in titles), None)
    if lon and lat:
        return GeometryRule(lon=lon, lat=lat)
    return GeometryRule(wkt=titles.get("ewkt") or titles.get("wkt"))


def place_columns(columns: list[str], rule: GeometryRule) -> set[str]:
    """Return the columns that the places are read from, given or found by their titles."""
    stated = rule.model_dump()
    if not any(stated.values()):
        stated = _guessed(pd.DataFrame(columns=columns)).model_dump()
    return {title for title in stated.values() if title}


def _points(x: pd.Series, y: pd.Series, findings: Findings) -> NDArray[Any]:
    """Make points of two columns; a row with neither has no place."""
    found_x, found_y = numbers(x), numbers(y)
    for given, found in ((x, found_x), (y, found_y)):
        findings.add(
            "coordinates-unreadable",
            found.isna() & given.notna(),
            str(given.name),
            given,
            "不是坐标 / is not a coordinate",
        )
    result = np.full(len(x), None, dtype=object)
    both = (found_x.notna() & found_y.notna()).to_numpy()
    result[both] = shapely.points(found_x.to_numpy()[both], found_y.to_numpy()[both])
    return result


def _from_text(values: pd.Series, read: Any, title: str, findings: Findings) -> NDArray[Any]:
    """Parse WKT or hexadecimal EWKB, row by row refused where it is neither."""
    text = values.astype("string").str.strip()
    # EWKT, as PostGIS and our own exports write it
    system = text.str.extract(r"^SRID=(\d+);", expand=False)
    text = text.str.replace(r"^SRID=\d+;", "", regex=True)
    found = read(text.astype("object").where(text.notna(), None).to_numpy(), on_invalid="ignore")
    missing = pd.Series(shapely.is_missing(found), index=values.index)
    findings.add(
        "geometry-unreadable",
        missing & text.notna(),
        str(values.name),
        values,
        f"不是 {title} / is not {title}",
    )
    srids = system.fillna("0").astype("int32").to_numpy()
    result: NDArray[Any] = found
    if srids.any():
        result = shapely.set_srid(found, srids)
    return result


def srid_of(places: NDArray[Any]) -> int | None:
    """Return the coordinate system that EWKT or EWKB names; None for none or several."""
    named = np.unique(shapely.get_srid(places[~shapely.is_missing(places)]))
    return int(named[0]) if len(named) == 1 and named[0] > 0 else None


def read_places(frame: pd.DataFrame, rule: GeometryRule, findings: Findings) -> NDArray[Any] | None:
    """Return the geometries of the rows, in the source's own coordinates.

    Returns
    -------
    array or None
        Shapely geometries with x before y, None where a row has no place; None altogether
        where the source has no place at all.
    """
    if not any(rule.model_dump().values()):
        if GEOMETRY in frame.columns:
            return frame[GEOMETRY].to_numpy(dtype=object)
        rule = _guessed(frame)
    if rule.lon and rule.lat:
        return _points(column_from(frame, rule.lon), column_from(frame, rule.lat), findings)
    if rule.lon or rule.lat:
        raise MappingError("[geometry] 需要同时给出 lon 和 lat / needs both lon and lat")
    if rule.wkt:
        return _from_text(column_from(frame, rule.wkt), shapely.from_wkt, "WKT", findings)
    if rule.ewkb:
        return _from_text(column_from(frame, rule.ewkb), shapely.from_wkb, "EWKB", findings)
    if rule.latlon_text:
        values = column_from(frame, rule.latlon_text)
        pair = (
            values.astype("string")
            .str.normalize("NFKC")
            .str.strip()
            .str.extract(rf"^{_PAIR.pattern}$")
        )
        findings.add(
            "coordinates-unreadable",
            values.notna() & pair[0].isna(),
            str(values.name),
            values,
            "不是“(纬度, 经度)” / is not “(lat, lon)”",
        )
        return _points(pair[1].rename("lon"), pair[0].rename("lat"), findings)
    return None
