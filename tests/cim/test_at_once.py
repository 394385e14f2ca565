"""Several people at once, and a program that dies in the middle."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from shapely.geometry import Point
from sqlalchemy import Connection, Engine, text

from cim.changeset import lock
from cim.derived import refresh_after
from cim.history import batches, roll_back
from cim.model import Layer, layer_named
from cim.offices.file import office_file
from layers.editing import edit
from layers.report import Report

if TYPE_CHECKING:
    from tests.conftest import Bring, ContentOf

BANK = {"id": "A1", "name": "深圳发展银行", "kind": "bank", "geom": Point(114.11, 22.55)}
CAR_PARK = {"id": "C1", "name": "东门停车场", "spaces": 120, "geom": Point(114.12, 22.55)}
OFFICE = {"id": "O1", "name": "国贸大厦", "use": "办公", "geom": Point(114.1183, 22.5405)}
STATION = {
    "id": "G",
    "name": "国贸",
    "kind": "metro",
    "status": "operating",
    "geom": Point(114.1187, 22.5402),
}


def wait_until(holds: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.01)


def waiting(engine: Engine) -> int:
    """How many sessions wait for a lock in this city."""
    with engine.connect() as connection:
        return int(
            connection.scalar(
                text("""
                select count(*) from pg_stat_activity
                where datname = current_database() and wait_event_type = 'Lock'
                """)
            )
            or 0
        )


@pytest.fixture
def pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(4)


def test_two_imports_into_one_layer_wait_for_each_other(
    city: Engine, bring: Bring, pool: ThreadPoolExecutor
) -> None:
    with city.begin() as other:
        lock(other, layer_named("amenity"))
        second = pool.submit(bring, "amenity", BANK)
        wait_until(lambda: waiting(city) == 1)
        assert not second.done()
    assert finish(second) == 1


def test_an_import_into_another_layer_does_not_wait(
    city: Engine, bring: Bring, pool: ThreadPoolExecutor
) -> None:
    with city.begin() as other:
        lock(other, layer_named("amenity"))
        assert finish(pool.submit(bring, "parking", CAR_PARK)) == 1
        # nor does a reader of the same layer
        assert other.scalar(text("select count(*) from parking")) == 1
        with city.connect() as reader:
            assert reader.scalar(text("select count(*) from amenity")) == 0


def test_of_two_that_import_the_same_at_once_the_second_finds_nothing_to_do(
    city: Engine, bring: Bring, pool: ThreadPoolExecutor
) -> None:
    rows = [{**BANK, "id": f"A{i}"} for i in range(200)]
    both = [pool.submit(bring, "amenity", *rows) for _ in range(2)]
    added = sorted(finish(done) for done in both)
    assert added == [0, 200]


def finish(waiter: Future[Report]) -> int:
    """Wait for an import, and return how many rows it added."""
    outcome = waiter.result(30).outcome
    assert outcome is not None
    return outcome.added


def surroundings(connection: Connection) -> list[tuple[str, str | None]]:
    found = connection.execute(
        text("select office_id, nearest_station from office_surroundings order by 1")
    )
    return [(row[0], row[1]) for row in found]


def test_an_office_and_a_station_that_come_at_once_find_each_other(
    city: Engine, bring: Bring, pool: ThreadPoolExecutor
) -> None:
    # the office is written and not yet committed when the station comes
    with city.connect() as slow, slow.begin() as transaction:
        slow.execute(text("lock table office_surroundings in share mode"))
        office = pool.submit(bring, "office", OFFICE)
        wait_until(lambda: waiting(city) == 1)
        station = pool.submit(bring, "station", STATION)
        wait_until(lambda: waiting(city) == 2)
        transaction.commit()
    finish(office)
    finish(station)
    with city.connect() as connection:
        assert surroundings(connection) == [("t:O1", "国贸")]


def test_an_edit_of_an_office_while_a_station_is_moved_fails_neither(
    city: Engine, bring: Bring, pool: ThreadPoolExecutor
) -> None:
    bring("station", STATION)
    bring("office", *({**OFFICE, "id": f"O{i}"} for i in range(30)))
    for turn in range(10):
        edits = [
            pool.submit(edit, city, layer_named("office"), f"t:O{turn}", {"lifts": str(turn + 1)}),
            pool.submit(edit, city, layer_named("station"), "t:G", {"name": f"国贸{turn}"}),
        ]
        for done in edits:
            assert done.result(20).batch is not None
    with city.connect() as connection:
        assert {near for _, near in surroundings(connection)} == {"国贸9"}


DYING = """
import sys, time
from shapely.geometry import Point
import pandas as pd
from cim.database import open_city
from cim.model import layer_named
from layers.importing import import_source
from layers.order import Order
from layers.source import Source

