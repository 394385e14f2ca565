"""Amenities in the invented buildings: banks, hotels, food, government windows and the like."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.example_city.buildings import invented_buildings
from layers.example_city.chance import chance_of
from layers.example_city.facts import numbers, table
from layers.example_city.frames import finished
from layers.example_city.plane import points
from layers.example_city.quarters import centrality, quarters

_KINDS = {
    # kind: (how many, name, uses of the building, share drawn to the centre)
    "bank": (110, "示例银行{place}支行", ("商业", "办公"), 0.8),
    "hotel": (75, "{place}示例酒店", ("酒店",), 0.3),
    "food": (290, "{place}示例餐厅", ("商业", "住宅"), 0.6),
    "shop": (210, "{place}示例商店", ("商业", "住宅"), 0.6),
    "hospital": (36, "{place}示例社区健康服务中心", ("商业", "住宅"), 0.2),
    "school": (68, "{place}示例学校", ("学校",), 0.0),
    "sport": (56, "{place}示例健身中心", ("商业", "办公", "公寓"), 0.4),
    "other": (45, "{place}示例快递点", ("住宅", "公寓"), 0.2),
}


def amenity_layer() -> gpd.GeoDataFrame:
    """Return the layer of amenities, as points in the buildings that house them."""
    chance = chance_of("amenity")
    stock = invented_buildings()
    middle = shapely.point_on_surface(stock["footprint"].to_numpy())
    central = centrality(stock["footprint"].to_numpy())
    places = quarters()["name"].to_numpy()[stock["quarter"]]
    parts = []
    for kind, (count, pattern, uses, drawn) in _KINDS.items():
        pull = np.where(stock["use"].isin(uses), 1 - drawn + drawn * central, 0.0)
        at = np.sort(chance.choice(len(stock), count, replace=False, p=pull / pull.sum()))
        number = pd.Series(places[at]).groupby(places[at]).cumcount() + 1
        names = [
            f"{pattern.format(place=place)}{n}(模拟)"
            for place, n in zip(places[at], number, strict=True)
        ]
        parts.append(_rows(kind, names, stock["address"].to_numpy()[at], middle[at]))
    parts.append(_service_halls(stock, middle))
    rows = pd.concat(parts, ignore_index=True)
    rows.insert(0, "id", [f"A{i + 1:04d}" for i in range(len(rows))])
    return finished("amenity", rows.drop(columns="shape"), rows["shape"].to_numpy())


def _rows(kind: str, names: list[str], address: object, shapes: object) -> pd.DataFrame:
    return pd.DataFrame({"name": names, "kind": kind, "address": address, "shape": shapes})


def _service_halls(stock: pd.DataFrame, middle: object) -> pd.DataFrame:
    """Put an invented service hall near the centre of every street."""
    streets = table("street_centres.csv")
    centres = points(numbers(streets["lon_approx"]), numbers(streets["lat_approx"]))
    _, at = shapely.STRtree(middle).query_nearest(centres, all_matches=False)
    names = [f"{name}示例政务服务大厅(模拟)" for name in streets["name_zh"]]
    return _rows("government", names, stock["address"].to_numpy()[at], np.asarray(middle)[at])
