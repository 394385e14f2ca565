"""What every test may ask for: a private cluster, and fresh databases in it."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import pandas as pd
import psycopg
import pytest
from playwright.sync_api import Browser
from psycopg import sql
from sqlalchemy import Engine, make_url, text
from starlette.testclient import TestClient

from api.app import create_app
from cim import cluster
from cim.database import close_city, open_city
from cim.model import layer_named
from cim.refresh import catch_up
from cim.settings import forget_settings
from layers.example import example_sources
from layers.importing import import_source
from layers.mapping import Mapping
from layers.order import Order
from layers.report import Report
from layers.source import GEOMETRY, Source
from viz.browser import open_browser

DatabaseFactory = Callable[[], str]
HomeFactory = Callable[..., Path]
Content = dict[str, dict[str, Any]]
_NUMBERS = itertools.count(1)


class Bring(Protocol):
    """Imports rows that stand in a test, as the rows of a file enter.

    A row holds the fields of the layer as they would stand in a file; ``geom`` is a shapely
    geometry in degrees.
    """

    def __call__(
        self, layer: str, *rows: dict[str, Any], dataset: str = "t", **order: Any
    ) -> Report: ...


class ContentOf(Protocol):
    """Reads what a layer holds: its content columns by id, the geometry as hexadecimal EWKB."""

    def __call__(self, layer: str) -> Content: ...


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


@pytest.fixture(scope="module")
def module_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give the name of a city's home to all tests of a module; its cluster is removed after."""
    home = tmp_path_factory.mktemp("module") / "home"
    yield home
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
def copies(cluster_url: str, template_database: str) -> Iterator[DatabaseFactory]:
    """Copy the template, always one ahead: the next is made while a test is still at work."""

    def copy() -> str:
        name = f"test_{os.getpid()}_{next(_NUMBERS)}"
        with _administer(cluster_url) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(template_database)
                )
            )
        return name

    with ThreadPoolExecutor(1) as pool:
        ahead = deque([pool.submit(copy)])

        def take() -> str:
            ahead.append(pool.submit(copy))
            return ahead.popleft().result()

        yield take


def _databases(cluster_url: str, copies: DatabaseFactory) -> Iterator[DatabaseFactory]:
    """Give URLs of fresh databases until the generator is closed, which drops them."""
    names: list[str] = []

    def make() -> str:
        names.append(copies())
        return make_url(cluster_url).set(database=names[-1]).render_as_string(hide_password=False)

    yield make
    with _administer(cluster_url) as connection:
        for name in names:
            connection.execute(
                sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            )


@pytest.fixture
def make_database(cluster_url: str, copies: DatabaseFactory) -> Iterator[DatabaseFactory]:
    """Create fresh databases and give their URLs; they are dropped at the end of the test."""
    yield from _databases(cluster_url, copies)


@pytest.fixture(scope="module")
def shared_city(cluster_url: str, copies: DatabaseFactory) -> Iterator[Engine]:
    """Give a city to all tests of a module that do not get in each other's way."""
    for make in _databases(cluster_url, copies):
        with pytest.MonkeyPatch.context() as monkeypatch:
            yield _open(make(), monkeypatch)
            close_city()
        forget_settings()


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


def _open(url: str, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Open the city in a database, as the program does."""
    monkeypatch.setenv("CIM_DATABASE_URL", url)
    close_city()
    forget_settings()
    return open_city()


@pytest.fixture(scope="session")
def template_database(cluster_url: str) -> str:
    """Migrate the cluster's own database once, so that every city starts as a copy of it."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        _open(cluster_url, monkeypatch)
        close_city()
    forget_settings()
    return "cim"


@pytest.fixture
def city(make_database: DatabaseFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """Give an empty city of its own."""
    yield _open(make_database(), monkeypatch)
    close_city()
    forget_settings()


@pytest.fixture(scope="session")
def bring_into() -> Callable[[Engine], Bring]:
    """Give the way into any city for rows written in a test."""
    return _way_into


@pytest.fixture
def bring(city: Engine) -> Bring:
    """Give the way in for rows written in a test."""
    return _way_into(city)


def _way_into(city: Engine) -> Bring:
    def bring(layer: str, *rows: dict[str, Any], dataset: str = "t", **order: Any) -> Report:
        frame = pd.DataFrame(list(rows)).rename(columns={"geom": GEOMETRY})
        source = Source(
            name="a test",
            crs="EPSG:4490",
            rows=len(frame),
            chunks=partial(_copies, frame),
        )
        return import_source(
            city, layer_named(layer), source, Mapping(), Order(dataset=dataset, **order)
        )

    return bring


def _copies(frame: pd.DataFrame) -> Iterator[pd.DataFrame]:
    yield frame.copy()


@pytest.fixture
def content_of(city: Engine) -> ContentOf:
    """Give the current content of a layer, as the database itself writes it."""

    def content_of(layer: str) -> Content:
        table = layer_named(layer).__tablename__
        written = text(
            f"select id, to_jsonb(t) || jsonb_build_object('geom', t.geom::text) from {table} t"
        )
        with city.connect() as connection:
            rows = {row[0]: dict(row[1]) for row in connection.execute(written)}
        for row in rows.values():
            del row["batch"], row["valid_from"]
        return rows

    return content_of


@pytest.fixture(scope="session")
def example_database(cluster_url: str, template_database: str) -> str:
    """Load the example city once; tests that only read share it."""
    with _administer(cluster_url) as connection:
        connection.execute(f"CREATE DATABASE example TEMPLATE {template_database}")
    url = make_url(cluster_url).set(database="example").render_as_string(hide_password=False)
    with pytest.MonkeyPatch.context() as monkeypatch:
        engine = _open(url, monkeypatch)
        for name, source, mapping in example_sources():
            order = Order(strict=True)
            import_source(engine, layer_named(name), source, mapping, order, later=True)
        catch_up(engine)
        close_city()
    forget_settings()
    return url


@pytest.fixture
def luohu(example_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """Give the example city, to be read and not changed."""
    yield _open(example_database, monkeypatch)
    close_city()
    forget_settings()


@pytest.fixture
def rest() -> Iterator[TestClient]:
    """Give the REST service over the city that is open."""
    with TestClient(create_app(), base_url="http://127.0.0.1") as client:
        yield client


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start the one real Chromium of the run; Playwright allows no second beside it."""
    with open_browser() as opened:
        yield opened
