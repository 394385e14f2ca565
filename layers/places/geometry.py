"""Geometries brought to what a layer stores: CGCS2000, two dimensions, valid, of its kinds."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from cim.model import Layer, columns_of
from layers.findings import Faults, Findings
from layers.places.mending import mended
from layers.whereabouts.city import Extent
from layers.whereabouts.rows import emptied, locate, note_rows, placed, written

_Type = shapely.GeometryType
_MULTI = {
    _Type.POINT: _Type.MULTIPOINT,
    _Type.LINESTRING: _Type.MULTILINESTRING,
    _Type.POLYGON: _Type.MULTIPOLYGON,
}
_PLAIN = {None, *(struct.pack("<BI", 1, kind) for kind in range(1, 8))}
"""How WKB begins that is little-endian, of two dimensions and without an SRID; or there is none."""
_CERTAIN = 1e-11
"""Square degrees for each corner, by which the area of an outline is certain not to be zero."""


def _allowed(layer: type[Layer]) -> set[int]:
    """Return the kinds of geometry that a layer stores, by their numbers in GEOS."""
    kinds = columns_of(layer)["geom"].info["kinds"]
    return {_Type[kind.upper()].value for kind in kinds}


def _parted(places: NDArray[Any], allowed: set[int]) -> NDArray[Any]:
    """Make a lone part single where only single is stored."""
    result = places
    for single, multi in _MULTI.items():
        if single in allowed and multi not in allowed:
            rows = np.flatnonzero(shapely.get_type_id(places) == multi)
            alone = rows[shapely.get_num_geometries(places[rows]) == 1]
            if len(alone):
                result = result.copy()
                result[alone] = shapely.get_geometry(result[alone], 0)
    return result


def _turned(places: NDArray[Any]) -> NDArray[Any]:
    """Turn outlines counterclockwise and holes clockwise, as RFC 7946 wants them."""
    areas = np.flatnonzero(shapely.get_dimensions(places) == 2)
    # most are one ring that runs the right way already: its signed area says so at little cost
    x, y = shapely.get_coordinates(places[areas]).T
    ends = np.cumsum(shapely.get_num_coordinates(places[areas]))
    cross = np.append(x[:-1] * y[1:] - x[1:] * y[:-1], 0.0)
    cross[ends - 1] = 0.0
    doubled = np.add.reduceat(cross, np.append(0, ends[:-1])) if len(areas) else np.empty(0)
    right = (doubled > _CERTAIN * np.diff(ends, prepend=0)) & (
        shapely.get_num_interior_rings(places[areas]) == 0
    )
    # several parts lie end to end: only a single polygon is one ring
    right &= shapely.get_type_id(places[areas]) == _Type.POLYGON
    others = areas[~right]
    if not len(others):
        return places
    result = places.copy()
    result[others] = shapely.orient_polygons(places[others])
    return result


def stored_wkb(
    places: NDArray[Any], layer: type[Layer], given: pa.Array | None = None
) -> pa.BinaryArray:
    """Write geometries from `settled_places` as WKB in the form in which a layer stores them.

    Outlines run counterclockwise, turned once here and not at every answer; single parts are
    multi where only multi is stored.

    Parameters
    ----------
    given
        The WKB that `places` were read from, if they are what was read: what needs no turning
        is taken over byte by byte.
    """
    allowed, turned = _allowed(layer), _turned(places)
    kinds = shapely.get_type_id(turned)
    if given is not None and turned is places and _is_plain(given, int((kinds < 0).sum())):
        wkb = given
    else:
        wkb = pa.array(shapely.to_wkb(turned, byte_order=1), pa.binary())
    for single, multi in _MULTI.items():
        lone = kinds == single
        if multi in allowed and single not in allowed and lone.any():
            head = pa.scalar(struct.pack("<BII", 1, multi, 1), pa.binary())
            parted = pc.binary_join_element_wise(head, wkb, b"")
            wkb = parted if lone.all() else pc.if_else(pa.array(lone), parted, wkb)
    return wkb


def _is_plain(wkb: pa.Array, missing: int) -> bool:
    """Tell whether WKB is little-endian, of two dimensions and without an SRID, but for so many."""
    heads = pc.unique(pc.binary_slice(wkb, 0, 5)).to_pylist()
    return wkb.null_count == missing and set(heads) <= _PLAIN


def stored_places(
    places: NDArray[Any], rows: pd.Index, crs: str, layer: type[Layer], findings: Findings
) -> pa.BinaryArray:
    """Bring geometries to what the layer stores: `settled_places`, then `stored_wkb`."""
    return stored_wkb(settled_places(places, rows, crs, layer, findings)[0], layer)


def settled_places(
    places: NDArray[Any],
    rows: pd.Index,
    crs: str,
    layer: type[Layer],
    findings: Findings,
    city: Extent | None = None,
) -> tuple[NDArray[Any], int]:
    """Bring geometries to stored degrees, mend them, and note what cannot be stored.

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
        Geometries in CGCS2000 degrees, 2D, of which `stored_wkb` makes the layer's kinds, the
        array itself where nothing had to be done; and how many invalid areas were repaired.
    """
    column = columns_of(layer)["geom"]
    allowed = _allowed(layer)
    # heights and measures alike
    if (shapely.get_coordinate_dimension(places) > 2).any():
        places = shapely.force_2d(places)
    places = emptied(places, shapely.is_empty(places))
    bounds = shapely.bounds(places)
    endless = ~(np.isfinite(bounds).all(axis=1) | shapely.is_missing(places))
    unreadable = "坐标不是有限的数 / a coordinate is not finite"
    note_rows(
        findings, "coordinates-unreadable", endless, rows, written(places), lambda _: unreadable
    )
    places = emptied(places, endless)
    bounds[endless] = np.nan
    moved, there = placed(places, bounds, rows, crs, findings, city)
    whole, repairs = mended(moved, there, rows, findings)
    result = _parted(whole, allowed)
    types = shapely.get_type_id(result)
    parts = {single for single, multi in _MULTI.items() if multi in allowed}
    kinds = "、".join(column.info["kinds"])
    note_rows(
        findings,
        "geometry-type",
        ~np.isin(types, list(allowed | parts)) & (types >= 0),
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
    return result, repairs


def _placed(errors: Faults) -> bool:
    """Tell whether errors of a row are about its place."""
    return any(one.code.startswith(("geometry-", "coordinates-")) for one in errors)
