"""The whole file of one office, and its units."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ColumnElement, Connection, cast, literal, literal_column, select

from cim.geojson import feature, json_object
from cim.items import ItemsQuery, Page, items
from cim.letting import FREE_STATUSES
from cim.model import Layer, public_columns
from cim.model.building import Building
from cim.model.office import Office
from cim.model.office_unit import OfficeUnit
from cim.model.site import Site
from cim.offices.facts import reading_of
from cim.offices.search import measures
from cim.offices.tables import join_tables


def _row_of(layer: type[Layer], identifier: ColumnElement[Any], name: str) -> ColumnElement[Any]:
    """Return a scalar query for one row of a layer as JSON, public columns only."""
    # an alias, since the office is joined with its site already
    table = layer.__table__.alias(name)
    row = json_object(public_columns(layer, table))
    found = select(cast(row, JSON)).where(table.c.id == identifier)
    return found.scalar_subquery().label(name)


def office_file(connection: Connection, identifier: str) -> str | None:
    """Return all that is known of one office, as a GeoJSON feature.

    Its own columns and the measures of a search stand flat in the properties; ``building_file``,
    ``site_file`` and ``history`` (the batches that wrote it, newest first) are nested.

    Returns
    -------
    str or None
        None where there is no such office.
    """
    tables, joined = join_tables(connection)
    o = tables.office.c
    shown = measures(reading_of(tables))
    present = {column.name for column in shown}
    own = [
        column
        for column in public_columns(Office, tables.office)
        if column.name not in present and column.name not in ("rent_min", "rent_max")
    ]
    query = (
        select(
            feature(
                o.id,
                o.geom,
                [
                    *shown,
                    *own,
                    _row_of(Building, o.building_id, "building_file"),
                    _row_of(Site, o.site_id, "site_file"),
                    _history(),
                ],
            )
        )
        .select_from(joined)
        .where(o.id == identifier)
    )
    return connection.scalar(query)


def _history() -> ColumnElement[Any]:
    """Return the batches that wrote an office, newest first, as JSON.

    Reasons and file names are free text and stay private.
    """
    entries: ColumnElement[Any] = literal_column(
        """(
        select coalesce(json_agg(json_build_object(
            'batch', b.id, 'operation', c.operation, 'made_at', b.made_at, 'kind', b.kind
        ) order by b.id desc), '[]')
        from change c join batch b on b.id = c.batch
        where c.layer = 'office' and c.feature = office.id
        )"""
    )
    return entries.label("history")


def office_units(
    connection: Connection,
    identifier: str,
    limit: int,
    after: str | None = None,
    *,
    free: bool = False,
) -> Page | None:
    """Return the units of an office, or only its free ones; None where there is no such office."""
    if connection.scalar(select(literal(1)).where(Office.id == identifier)) is None:
        return None
    equal: dict[str, list[str]] = {"office_id": [identifier]}
    if free:
        equal["status"] = list(FREE_STATUSES)
    query = ItemsQuery(limit=limit, equal=equal, after=after)
    return items(connection, OfficeUnit, query)
