"""How long the walks from 5,000 offices to all station entrances take, beside pgRouting.

A simulated town: streets every 90 m, a fifth of them missing, and offices and entrances strewn
over it. pgRouting gets the same stretches in one table, with the ways from the entrances to their
streets made before the clock starts, and is asked once, from all entrances, for the nodes alone.
`walks` is timed as a process that just started finds the nearest streets of all places (first),
and as a server that has looked at these places before answers (again).
Usage: tests/benchmarks/access.py [--quick]
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import psycopg
import shapely
from rich.console import Console
from rich.table import Table
from sqlalchemy import make_url

from cim import cluster
from cim.access import WalkNetwork, network_from, walks
from cim.access.entering import forget
from cim.access.snapping import snap

_LIMIT = 3900.0
_STEP = 90 / 111_000


def town(side: int) -> pd.DataFrame:
    """Make simulated streets on a grid around Luohu, each stretch with a bend."""
    draw = np.random.default_rng(side)
    x, y = (each.ravel() for each in np.meshgrid(np.arange(side), np.arange(side)))
    start = np.tile(np.column_stack([x, y]), (2, 1)).astype(float)
    end = start + np.repeat([[1, 0], [0, 1]], len(x), axis=0)
    kept = draw.random(len(start)) < 0.8
    start, end = start[kept], end[kept]
    bend = (start + end) / 2 + draw.normal(0, 0.08, start.shape)
    corners = np.stack([start, bend, end], axis=1) * _STEP + (114.0, 22.5)
    streets = pd.DataFrame({"geom": shapely.linestrings(corners)})
    return streets.assign(level=None, bridge=None, tunnel=None, steps=None)


def strewn(count: int, side: int) -> gpd.GeoSeries:
    """Strew places over the town."""
    draw = np.random.default_rng(count)
    return gpd.GeoSeries(shapely.points(draw.random((count, 2)) * side * _STEP + (114.0, 22.5)))


def edges(network: WalkNetwork, entrances: gpd.GeoSeries) -> pd.DataFrame:
    """Return the stretches, and those from each entrance to both ends of its street."""
    stretches, nodes = network.stretches, len(network.nodes)
    start = snap(network, entrances.to_numpy(dtype=object))
    edge, own = start.edge[start.covered], nodes + np.flatnonzero(start.covered)
    ahead = (start.offset + start.at)[start.covered]
    back = (start.offset - start.at)[start.covered] + stretches.metres[edge]
    ends = np.concatenate([stretches.start[edge], stretches.end[edge]])
    return pd.DataFrame(
        {
            "source": np.concatenate([stretches.start, np.tile(own, 2)]),
            "target": np.concatenate([stretches.end, ends]),
            "cost": np.concatenate([stretches.metres, ahead, back]),
            "reverse_cost": np.concatenate([stretches.metres, np.full(2 * len(own), -1.0)]),
        }
    )


def seconds(work: Callable[[], object], times: int) -> float:
    """Return the median time of a piece of work."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def compare(home: Path, side: int, offices: int, entrances: int) -> tuple[int, float, float, float]:
    """Return the number of stretches, and the seconds of ours, first and again, and pgRouting's."""
    network, doors = network_from(town(side)), strewn(entrances, side)
    places = strewn(offices, side)
    url = make_url(cluster.start(home))
    address = f"host={url.query['host']} port={url.query['port']}"
    table = edges(network, doors)
    with psycopg.connect(f"{address} user={url.username} dbname={url.database}") as connection:
        connection.execute("create extension if not exists pgrouting cascade")
        connection.execute(
            "create table stretch (id serial, source int, target int, cost float8,"
            " reverse_cost float8)"
        )
        into = "copy stretch (source, target, cost, reverse_cost) from stdin (format csv)"
        with connection.cursor().copy(into) as copy:
            copy.write(table.to_csv(index=False, header=False))
        connection.execute("analyze stretch")
        ask = """
            select count(*) from pgr_drivingDistance(
                'select id, source, target, cost, reverse_cost from stretch',
                array(select generate_series(%s::int, %s::int)), %s::float8
            )
        """
        least = len(network.nodes)
        values = (least, least + entrances - 1, _LIMIT)
        theirs = seconds(lambda: connection.execute(ask, values).fetchone(), 3)
        connection.rollback()

    def ours() -> object:
        return walks(network, places, doors, _LIMIT)

    def first() -> object:
        forget()
        return ours()

    return len(table), seconds(first, 5), seconds(ours, 5), theirs


def main() -> None:
    """Measure, and show the figures beside each other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small town only")
    quick = parser.parse_args().quick
    os.umask(0o022)
    folder = Path(tempfile.mkdtemp(prefix="cim-bench-"))
    home = folder / "city"
    table = Table(
        "stretches", "offices", "entrances", "first s", "again s", "pgRouting s", "times faster"
    )
    try:
        for side, offices, entrances in (
            [(40, 500, 50)] if quick else [(60, 5000, 200), (200, 5000, 200)]
        ):
            count, first, again, theirs = compare(home, side, offices, entrances)
            faster = f"{theirs / first:.1f}, {theirs / again:.1f}"
            row = (f"{first:.2f}", f"{again:.2f}", f"{theirs:.2f}", faster)
            table.add_row(str(count), str(offices), str(entrances), *row)
    finally:
        cluster.stop(home)
        status = cluster.status(home)
        for place in (status.data_dir and status.data_dir.parent, status.socket_dir, folder):
            if place is not None:
                shutil.rmtree(place, ignore_errors=True)
    Console().print(table)


if __name__ == "__main__":
    main()
