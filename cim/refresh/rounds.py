"""One round of work: what some marks touch is worked out anew, and they are taken away.

All of it is one transaction that sees the city at one moment. Whatever happens in it, either the
marks are still there or what they ask for is done.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import pyarrow as pa
import pyarrow.csv as pa_csv
from sqlalchemy import Connection, TextClause, text

from cim.access import access_rows, newly_connected
from cim.labels import evaluate
from cim.model import PROVENANCES, OfficeAccess
from cim.refresh.marks import DUE, PLACES, mark_offices
from cim.statements import statement
from cim.walking import walking

OFFICES_AT_ONCE = 2000
"""Offices worked out in one round, so that progress can be told and little is lost by a stop."""

_PLACES_EACH = 300
"""Marked places above which all offices are worked out anew."""

_COLUMNS = [column.name for column in OfficeAccess.__table__.columns]


@dataclass(frozen=True)
class Mark:
    """What is to be worked out: see `cim.refresh.marks`."""

    part: str
    feature: str


@dataclass(frozen=True)
class Work:
    """What one round is to do.

    Attributes
    ----------
    marks
        Of offices, or of anything else.
    offices
        Of a single place: the only offices whose ways to it are worked out; its mark stays.
    """

    marks: Sequence[Mark]
    offices: Sequence[str] | None = None


@cache
def _sql(name: str) -> TextClause:
    return text(statement(f"refresh/{name}"))


def _mark_every_office(connection: Connection) -> None:
    """Turn marks that ask for everything into a mark of every office, worked off in slices."""
    # offices that were taken away, and whose derived rows are to go, are marked already
    connection.execute(text("delete from refresh_mark where part not in ('office', 'stock')"))
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


def _work_out_places(
    connection: Connection, layer: str, places: list[str], offices: Sequence[str] | None
) -> None:
    """Work out the ways of all offices, or of some, to places; add these to ``touched``."""
    values: dict[str, object] = {"layer": layer, "places": places}
    which, old = {"places": places}, "a.layer = :layer and a.place_id = any(:places)"
    if offices is not None:
        which["offices"] = values["offices"] = list(offices)
        old += " and a.office_id = any(:offices)"
    connection.execute(text("truncate ways"))
    _copy_access(connection, layer, **which)
    # also where the way stays as it is: the place itself may tell something new
    connection.execute(
        text(f"""
        insert into touched
        select office_id from ways where layer = :layer
        union
        select office_id from office_access a where {old}
        on conflict do nothing
        """),
        values,
    )
    _keep_ways(connection, old, **values)


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


def expand(connection: Connection) -> None:
    """Turn what touches the whole city into marks of every office."""
    count = text(
        f"select count(distinct feature) from refresh_mark where part = any(:parts) and {DUE}"
    )
    everything = connection.scalar(
        text(f"select exists (select from refresh_mark where part = 'all' and {DUE})")
    )
    places = connection.scalar(count, {"parts": list(PLACES)}) or 0
    if everything or places > _PLACES_EACH:
        _kinds_changed(connection)
        _mark_every_office(connection)


def next_work(connection: Connection) -> Work | None:
    """Return what the next round is to do; None where nothing is due."""
    found = connection.execute(
        text(f"""
        select distinct part, feature from refresh_mark
        where part = 'office' and {DUE} order by feature limit {OFFICES_AT_ONCE}
        """)
    ).all() or (
        connection.execute(
            text(f"""
            select distinct part, feature from refresh_mark
            where part <> 'stock' and {DUE} order by part, feature
            """)
        ).all()
    )
    return Work([Mark(*row) for row in found]) if found else None


def offices_left(connection: Connection) -> int:
    """Return how many offices are marked and due."""
    count = f"select count(distinct feature) from refresh_mark where part = 'office' and {DUE}"
    return connection.scalar(text(count)) or 0


def _work_off_offices(connection: Connection, offices: list[str]) -> None:
    """Work out everything of some offices."""
    _touch_offices(connection, offices)
    _work_out_access(connection)
    _work_out_surroundings(connection)
    _work_out_labels(connection)
    _unmark(connection, ["office", "surroundings", "labels"], offices)


def _work_off_places(connection: Connection, work: Work, marked: dict[str, list[str]]) -> None:
    """Work out the ways to places, and what hangs on less than that."""
    for layer in PLACES:
        if places := marked.get(layer):
            _work_out_places(connection, layer, places, work.offices)
            if work.offices is None:
                _unmark(connection, [layer], places)
    if "streets" in marked:
        for layer in PLACES:
            mark_offices(connection, newly_connected(connection, layer))
        _unmark(connection, ["streets"], [""])
    if _kinds_changed(connection):
        # a round of its own, so that no single place brings all offices along
        connection.execute(
            text("""
            insert into refresh_mark (part, feature) select 'surroundings', id from office
            """)
        )
    around, labels = marked.get("surroundings", []), marked.get("labels", [])
    _touch_offices(connection, around)
    _work_out_surroundings(connection)
    _touch_offices(connection, labels)
    _work_out_labels(connection)
    _unmark(connection, ["surroundings", "labels"], [*around, *labels])


def work_off(connection: Connection, work: Work) -> int:
    """Do one round in the caller's transaction; return how many offices were worked out.

    Parameters
    ----------
    connection
        In a transaction of isolation REPEATABLE READ, one such transaction at a time in a city.
    """
    marked: dict[str, list[str]] = {}
    for mark in work.marks:
        marked.setdefault(mark.part, []).append(mark.feature)
    _touch(connection)
    if "office" in marked:
        _work_off_offices(connection, marked["office"])
    else:
        _work_off_places(connection, work, marked)
    return connection.scalar(text("select count(*) from touched")) or 0
