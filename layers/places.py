"""Where the rows of a source are: geometry read, brought to CGCS2000 and checked."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from cim.crs import SRID, to_stored
from cim.model import Layer, columns_of
from layers.expression import column_from, numbers
from layers.mapping import GeometryRule, MappingError
from layers.rejects import Rejects
from layers.source import GEOMETRY

_LON_HEADERS = ("lon", "lng", "long", "longitude", "经度", "x")
_LAT_HEADERS = ("lat", "latitude", "纬度", "y")
_PAIR = re.compile(r"\(?\s*([+-]?\d+(?:\.\d+)?)\s*[,，;\s]\s*([+-]?\d+(?:\.\d+)?)\s*\)?")
_Type = shapely.GeometryType
_MULTI = {
    _Type.POINT: (_Type.MULTIPOINT, shapely.multipoints),
    _Type.LINESTRING: (_Type.MULTILINESTRING, shapely.multilinestrings),
    _Type.POLYGON: (_Type.MULTIPOLYGON, shapely.multipolygons),
}


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


def _points(x: pd.Series, y: pd.Series, rejects: Rejects) -> NDArray[Any]:
    """Make points of two columns; a row with neither has no place."""
    found_x, found_y = numbers(x), numbers(y)
    rejects.add(found_x.isna() & x.notna(), str(x.name), x, "不是坐标 / is not a coordinate")
    rejects.add(found_y.isna() & y.notna(), str(y.name), y, "不是坐标 / is not a coordinate")
    result = np.full(len(x), None, dtype=object)
    both = (found_x.notna() & found_y.notna()).to_numpy()
    result[both] = shapely.points(found_x.to_numpy()[both], found_y.to_numpy()[both])
    return result


def _from_text(values: pd.Series, read: Any, title: str, rejects: Rejects) -> NDArray[Any]:
    """Parse WKT or hexadecimal EWKB, row by row refused where it is neither."""
    text = values.astype("string").str.strip()
    # EWKT, as PostGIS and our own exports write it
    system = text.str.extract(r"^SRID=(\d+);", expand=False)
    text = text.str.replace(r"^SRID=\d+;", "", regex=True)
    found = read(text.astype("object").where(text.notna(), None).to_numpy(), on_invalid="ignore")
    missing = pd.Series(shapely.is_missing(found), index=values.index)
    rejects.add(missing & text.notna(), str(values.name), values, f"不是 {title} / is not {title}")
    srids = system.fillna("0").astype("int32").to_numpy()
    result: NDArray[Any] = found
    if srids.any():
        result = shapely.set_srid(found, srids)
    return result


def srid_of(places: NDArray[Any]) -> int | None:
    """Return the coordinate system that EWKT or EWKB names; None for none or several."""
    named = np.unique(shapely.get_srid(places[~shapely.is_missing(places)]))
    return int(named[0]) if len(named) == 1 and named[0] > 0 else None


def read_places(frame: pd.DataFrame, rule: GeometryRule, rejects: Rejects) -> NDArray[Any] | None:
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
        return _points(column_from(frame, rule.lon), column_from(frame, rule.lat), rejects)
    if rule.lon or rule.lat:
        raise MappingError("[geometry] 需要同时给出 lon 和 lat / needs both lon and lat")
    if rule.wkt:
        return _from_text(column_from(frame, rule.wkt), shapely.from_wkt, "WKT", rejects)
    if rule.ewkb:
        return _from_text(column_from(frame, rule.ewkb), shapely.from_wkb, "EWKB", rejects)
    if rule.latlon_text:
        values = column_from(frame, rule.latlon_text)
        pair = (
            values.astype("string")
            .str.normalize("NFKC")
            .str.strip()
            .str.extract(rf"^{_PAIR.pattern}$")
        )
        rejects.add(
            values.notna() & pair[0].isna(),
            str(values.name),
            values,
            "不是“(纬度, 经度)” / is not “(lat, lon)”",
        )
        return _points(pair[1].rename("lon"), pair[0].rename("lat"), rejects)
    return None


def _promoted(places: NDArray[Any], allowed: set[int]) -> NDArray[Any]:
    """Make single parts multi where only multi is stored, and a lone part single where not."""
    result = places.copy()
    for single, (multi, make) in _MULTI.items():
        types = shapely.get_type_id(result)
        if multi in allowed and single not in allowed:
            rows = np.flatnonzero(types == single)
            if len(rows):
                result[rows] = make(result[rows], indices=np.arange(len(rows)))
        elif single in allowed and multi not in allowed:
            rows = np.flatnonzero(types == multi)
            alone = rows[shapely.get_num_geometries(result[rows]) == 1]
            result[alone] = shapely.get_geometry(result[alone], 0)
    return result


def _polygons_of(places: NDArray[Any]) -> NDArray[Any]:
    """Keep the areas of what a repair left, which may carry stray lines and points."""

    def areas(place: Any) -> Any:
        parts = [p for p in shapely.get_parts(place) if shapely.get_dimensions(p) == 2]
        return shapely.union_all(parts) if parts else None

    return np.array([areas(place) for place in places], dtype=object)


def _repaired(places: NDArray[Any], rows: pd.Index, rejects: Rejects) -> tuple[NDArray[Any], int]:
    """Mend invalid areas; reject what has no area left."""
    broken = np.flatnonzero(~shapely.is_valid(places) & (shapely.get_dimensions(places) == 2))
    if not len(broken):
        return places, 0
    result = places.copy()
    result[broken] = _polygons_of(shapely.make_valid(result[broken], method="structure"))
    for at in broken[shapely.is_missing(result[broken]) | shapely.is_empty(result[broken])]:
        rejects.reject(int(rows[int(at)]), "geom", places[at], "面几何没有面积 / the area is empty")
    return result, len(broken)


def stored_places(
    places: NDArray[Any], rows: pd.Index, crs: str, layer: type[Layer], rejects: Rejects
) -> tuple[NDArray[Any], int]:
    """Bring geometries to what the layer stores.

    Parameters
    ----------
    places
        Shapely geometries in `crs`, x before y.
    rows
        Row numbers of the source, for the rejects.
    crs
        Coordinate system of `places`.

    Returns
    -------
    tuple
        Geometries in CGCS2000 degrees, 2D, of the layer's kinds, with SRID; and how many
        invalid areas were repaired.
    """
    column = columns_of(layer)["geom"]
    allowed = {_Type[kind.upper()].value for kind in column.info["kinds"]}
    places = shapely.force_2d(places)
    places[shapely.is_empty(places)] = None
    finite = np.isfinite(shapely.bounds(places)).all(axis=1) | shapely.is_missing(places)
    _refuse(~finite, "坐标不是有限的数 / a coordinate is not finite", places, rows, rejects)
    places[~finite] = None
    moved = to_stored(places, crs)
    # degrees beyond the globe: metres or feet read as degrees, or swapped axes
    west, south, east, north = shapely.bounds(moved).T
    with np.errstate(invalid="ignore"):
        outside = (west < -180) | (east > 180) | (south < -90) | (north > 90)
    outside |= ~np.isfinite(west) & ~shapely.is_missing(moved)
    _refuse(
        outside,
        f"坐标不可能属于 {crs}（超出经纬度范围） / cannot be coordinates in {crs}",
        places,
        rows,
        rejects,
    )
    moved[outside] = None
    mended, repairs = _repaired(moved, rows, rejects)
    result = _promoted(mended, allowed)
    types = shapely.get_type_id(result)
    wrong = ~np.isin(types, list(allowed)) & (types >= 0)
    kinds = "、".join(column.info["kinds"])
    _refuse(wrong, f"几何类型不是 {kinds} / is not {kinds}", places, rows, rejects)
    if not column.nullable:
        _refuse(types < 0, "没有几何 / has no geometry", places, rows, rejects)
    # RFC 7946 wants outlines counterclockwise; turned once here, not at every answer
    return shapely.set_srid(shapely.orient_polygons(result), SRID), repairs


def _refuse(
    wrong: NDArray[Any], reason: str, places: NDArray[Any], rows: pd.Index, rejects: Rejects
) -> None:
    for at in np.flatnonzero(wrong):
        shown = "" if places[at] is None else shapely.to_wkt(places[at], rounding_precision=6)
        rejects.reject(int(rows[int(at)]), "geom", shown, reason)
