"""Bus stops on both sides of the main streets, with invented routes."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.example_city.arterials import HALF_WIDTHS, arterials
from layers.example_city.chance import chance_of
from layers.example_city.facts import records
from layers.example_city.frames import finished
from layers.example_city.outline import district

_APART = 700.0
_FROM_END = 90.0
_KERB = 3.0
_ROUTES = 60


def bus_stop_layer() -> gpd.GeoDataFrame:
    """Return the layer of bus stops."""
    chance = chance_of("bus_stop")
    rows, shapes = [], []
    drawn = arterials()
    served = drawn[drawn["road_class"].isin(["primary", "secondary"]) & ~drawn["tunnel"]]
    for street in records(served):
        line, half = street.geometry, HALF_WIDTHS[street.road_class] - _KERB
        count = int((line.length - 2 * _FROM_END) // _APART) + 1
        along = _FROM_END + (line.length - 2 * _FROM_END) * (np.arange(count) + 0.5) / max(count, 1)
        routes = sorted({f"M{n}" for n in chance.integers(101, 101 + _ROUTES, 5)})
        for number, at in enumerate(along, start=1):
            for side, way in zip((1, -1), _ways(line), strict=True):
                # the two sides of a pair stand a little apart, as buses need
                spot = line.interpolate(at + side * 18)
                ahead = line.interpolate(min(at + side * 18 + 1, line.length))
                across = np.array([ahead.y - spot.y, spot.x - ahead.x])
                across = across / max(np.hypot(*across), 1e-9) * side * half
                shape = shapely.Point(spot.x + across[0], spot.y + across[1])
                if not district().contains(shape):
                    continue
                calls = [route for route in routes if chance.random() < 0.8] or routes[:1]
                rows.append({"name": f"{street.name}{number}站({way}, 模拟)", "routes": calls})
                shapes.append(shape)
    made = pd.DataFrame(rows)
    made.insert(0, "id", [f"bus-{i + 1:03d}" for i in range(len(made))])
    return finished("bus_stop", made, np.array(shapes, dtype=object))


def _ways(line: Any) -> tuple[str, str]:
    """Name the two directions of a street."""
    west, south, east, north = line.bounds
    return ("东行", "西行") if east - west >= north - south else ("北行", "南行")
