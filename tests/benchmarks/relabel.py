"""How long labels take after one station moved, beside working out everything anew."""

from __future__ import annotations

import json
import statistics
import time
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, text

from cim.changeset import ROW, STAGED, Origin, apply, lock, quoted, stage
from cim.model import content_of, layer_named
from cim.refresh import catch_up, changing, refresh_all
from tests.benchmarks.town import OFFICES, town

ROUNDS = 5
_DERIVED = {
    "office_access": "office_id, layer, place_id",
    "office_surroundings": "office_id",
    "office_label": "office_id, label",
}


def derived(engine: Engine) -> dict[str, list[str]]:
    """Return all that is derived, as text."""
    with engine.connect() as connection:
        return {
            table: [
                json.dumps(row[0], sort_keys=True)
                for row in connection.execute(
                    text(f"select to_jsonb(t) from {table} t order by {order}")
                )
            ]
            for table, order in _DERIVED.items()
        }


def move(engine: Engine, station: str, east: float) -> None:
    """Move a station and its entrances a little, without refreshing anything."""
    for name, condition in (("station", "id"), ("station_entrance", "station_id")):
        layer = layer_named(name)
        content = quoted(content_of(layer))
        with changing(engine, later=True) as connection:
            stage(connection, layer)
            lock(connection, layer)
            connection.execute(
                text(f"""
                insert into {STAGED} ({content}, {ROW})
                select {content}, 1 from {name} where {condition} = :id
                """),
                {"id": station},
            )
            connection.execute(
                text(f"update {STAGED} set geom = st_translate(geom, :east, 0)"), {"east": east}
            )
            apply(connection, layer, Origin(kind="edit", dataset="bench"))


def timed(work: Any, *arguments: Any) -> float:
    began = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - began


def main() -> None:
    """Measure and print the table."""
    with town() as engine:
        with engine.connect() as connection:
            stations = connection.scalars(
                text("select id from station where kind = 'metro' and status = 'operating'")
            ).all()
        full = [timed(refresh_all, engine) for _ in range(ROUNDS)]
        part, touched = [], []
        for n in range(ROUNDS):
            move(engine, stations[n * len(stations) // ROUNDS], 0.0005)
            began = time.perf_counter()
            touched.append(catch_up(engine))
            part.append(time.perf_counter() - began)
        before = derived(engine)
        refresh_all(engine)
        same = before == derived(engine)
    table = Table(title=f"labels of {OFFICES:,} offices (simulated)")
    for title in ("work", "seconds: least, median, most", "offices", "to full"):
        table.add_column(title)
    whole = statistics.median(full)
    for name, runs, count in (
        ("full refresh", full, str(OFFICES)),
        ("one station moved", part, ", ".join(map(str, touched))),
    ):
        middle = statistics.median(runs)
        table.add_row(
            name,
            f"{min(runs):.2f}  {middle:.2f}  {max(runs):.2f}",
            count,
            f"{middle / whole:.3f}",
        )
    Console(width=110).print(table)
    Console().print("the same result" if same else "[red]NOT the same result")


if __name__ == "__main__":
    main()
