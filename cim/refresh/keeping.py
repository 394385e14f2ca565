"""The running server's part: it waits for batches, and works off what they marked."""

from __future__ import annotations

import logging
import select
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from cim.refresh.catching_up import catch_up
from cim.refresh.marks import CHANNEL

_log = logging.getLogger("cim.refresh")

_LOOK_AGAIN = 30.0
"""Seconds after which it looks by itself, should a message be lost with its connection."""


@contextmanager
def keeping_fresh(engine: Callable[[], Engine]) -> Iterator[None]:
    """Refresh in the background whatever batches touch, whoever makes them, until the end.

    Parameters
    ----------
    engine
        Opens the city, and raises its cluster up where it was stopped.
    """
    stop = threading.Event()
    woken, waker = socket.socketpair()
    arguments = (engine, stop, woken)
    thread = threading.Thread(target=_keep, args=arguments, name="cim refresh", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        waker.send(b"!")
        thread.join(timeout=10)
        waker.close()
        woken.close()


def _keep(engine: Callable[[], Engine], stop: threading.Event, woken: socket.socket) -> None:
    pause = 1.0
    while not stop.is_set():
        try:
            _listen(engine(), stop, woken)
            pause = 1.0
        # whatever goes wrong here must not take the answers down, nor be tried in a tight loop:
        # the city may be stopped, or be raised up again
        except Exception as error:  # noqa: BLE001
            expected = isinstance(error, (SQLAlchemyError, psycopg.Error, OSError))
            _log.warning("refreshing was interrupted: %s", error, exc_info=not expected)
            stop.wait(pause)
            pause = min(2 * pause, _LOOK_AGAIN)


def _listen(engine: Engine, stop: threading.Event, woken: socket.socket) -> None:
    """Catch up now, and again whenever a batch tells of itself."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as listening:
        connection = listening.connection.driver_connection
        if connection is None:
            raise OSError("the connection was lost")
        # it never goes back to the pool: nobody else is to get its messages
        listening.detach()
        listening.execute(text(f"listen {CHANNEL}"))
        while not stop.is_set():
            catch_up(engine)
            _wait_for_a_batch(connection, woken)


def _wait_for_a_batch(connection: psycopg.Connection, woken: socket.socket) -> None:
    """Wait for a message, for the end of the server, or until it is time to look anyhow."""
    ready, _, _ = select.select([connection.fileno(), woken.fileno()], [], [], _LOOK_AGAIN)
    if woken.fileno() not in ready:
        # what has come is one reason to look, however many messages it is
        for _ in connection.notifies(timeout=0):
            pass
