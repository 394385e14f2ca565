"""The example city as one more source, so that it enters as any file does."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from importlib.metadata import version

import geopandas as gpd

from layers.example_city import DATASET, TITLE, layers
from layers.mapping import Mapping
from layers.source import GEOMETRY, Source


def _once(rows: gpd.GeoDataFrame) -> Iterator[gpd.GeoDataFrame]:
    yield rows


def example_sources() -> Iterator[tuple[str, Source, Mapping]]:
    """Yield each layer of the example city: its name, its rows, and how they are mapped."""
    for name, frame in layers():
        rows = frame.rename_geometry(GEOMETRY)
        source = Source(
            name=f"example city {version('cim-luohu')}",
            crs="EPSG:4490",
            rows=len(rows),
            chunks=partial(_once, rows),
        )
        yield name, source, Mapping(dataset=DATASET, title=TITLE)
