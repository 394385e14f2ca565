"""Car parks: under offices and homes, in halls, on open ground and along the kerb."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.example_city.addresses import addresses
from layers.example_city.blocks import plots
from layers.example_city.buildings import invented_buildings
from layers.example_city.chance import chance_of
from layers.example_city.entrances import walkable_streets
from layers.example_city.frames import finished
from layers.example_city.market import only
from layers.example_city.offices import invented_offices
from layers.example_city.quarters import quarter_of, quarters
from layers.example_city.sites import site_names

CAR_PARKS = 1200
_SHARES = {"home": 0.4, "surface": 0.34, "multi_storey": 0.06, "street": 0.2}
"""Of the car parks that belong to no site."""
_KNOWN = 0.6
_MEDIAN = {"underground": 130, "surface": 45, "multi_storey": 210, "street": 24}
_FEES = (
    "首小时 10 元，其后 2 元/30 分钟，封顶 60 元 (模拟)",
    "5 元/次 (模拟)",
    "首小时 15 元，其后 3 元/30 分钟 (模拟)",
)


def parking_layer() -> gpd.GeoDataFrame:
    """Return the layer of car parks, as points."""
    chance = chance_of("parking")
    parts = [_of_sites()]
    rest = CAR_PARKS - len(parts[0])
    counts = {kind: round(rest * share) for kind, share in _SHARES.items()}
    counts["surface"] += rest - sum(counts.values())
    stock = invented_buildings()
    bare = stock[stock["site_id"].isna()]
    homes = bare[bare["use"].isin(["住宅", "公寓"]) & (bare["floors_above"] > 8)]
    halls = bare[bare["use"].isin(["商业", "酒店", "仓储"])]
    parts += [
        _under(homes, "underground", counts["home"], chance),
        _on_open_ground(stock, counts["surface"], chance),
        _under(halls, "multi_storey", counts["multi_storey"], chance),
        _along_kerbs(counts["street"], chance),
    ]
    rows = pd.concat(parts, ignore_index=True)
    n = len(rows)
    median = rows["kind"].map(_MEDIAN).to_numpy()
    drawn = np.maximum(6, median * np.exp(chance.normal(0, 0.6, n))).round()
    spaces = rows["spaces_built"].fillna(pd.Series(drawn))
    rows["id"] = [f"C{i + 1:04d}" for i in range(n)]
    rows["spaces"] = np.where(chance.random(n) < _KNOWN, spaces, np.nan)
    rows["public"] = only(chance.random(n) >= 0.15, chance.random(n) < 0.65)
    rows["fee"] = only(chance.random(n) < 0.5, chance.choice(_FEES, n))
    shapes = rows["shape"].to_numpy()
    rows["address"] = addresses(shapes)
    places = quarters()["name"].to_numpy()[quarter_of(shapes)]
    invented = [f"{place}示例停车场{i + 1}(模拟)" for i, place in enumerate(places)]
    rows["name"] = rows["name"].fillna(pd.Series(invented))
    return finished("parking", rows.drop(columns="shape"), shapes)


def _of_sites() -> pd.DataFrame:
    """Return the underground car park of each invented site."""
    grouped = invented_offices().groupby("site_id", sort=True)
    shape = grouped["footprint"].first().to_numpy()
    return pd.DataFrame(
        {
            "name": [f"{name.removesuffix('(模拟)')}地下停车场(模拟)" for name in site_names()],
            "kind": "underground",
            "spaces_built": grouped["spaces_built"].sum().to_numpy(dtype=float),
            "site_id": grouped["spaces_built"].sum().index,
            "shape": shapely.point_on_surface(shape),
        }
    )


def _rows(kind: str, shapes: Any) -> pd.DataFrame:
    """Return car parks of one kind that belong to no site."""
    return pd.DataFrame(
        {"name": None, "kind": kind, "spaces_built": np.nan, "site_id": None, "shape": shapes}
    )


def _under(stock: pd.DataFrame, kind: str, count: int, chance: np.random.Generator) -> pd.DataFrame:
    """Return car parks below or within some of the buildings of `stock`."""
    at = np.sort(chance.choice(len(stock), count, replace=False))
    return _rows(kind, shapely.point_on_surface(stock["footprint"].to_numpy()[at]))


def _on_open_ground(stock: pd.DataFrame, count: int, chance: np.random.Generator) -> pd.DataFrame:
    """Return car parks on the open part of some building plots."""
    ground = plots().geometry.to_numpy()[stock["plot"]]
    at = np.sort(chance.choice(len(stock), count, replace=False))
    covered = shapely.buffer(stock["footprint"].to_numpy()[at], 1.0)
    return _rows("surface", shapely.point_on_surface(shapely.difference(ground[at], covered)))


def _along_kerbs(count: int, chance: np.random.Generator) -> pd.DataFrame:
    """Return car parks at the kerb of some local streets."""
    lines = walkable_streets()
    local = lines[(lines["road_class"] == "local") & (lines.geometry.length > 60)]
    at = np.sort(chance.choice(len(local), count, replace=False))
    chosen = shapely.offset_curve(local.geometry.to_numpy()[at], 3.0)
    return _rows("street", shapely.line_interpolate_point(chosen, 0.5, normalized=True))
