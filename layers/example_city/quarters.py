"""The quarters of the city: where each kind of building pattern holds."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from layers.example_city.facts import numbers, settings, table
from layers.example_city.plane import points

_BEYOND = 1e6
_CORE_FALLS_OFF = 700.0


@cache
def quarters() -> pd.DataFrame:
    """Return the quarters: ``name, character, office_weight, reach_m, point`` (metres)."""
    rows = table("quarters.csv")
    for name in ("office_weight", "reach_m"):
        rows[name] = numbers(rows[name])
    rows["point"] = points(numbers(rows["lon"]), numbers(rows["lat"]))
    return rows


@cache
def characters() -> dict[str, Any]:
    """Return how a quarter of each character is built (``characters.toml``)."""
    return settings("characters.toml")


def quarter_of(shapes: NDArray[Any]) -> NDArray[np.int64]:
    """Return the position in `quarters` of the nearest one that reaches each shape.

    Beyond the reach of all of them, the nearest counts; see `within_reach`.
    """
    apart = _distances(shapes)
    reached = apart <= quarters()["reach_m"].to_numpy()
    nearest: NDArray[np.int64] = np.where(reached, apart, apart + _BEYOND).argmin(axis=1)
    return nearest


def within_reach(shapes: NDArray[Any]) -> NDArray[np.bool_]:
    """Say which shapes lie within the reach of any quarter: the others are open country."""
    reach = quarters()["reach_m"].to_numpy()
    reached: NDArray[np.bool_] = np.any(_distances(shapes) <= reach, axis=1)
    return reached


def centrality(shapes: NDArray[Any]) -> NDArray[np.float64]:
    """Return how central each shape lies: 1 in the heart of a core quarter, towards 0 far away."""
    cores = (quarters()["character"] == "core").to_numpy()
    apart = _distances(shapes)[:, cores].min(axis=1)
    central: NDArray[np.float64] = np.exp(-apart / _CORE_FALLS_OFF)
    return central


def _distances(shapes: NDArray[Any]) -> NDArray[np.float64]:
    """Return the distance of every shape from every quarter's centre, m."""
    centres = shapely.get_coordinates(quarters()["point"].to_numpy())
    at = shapely.get_coordinates(shapely.point_on_surface(shapes))
    apart: NDArray[np.float64] = np.hypot(*(at[:, None] - centres[None]).transpose(2, 0, 1))
    return apart


def trait(of: NDArray[np.int64], name: str) -> NDArray[np.float64]:
    """Return a figure of `characters` for the quarters at positions `of`."""
    kinds = quarters()["character"].to_numpy()
    return np.array([characters()[kinds[i]][name] for i in of], dtype=float)
