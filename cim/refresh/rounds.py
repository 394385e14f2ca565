"""One round of work: some marks are read, what they touch is worked out anew, they are taken away.

All of it is one transaction that sees the city at one moment. Whatever happens in it, either the
marks are still there or what they ask for is done.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
from sqlalchemy import Connection, TextClause, text

from cim.access import access_rows
from cim.labels import evaluate
from cim.model import PROVENANCES, OfficeAccess
from cim.refresh.marks import PLACES
from cim.walking import walking

OFFICES_AT_ONCE = 2000
"""Offices worked out in one round, so that progress can be told and little is lost by a stop."""

_PLACES_EACH = 300
"""Marked places above which all offices are worked out anew."""

_COLUMNS = [column.name for column in OfficeAccess.__table__.columns]

_SQL = Path(__file__).parents[1] / "sql" / "refresh"


@dataclass(frozen=True)
class Done:
    """What a round did: offices it worked out, and offices still marked."""

    offices: int
    left: int


@cache
def _sql(name: str) -> TextClause:
    return text((_SQL / name).read_text(encoding="utf-8"))


def _mark_every_office(connection: Connection) -> None:
    """Turn marks that ask for everything into a mark of every office, worked off in slices."""
    # offices that were taken away, and whose derived rows are to go, are marked already
    connection.execute(text("delete from refresh_mark where part <> 'office'"))
    connection.execute(
        text("insert into refresh_mark (part, feature) select 'office', id from office")
    )


def _touch(connection: Connection) -> None:
    """Make the empty temporary tables of a round: ``touched`` offices, and their new ``ways``."""
    # a round joins some hundred thousand rows, and only one runs in a city
    connection.execute(text("set local work_mem = '64MB'"))
    for name, content in (
        ("touched", "(id text primary key)"),
        ("ways", "(like office_access)"),
    ):
        connection.execute(text(f"drop table if exists pg_temp.{name}"))
        connection.execute(text(f"create temp table {name} {content} on commit drop"))


def _copy_access(connection: Connection, layer: str, **which: list[str]) -> None:
    """Put the ways from offices to places of a layer into ``ways``, past every row of Python."""
    frame = access_rows(connection, layer=layer, **which)
    table = pa.Table.from_pandas(frame[_COLUMNS], preserve_index=False)
    sink = pa.BufferOutputStream()
    pa_csv.write_csv(table, sink, pa_csv.WriteOptions(include_header=False))
    driver = connection.connection.driver_connection
    if driver is None:
        raise RuntimeError("the connection was closed")
    with driver.cursor().copy(f"copy ways ({', '.join(_COLUMNS)}) from stdin (format csv)") as copy:
        copy.write(sink.getvalue())


def _keep_ways(connection: Connection, old: str, **which: object) -> None:
    """Bring the rows of ``office_access`` that a condition names to what ``ways`` holds."""
    connection.execute(text("analyze ways"))
    # neither side comes sorted, which the planner would first do for seconds
    connection.execute(text("set local enable_mergejoin = off"))
    query = _sql("ways.sql").text.format(old=old, columns=", ".join(_COLUMNS))
    connection.execute(text(query), which)
    connection.execute(text("set local enable_mergejoin = on"))


def _work_out_access(connection: Connection) -> None:
    """Work out the ways on foot of the offices in ``touched`` anew."""
    offices = list(
        connection.scalars(text("select id from touched join office using (id) order by id"))
    )
    if offices:
        for layer in PLACES:
            _copy_access(connection, layer, offices=offices)
    _keep_ways(connection, "a.office_id in (select id from touched)")


def _work_out_places(connection: Connection, layer: str, places: list[str]) -> None:
    """Work out the ways of all offices to some places anew; add those offices to ``touched``."""
    values = {"layer": layer, "places": places}
    connection.execute(text("truncate ways"))
    _copy_access(connection, layer, places=places)
    # also where the way stays as it is: the place itself may tell something new
    connection.execute(
        text("""
        insert into touched
        select office_id from ways where layer = :layer
        union
        select office_id from office_access where layer = :layer and place_id = any(:places)
        on conflict do nothing
        """),
        values,
    )
    _keep_ways(connection, "a.layer = :layer and a.place_id = any(:places)", **values)


def _work_out_surroundings(connection: Connection) -> None:
    connection.execute(text("analyze touched"))
    connection.execute(
        text("delete from office_surroundings d using touched t where d.office_id = t.id")
    )
    settings = walking(connection)
    connection.execute(
        _sql("surroundings.sql"),
        {
            "near_walk": settings.near_walk,
            "near_minutes": settings.near_minutes,
            # from the most certain to the least
            "provenances": list(PROVENANCES),
        },
    )


def _work_out_labels(connection: Connection) -> None:
    connection.execute(text("analyze touched"))
    evaluate(connection, "touched")
    connection.execute(
        text("delete from office_refresh d using touched t where d.office_id = t.id")
    )
    connection.execute(
        text("""
        insert into office_refresh (office_id, refreshed_at, batch)
        select id, clock_timestamp(), (select max(id) from batch)
        from touched join office using (id)
        """)
    )


def _marked(connection: Connection, part: str, limit: int | None = None) -> list[str]:
    found = connection.scalars(
        text("""
        select distinct feature from refresh_mark where part = :part order by feature limit :limit
        """),
        {"part": part, "limit": limit},
    )
    return list(found)


def _unmark(connection: Connection, parts: list[str], features: list[str]) -> None:
    """Take marks away: those that this transaction sees, not those that came since."""
    connection.execute(
        text("delete from refresh_mark where part = any(:parts) and feature = any(:features)"),
        {"parts": parts, "features": features},
    )


def _touch_offices(connection: Connection, features: list[str]) -> None:
    connection.execute(
        text("insert into touched select unnest(cast(:ids as text[])) on conflict do nothing"),
        {"ids": features},
    )


def _kinds_changed(connection: Connection) -> bool:
    """Tell whether the city came to hold, or holds no more, a kind of place, and note it.

    Whether a count is zero or unknown hangs on that, for every office.
    """
    now = connection.scalar(_sql("kinds_of_places.sql"))
    return (
        connection.scalar(
            text("""
            insert into city (key, value) values ('kinds_of_places', :now)
            on conflict (key) do update set value = :now where city.value <> :now
            returning key
            """),
            {"now": now},
        )
        is not None
    )


def _expand(connection: Connection) -> None:
    """Turn what touches the whole city into marks of every office."""
    count = text("select count(distinct feature) from refresh_mark where part = any(:parts)")
    everything = connection.scalar(
        text("select exists (select from refresh_mark where part = 'all')")
    )
    places = connection.scalar(count, {"parts": list(PLACES)}) or 0
    if everything or places > _PLACES_EACH:
        _kinds_changed(connection)
        _mark_every_office(connection)


def _work_off_offices(connection: Connection) -> None:
    """Work out everything of some offices that are marked."""
    offices = _marked(connection, "office", OFFICES_AT_ONCE)
    _touch_offices(connection, offices)
    _work_out_access(connection)
    _work_out_surroundings(connection)
    _work_out_labels(connection)
    _unmark(connection, ["office", "surroundings", "labels"], offices)


def _work_off_places(connection: Connection) -> None:
    """Work out the ways to the places that are marked, and what hangs on less than that."""
    for layer in PLACES:
        if places := _marked(connection, layer):
            _work_out_places(connection, layer, places)
            _unmark(connection, [layer], places)
    if _kinds_changed(connection):
        connection.execute(text("insert into touched select id from office on conflict do nothing"))
    around = _marked(connection, "surroundings")
    _touch_offices(connection, around)
    _work_out_surroundings(connection)
    labels = _marked(connection, "labels")
    _touch_offices(connection, labels)
    _work_out_labels(connection)
    _unmark(connection, ["surroundings", "labels"], [*around, *labels])


def work_off(connection: Connection) -> Done | None:
    """Do one round in the caller's transaction; None where there is nothing to do.

    Parameters
    ----------
    connection
        In a transaction of isolation REPEATABLE READ, one such transaction at a time in a city.
    """
    if not connection.scalar(text("select exists (select from refresh_mark)")):
        return None
    _touch(connection)
    _expand(connection)
    if connection.scalar(text("select exists (select from refresh_mark where part = 'office')")):
        _work_off_offices(connection)
    else:
        _work_off_places(connection)
    left = text("select count(distinct feature) from refresh_mark where part = 'office'")
    return Done(
        offices=connection.scalar(text("select count(*) from touched")) or 0,
        left=connection.scalar(left) or 0,
    )
