"""What every test may ask for: a private cluster, and fresh databases in it."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from cim import cluster

DatabaseFactory = Callable[[], str]
HomeFactory = Callable[..., Path]


def _discard(home: Path) -> None:
    """Remove a cluster with all it left on the machine; root's temporary folders are closed to
    the server, so its data lies outside them.
    """
    with suppress(cluster.ClusterError):
        cluster.stop(home)
        status = cluster.status(home)
        for folder in (status.data_dir and status.data_dir.parent, status.socket_dir):
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Give a folder that every account may enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory(prefix="cim-test-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.fixture
def make_home(tmp_path: Path, open_folder: Path) -> Iterator[HomeFactory]:
    """Give names of city homes whose clusters are removed at the end.

    It asks for the open folder only to be torn down before it.
    """
    homes: list[Path] = []

    def make(name: str = "home", parent: Path = tmp_path) -> Path:
        homes.append(parent / name)
        return homes[-1]

    yield make
    for home in homes:
        _discard(home)


@pytest.fixture(scope="session")
def cluster_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start one private cluster for the whole run; its database ``cim`` stays empty."""
    home = tmp_path_factory.mktemp("city")
    url = cluster.start(home)
    # Nothing here outlives the run, so nothing need survive a power cut.
    with _administer(url) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    yield url
    _discard(home)


@pytest.fixture(scope="session")
def template_database() -> str | None:
    """Name the database that new ones are copied from; override it to start from a filled one."""
    return None


@pytest.fixture
def make_database(cluster_url: str, template_database: str | None) -> Iterator[DatabaseFactory]:
    """Create fresh databases and give their URLs; they are dropped at the end of the test."""
    numbers = itertools.count(1)
    names: list[str] = []

    def make() -> str:
        name = f"test_{os.getpid()}_{next(numbers)}"
        source = template_database or "template0"
        with _administer(cluster_url) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(source)
                )
            )
        names.append(name)
        return make_url(cluster_url).set(database=name).render_as_string(hide_password=False)

    yield make
    with _administer(cluster_url) as connection:
        for name in names:
            connection.execute(
                sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            )


def _administer(url: str) -> psycopg.Connection:
    """Connect outside the databases under test, each statement for itself."""
    address = make_url(url)
    return psycopg.connect(
        host=str(address.query["host"]),
        port=int(str(address.query["port"])),
        user=address.username,
        dbname="postgres",
        autocommit=True,
    )
