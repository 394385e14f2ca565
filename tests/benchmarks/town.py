"""The town that the office benchmarks measure: the example city with many more offices."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from sqlalchemy import Engine

from cim import cluster
from cim.database import close_city, open_city
from cim.model import layer_named
from cim.refresh import catch_up
from cim.settings import forget_settings
from layers.example import example_sources
from layers.importing import import_source
from layers.order import Order
from layers.source import GEOMETRY, Source

OFFICES, UNITS = 5_000, 20_000
_OWN = ("office", "office_unit", "building", "landcover")


def offices(count: int, roads: gpd.GeoSeries, chance: np.random.Generator) -> gpd.GeoDataFrame:
    """Draw simulated offices along the streets of the city."""
    lines = roads.iloc[chance.integers(0, len(roads), count)].reset_index(drop=True)
    places = lines.interpolate(chance.uniform(0, 1, count), normalized=True)
    moved = places.translate(*chance.uniform(-3e-4, 3e-4, 2))
    area = chance.lognormal(10, 0.7, count).round()
    return gpd.GeoDataFrame(
        {
            "id": [f"F{n:05}" for n in range(count)],
            "name": [f"模拟大厦{n}号" for n in range(count)],
            "address": [f"深南东路{n}号" for n in range(count)],
            "use": chance.choice(["办公", "商业"], count, p=[0.8, 0.2]),
            "grade": pd.Series(chance.choice(["甲级", "乙级", "丙级"], count)).where(
                chance.random(count) < 0.9
            ),
            "gross_floor_area": area,
            "typical_floor_area": (area / 20).round(),
            "parking_spaces": pd.Series((area / chance.uniform(80, 400, count)).astype(int)).where(
                chance.random(count) < 0.8
            ),
            "efficiency": chance.uniform(60, 80, count).round(1),
            "clear_height": chance.uniform(2.4, 3.2, count).round(2),
            "completed": chance.integers(1985, 2025, count),
            "registrable": chance.random(count) < 0.7,
            "property_fee": chance.uniform(10, 35, count).round(1),
            "provenance": "simulated",
        },
        geometry=moved,
        crs="EPSG:4490",
    )


def units(count: int, held: int, chance: np.random.Generator) -> pd.DataFrame:
    """Draw simulated units of these offices, some of them side by side."""
    number = np.arange(count)
    office, room = number % held, number // held
    code = [f"U{n:06}" for n in number]
    beside = [[code[n + held]] if n + held < count else None for n in number]
    return pd.DataFrame(
        {
            "id": code,
            "office_id": [f"F{n:05}" for n in office],
            "unit_no": [f"{r + 1:02}" for r in room],
            "floor_order": room // 4 + 3,
            "area": chance.uniform(80, 1500, count).round(1),
            "rent": pd.Series(chance.uniform(40, 220, count).round(1)).where(
                chance.random(count) < 0.95
            ),
            "status": chance.choice(["vacant", "let", "coming"], count, p=[0.45, 0.5, 0.05]),
            "fit_out": pd.Series(chance.choice(["毛坯", "简装", "精装"], count)).where(
                chance.random(count) < 0.9
            ),
            "available_from": "2026-12-01",
            "verified_on": "2026-10-01",
            "adjacent_to": beside,
            "provenance": "simulated",
        }
    )


def _brought(engine: Engine, layer: str, frame: pd.DataFrame) -> None:
    if "geometry" in frame:
        frame = pd.DataFrame(frame).rename(columns={"geometry": GEOMETRY})
    source = Source("bench", "EPSG:4490", len(frame), partial(_once, frame))
    import_source(
        engine, layer_named(layer), source, None, Order(dataset="bench", strict=True), later=True
    )


def _once(frame: pd.DataFrame) -> Iterator[pd.DataFrame]:
    yield frame.copy()


@contextmanager
def town(office_count: int = OFFICES, unit_count: int = UNITS) -> Iterator[Engine]:
    """Make the town in a private cluster of its own, and remove it at the end."""
    folder = Path(tempfile.mkdtemp(prefix="cim-bench-"))
    folder.chmod(0o755)
    os.environ["CIM_HOME"] = str(folder / "city")
    forget_settings()
    engine = open_city()
    chance = np.random.default_rng(1)
    try:
        for name, source, mapping in example_sources():
            if name not in _OWN:
                order = Order(mode="upsert")
                import_source(engine, layer_named(name), source, mapping, order, later=True)
        with engine.connect() as connection:
            roads = gpd.read_postgis(
                "select st_geometryn(geom, 1) as geom from road where walkable order by id",
                connection,
                geom_col="geom",
            ).geometry
        _brought(engine, "office", offices(office_count, roads, chance))
        _brought(engine, "office_unit", units(unit_count, office_count, chance))
        catch_up(engine)
        yield engine
    finally:
        close_city()
        cluster.stop(folder / "city")
        shutil.rmtree(folder, ignore_errors=True)
