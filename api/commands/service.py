"""``cim up``, ``cim down``, ``cim status``, ``cim get``."""

from __future__ import annotations

import asyncio
import os
from importlib.metadata import version
from typing import Annotated

import httpx
import typer
from rich.table import Table
from rich.text import Text
from sqlalchemy import Engine, select, text
from sqlalchemy.dialects.postgresql import insert

from api import server
from api.app import create_app
from api.commands.refreshing import refresh
from api.commands.speech import fail, out, progress_of
from cim import cluster
from cim.database import metric_srid, open_city, reading, row_counts
from cim.model import LAYERS, City, layer_named
from cim.refresh import failing, mark_all
from cim.settings import city_settings
from cim.walking import settle
from layers.importing import import_source
from layers.order import Order

_FAILING = 10
"""Failing parts listed."""

_EXAMPLE_KEY = "example_city"


def example_is_wanted(engine: Engine) -> bool:
    """Whether the city is empty, or the loading of the example city was interrupted."""
    with engine.connect() as connection:
        loading = connection.scalar(select(City.value).where(City.key == _EXAMPLE_KEY))
        return loading == "loading" or not any(row_counts(connection).values())


def _mark_example(engine: Engine, state: str) -> None:
    with engine.begin() as connection:
        connection.execute(
            insert(City)
            .values(key=_EXAMPLE_KEY, value=state)
            .on_conflict_do_update(index_elements=[City.key], set_={"value": state})
        )


def load_example_city(engine: Engine) -> None:
    """Load the example city, layer by layer, through the same door as any file."""
    # SciPy, which draws the city, would cost every command half a second
    from layers.example import example_sources

    _mark_example(engine, "loading")
    out.print("载入示例城市（模拟数据） loading the example city (simulated)")
    for name, source, mapping in example_sources():
        with progress_of(name) as progress:
            order = Order(strict=True, reason="示例城市 example city")
            report = import_source(
                engine, layer_named(name), source, mapping, order, progress, later=True
            )
        out.print(f"  {LAYERS[name].__title__[0]} {name}: {report.matched}", markup=False)
    _mark_example(engine, "complete")


def up(
    port: Annotated[int, typer.Option(help="端口 port")] = server.PORT,
    foreground: Annotated[
        bool, typer.Option(help="留在前台，Ctrl-C 停止 stay, Ctrl-C stops")
    ] = False,
    example: Annotated[
        bool, typer.Option(help="数据库为空时载入示例城市 load the example city if empty")
    ] = False,
) -> None:
    """启动数据库与服务 Start the city's database and server."""
    home = city_settings().home
    engine = open_city()
    with engine.begin() as connection:
        if settle(connection):
            mark_all(connection)
    if example:
        if example_is_wanted(engine):
            load_example_city(engine)
        else:
            out.print(
                "城市里已有数据，未载入示例城市"
                " / the city is not empty: the example city was not loaded"
            )
    refresh(engine)
    if (already := server.running(home)) is not None:
        out.print(f"已在运行 already running: {already.address}")
        return
    try:
        server.check_port(port)
        if not foreground:
            started = server.start(home, port)
            out.print(f"已启动 serving: {started.address}")
            return
    except server.ServerError as error:
        raise fail(error) from None
    engine.dispose()
    here = server.record(home, port)
    out.print(f"服务地址 serving: {here.address}  （Ctrl-C 停止 stops it）")
    arguments = server.command(port)
    os.execv(arguments[0], arguments)  # noqa: S606  (no shell is wanted)


def down() -> None:
    """停止服务与数据库 Stop the server and the city's own database."""
    home = city_settings().home
    served = server.stop(home)
    out.print("服务已停止 server stopped" if served else "服务本来没有运行 no server ran")
    if city_settings().database_url is None:
        cluster.stop(home)
        out.print("数据库已停止 database stopped")
    else:
        out.print("数据库不由本程序管理，未停止 the database is not ours to stop")


def status() -> None:
    """查看运行状态 What runs, versions, sizes and row counts."""
    settings = city_settings()
    serving = server.running(settings.home)
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_row("程序 cim", version("cim-luohu"))
    table.add_row("城市 home", str(settings.home))
    table.add_row("服务 server", serving.address if serving else "未运行 not running")
    if settings.database_url is None:
        state = cluster.status(settings.home)
        if not state.running:
            table.add_row("数据库 database", "未运行，cim up 启动 / not running: cim up")
            out.print(table)
            return
    with reading() as connection:
        postgres, postgis, revision, size = connection.execute(
            text("""
            select current_setting('server_version'), postgis_lib_version(),
                (select version_num from alembic_version),
                pg_size_pretty(pg_database_size(current_database()))
            """)
        ).one()
        counts = row_counts(connection)
        sizes = connection.execute(
            text("""
            select relname, pg_size_pretty(pg_total_relation_size(oid))
            from pg_class where relname = any(:layers) and relkind = 'r'
            """),
            {"layers": list(LAYERS)},
        )
        by_layer = {row.relname: row[1] for row in sizes}
        table.add_row("数据库 database", f"PostgreSQL {postgres}, PostGIS {postgis}, {size}")
        table.add_row("结构版本 migration", revision)
        table.add_row("米制坐标系 metric CRS", f"EPSG:{metric_srid(connection)}")
        marks = connection.scalar(text("select count(*) from refresh_mark")) or 0
        table.add_row("待更新 to refresh", f"{marks:,} 处 marks" if marks else "无 nothing")
        waiting = failing(connection)
    for one in waiting[:_FAILING]:
        table.add_row(
            "未能更新 failing",
            Text(
                f"{one.part} {one.feature}: {one.tries} 次 tries, {one.retry_at:%H:%M:%S} UTC 再试"
                f" again — {one.error}"
            ),
        )
    if len(waiting) > _FAILING:
        table.add_row("", f"还有 and {len(waiting) - _FAILING:,} more")
    out.print(table)
    rows = Table(box=None, pad_edge=False)
    for title in ("图层 layer", "", "行数 rows", "大小 size"):
        rows.add_column(title, justify="right" if title.startswith(("行", "大")) else "left")
    for name, count in counts.items():
        rows.add_row(name, LAYERS[name].__title__[0], f"{count:,}", by_layer.get(name, ""))
    out.print(rows)


def get(
    path: Annotated[str, typer.Argument(help="如 e.g. '/offices?parking_ratio_min=0.5'")],
    accept: Annotated[str, typer.Option(help="媒体类型 media type")] = "application/json",
) -> None:
    """不启动服务，直接问一个 REST 请求 One REST request without a server."""
    open_city()
    serving = server.running(city_settings().home)
    base = serving.address if serving else f"http://{server.HOST}:{server.PORT}"

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=create_app(), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=base) as client:
            return await client.get(path, headers={"accept": accept}, timeout=None)

    answer = asyncio.run(ask())
    typer.echo(answer.text)
    if answer.is_error:
        raise typer.Exit(1)
