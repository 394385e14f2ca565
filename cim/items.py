"""The features of any layer, page by page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Connection, Text, and_, cast, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from cim.crs import SRID
from cim.geojson import feature
from cim.history import at
from cim.model import Layer, columns_of, kind_of, public_columns

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees; west > east crosses the antimeridian."""


@dataclass(frozen=True)
class Page:
    """Features as GeoJSON text; `after` continues behind the last, None where none is left."""

    features: list[str]
    matched: int
    after: str | None


@dataclass(frozen=True)
class ItemsQuery:
    """Which features of a layer are asked for.

    Attributes
    ----------
    bbox
        Features that touch it; those without a place do not.
    as_of
        The layer as it was then; None for now.
    period
        First and last date, either open: features whose data date lies within, and those
        without one (OGC 17-069r4, 7.15.4).
    equal
        Allowed values by public column; of a list, one that it holds.
    after
        Identifier behind which the page starts.
    """

    limit: int
    bbox: Box | None = None
    as_of: dt.datetime | None = None
    period: tuple[dt.date | None, dt.date | None] | None = None
    equal: Mapping[str, Sequence[object]] = field(default_factory=dict)
    after: str | None = None


def touches(geometry: ColumnElement[object], box: Box) -> ColumnElement[bool]:
    """Return the condition that a geometry meets a box."""
    west, south, east, north = box
    parts = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
    return or_(
        *(
            func.st_intersects(geometry, func.st_makeenvelope(w, south, e, north, SRID))
            for w, e in parts
        )
    )


def items(connection: Connection, layer: type[Layer], query: ItemsQuery) -> Page:
    """Return one page of a layer in the order of the identifiers.

    Pages follow each other by key, so that the thousandth costs what the first does.
    """
    rows = at(layer, query.as_of)
    columns = rows.c
    conditions: list[ColumnElement[bool]] = []
    if query.bbox is not None:
        conditions.append(touches(columns.geom, query.bbox))
    if query.period is not None:
        first, last = query.period
        within = [
            *([columns.source_date >= first] if first else []),
            *([columns.source_date <= last] if last else []),
        ]
        conditions.append(or_(columns.source_date.is_(None), and_(True, *within)))
    conditions += [
        # of a list, one of its values
        columns[name].op("&&")(cast(list(values), ARRAY(Text)))
        if kind_of(columns_of(layer)[name]) is list
        else columns[name].in_(values)
        for name, values in query.equal.items()
    ]
    matched = connection.scalar(select(func.count()).select_from(rows).where(*conditions)) or 0
    page = select(
        columns.id,
        feature(columns.id, columns.geom, public_columns(layer, rows)),
    ).where(*conditions)
    if query.after is not None:
        page = page.where(columns.id > query.after)
    found = connection.execute(page.order_by(columns.id).limit(query.limit + 1)).all()
    shown = found[: query.limit]
    more = len(found) > query.limit
    return Page([text for _, text in shown], matched, shown[-1][0] if more and shown else None)


def item(
    connection: Connection, layer: type[Layer], identifier: str, as_of: dt.datetime | None = None
) -> str | None:
    """Return one feature as GeoJSON text; None where the layer has none of this identifier."""
    rows = at(layer, as_of)
    return connection.scalar(
        select(feature(rows.c.id, rows.c.geom, public_columns(layer, rows))).where(
            rows.c.id == identifier
        )
    )
