"""How long a search over 20,000 units takes, beside the bare statement that answers it.

Every question is asked three ways: through the REST service in this process, as a call of
`search`, and as the text of its statement, run by psycopg alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import psycopg
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, event, make_url
from starlette.testclient import TestClient

from api.app import create_app
from cim.database import reading
from cim.offices import OfficeCriteria, search
from tests.benchmarks.town import OFFICES, UNITS, town

ROUNDS = 60
LIMIT = 50

ALL_BOUNDS: dict[str, Any] = {
    "bbox": "114.08,22.52,114.20,22.60",
    "grade": "甲级,乙级",
    "area_min": 300,
    "area_max": 2000,
    "rent_max": 180,
    "budget_max": 200000,
    "move_in": "2027-03-01",
    "fit_out": "精装,简装",
    "parking_ratio_min": 0.3,
    "metro_walk_max": 15,
    "lines": "1,3,9",
    "port_walk_max": 45,
    "clear_height_min": 2.5,
    "completed_min": 1990,
    "registrable": True,
    "labels": "可注册",
    "q": "大厦",
    "sort": "-parking_ratio",
}
KINDS: dict[str, dict[str, Any]] = {
    "nothing asked": {},
    "area, rent, metro": {"area_min": 500, "rent_max": 120, "metro_walk_max": 10},
    "words": {"q": "大厦12"},
    "all filters": ALL_BOUNDS,
    "all filters, all facets": {**ALL_BOUNDS, "facets": "all"},
}


def draw(kind: dict[str, Any], chance: np.random.Generator) -> dict[str, Any]:
    """Return the question with other numbers, so that no answer is that of the one before."""
    changed = dict(kind)
    for name in ("area_min", "rent_max", "budget_max"):
        if name in changed:
            changed[name] = round(float(changed[name] * chance.uniform(0.8, 1.2)), 1)
    return changed


def statements(engine: Engine, criteria: OfficeCriteria) -> list[tuple[str, Any]]:
    """Return the statements that find and tell, with their values, of those a search emits."""
    emitted: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        if any(mark in statement for mark in ("judged", "AS page", "plan_cache_mode")):
            emitted.append((statement, values))

    event.listen(engine, "before_cursor_execute", note)
    try:
        with reading() as connection:
            search(connection, criteria, LIMIT)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return emitted


def timed(work: Callable[[dict[str, Any]], object], asked: list[dict[str, Any]]) -> list[float]:
    """Do the work for each question; return milliseconds each."""
    work(asked[0])
    taken = []
    for one in asked:
        started = time.perf_counter()
        work(one)
        taken.append(1000 * (time.perf_counter() - started))
    return taken


def measure(engine: Engine, client: TestClient, kind: dict[str, Any]) -> list[str]:
    """Measure one kind of question; return a row of the table."""
    chance = np.random.default_rng(3)
    asked = [draw(kind, chance) for _ in range(ROUNDS)]
    plain = [{k: v for k, v in one.items() if k != "facets"} for one in asked]
    emitted = {str(one): statements(engine, OfficeCriteria(**one)) for one in plain}

    def over_rest(one: dict[str, Any]) -> None:
        client.get("/offices", params={**one, "limit": LIMIT}).raise_for_status()

    def as_call(one: dict[str, Any]) -> None:
        with reading() as connection:
            search(connection, OfficeCriteria(**one), LIMIT)

    url = make_url(engine.url).set(drivername="postgresql")
    with psycopg.connect(
        url.render_as_string(hide_password=False), options="-c jit=off", prepare_threshold=None
    ) as connection:

        def bare(one: dict[str, Any]) -> None:
            for statement, values in emitted[str(one)]:
                connection.execute(statement, values).fetchall()
            connection.rollback()

        sql = timed(bare, plain)
    call, rest = timed(as_call, plain), timed(over_rest, asked)
    figures = [f"{np.percentile(t, p):.1f}" for t in (sql, call, rest) for p in (50, 95)]
    return [*figures, f"{np.median(rest) / np.median(sql):.2f}"]


def main() -> None:
    """Measure and print."""
    table = Table(title=f"search, {OFFICES} offices, {UNITS} units (ms)")
    table.add_column("question")
    for title in ("SQL p50", "p95", "search p50", "p95", "REST p50", "p95", "REST / SQL"):
        table.add_column(title, justify="right")
    with town() as engine, TestClient(create_app(), base_url="http://127.0.0.1") as client:
        for name, kind in KINDS.items():
            table.add_row(name, *measure(engine, client, kind))
    Console().print(table)


if __name__ == "__main__":
    main()
