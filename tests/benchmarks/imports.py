"""How long an import takes, beside programs that check nothing and remember nothing.

Every import is a whole process (start-up included) against one private cluster whose commits
reach the disk. The footprints are simulated: six corners each, set apart on a grid, one in ten
with a name.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from multiprocessing import get_context
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

_BASE, _LARGE = 200_000, 1_000_000
_CIM = str(Path(sys.executable).with_name("cim"))
_TO_POSTGIS = """
import sys, geopandas
from sqlalchemy import create_engine
frame = geopandas.read_file(sys.argv[1])
frame.to_postgis("plain", create_engine(sys.argv[2]), if_exists="replace", chunksize=50_000)
"""


@dataclass(frozen=True)
class Run:
    """One measured process: seconds, and the most memory it held, in MiB."""

    seconds: float
    memory: float


def buildings(count: int) -> gpd.GeoDataFrame:
    """Make simulated footprints on a grid around Luohu."""
    draw = np.random.default_rng(count)
    number = np.arange(count)
    side = int(np.ceil(np.sqrt(count)))
    width, depth = draw.uniform(8e-5, 1.6e-4, (2, count))
    turn = draw.uniform(0, np.pi / 2, count)
    # the outline of an L, turned and moved to its place on the grid
    x = np.stack([-width, width, width, width * 0.2, width * 0.2, -width], axis=1)
    y = np.stack([-depth, -depth, depth * 0.1, depth * 0.1, depth, depth], axis=1)
    east = x * np.cos(turn)[:, None] - y * np.sin(turn)[:, None]
    north = x * np.sin(turn)[:, None] + y * np.cos(turn)[:, None]
    east += 113.8 + (number % side)[:, None] * 5e-4
    north += 22.3 + (number // side)[:, None] * 5e-4
    floors = draw.integers(1, 40, count)
    table = {
        "id": [f"B{n:07}" for n in number],
        "name": pd.Series([f"模拟楼{n}" for n in number]).where(number % 10 == 0),
        "use": draw.choice(["住宅", "办公", "商业"], count),
        "height": (floors * draw.uniform(3, 4, count)).round(1),
        "floors_above": floors,
        "year": draw.integers(1980, 2024, count),
        "provenance": "simulated",
    }
    outlines = shapely.polygons(np.stack([east, north], axis=-1))
    return gpd.GeoDataFrame(table, geometry=outlines, crs="EPSG:4326")


def make(count: int, file: Path) -> None:
    """Write that many buildings to a GeoPackage."""
    buildings(count).to_file(file)


def measured(command: list[str], environment: dict[str, str]) -> Run:
    """Run a process to its end; an unsuccessful one ends the benchmark."""
    began = time.perf_counter()
    # nothing else tells the memory of this one child
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Run(seconds, usage.ru_maxrss / 1024)


class Bench:
    """One cluster, and the programs that fill it."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "city"
        self.url = make_url(cluster.start(self.home))
        self.environment = {**os.environ, "CIM_HOME": str(self.home)}
        self.address = f"host={self.url.query['host']} port={self.url.query['port']}"
        self.address += f" user={self.url.username} dbname={self.url.database}"

    def _emptied(self, *tables: str) -> None:
        with psycopg.connect(self.address, autocommit=True) as connection:
            for table in tables:
                connection.execute(f"drop table if exists {table}".encode())
            connection.execute("checkpoint")

    def ogr2ogr(self, file: Path) -> Run:
        """Load a file with GDAL's own tool, by COPY."""
        self._emptied("ogr")
        options = ["-nln", "ogr", "-nlt", "PROMOTE_TO_MULTI", "--config", "PG_USE_COPY", "YES"]
        command = ["ogr2ogr", "-f", "PostgreSQL", f"PG:{self.address}", str(file), *options]
        return measured(command, self.environment)

    def to_postgis(self, file: Path) -> Run:
        """Load a file with GeoPandas."""
        self._emptied("plain")
        url = self.url.set(drivername="postgresql+psycopg")
        script = [sys.executable, "-c", _TO_POSTGIS, str(file)]
        return measured([*script, url.render_as_string(hide_password=False)], self.environment)

    def cim(self, file: Path) -> Run:
        """Load a file into an empty layer: checks, merge, history."""
        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute("truncate building, building_past, batch cascade")
            connection.execute("checkpoint")
        command = [_CIM, "import", "building", str(file), "--dataset", "simulated"]
        return measured(command, self.environment)

    def cim_again(self, file: Path) -> Run:
        """Import the same file once more; nothing changes."""
        command = [_CIM, "import", "building", str(file), "--dataset", "simulated"]
        return measured(command, self.environment)


def main() -> None:
    """Measure and print the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--quick", action="store_true", help="20,000 and 100,000 buildings")
    arguments.add_argument("--runs", type=int, default=3)
    given = arguments.parse_args()
    base, large = (_BASE // 10, _LARGE // 10) if given.quick else (_BASE, _LARGE)
    folder = Path(tempfile.mkdtemp(prefix="cim-bench-"))
    folder.chmod(0o755)
    bench = None
    try:
        bench = Bench(folder)
        _measure(bench, folder, base, large, given.runs)
    finally:
        if bench is not None:
            cluster.stop(bench.home)
        shutil.rmtree(folder, ignore_errors=True)


def _measure(bench: Bench, folder: Path, base: int, large: int, runs: int) -> None:
    small, big = folder / "base.gpkg", folder / "large.gpkg"
    for count, file in ((base, small), (large, big)):
        # made in another process: what this one holds would count as its children's memory
        maker = get_context("spawn").Process(target=make, args=(count, file))
        maker.start()
        maker.join()
    subprocess.run([_CIM, "layers"], env=bench.environment, check=True, capture_output=True)
    rounds: dict[str, list[Run]] = {"ogr2ogr": [], "GeoDataFrame.to_postgis": [], "cim import": []}
    for _ in range(runs):
        # in turn, so that a slow spell of the machine hits all alike
        rounds["ogr2ogr"].append(bench.ogr2ogr(small))
        rounds["GeoDataFrame.to_postgis"].append(bench.to_postgis(small))
        rounds["cim import"].append(bench.cim(small))
    rounds["cim import, again"] = [bench.cim_again(small)]
    rounds[f"cim import, {large:,}"] = [bench.cim(big)]
    rounds[f"ogr2ogr, {large:,}"] = [bench.ogr2ogr(big)]
    _print(rounds, base)


def _print(rounds: dict[str, list[Run]], base: int) -> None:
    middle = {name: statistics.median(run.seconds for run in runs) for name, runs in rounds.items()}
    table = Table(title=f"import of {base:,} building polygons (simulated)")
    for title in (
        "program",
        "seconds: least, median, most",
        "memory MiB",
        "to ogr2ogr",
        "to itself",
    ):
        table.add_column(title, justify="left" if title == "program" else "right")
    for name, runs in rounds.items():
        seconds = sorted(run.seconds for run in runs)
        table.add_row(
            name,
            f"{seconds[0]:.2f}  {middle[name]:.2f}  {seconds[-1]:.2f}",
            f"{max(run.memory for run in runs):.0f}",
            f"{middle[name] / middle['ogr2ogr']:.2f}",
            f"{middle[name] / middle['cim import']:.2f}",
        )
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
