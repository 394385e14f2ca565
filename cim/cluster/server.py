"""Make, start, stop and describe the private cluster."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
from psycopg import sql

from cim.cluster.errors import ClusterError
from cim.cluster.launch import SUPERUSER, ensure_running
from cim.cluster.place import (
    find_place,
    make_place,
    read_record,
    socket_folder,
    write_record,
)
from cim.cluster.postmaster import (
    PORT,
    answers,
    is_ready,
    running_postmaster,
    shut_down,
    socket_in_use,
)

DATABASE = "cim"


@dataclass(frozen=True)
class ClusterStatus:
    """What is known of a home's cluster; folders are None before the first start."""

    running: bool
    pid: int | None = None
    version: str | None = None
    postgis: str | None = None
    data_dir: Path | None = None
    socket_dir: Path | None = None
    url: str | None = None


def start(home: Path) -> str:
    """Start the cluster of a home, making it first when there is none.

    Parameters
    ----------
    home
        Folder of the city (``CIM_HOME``); made when missing.

    Returns
    -------
    str
        SQLAlchemy URL of the database ``cim``, reached over a Unix socket.

    Raises
    ------
    ClusterError
        When there are no fitting binaries, the home belongs to somebody else, or the server
        does not start; the message ends with the last lines of its log.
    """
    home = home.absolute().resolve()
    with _readable(home):
        now = status(home)
        record = read_record(home)
        if now.running and now.url and record and record.has_database:
            return now.url
        home.mkdir(parents=True, exist_ok=True)
        with _locked(home):
            place = make_place(home)
            ensure_running(home, place)
            # The server may have been started by another process meanwhile: ask it where it is.
            folder = socket_in_use(place.data) or socket_folder(home, place)
            _ensure_database(folder)
            record = read_record(home)
            if record and not record.has_database:
                write_record(home, replace(record, has_database=True))
            return _url(folder)


def stop(home: Path) -> None:
    """Stop the cluster; nothing happens when it is not running.

    Raises
    ------
    ClusterError
        When the server does not end, or belongs to somebody else.
    """
    home = home.absolute().resolve()
    with _readable(home):
        if find_place(home) is None:
            return
        with _locked(home):
            place = find_place(home)
            pid = running_postmaster(place.data) if place else None
            if place and pid is not None:
                shut_down(place.data, pid)


def status(home: Path) -> ClusterStatus:
    """Tell what runs, without starting or changing anything.

    Raises
    ------
    ClusterError
        When the home cannot be read.
    """
    home = home.absolute().resolve()
    with _readable(home):
        record = read_record(home)
        place = find_place(home)
        if record is None or place is None:
            return ClusterStatus(running=False)
        pid = running_postmaster(place.data)
        folder = socket_in_use(place.data) if pid else None
        serving = bool(pid and folder and is_ready(place.data) and answers(folder, pid))
        return ClusterStatus(
            running=serving,
            pid=pid,
            version=record.version or None,
            postgis=record.postgis or None,
            data_dir=place.data,
            socket_dir=folder or socket_folder(home, place),
            url=_url(folder) if serving and folder else None,
        )


def _url(folder: Path) -> str:
    # The port is spelled out because libpq would otherwise take it from PGPORT. The folder is
    # of our own naming: nothing in it needs escaping, which readers of ini files would trip over.
    return f"postgresql+psycopg://{SUPERUSER}@/{DATABASE}?host={folder}&port={PORT}"


@contextmanager
def _readable(home: Path) -> Iterator[None]:
    """Say in words what a permission error on the home means."""
    try:
        yield
    except PermissionError as error:
        raise ClusterError(
            f"无权使用 {error.filename or home}。请以它的所有者或 root 运行,"
            "或用 CIM_HOME 另指目录。",
            f"No permission for {error.filename or home}. Run as its owner or as root, or set "
            "CIM_HOME to another folder.",
        ) from error


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    """Let one process at a time make, start or stop the cluster of a home."""
    with (home / "cluster.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _ensure_database(folder: Path) -> None:
    with psycopg.connect(
        host=str(folder), port=PORT, user=SUPERUSER, dbname="postgres", autocommit=True
    ) as connection:
        exists = "SELECT FROM pg_database WHERE datname = %s"
        if connection.execute(exists, [DATABASE]).fetchone() is None:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(DATABASE))
            )
