"""What of the offices is free, worked out within the transaction of the batch that changes it.

No answer mixes an edit with the stock before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection, text

from cim.changes import changes_of
from cim.letting import FREE_STATUSES, refresh_options
from cim.model import Layer

_TOUCHED = "touched"
_STOCK_SQL = Path(__file__).with_name("sql") / "stock.sql"

# which offices a batch of a layer touches
_STOCK = {
    # offices whose own row a batch wrote or took away
    "office": f"select feature as id from {changes_of('office')} where batch = :batch",
    # offices that hold, or held before the batch, a unit that it wrote
    "office_unit": """
        select office_id as id from office_unit where batch = :batch
        union
        select office_id from office_unit_past where closed_by = :batch
    """,
}


def _touch(connection: Connection, touched: str, values: dict[str, object]) -> None:
    """Fill the temporary table of touched offices, and let one such work at a time go on.

    Batches of an office and of its units that come at once would both write the same rows.
    """
    connection.execute(text("select pg_advisory_xact_lock(hashtext('cim derived'))"))
    connection.execute(text(f"drop table if exists pg_temp.{_TOUCHED}"))
    connection.execute(text(f"create temp table {_TOUCHED} on commit drop as {touched}"), values)
    connection.execute(text(f"analyze {_TOUCHED}"))


def _refresh_stock(connection: Connection) -> None:
    connection.execute(
        text(f"delete from office_stock d using {_TOUCHED} t where d.office_id = t.id")
    )
    refresh_options(connection, _TOUCHED)
    connection.execute(text(_STOCK_SQL.read_text(encoding="utf-8")), {"free": list(FREE_STATUSES)})


def is_source(layer: type[Layer]) -> bool:
    """Tell whether tables are derived from a layer within its batches."""
    return layer.__tablename__ in _STOCK


def refresh_stock_after(connection: Connection, layer: type[Layer], batch: int) -> None:
    """Bring the stock up to date with a batch that was just written."""
    if touched := _STOCK.get(layer.__tablename__):
        _touch(connection, touched, {"batch": batch})
        _refresh_stock(connection)


def refresh_stock(connection: Connection, offices: Sequence[str]) -> None:
    """Work out the stock of some offices anew."""
    named = "select id from office where id = any(:offices)"
    _touch(connection, named, {"offices": list(offices)})
    _refresh_stock(connection)
