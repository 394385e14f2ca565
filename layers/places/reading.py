"""Where the rows of a source say they are: geometry, or coordinates in columns."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from layers.expression import column_from
from layers.findings import Findings
from layers.mapping import GeometryRule, MappingError
from layers.places.coordinates import FORMS, degrees, longitude_first, pairs
from layers.places.titles import axis_of, coordinate_columns, datum_of, paired
from layers.source import GEOMETRY

_SAMPLE = 50
"""Values of a column by which is decided what it holds."""
_TEXT_TITLES = {"ewkt": "wkt", "wkt": "wkt", "ewkb": "ewkb", "wkb": "ewkb"}
_WKT = (
    r"(?:SRID=\d+;)?\s*(?:POINT|LINESTRING|POLYGON|MULTIPOINT|MULTILINESTRING|MULTIPOLYGON"
    r"|GEOMETRYCOLLECTION)\b.*"
)
_HEX = r"(?:00|01|\\x00|\\x01)(?:[0-9A-F]{2}){20,}"
_DIGITS = r"\.\d{3,}.*\.\d{3,}"
"""Three decimals, twice: coordinates, and not a pair of counts."""
# northings and eastings of Gauss-Krüger in China, without and with the number of the zone
_NORTHING = (1.8e6, 6.0e6)
_EASTINGS = ((2.5e5, 7.5e5), (1.3e7, 4.6e7))


def _texts(frame: pd.DataFrame) -> dict[str, pd.Series]:
    """Return the first values of the columns that hold text, by title."""
    texts = {}
    for title in frame.columns:
        values = frame[title]
        if title == GEOMETRY or not pd.api.types.is_string_dtype(values.dropna().head(_SAMPLE)):
            continue
        first = values.dropna().head(_SAMPLE).astype("string")
        first = first[first.str.strip() != ""]
        if len(first):
            texts[str(title)] = first
    return texts


def _all(values: pd.Series, pattern: str) -> bool:
    return bool(values.str.strip().str.fullmatch(pattern, flags=re.IGNORECASE | re.DOTALL).all())


def _pair_rule(title: str, values: pd.Series) -> GeometryRule:
    """Say in which order a column holds two coordinates.

    Raises
    ------
    MappingError
        Neither the values nor the title decide it.
    """
    by_values = longitude_first(values)
    lon_first = paired(title)[1] if by_values is None else by_values
    if lon_first is None:
        raise MappingError(
            f"“{title}”列里的两个数，无法判断哪个是经度：请在映射文件 [geometry] 里写"
            f' latlon_text = "{title}"（纬度在前）或 lonlat_text = "{title}"（经度在前）'
            f" / which number in {title} is the longitude is not certain: state latlon_text or"
            " lonlat_text in the mapping"
        )
    return GeometryRule(lonlat_text=title) if lon_first else GeometryRule(latlon_text=title)


def _by_content(frame: pd.DataFrame) -> GeometryRule:
    """Find the column whose values all are WKT, hexadecimal WKB or pairs of coordinates."""
    texts = _texts(frame)
    for name, pattern in (("wkt", _WKT), ("ewkb", _HEX)):
        if found := [title for title, values in texts.items() if _all(values, pattern)]:
            return GeometryRule(**{name: found[0]})
    both = {
        title: values
        for title, values in texts.items()
        if degrees(pairs(values)[0]).notna().all() and degrees(pairs(values)[1]).notna().all()
    }
    # a usual title comes before mere looks
    for title, values in both.items():
        if paired(title)[0]:
            return _pair_rule(title, values)
    for title, values in both.items():
        if values.str.contains(_DIGITS).all():
            return _pair_rule(title, values)
    return GeometryRule()


def _is_northing_first(frame: pd.DataFrame, x: str, y: str) -> bool:
    """Tell whether x is the northing, as surveyors in China have it, by the values alone."""
    first, second = (degrees(frame[title].dropna().head(_SAMPLE)).dropna() for title in (x, y))
    return (
        len(first) > 0
        and len(second) > 0
        and bool(first.between(*_NORTHING).all())
        and any(bool(second.between(*zone).all()) for zone in _EASTINGS)
    )


def find_places(
    frame: pd.DataFrame, rule: GeometryRule, stated: str | None = None
) -> tuple[GeometryRule, list[str]]:
    """Settle which columns say where the rows are, by titles and then by values.

    Parameters
    ----------
    frame
        The first rows of a source.
    rule
        What the mapping states; it holds where it states anything.
    stated
        Coordinate system that the planner or the mapping states: of several pairs of columns
        the one in that system is taken.

    Returns
    -------
    tuple
        The rule, empty where the source has a geometry of its own or no place at all; and what
        was taken for granted, in Chinese and English sentences.

    Raises
    ------
    MappingError
        Two coordinates in one column whose order is not certain.
    """
    if any(rule.model_dump().values()) or GEOMETRY in frame.columns:
        return rule, []
    titles = [str(title) for title in frame.columns]
    known = {title.strip().casefold(): title for title in titles}
    named = next((name for name in _TEXT_TITLES if name in known), None)
    written = (
        GeometryRule() if named is None else GeometryRule(**{_TEXT_TITLES[named]: known[named]})
    )
    if (pair := coordinate_columns(titles, stated)) is None:
        return (_by_content(frame) if named is None else written), []
    x, y = pair
    notes = []
    if axis_of(x) == "x" and _is_northing_first(frame, x, y):
        notes.append(
            f"“{x}”列是纵坐标（北），“{y}”列是横坐标（东） / {x} is the northing, {y} the easting"
        )
        x, y = y, x
    others = [title for title in titles if axis_of(title) is not None and title not in pair]
    if others:
        notes.append(
            f"位置取自“{x}”“{y}”列，不用“{'、'.join(others)}”"
            f" / places are read from {x} and {y}, not from {', '.join(others)}"
        )
    return written.model_copy(update={"lon": x, "lat": y}), notes


def datum_in_titles(rule: GeometryRule) -> str | None:
    """Return the coordinate system that the titles of the columns with the places name.

    Returns
    -------
    str or None
        ``EPSG:4326``, ``EPSG:4490``, ``GCJ-02`` or ``BD-09``; None where the titles name none,
        or different ones.
    """
    titles = [rule.lon, rule.lat] if rule.lon and rule.lat else rule.model_dump().values()
    named = {datum_of(title) for title in titles if title}
    return named.pop() if len(named) == 1 else None


def place_columns(columns: list[str], rule: GeometryRule) -> set[str]:
    """Return the columns that the places are read from, given or found by their titles."""
    stated = find_places(pd.DataFrame(columns=columns), rule)[0].model_dump()
    return {title for title in stated.values() if title}


def _points(x: pd.Series, y: pd.Series, findings: Findings) -> NDArray[Any]:
    """Make points of two columns; a row with neither has no place."""
    found_x, found_y = degrees(x), degrees(y)
    for given, found in ((x, found_x), (y, found_y)):
        findings.add(
            "coordinates-unreadable",
            found.isna() & given.notna(),
            str(given.name),
            given,
            f"不是坐标，可写作 {FORMS[0]} / is not a coordinate: write {FORMS[1]}",
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
    # PostgreSQL shows bytes with a mark before them
    text = text.str.replace(r"^SRID=\d+;|^\\x", "", regex=True)
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


def _from_pairs(values: pd.Series, *, lon_first: bool, findings: Findings) -> NDArray[Any]:
    """Make points of text with two coordinates."""
    first, second = pairs(values)
    order, english = ("经度, 纬度", "lon, lat") if lon_first else ("纬度, 经度", "lat, lon")
    bad = values.notna() & (degrees(first).isna() | degrees(second).isna())
    findings.add(
        "coordinates-unreadable",
        bad,
        str(values.name),
        values,
        f"不是“({order})” / is not “({english})”",
    )
    lon, lat = (first, second) if lon_first else (second, first)
    return _points(lon.mask(bad).rename("lon"), lat.mask(bad).rename("lat"), findings)


def srid_of(places: NDArray[Any]) -> int | None:
    """Return the coordinate system that EWKT or EWKB names; None for none or several."""
    named = np.unique(shapely.get_srid(places[~shapely.is_missing(places)]))
    return int(named[0]) if len(named) == 1 and named[0] > 0 else None


def _own_places(frame: pd.DataFrame, findings: Findings) -> NDArray[Any]:
    """Return the source's own geometries; readers leave as bytes what is none."""
    places = frame[GEOMETRY].to_numpy(dtype=object)
    strange = ~shapely.is_geometry(places) & frame[GEOMETRY].notna().to_numpy()
    if strange.any():
        bytes_ = frame[GEOMETRY].where(strange, b"").map(bytes.hex)
        findings.add(
            "geometry-unreadable",
            pd.Series(strange, index=frame.index),
            GEOMETRY,
            bytes_,
            "不是有效的几何编码 (WKB) / is not WKB",
        )
        places = places.copy()
        places[strange] = None
    return places


