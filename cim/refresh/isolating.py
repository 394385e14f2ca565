"""Work that fails is tried in halves, until only what fails by itself is left to wait.

Everything else is kept fresh. What waits keeps its mark, with the error and the count of tries,
and is tried again after pauses that grow.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from cim.refresh.marks import PLACES, mark_offices
from cim.refresh.rounds import Mark, Work, work_off
from cim.stock import refresh_stock

_log = logging.getLogger("cim.refresh")

_AGAIN = ("40001", "40P01")
"""A batch came in between (serialization failure, deadlock): see the city as it is now."""

_NOT_OF_THE_WORK = ("08", "42", "53", "57", "58")
"""Classes of errors that every round meets: connection, schema, resources, operator, system."""

_FIRST_PAUSE, _LONGEST_PAUSE = 30, 3600
"""Seconds until what failed is tried again; the pause doubles with every try."""


def do(connection: Connection, work: Work) -> int:
    """Do some work, of what fails as much as can be done; return the offices worked out."""
    try:
        return _round(connection, work)
    except Exception as error:
        if not _of_the_work(error):
            raise
        return _in_halves(connection, work, error)


def _round(connection: Connection, work: Work) -> int:
    """Do one round; where a batch came in between, see the city as it is now and do it again."""
    while True:
        try:
            with connection.begin():
                connection.execute(text("set transaction isolation level repeatable read"))
                return work_off(connection, work)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in _AGAIN:
                raise


def _of_the_work(error: Exception) -> bool:
    """Tell whether an error may come from the rows that are worked on."""
    if isinstance(error, MemoryError | OSError):
        return False
    if not isinstance(error, DBAPIError):
        return True
    state = getattr(error.orig, "sqlstate", None) or _NOT_OF_THE_WORK[0]
    return not error.connection_invalidated and not state.startswith(_NOT_OF_THE_WORK)


def _in_halves(connection: Connection, work: Work, error: Exception) -> int:
    marks = work.marks
    if len(marks) > 1:
        middle = len(marks) // 2
        return sum(do(connection, Work(part)) for part in (marks[:middle], marks[middle:]))
    [mark] = marks
    if mark.part in PLACES:
        return _office_by_office(connection, mark, error)
    _keep_waiting(connection, mark, error)
    return 0


def _office_by_office(connection: Connection, place: Mark, error: Exception) -> int:
    """Work out the ways to one place from each office where that is possible.

    Where it is from none, the place itself is at fault.
    """
    with connection.begin():
        before = connection.scalars(
            text("select id from refresh_mark where part = :part and feature = :feature"),
            {"part": place.part, "feature": place.feature},
        ).all()
        offices = list(connection.scalars(text("select id from office order by id")))
    failed: dict[str, Exception] = {}
    done = _from_each(connection, place, offices, failed.__setitem__)
    if len(failed) == len(offices) or not offices:
        _keep_waiting(connection, place, error)
        return done
    with connection.begin():
        connection.execute(
            text("delete from refresh_mark where id = any(:ids)"), {"ids": list(before)}
        )
        mark_offices(connection, list(failed))
    for office, reason in failed.items():
        _keep_waiting(connection, Mark("office", office), reason)
    return done


def _from_each(
    connection: Connection,
    place: Mark,
    offices: list[str],
    fails: Callable[[str, Exception], None],
) -> int:
    try:
        return _round(connection, Work([place], offices))
    except Exception as error:
        if not _of_the_work(error):
            raise
        if len(offices) == 1:
            fails(offices[0], error)
            return 0
    middle = len(offices) // 2
    return sum(
        _from_each(connection, place, part, fails) for part in (offices[:middle], offices[middle:])
    )


def do_stock(connection: Connection, offices: list[str]) -> None:
    """Work out the stock of some offices; batches that write it are waited for."""
    try:
        with connection.begin():
            refresh_stock(connection, offices)
            connection.execute(
                text("delete from refresh_mark where part = 'stock' and feature = any(:ids)"),
                {"ids": offices},
            )
    except Exception as error:
        if not _of_the_work(error):
            raise
        if len(offices) > 1:
            middle = len(offices) // 2
            for part in (offices[:middle], offices[middle:]):
                do_stock(connection, part)
            return
        with connection.begin():
            connection.execute(
                text("insert into refresh_mark (part, feature) values ('stock', :office)"),
                {"office": offices[0]},
            )
        _keep_waiting(connection, Mark("stock", offices[0]), error)


def _keep_waiting(connection: Connection, mark: Mark, error: Exception) -> None:
    """Keep a mark with its error, to be tried again later."""
    reason = str(getattr(error, "orig", None) or error).strip() or type(error).__name__
    _log.warning("%s %s could not be worked out: %s", mark.part, mark.feature, reason)
    with connection.begin():
        connection.execute(
            text("""
            with before as (
                select max(tries) + 1 as tries from refresh_mark
                where part = :part and feature = :feature
            )
            update refresh_mark m set
                tries = b.tries,
                error = :error,
                retry_at = clock_timestamp() + least(
                    :first * power(2, least(b.tries - 1, 20)), :longest
                ) * interval '1 second'
            from before b
            where m.part = :part and m.feature = :feature
            """),
            {
                "part": mark.part,
                "feature": mark.feature,
                "error": reason.splitlines()[0][:500],
                "first": _FIRST_PAUSE,
                "longest": _LONGEST_PAUSE,
            },
        )
