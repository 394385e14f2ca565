"""Geometries brought to what a layer stores: CGCS2000, two dimensions, valid, of its kinds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from cim.crs import SRID, to_stored
from cim.model import Layer, columns_of
from layers.findings import Finding, Findings

_Type = shapely.GeometryType
_MULTI = {
    _Type.POINT: (_Type.MULTIPOINT, shapely.multipoints),
    _Type.LINESTRING: (_Type.MULTILINESTRING, shapely.multilinestrings),
    _Type.POLYGON: (_Type.MULTIPOLYGON, shapely.multipolygons),
}


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


def _repaired(places: NDArray[Any], rows: pd.Index, findings: Findings) -> tuple[NDArray[Any], int]:
    """Mend invalid areas; reject what has no area left."""
    broken = np.flatnonzero(~shapely.is_valid(places) & (shapely.get_dimensions(places) == 2))
    if not len(broken):
        return places, 0
    result = places.copy()
    result[broken] = _polygons_of(shapely.make_valid(result[broken], method="structure"))
    for at in broken[shapely.is_missing(result[broken]) | shapely.is_empty(result[broken])]:
        findings.note(
            "geometry-no-area",
            int(rows[int(at)]),
            "geom",
            places[at],
            "面几何没有面积 / the area is empty",
        )
    return result, len(broken)


def stored_places(
    places: NDArray[Any], rows: pd.Index, crs: str, layer: type[Layer], findings: Findings
) -> tuple[NDArray[Any], int]:
    """Bring geometries to what the layer stores.

    Parameters
    ----------
    places
        Shapely geometries in `crs`, x before y.
    rows
        Row numbers of the source, for the findings.
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
    _refuse(
        "coordinates-unreadable",
        ~finite,
        "坐标不是有限的数 / a coordinate is not finite",
        places,
        rows,
        findings,
    )
    places[~finite] = None
    moved = to_stored(places, crs)
    # degrees beyond the globe: metres or feet read as degrees, or swapped axes
    west, south, east, north = shapely.bounds(moved).T
    with np.errstate(invalid="ignore"):
        outside = (west < -180) | (east > 180) | (south < -90) | (north > 90)
    outside |= ~np.isfinite(west) & ~shapely.is_missing(moved)
    _refuse(
        "coordinates-impossible",
        outside,
        f"坐标不可能属于 {crs}（超出经纬度范围） / cannot be coordinates in {crs}",
        places,
        rows,
        findings,
    )
    moved[outside] = None
    mended, repairs = _repaired(moved, rows, findings)
    result = _promoted(mended, allowed)
    types = shapely.get_type_id(result)
    wrong = ~np.isin(types, list(allowed)) & (types >= 0)
    kinds = "、".join(column.info["kinds"])
    _refuse(
        "geometry-type", wrong, f"几何类型不是 {kinds} / is not {kinds}", places, rows, findings
    )
    if not column.nullable:
        # a place that could not be read has its reason already
        told = [row in findings.rejected and _placed(findings.rejected[row]) for row in rows]
        none = (types < 0) & ~np.array(told, dtype=bool)
        _refuse("geometry-missing", none, "没有几何 / has no geometry", places, rows, findings)
    # RFC 7946 wants outlines counterclockwise; turned once here, not at every answer
    return shapely.set_srid(shapely.orient_polygons(result), SRID), repairs


def _placed(errors: list[Finding]) -> bool:
    """Tell whether errors of a row are about its place."""
    return any(one.code.startswith(("geometry-", "coordinates-")) for one in errors)


def _refuse(
    code: str,
    wrong: NDArray[Any],
    reason: str,
    places: NDArray[Any],
    rows: pd.Index,
    findings: Findings,
) -> None:
    for at in np.flatnonzero(wrong):
        shown = "" if places[at] is None else shapely.to_wkt(places[at], rounding_precision=6)
        findings.note(code, int(rows[int(at)]), "geom", shown, reason)