def are_own(frame: pd.DataFrame, rule: GeometryRule) -> bool:
    """Tell whether places are the source's own geometries, and not read from other columns."""
    return not any(rule.model_dump().values()) and GEOMETRY in frame.columns


def read_places(frame: pd.DataFrame, rule: GeometryRule, findings: Findings) -> NDArray[Any] | None:
    """Return the geometries of the rows, in the source's own coordinates.

    Parameters
    ----------
    rule
        From `find_places`, the same for every chunk; or what the mapping states.

    Returns
    -------
    array or None
        Shapely geometries with x before y, None where a row has no place; None altogether
        where the source has no place at all.
    """
    if are_own(frame, rule):
        return _own_places(frame, findings)
    rule = find_places(frame, rule)[0]
    if rule.lon and rule.lat and (rule.wkt or rule.ewkb):
        # as a template has it: an outline where there is one, else a point
        places = read_places(frame, GeometryRule(wkt=rule.wkt, ewkb=rule.ewkb), findings)
        points = read_places(frame, GeometryRule(lon=rule.lon, lat=rule.lat), findings)
        if places is not None and points is not None:
            places = np.where(shapely.is_missing(places), points, places)
        return places
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
        return _from_pairs(values, lon_first=False, findings=findings)
    if rule.lonlat_text:
        values = column_from(frame, rule.lonlat_text)
        return _from_pairs(values, lon_first=True, findings=findings)
    return None
