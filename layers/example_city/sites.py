"""Sites (项目/园区): which invented buildings are offices, and which of them belong together."""

from __future__ import annotations

from functools import cache
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.example_city.chance import chance_of
from layers.example_city.footprints import footprints
from layers.example_city.frames import as_simulated, finished
from layers.example_city.market import market
from layers.example_city.quarters import quarters
from layers.example_city.towers import towers

_FLOOR_PLATE = (420.0, 2900.0)
_TOGETHER = 170.0
_SIZES = (1, 2, 3, 4)
_SIZE_SHARES = (0.72, 0.18, 0.06, 0.04)
_NOUNS = ("中心", "广场", "大厦", "科技园", "金融中心", "商务大厦", "国际大厦", "创意园")


@cache
def office_buildings() -> pd.DataFrame:
    """Return which footprints are offices, and their sites.

    Returns
    -------
    DataFrame indexed by position in `footprints`, with columns ``site`` (its number) and
    ``tower`` (its place within the site, from 0), in order of site.
    """
    chance = chance_of("site")
    frame = footprints()
    wanted = market()["offices"] - len(towers())
    centres = shapely.get_coordinates(shapely.centroid(frame.geometry.to_numpy()))
    weight = quarters()["office_weight"].to_numpy()[frame["quarter"]] ** 1.5
    area = frame.geometry.area.to_numpy()
    weight = np.where((area > _FLOOR_PLATE[0]) & (area < _FLOOR_PLATE[1]), weight, 0.0)
    # offices stand on streets and are compact
    weight *= np.where(frame["on_street"] & (frame["shape"] != "court"), 1.0, 0.1)
    block = frame["block"].to_numpy()
    rows: list[tuple[int, int, int]] = []
    site = 0
    while len(rows) < wanted:
        first = int(chance.choice(len(frame), p=weight / weight.sum()))
        size = min(int(chance.choice(_SIZES, p=_SIZE_SHARES)), wanted - len(rows))
        apart = np.hypot(*(centres - centres[first]).T)
        fellows = np.flatnonzero((block == block[first]) & (weight > 0) & (apart < _TOGETHER))
        chosen = fellows[np.argsort(apart[fellows], kind="stable")][:size]
        rows += [(int(at), site, place) for place, at in enumerate(chosen)]
        weight[chosen] = 0.0
        site += 1
    return pd.DataFrame(rows, columns=["at", "site", "tower"]).set_index("at")


@cache
def site_names() -> list[str]:
    """Return the invented name of each site, by its number."""
    chosen = office_buildings()
    first = chosen[chosen["tower"] == 0].index
    of = footprints()["quarter"].to_numpy()[first]
    places = quarters()["name"].to_numpy()[of]
    seen: dict[str, int] = {}
    names = []
    for place, noun in zip(places, chance_of("site_name").choice(_NOUNS, len(first)), strict=True):
        name = f"{place}示例{noun}"
        seen[name] = seen.get(name, 0) + 1
        names.append(f"{name}{_numeral(seen[name])}(模拟)")
    return names


def _numeral(n: int) -> str:
    """Return nothing for the first of a name, and 二期, 三期 … for those after it."""
    return "" if n == 1 else f"{'零一二三四五六七八九'[n]}期" if n < 10 else f"{n}期"


def site_code(number: int) -> str:
    """Return the id of a site by its number."""
    return f"P{number + 1:03d}"


def site_layer(offices: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the layer of sites.

    Parameters
    ----------
    offices
        The offices with their site and what they know of parking: columns ``site_id,
        gross_floor_area, spaces_built, parking_told, address``.
    """
    chance = chance_of("site_totals")
    invented = offices[offices["provenance"] == "simulated"]
    grouped = invented.groupby("site_id", sort=True)
    shapes = grouped["footprint"].agg(_around)
    names = site_names()
    # a site tells its total where its offices leave parking to it, and sometimes besides
    leaving = invented["site_id"][invented["parking_told"] == "site"]
    told = shapes.index.isin(leaving)
    told = told | (chance.random(len(shapes)) < 0.3)
    made = pd.DataFrame(
        {
            "id": shapes.index,
            "name": names,
            "owner": [f"示例置业公司{n:03d}(模拟)" for n in chance.integers(1, 90, len(shapes))],
            "manager": [f"示例物业公司{n:02d}(模拟)" for n in chance.integers(1, 40, len(shapes))],
            "address": grouped["address"].first().to_numpy(),
            "area": (grouped["gross_floor_area"].sum() * chance.uniform(1.0, 1.25, len(shapes)))
            .round(-2)
            .to_numpy(),
            "parking_spaces": np.where(told, grouped["spaces_built"].sum(), np.nan),
        }
    )
    real = _real_sites()
    rows = pd.concat([as_simulated(made), real], ignore_index=True)
    geom: Any = np.concatenate([shapes.to_numpy(), real["point"].to_numpy()])
    return finished("site", rows.drop(columns="point"), geom)


def _around(footprints_of_site: pd.Series[Any]) -> Any:
    """Return the ground that the buildings of a site span."""
    return shapely.convex_hull(shapely.union_all(footprints_of_site.to_numpy()))


def _real_sites() -> pd.DataFrame:
    """Return the developments whose floor area the facts give."""
    known = towers()[towers()["development_area"].notna()]
    return pd.DataFrame(
        {
            "id": known["site_id"],
            "name": known["name"],
            "address": known["address"],
            "area": known["development_area"],
            "provenance": known["provenance"],
            "source": known["source"],
            "source_date": known["source_date"],
            "exceptions": None,
            "point": known["point"],
        }
    ).reset_index(drop=True)
