"""Working off what batches marked: one at a time in a city, each round whole or not at all."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from cim.refresh.marks import DUE, mark_all

Progress = Callable[[int, int | None], None]
"""Called after each round with the offices done, and how many there are in all."""

_log = logging.getLogger("cim.refresh")

_TURN = "hashtext('cim refresh')"
_LOCK_NOT_AVAILABLE = "55P03"


@contextmanager
def _turn(engine: Engine, *, patient: bool) -> Iterator[Connection | None]:
    """Wait until nobody else refreshes this city, and keep others waiting.

    The impatient get None where somebody is long at it: who has the turn looks for marks until
    there are none, so theirs are seen. The lock belongs to the session: it is gone with it, should
    this process die.
    """
    with engine.connect() as connection:
        if not patient:
            connection.execute(text("set local lock_timeout = '1s'"))
        try:
            connection.execute(text(f"select pg_advisory_lock({_TURN})"))
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                raise
            connection.rollback()
            yield None
            return
        connection.commit()
        try:
            yield connection
        finally:
            if not connection.closed and not connection.invalidated:
                connection.rollback()
                connection.execute(text(f"select pg_advisory_unlock({_TURN})"))
                connection.commit()


def _something_is_due(engine: Engine) -> bool:
    with engine.connect() as connection:
        due = f"select exists (select from refresh_mark where {DUE})"
        return bool(connection.scalar(text(due)))


def catch_up(engine: Engine, progress: Progress | None = None, *, patient: bool = True) -> int:
    """Work off all marks; return how many offices were worked out.

    Returns when nothing is marked any more but what fails by itself and waits to be tried again,
    whoever did the work. A process that dies in the middle leaves the marks of its round for the
    next one.

    Parameters
    ----------
    patient
        Whether to wait where somebody else is long at it; else that one does the work.
    """
    # marks go in the transaction that does what they ask for: none left means all of it is there
    if not _something_is_due(engine):
        return 0
    # the walk network's libraries are wanted only where something is to be worked out
    from cim.refresh.isolating import do
    from cim.refresh.rounds import expand, next_work, offices_left

    offices = 0
    with _turn(engine, patient=patient) as connection:
        if connection is None:
            return 0
        _catch_up_stock(connection)
        while True:
            with connection.begin():
                expand(connection)
                work = next_work(connection)
            if work is None:
                return offices
            offices += do(connection, work)
            if progress is not None:
                with connection.begin():
                    progress(offices, offices + offices_left(connection))


def _catch_up_stock(connection: Connection) -> None:
    """Work out the stock where everything is marked, and where it failed before."""
    from cim.refresh.isolating import do_stock

    with connection.begin():
        offices = connection.scalars(
            text(f"""
            select id from office where exists (
                select from refresh_mark
                where {DUE} and (part = 'all' or (part = 'stock' and feature = office.id))
            ) order by id
            """)
        ).all()
    if offices:
        do_stock(connection, list(offices))


def refresh_all(engine: Engine, progress: Progress | None = None) -> int:
    """Work out everything anew; return how many offices there were."""
    with engine.begin() as connection:
        mark_all(connection)
    return catch_up(engine, progress)


@contextmanager
def changing(
    engine: Engine, progress: Progress | None = None, *, later: bool = False, patient: bool = True
) -> Iterator[Connection]:
    """Give a connection for changes; once they are committed, what they touched is refreshed.

    Parameters
    ----------
    later
        Leave the refreshing to the next call (several changes follow each other), or to the
        server that runs.
    patient
        As for `catch_up`.
    """
    with engine.begin() as connection:
        yield connection
    if later:
        return
    try:
        catch_up(engine, progress, patient=patient)
    except SQLAlchemyError as error:
        # what was committed stays, and so do the marks: it is no failure of the change
        _log.warning("the change is made, its consequences are not worked out yet: %s", error)
