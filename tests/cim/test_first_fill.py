"""A layer that is filled for the first time goes to the disk once, and loses nothing by it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from sqlalchemy import Engine, text

from cim import cluster
from cim.database import close_city, open_city
from cim.history import roll_back
from cim.settings import forget_settings

if TYPE_CHECKING:
    from tests.conftest import Bring

ROWS = 30_000
"""Enough for the server not to log them after all, as it does with less than two megabytes."""


def footprints(count: int) -> list[dict[str, object]]:
    """Square buildings in rows, one in three with a name."""
    x, y = 114.0 + np.arange(count) % 200 * 1e-3, 22.5 + np.arange(count) // 200 * 1e-3
    boxes = shapely.box(x, y, x + 4e-4, y + 4e-4)
    return [
        {"id": f"B{n}", "name": f"楼{n}" if n % 3 == 0 else None, "geom": place}
        for n, place in enumerate(boxes)
    ]


def facts(city: Engine, *, by_index: bool) -> list[tuple[object, ...]]:
    """What is asked through every index of the layer, or by reading all of it."""
    found: list[tuple[object, ...]] = []
    with city.connect() as connection:
        if by_index:
            connection.execute(text("set local enable_seqscan = off"))
        for condition in (
            "id in ('t:B0', 't:B17', 't:B29999')",
            "name ilike '%楼2999%'",
            "dataset = 't'",
            "batch = 1",
            "geom && st_makeenvelope(114.05, 22.55, 114.06, 22.56, 4490)",
        ):
            query = f"select count(*), min(id), max(id) from building where {condition}"
            found.append(tuple(connection.execute(text(query)).one()))
    return found


def logged(city: Engine) -> int:
    """Bytes that the server has written to its log so far."""
    with city.connect() as connection:
        return int(connection.scalar(text("select pg_current_wal_lsn() - '0/0'")) or 0)


def test_what_a_first_import_committed_outlives_a_server_that_is_killed(
    make_home: Callable[..., Path],
    bring_into: Callable[[Engine], Bring],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home = make_home()
    monkeypatch.setenv("CIM_HOME", str(home))
    monkeypatch.delenv("CIM_DATABASE_URL", raising=False)
    forget_settings()
    try:
        city = open_city()
        before = logged(city)
        bring_into(city)("building", *footprints(ROWS))
        with city.connect() as connection:
            size = connection.scalar(text("select pg_total_relation_size('building')"))
        assert logged(city) - before < size / 2
        pid = cluster.status(home).pid
        assert pid is not None
        # no checkpoint, no clean end: what counts is what the commit brought to the disk
        os.kill(pid, signal.SIGKILL)
        while cluster.status(home).pid is not None:
            time.sleep(0.05)
        close_city()
        city = open_city()
        assert facts(city, by_index=True) == facts(city, by_index=False)
        assert facts(city, by_index=False)[2] == (ROWS, "t:B0", "t:B9999")
        with city.connect() as connection:
            changes = connection.scalar(text("select count(*) from change where batch = 1"))
        assert changes == ROWS
    finally:
        close_city()
        forget_settings()


def test_whoever_read_an_older_state_goes_on_reading_it_while_the_layer_is_filled_anew(
    city: Engine, bring: Bring
) -> None:
    bring("building", *footprints(30))
    older = city.connect().execution_options(isolation_level="REPEATABLE READ")
    with older as reader:
        # its moment is fixed, and it has not looked at the layer yet
        reader.execute(text("select count(*) from batch"))
        with city.begin() as connection:
            roll_back(connection, 1)
        bring("building", *footprints(20))
        assert reader.scalar(text("select count(*) from building")) == 30
    with city.connect() as connection:
        assert connection.scalar(text("select count(*) from building")) == 20
