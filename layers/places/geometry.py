"""Geometries brought to what a layer stores: CGCS2000, two dimensions, valid, of its kinds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from cim.model import Layer, columns_of
from layers.findings import Faults, Findings
from layers.places.mending import mended
from layers.whereabouts.city import Extent
from layers.whereabouts.rows import locate, note_rows, placed, written

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


def stored_places(
    places: NDArray[Any],
    rows: pd.Index,
    crs: str,
    layer: type[Layer],
    findings: Findings,
    city: Extent | None = None,
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
    city
        Where the rows ought to lie; None where that is not known.

    Returns
    -------
    tuple
        Geometries in CGCS2000 degrees, 2D, of the layer's kinds; and how many
        invalid areas were repaired.
    """
    column = columns_of(layer)["geom"]
    allowed = {_Type[kind.upper()].value for kind in column.info["kinds"]}
    places = shapely.force_2d(places) if shapely.has_z(places).any() else places.copy()
    places[shapely.is_empty(places)] = None
    bounds = shapely.bounds(places)
    endless = ~(np.isfinite(bounds).all(axis=1) | shapely.is_missing(places))
    unreadable = "坐标不是有限的数 / a coordinate is not finite"
    note_rows(
        findings, "coordinates-unreadable", endless, rows, written(places), lambda _: unreadable
    )
    places[endless] = None
    bounds[endless] = np.nan
    moved, there = placed(places, bounds, rows, crs, findings, city)
    whole, repairs = mended(moved, there, rows, findings)
    result = _promoted(whole, allowed)
    types = shapely.get_type_id(result)
    kinds = "、".join(column.info["kinds"])
    note_rows(
        findings,
        "geometry-type",
        ~np.isin(types, list(allowed)) & (types >= 0),
        rows,
        written(places),
        lambda _: f"几何类型不是 {kinds} / is not {kinds}",
        there,
    )
    if not column.nullable:
        # a place that could not be read has its reason already
        none = types < 0
        none[none] = [not _placed(findings.rejected.get(int(row), ())) for row in rows[none]]
        missing = "没有几何 / has no geometry"
        note_rows(findings, "geometry-missing", none, rows, lambda _: "", lambda _: missing)
    locate(findings, rows, there)
    # RFC 7946 wants outlines counterclockwise; turned once here, not at every answer
    return shapely.orient_polygons(result), repairs


def _placed(errors: Faults) -> bool:
    """Tell whether errors of a row are about its place."""
    return any(one.code.startswith(("geometry-", "coordinates-")) for one in errors)
