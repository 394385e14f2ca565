"""Keeps what the system works out itself in step with the layers.

Called inside the transaction of every batch, so that an answer never mixes an edit with what
was derived before it.
"""

from __future__ import annotations

import json
from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.dialects.postgresql import insert

from cim.model import City, Layer
from cim.settings import answer_settings

_SQL = Path(__file__).with_name("sql")
_TOUCHED = "touched"
_SETTINGS = "derived_settings"

# offices whose own row a batch wrote or took away
_OFFICES = "select feature as id from change where batch = :batch"
# offices that hold, or held before the batch, a unit that it wrote
_OFFICES_OF_UNITS = """
    select office_id as id from office_unit where batch = :batch
    union
    select office_id from office_unit_past where closed_by = :batch
"""
_ALL_OFFICES = "select id from office"

# which offices a batch of a layer touches, for each kind of derived table
_SURROUNDINGS = {
    "office": _OFFICES,
    "station": _ALL_OFFICES,
    "area": _ALL_OFFICES,
    "business_district": _ALL_OFFICES,
}
_STOCK = {"office": _OFFICES, "office_unit": _OFFICES_OF_UNITS}


def _parameters() -> dict[str, float]:
    """Return the settings that enter the derived tables."""
    settings = answer_settings()
    return {
        "reach": settings.reach,
        "detour": settings.detour,
        "walk_speed": settings.walk_speed,
    }


def _recompute(
    connection: Connection, touched: str, batch: int | None, tables: dict[str, str]
) -> None:
    """Write the rows of derived tables anew for the touched offices.

    One transaction at a time, whichever layer it changed: an office and a station that come at
    once would otherwise not see each other, and both would write the same rows.

    Parameters
    ----------
    touched
        Query that yields the ids of the offices, with ``:batch`` as parameter.
    tables
        SQL file that fills the table, by the table's name.
    """
    connection.execute(text("select pg_advisory_xact_lock(hashtext('cim derived'))"))
    connection.execute(text(f"drop table if exists {_TOUCHED}"))
    connection.execute(
        text(f"create temp table {_TOUCHED} on commit drop as {touched}"),
        {} if batch is None else {"batch": batch},
    )
    connection.execute(text(f"analyze {_TOUCHED}"))
    values = _parameters()
    for table, file in tables.items():
        connection.execute(
            text(f"delete from {table} d using {_TOUCHED} t where d.office_id = t.id")
        )
        query = text((_SQL / file).read_text(encoding="utf-8"))
        used = {name: values[name] for name in query.compile().params}
        connection.execute(query, used)


def refresh_after(connection: Connection, layer: type[Layer], batch: int) -> None:
    """Bring the derived tables up to date with a batch that was just written."""
    name = layer.__tablename__
    if touched := _SURROUNDINGS.get(name):
        _recompute(connection, touched, batch, {"office_surroundings": "surroundings.sql"})
    if touched := _STOCK.get(name):
        _recompute(
            connection,
            touched,
            batch,
            {"office_stock": "stock.sql", "letting_option": "letting_options.sql"},
        )


def settle(connection: Connection) -> None:
    """Recompute the surroundings of all offices where the settings they hang on have changed."""
    wanted = json.dumps(_parameters(), sort_keys=True)
    written = connection.scalar(
        insert(City)
        .values(key=_SETTINGS, value=wanted)
        .on_conflict_do_update(
            index_elements=[City.key], set_={"value": wanted}, where=City.value != wanted
        )
        .returning(City.value)
    )
    if written is not None:
        tables = {"office_surroundings": "surroundings.sql"}
        _recompute(connection, _ALL_OFFICES, None, tables)
