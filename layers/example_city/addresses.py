"""Invented house numbers along the streets."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely

from layers.example_city.entrances import walkable_streets

_FIRST = 1001
_MARK = "(模拟)"


def addresses(shapes: Any) -> Any:
    """Return an address for each shape: the nearest named street and a number.

    Numbers rise from west to east or south to north along a street. They are invented, and each
    address says so.
    """
    lines = walkable_streets()
    named = lines[lines["name"].notna() & (lines["road_class"] != "motorway") & ~lines["tunnel"]]
    at = shapely.centroid(shapes)
    index, nearest = shapely.STRtree(named.geometry.to_numpy()).query_nearest(at, all_matches=False)
    street = np.empty(len(shapes), dtype=object)
    street[index] = named["name"].to_numpy()[nearest]
    xy = shapely.get_coordinates(at)
    frame = pd.DataFrame({"street": street, "x": xy[:, 0], "y": xy[:, 1]})
    spread = frame.groupby("street")[["x", "y"]].transform(lambda c: c.max() - c.min())
    frame["along"] = np.where(spread["x"] >= spread["y"], frame["x"], frame["y"])
    rank = frame.groupby("street")["along"].rank(method="first").astype(int)
    return np.array(
        [
            f"{name.removesuffix(_MARK)}{_FIRST + n}号 {_MARK}"
            for name, n in zip(street, rank, strict=True)
        ],
        dtype=object,
    )
