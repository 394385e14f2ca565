"""What the map of an import is drawn on: outlines of the city with their names, and main roads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, Select, and_, func, select

from cim.crs import SRID
from cim.model import LAYERS
from cim.model.layer import table_of

Place = tuple[float, float]
Line = NDArray[np.float64]

_LEVELS = ("district", "street")
_ROADS = ("motorway", "primary")
_MOST_OUTLINES = 300
_MOST_ROADS = 4_000
_MOST_POINTS = 12_000
"""Points of outlines, and as many of roads: together about 250 kB of the page."""
_STEPS = 1_500
"""The city's width over the simplification: finer than the pixels it is drawn with."""


# arrays have no equality of one truth value
@dataclass(frozen=True, eq=False)
class Outline:
    """The outline of a part of the city.

    Attributes
    ----------
    name
        As people call it.
    level
        ``district`` or ``street``.
    rings
        Closed lines, each an array of shape (points, 2) with longitude and latitude.
    label
        Longitude and latitude of a point inside, where the name stands.
    """

    name: str
    level: str
    rings: tuple[Line, ...]
    label: Place


@dataclass(frozen=True, eq=False)
class ReportContext:
    """What a map is drawn on, in stored degrees (CGCS2000).

    Attributes
    ----------
    outlines
        Of districts and streets, districts first.
    roads
        Lines of the main roads, each an array of shape (points, 2).
    """

    outlines: tuple[Outline, ...] = ()
    roads: tuple[Line, ...] = ()


def context_of(connection: Connection) -> ReportContext:
    """Read what the map of a report is drawn on.

    Outlines of districts and streets, and the main roads within them, are simplified in the
    database to what a screen can show; what comes back is at most some 24,000 points, however
    large the city is.

    Parameters
    ----------
    connection
        To the city.
    """
    area = table_of(LAYERS["area"]).c
    shown = and_(area.level.in_(_LEVELS), area.geom.is_not(None))
    bounds = connection.execute(
        select(
            func.st_xmin(func.st_extent(area.geom)),
            func.st_ymin(func.st_extent(area.geom)),
            func.st_xmax(func.st_extent(area.geom)),
            func.st_ymax(func.st_extent(area.geom)),
        ).where(shown)
    ).one()
    if bounds[0] is None:
        return ReportContext()
    west, south, east, north = bounds
    tolerance = max(east - west, north - south) / _STEPS
    rows = connection.execute(_outlines(shown, tolerance)).all()
    shapes = _bounded(shapely.from_wkb([row.shape for row in rows]), tolerance)
    outlines = tuple(
        Outline(row.name, row.level, _lines(shape), (row.x, row.y))
        for row, shape in zip(rows, shapes, strict=True)
    )
    window = func.st_makeenvelope(west, south, east, north, SRID)
    found: list[bytes | None] = list(connection.scalars(_roads(window, tolerance)))
    roads = _bounded(shapely.from_wkb([line for line in found if line is not None]), tolerance)
    return ReportContext(outlines, tuple(line for road in roads for line in _lines(road)))


def _outlines(shown: ColumnElement[bool], tolerance: float) -> Select[tuple[str, str, bytes]]:
    """Select name, level and simplified shape of the areas shown, and a point inside each."""
    area = table_of(LAYERS["area"]).c
    inside = func.st_pointonsurface(area.geom)
    return (
        select(
            area.name,
            area.level,
            func.st_asbinary(func.st_simplifypreservetopology(area.geom, tolerance)).label("shape"),
            func.st_x(inside).label("x"),
            func.st_y(inside).label("y"),
        )
        .where(shown)
        .order_by(area.level, func.st_area(area.geom).desc(), area.id)
        .limit(_MOST_OUTLINES)
    )


def _roads(window: ColumnElement[bytes], tolerance: float) -> Select[tuple[bytes | None]]:
    """Select the main roads in a window, the longest first, joined and simplified."""
    road = table_of(LAYERS["road"]).c
    longest = (
        select(road.name, road.geom)
        .where(road.road_class.in_(_ROADS), road.geom.op("&&")(window))
        .order_by(func.st_length(road.geom).desc(), road.id)
        .limit(_MOST_ROADS)
        .subquery()
    )
    # collected lines of several parts are a collection, which would not be merged
    joined = func.st_linemerge(func.st_collectionextract(func.st_collect(longest.c.geom), 2))
    return select(func.st_asbinary(func.st_simplify(joined, tolerance))).group_by(longest.c.name)


def _bounded(shapes: NDArray[np.object_], tolerance: float) -> NDArray[np.object_]:
    """Simplify further while there are too many points."""
    while shapely.get_num_coordinates(shapes).sum() > _MOST_POINTS:
        tolerance *= 2
        # a part too small to be seen may vanish
        shapes = shapely.simplify(shapes, tolerance, preserve_topology=False)
    return shapes


def _lines(shape: shapely.Geometry) -> tuple[Line, ...]:
    """Return the rings or lines of a shape."""
    parts = shapely.get_parts(shape)
    rings = shapely.get_rings(parts) if shapely.get_dimensions(shape) == 2 else parts
    return tuple(shapely.get_coordinates(ring) for ring in rings if not shapely.is_empty(ring))
