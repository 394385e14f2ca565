"""What a person has written down about Luohu: the tables and drawings in ``data/luohu``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.example_city.plane import METRIC_SRID, to_plane

FOLDER = Path(__file__).parents[2] / "data" / "luohu"


def table(name: str) -> pd.DataFrame:
    """Read a table with every column as text and blanks as missing; codes keep their digits."""
    frame = pd.read_csv(FOLDER / name, dtype=str, keep_default_na=False)
    return frame.astype(object).mask(frame == "", None)


def drawing(name: str) -> gpd.GeoDataFrame:
    """Read a drawing (GeoJSON in degrees) and bring it to metres."""
    frame = gpd.read_file(FOLDER / name, columns=None)
    frame = frame.set_crs(METRIC_SRID, allow_override=True)
    return frame.set_geometry(to_plane(np.asarray(frame.geometry.array)), crs=METRIC_SRID)


def settings(name: str) -> dict[str, Any]:
    """Read a settings file."""
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))


def numbers(column: pd.Series[Any]) -> pd.Series[float]:
    """Return a text column as numbers; what is missing stays missing."""
    return pd.to_numeric(column, errors="coerce")


def records(frame: pd.DataFrame) -> Iterator[Any]:
    """Go through the rows of a frame as named tuples, ``Index`` first."""
    yield from frame.itertuples()