n = 500
frame = pd.DataFrame({
    "id": [f"A{i}" for i in range(n)], "name": "后来的", "kind": "bank",
    "geometry": [Point(114.1, 22.5)] * n,
})
def stop(*_):
    if sys.argv[1] == "copied":
        print("copied", flush=True)
        time.sleep(60)
print("started", flush=True)
source = Source("late", "EPSG:4490", n, lambda: iter([frame]))
import_source(open_city(), layer_named("amenity"), source, None, Order(dataset="t"), stop)
"""


@pytest.mark.parametrize("stage", ["copied", "merging"])
def test_an_import_killed_in_the_middle_leaves_the_layer_as_it_was(
    city: Engine, bring: Bring, content_of: ContentOf, stage: str
) -> None:
    bring("amenity", BANK)
    before = content_of("amenity")
    with city.begin() as other:
        if stage == "merging":
            # it gets as far as its first row, with the batch written
            other.execute(text("lock table amenity in share mode"))
        dying = subprocess.Popen(
            [sys.executable, "-c", DYING, stage], stdout=subprocess.PIPE, text=True
        )
        assert dying.stdout is not None
        assert dying.stdout.readline() == "started\n"
        if stage == "merging":
            wait_until(lambda: waiting(city) == 1)
        else:
            assert dying.stdout.readline() == "copied\n"
        os.kill(dying.pid, signal.SIGKILL)
        dying.wait()
        dying.stdout.close()
    assert content_of("amenity") == before
    with city.connect() as connection:
        assert len(batches(connection)) == 1
    # and nothing of it is in the way of the next
    again = bring("amenity", {**BANK, "name": "平安银行"}).outcome
    assert again is not None
    assert (again.changed, again.added) == (1, 0)


def test_two_that_fill_an_empty_layer_at_once_do_not_wait_in_a_ring(
    city: Engine, bring: Bring, pool: ThreadPoolExecutor
) -> None:
    district = {"name": "罗湖", "level": "district", "geom": Point(114.1, 22.5).buffer(0.1)}
    for layer, row in (("amenity", BANK), ("area", district), ("parking", CAR_PARK)):
        rows = [[{**row, "id": f"{who}{n}"} for n in range(300)] for who in "AB"]
        both = [pool.submit(bring, layer, *mine) for mine in rows]
        assert [finish(done) for done in both] == [300, 300]


def test_two_layers_that_are_filled_at_once_do_not_wait_in_a_ring(
    city: Engine, bring: Bring, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_closed = Barrier(2)

    def refreshed(connection: Connection, layer: type[Layer], batch: int) -> None:
        both_closed.wait(20)
        refresh_after(connection, layer, batch)

    # neither goes on before the other has closed its layer and filled it
    monkeypatch.setattr("cim.changeset.refresh_after", refreshed)
    stop = {"id": "B1", "name": "国贸", "geom": Point(114.1187, 22.5402)}
    rows = (("amenity", BANK), ("bus_stop", stop))
    filled = [pool.submit(bring, layer, row, dataset=layer) for layer, row in rows]
    assert [finish(done) for done in filled] == [1, 1]


def test_an_office_is_read_changed_and_taken_back_while_another_layer_is_closed(
    city: Engine, bring: Bring
) -> None:
    bring("office", OFFICE)
    with city.begin() as other:
        other.execute(text("lock table landcover in access exclusive mode"))
        with city.begin() as connection:
            connection.execute(text("set local lock_timeout = '2s'"))
            file = office_file(connection, "t:O1")
            assert file is not None
            history = json.loads(file)["properties"]["history"]
            assert [entry["operation"] for entry in history] == ["added"]
            assert roll_back(connection, 1).removed == 1


def test_an_empty_layer_that_somebody_reads_is_filled_all_the_same(
    city: Engine, bring: Bring, pool: ThreadPoolExecutor
) -> None:
    with city.begin() as reader:
        assert reader.scalar(text("select count(*) from amenity")) == 0
        assert finish(pool.submit(bring, "amenity", BANK)) == 1
    indexes = text("select count(*) from pg_indexes where tablename = 'amenity'")
    with city.connect() as connection:
        had = connection.scalar(indexes)
    assert finish(pool.submit(bring, "parking", CAR_PARK)) == 1
    with city.connect() as connection:
        kept = connection.scalar(
            text("select count(*) from pg_indexes where tablename = 'parking'")
        )
    # filled with its indexes or without, a layer has them in the end
    assert (had, kept) == (5, 6)
