"""The whole file of one office, and its units."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Text,
    cast,
    func,
    literal,
    literal_column,
    select,
)

from cim.changes import changes_of
from cim.facts import DATES, PROVENANCES_OF, Reading, join_tables, reading_of
from cim.geojson import feature, json_object
from cim.items import ItemsQuery, Page, items
from cim.labels.office import labels_of
from cim.letting import FREE_STATUSES
from cim.model import Layer, public_columns
from cim.model.building import Building
from cim.model.office import Office
from cim.model.office_unit import OfficeUnit
from cim.model.site import Site
from cim.offices.properties import measures
from cim.offices.sources import sources_of
from cim.refresh.freshness import freshness


def _row_of(layer: type[Layer], identifier: ColumnElement[Any], name: str) -> ColumnElement[Any]:
    """Return a scalar query for one row of a layer as JSON, public columns only."""
    # an alias, since the office is joined with its site already
    table = layer.__table__.alias(name)
    row = json_object(public_columns(layer, table))
    found = select(cast(row, JSON)).where(table.c.id == identifier)
    return found.scalar_subquery().label(name)


def office_file(connection: Connection, identifier: str) -> str | None:
    """Return all that is known of one office, as a GeoJSON feature.

    Its own columns and the measures of a search stand flat in the properties. Nested are ``known``
    (for each group of measures how old and how well known they are), ``counted`` (what lies around
    it, by dataset: see `cim.offices.sources.sources_of`), ``labels`` (every label with
    its reason), ``freshness`` of the labels, ``building_file``, ``site_file`` and ``history``
    (the batches that wrote it, newest first).

    Returns
    -------
    str or None
        None where there is no such office.
    """
    tables, joined = join_tables(connection)
    o = tables.office.c
    reading = reading_of(tables)
    shown = measures(reading)
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
                    _known(reading),
                    _as_json("counted", sources_of(connection, identifier)),
                    _as_json("labels", labels_of(connection, identifier)),
                    _as_json("freshness", asdict(freshness(connection, identifier))),
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


def _known(reading: Reading) -> ColumnElement[Any]:
    """Return how old and how well known each group of measures is, as JSON."""
    groups: list[ColumnElement[Any]] = []
    for name, date in DATES.items():
        groups += [
            literal_column(f"'{name}'", Text),
            func.json_build_object(
                literal_column("'date'", Text),
                date(reading),
                literal_column("'provenance'", Text),
                PROVENANCES_OF[name](reading),
            ),
        ]
    return func.json_build_object(*groups).label("known")


def _as_json(name: str, value: object) -> ColumnElement[Any]:
    """Return a value of Python as a column; dates as ISO 8601."""
    return cast(literal(json.dumps(value, default=str, ensure_ascii=False)), JSON).label(name)


def _history() -> ColumnElement[Any]:
    """Return the batches that wrote an office, newest first, as JSON.

    Reasons and file names are free text and stay private.
    """
    entries: ColumnElement[Any] = literal_column(
        f"""(
        select coalesce(json_agg(json_build_object(
            'batch', b.id, 'operation', change.operation, 'made_at', b.made_at, 'kind', b.kind
        ) order by b.id desc), '[]')
        from {changes_of("office")} join batch b on b.id = change.batch
        where change.feature = office.id
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
