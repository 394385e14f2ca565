"""The city's database: opened, brought to the newest migration, and checked."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pyproj import CRS
from pyproj.exceptions import CRSError
from sqlalchemy import Connection, Engine, create_engine, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from cim import changes, cluster
from cim.model import LAYERS, City
from cim.settings import DEFAULT_METRIC_CRS, answer_settings, city_settings

if TYPE_CHECKING:
    # a database that is up to date, as nearly always, is opened without Alembic
    from alembic.config import Config

_MIGRATIONS = Path(__file__).with_name("migrations")

_MIGRATION_LOCK = 440303
"""Advisory lock under which the database is migrated; any fixed number serves."""

_TRIES = 5
"""How often a question connects anew before it gives up."""


class CityError(RuntimeError):
    """The city cannot be opened as asked; the message says why, in Chinese and English."""


def connect() -> Engine:
    """Start the city's cluster, where it has one of its own, and connect; changes nothing."""
    settings = city_settings()
    url = settings.database_url or cluster.start(settings.home)
    # UTC so that moments are written one way; a city is one database, so a small pool serves
    return create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=8,
        max_overflow=8,
        pool_pre_ping=True,
        connect_args={"options": "-c timezone=UTC -c jit=off", "application_name": "cim"},
        json_serializer=lambda value: json.dumps(value, ensure_ascii=False, default=str),
    )


def alembic_config(connection: Connection | None = None) -> Config:
    """Return the Alembic configuration of the city's migrations."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    if connection is not None:
        config.attributes["connection"] = connection
    return config


def known_revisions() -> list[str]:
    """Return every migration this program knows, the oldest first; their files bear the numbers."""
    return sorted(file.name[:4] for file in (_MIGRATIONS / "versions").glob("[0-9]*.py"))


def head_revision() -> str:
    """Return the newest migration this program knows."""
    return known_revisions()[-1]


def _current_revision(connection: Connection) -> str | None:
    """Return the migration the database is at; None for an empty one."""
    if connection.scalar(select(func.to_regclass("alembic_version"))) is None:
        return None
    current: str | None = connection.scalar(text("select version_num from alembic_version"))
    return current


def migrate(engine: Engine) -> None:
    """Bring the database to the newest migration; two callers at once wait for each other."""
    with engine.begin() as connection:
        current = _current_revision(connection)
        if current == head_revision():
            return
        if current is not None and current not in known_revisions():
            raise CityError(
                f"数据库由更新版本的程序建立（结构版本 {current}），请升级本程序"
                f" / the database was made by a newer program (revision {current}): update this one"
            )
        from alembic import command

        connection.execute(select(func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
        changes.drop_view(connection)
        command.upgrade(alembic_config(connection), "head")
        changes.create_view(connection, LAYERS)


def _metric_srid(name: str) -> int:
    """Return the EPSG number of a metric system.

    Raises
    ------
    CityError
        It is unknown, or is not in metres.
    """
    try:
        system = CRS.from_user_input(name)
    except CRSError:
        raise CityError(f"CIM_METRIC_CRS={name} 不是可识别的坐标系 / is not a known CRS") from None
    srid = system.to_epsg()
    if srid is None or not system.is_projected or system.axis_info[0].unit_name != "metre":
        raise CityError(
            f"CIM_METRIC_CRS={name} 必须是以米为单位的投影坐标系（EPSG 编号）"
            " / must be a projected EPSG system in metres"
        )
    return srid


def _settle_metric_crs(engine: Engine) -> None:
    """Write the metric system into a new city; refuse another one in an old city."""
    asked = city_settings().metric_crs
    srid = _metric_srid(asked or DEFAULT_METRIC_CRS)
    settle = insert(City).values(key="metric_srid", value=str(srid))
    with engine.begin() as connection:
        if (settled := _settled_srid(connection)) is None:
            connection.execute(settle.on_conflict_do_nothing(index_elements=[City.key]))
            settled = metric_srid(connection)
    if asked and srid != settled:
        raise CityError(
            f"这座城市建库时的米制坐标系是 EPSG:{settled}，不能改用 {asked}；"
            "请取消 CIM_METRIC_CRS，或换一个 CIM_HOME 建新城市"
            f" / this city was made with EPSG:{settled}, not {asked}:"
            " unset CIM_METRIC_CRS or make a new city in another CIM_HOME"
        )


def metric_srid(connection: Connection) -> int:
    """Return the EPSG number of the metric system the city was made with."""
    if (settled := _settled_srid(connection)) is None:
        raise CityError("数据库里没有城市 / there is no city in this database")
    return settled


def _settled_srid(connection: Connection) -> int | None:
    value = connection.scalar(select(City.value).where(City.key == "metric_srid"))
    return None if value is None else int(value)


@cache
def open_city() -> Engine:
    """Open the city: start its cluster where it has one, migrate, and check it.

    Returns
    -------
    Engine
        Shared by the whole process.

    Raises
    ------
    CityError
        The metric system asked for is not the one the city was made with.
    cim.cluster.ClusterError
        PostgreSQL or PostGIS is missing or does not start.
    """
    engine = connect()
    migrate(engine)
    _settle_metric_crs(engine)
    return engine


def close_city() -> None:
    """Give the connections back (for tests, and before a fork)."""
    if open_city.cache_info().currsize:
        open_city().dispose()
    open_city.cache_clear()


def _connection() -> Connection:
    """Connect, and raise a private cluster that was killed back up."""
    engine, settings = open_city(), city_settings()
    for _ in range(_TRIES):
        try:
            return engine.connect()
        except OperationalError:
            if settings.database_url is not None:
                raise
            # a server that was killed a moment ago may still look alive
            time.sleep(0.2)
            cluster.start(settings.home)
    return engine.connect()


@contextmanager
def reading() -> Iterator[Connection]:
    """Give a connection for one question: read-only, one moment, limited in time."""
    # PostgreSQL takes 0 for no limit at all
    milliseconds = max(1, int(answer_settings().query_timeout * 1000))
    with _connection() as connection:
        # a count and its page are two statements: both see the city as it was at the first
        connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        connection.execute(
            text("select set_config('statement_timeout', :limit, true)"),
            {"limit": str(milliseconds)},
        )
        yield connection


def row_counts(connection: Connection) -> dict[str, int]:
    """Return the number of current rows of every layer."""
    counts = [
        select(func.count()).select_from(layer.__table__).scalar_subquery().label(name)
        for name, layer in LAYERS.items()
    ]
    return dict(connection.execute(select(*counts)).mappings().one())
