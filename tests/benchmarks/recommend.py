"""How long a recommendation takes over 20,000 units: the first one, and those after it."""

from __future__ import annotations

import json
import time
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from starlette.testclient import TestClient

from api.app import create_app
from cim.matching import market
from tests.benchmarks.town import OFFICES, UNITS, town

ROUNDS = 60
COLD_ROUNDS = 5


def needs(count: int) -> list[dict[str, Any]]:
    """Draw needs of every kind: easy and hopeless ones, with and without each bound."""
    chance = np.random.default_rng(5)
    found: list[dict[str, Any]] = []
    for n in range(count):
        low = float(chance.choice([150, 400, 800, 2000, 4000]))
        need: dict[str, Any] = {"area": {"min": low, "max": low * 1.5}, "move_in": "2027-03-01"}
        if chance.random() < 0.6:
            need["budget_per_month"] = low * float(chance.uniform(50, 250))
        if chance.random() < 0.3:
            need["fit_out"] = ["精装", "简装"]
        must: dict[str, Any] = {"metro_walk_max": float(chance.choice([3, 6, 10, 15]))}
        if chance.random() < 0.5:
            must["grade"] = ["甲级"]
        if chance.random() < 0.4:
            must |= {"parking_ratio_min": 0.6, "clear_height_min": 2.8, "rent_max": 150}
        if chance.random() < 0.2:
            must |= {"efficiency_min": 79, "completed_min": 2020}
        preset = ("finance", "tech", "trade", "default")[n % 4]
        found.append({"need": need, "must": must, "preset": preset, "limit": 10})
    return found


def measure(client: TestClient, asked: list[dict[str, Any]], *, cold: bool) -> list[float]:
    """Ask one after the other; return milliseconds each."""
    taken = []
    for one in asked:
        if cold:
            market.forget()
        started = time.perf_counter()
        answer = client.post("/offices/recommend", json=one)
        taken.append(1000 * (time.perf_counter() - started))
        answer.raise_for_status()
    return taken


def main() -> None:
    """Measure and print."""
    with (
        town(),
        TestClient(create_app(), base_url="http://127.0.0.1") as client,
    ):
        asked = needs(ROUNDS)
        cold = measure(client, asked[:COLD_ROUNDS], cold=True)
        warm = measure(client, asked, cold=False)
    table = Table(title=f"recommend, {OFFICES} offices, {UNITS} units (ms)")
    for title in ("", "p50", "p95", "most"):
        table.add_column(title, justify="right" if title else "left")
    for name, taken in (("columns read anew", cold), ("columns in memory", warm)):
        p50, p95 = np.percentile(taken, [50, 95])
        table.add_row(name, f"{p50:.0f}", f"{p95:.0f}", f"{max(taken):.0f}")
    Console().print(table)
    slowest = asked[int(np.argmax(warm))]
    Console().print("slowest:", json.dumps(slowest, ensure_ascii=False), soft_wrap=True)


if __name__ == "__main__":
    main()
