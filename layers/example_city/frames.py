"""The last step of every layer: the model's columns, in degrees, with where each row stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from sqlalchemy import Boolean, Integer

from cim.crs import SRID
from cim.model import columns_of, layer_named
from layers.example_city.plane import to_degrees

DATA_DATE = dt.date(2026, 9, 30)
"""The day the simulated city stands for; fixed, so that no run depends on its own date."""
SIMULATED_SOURCE = "示例城市模拟数据 simulated example city"
DRAWN_SOURCE = "示例城市手绘 drawn by hand for the example city"

_NOT_OURS = ("dataset", "batch", "valid_from")


def columns(layer: str) -> list[str]:
    """Return the columns a frame of `layer` has, as the model names them."""
    return [name for name in columns_of(layer_named(layer)) if name not in _NOT_OURS]


def column(values: Iterable[Any]) -> pd.Series[Any]:
    """Return a column that keeps Python values (lists, dictionaries, days, None) as they are."""
    return pd.Series(list(values), dtype=object)


def as_simulated(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows that say they are simulated, of the example city."""
    return rows.assign(
        provenance="simulated",
        source=SIMULATED_SOURCE,
        source_date=DATA_DATE,
        exceptions=pd.Series([None] * len(rows), index=rows.index, dtype=object),
    )


def finished(layer: str, rows: pd.DataFrame, geom: Any) -> gpd.GeoDataFrame:
    """Return `rows` as a frame of `layer`.

    Parameters
    ----------
    layer
        Name of the layer; its class decides columns and types. A column that `rows` lacks is
        unknown throughout.
    rows
        One row per feature. Without ``provenance`` they count as simulated.
    geom
        Array of geometries in metres, None where the place is unknown.
    """
    made = rows if "provenance" in rows else as_simulated(rows)
    made = made.reset_index(drop=True).copy()
    model = columns_of(layer_named(layer))
    for name in columns(layer):
        if name == "geom":
            continue
        if name not in made:
            made[name] = pd.Series([None] * len(made), dtype=object)
        elif isinstance(model[name].type, Integer):
            made[name] = pd.to_numeric(made[name]).round().astype("Int64")
        elif isinstance(model[name].type, Boolean):
            made[name] = made[name].astype("boolean")
        elif made[name].dtype == object:
            # one way to be missing, so that no NaN is taken for a text
            made[name] = made[name].astype(object).where(made[name].notna(), None)
    shapes = _promoted(layer, to_degrees(np.asarray(geom, dtype=object)))
    made["geom"] = gpd.GeoSeries(shapes, index=made.index, crs=SRID)
    return gpd.GeoDataFrame(made[columns(layer)], geometry="geom")


def _promoted(layer: str, shapes: Any) -> Any:
    """Make single parts multi parts where the layer stores only the multi type."""
    kinds = columns_of(layer_named(layer))["geom"].info["kinds"]
    out = shapes.copy()
    for i, shape in enumerate(shapes):
        if shape is not None and shape.geom_type not in kinds:
            out[i] = getattr(shapely, f"Multi{shape.geom_type}")([shape])
    return out
