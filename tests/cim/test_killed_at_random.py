"""An import that is killed at any moment leaves the layer as it was, or is there as a whole."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from sqlalchemy import Engine, text

from cim.database import close_city, open_city
from cim.model import layer_named
from layers.importing import import_source
from layers.order import Order
from layers.source import GEOMETRY, Source

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

ROWS = 2_000
KILLS = 24


def car_parks(name: str, first: int) -> None:
    """Replace the dataset by car parks that all bear one name, read in small chunks."""

    def chunks() -> list[pd.DataFrame]:
        return [
            pd.DataFrame(
                {
                    "id": [f"P{n}" for n in range(start, start + 500)],
                    "name": name,
                    GEOMETRY: shapely.points([[114 + n * 1e-5, 22.5] for n in range(500)]),
                }
            )
            for start in range(first, first + ROWS, 500)
        ]

    source = Source("car parks", "EPSG:4490", ROWS, lambda: iter(chunks()))
    order = Order(dataset="t", mode="replace")
    import_source(open_city(), layer_named("parking"), source, None, order)
    close_city()


def state(city: Engine) -> tuple[list[tuple[str, int]], int, list[tuple[str, int]]]:
    """What the layer holds by name, its batches, and its changes by kind."""
    with city.connect() as connection:
        names = connection.execute(
            text("select name, count(*) from parking group by name order by name")
        )
        held = [(name, count) for name, count in names]
        batches = connection.scalar(text("select count(*) from batch")) or 0
        kinds = connection.execute(
            text("select operation, count(*) from change group by operation order by operation")
        )
        return held, batches, [(operation, count) for operation, count in kinds]


def wait_for_silence(city: Engine) -> None:
    """Wait until the server has noticed that whoever was killed is gone."""
    others = text("""
        select count(*) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()
            and (state <> 'idle' or xact_start is not null)
    """)
    for _ in range(400):
        with city.connect() as connection:
            if connection.scalar(others) == 0:
                return
        time.sleep(0.02)
    raise AssertionError("a killed import still holds on to the city")


def test_an_import_killed_at_random_never_leaves_a_half(city: Engine) -> None:
    car_parks("旧", 0)
    city = open_city()
    before = state(city)
    assert before[0] == [("旧", ROWS)]
    # processes that start with everything loaded, and as quickly as they are killed
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["layers.importing", "cim.database", "shapely", "pandas"])

    def begun(work: Callable[..., None], *arguments: object) -> BaseProcess:
        process = context.Process(target=work, args=arguments)
        process.start()
        return process

    began = time.monotonic()
    # half of the rows vanish, half are changed, as many are new
    whole = begun(car_parks, "新", ROWS // 2)
    whole.join()
    assert whole.exitcode == 0
    took = time.monotonic() - began
    after = state(city)
    assert after[0] == [("新", ROWS)]
    assert after[1] == before[1] + 1
    draw = np.random.default_rng(24)
    outcomes = set()
    for kill in range(KILLS):
        old, new, first = ("旧", "新", ROWS // 2) if kill % 2 else ("新", "旧", 0)
        held, made, _ = was = state(city)
        if held == [(new, ROWS)]:
            old, new, first = new, old, 0 if first else ROWS // 2
        dying = begun(car_parks, new, first)
        time.sleep(draw.uniform(0, took))
        dying.kill()
        dying.join()
        wait_for_silence(city)
        now = state(city)
        if now != was:
            assert now[0] == [(new, ROWS)]
            assert now[1] == made + 1
        outcomes.add(now == was)
    # some were killed in time: else this proves nothing
    assert True in outcomes
