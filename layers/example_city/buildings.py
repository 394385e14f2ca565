"""Buildings: the real towers as the facts know them, and the invented rest of the city."""

from __future__ import annotations

from functools import cache
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.example_city.addresses import addresses
from layers.example_city.chance import chance_of
from layers.example_city.division import longer_side
from layers.example_city.facts import records
from layers.example_city.footprints import footprints
from layers.example_city.frames import as_simulated, column, finished
from layers.example_city.market import drawn_from, market
from layers.example_city.quarters import centrality, characters, quarters, trait
from layers.example_city.sites import office_buildings, site_code, site_names
from layers.example_city.stations import stations
from layers.example_city.towers import exceptions, towers

STOREY = {
    "住宅": 3.0,
    "公寓": 3.3,
    "酒店": 3.6,
    "学校": 3.7,
    "办公": 4.0,
    "研发": 4.1,
    "商业": 4.15,
    "厂房": 4.15,
    "仓储": 4.15,
}
"""Height of one storey by use, m."""
_SHAPE_FACTOR = {"tower": 1.45, "slab": 1.0, "ell": 0.9, "court": 0.85, "podium": 0.9, "full": 0.85}
_STATION_FALLS_OFF = 250.0
_STOREYS_PER_WIDTH = 1.6
_FRAME_MODEL = 2
"""CIM level of an outline with a height (CJJ/T 315-2022: frame model)."""


@cache
def invented_buildings() -> pd.DataFrame:
    """Return the invented buildings with ``footprint`` in metres and the fields of the layer.

    Storeys, height, floor area and year of a building agree with each other.
    """
    chance = chance_of("building")
    frame = footprints()
    shapes, of = frame.geometry.to_numpy(), frame["quarter"].to_numpy()
    n = len(frame)
    offices = office_buildings()
    is_office = np.isin(np.arange(n), offices.index)
    use = _uses(of, is_office, chance)
    floors = _storeys(frame, is_office, use, chance)
    area = frame.geometry.area.to_numpy()
    storey = np.array([STOREY[u] for u in use]) * chance.uniform(1.0, 1.03, n)
    year = _years(floors, of, chance)
    below = np.where(
        (year < 1990) | (floors < 7), 0, chance.integers(0, 3, n) + (floors > 15) + (floors > 28)
    )
    rows = pd.DataFrame(
        {
            "id": [f"S{i + 1:05d}" for i in range(n)],
            "address": addresses(shapes),
            "use": use,
            "height": (floors * np.clip(storey, 3.0, 4.2)).round(1),
            "floors_above": floors,
            "floors_below": below,
            "gross_floor_area": (area * floors * chance.uniform(0.86, 0.94, n)).round(),
            "floor_area_base": "building",
            "year": year,
            "cim_level": _FRAME_MODEL,
            "quarter": of,
            "character": quarters()["character"].to_numpy()[of],
            "plot": frame["plot"].to_numpy(),
            "footprint": shapes,
        }
    )
    rows["site_id"] = rows["name"] = None
    names, size = site_names(), offices.groupby("site").size()
    for row in records(offices):
        name = names[row.site]
        if size[row.site] > 1:
            name = f"{name.removesuffix('(模拟)')}{'ABCD'[row.tower]}座(模拟)"
        rows.loc[row.Index, ["site_id", "name"]] = [site_code(row.site), name]
    return rows


def _uses(of: Any, is_office: Any, chance: np.random.Generator) -> Any:
    """Draw uses by the character of the quarter; commercial space by the shares of the market."""
    kinds = quarters()["character"].to_numpy()[of]
    out = np.empty(len(of), dtype=object)
    for character in characters():
        at = np.flatnonzero((kinds == character) & ~is_office)
        out[at] = drawn_from(characters()[character]["uses"], len(at), chance)
        at = np.flatnonzero((kinds == character) & is_office)
        shares = market()["use"].get(character, market()["use"]["default"])
        out[at] = drawn_from(shares, len(at), chance)
    return out


def _storeys(frame: Any, is_office: Any, use: Any, chance: np.random.Generator) -> Any:
    """Draw storeys: more in the centre, near the metro and in towers, fewer elsewhere."""
    of, shapes = frame["quarter"].to_numpy(), frame.geometry.to_numpy()
    metro = stations()[stations()["kind"] == "metro"]["point"].to_numpy()
    middle = shapely.centroid(shapes)
    _, apart = shapely.STRtree(metro).query_nearest(middle, return_distance=True, all_matches=False)
    urban = 0.72 + 0.32 * centrality(shapes) + 0.25 * np.exp(-apart / _STATION_FALLS_OFF)
    kinds = quarters()["character"].to_numpy()[of]
    village = kinds == "village"
    median = trait(of, "floors")
    median = np.where(is_office, [market()["office"][k]["floors"] for k in kinds], median)
    shape = frame["shape"].map(_SHAPE_FACTOR).to_numpy()
    factor = np.where(is_office, np.sqrt(shape), shape) * urban
    # houses in villages are as high as the rules once let them be, wherever the village lies
    factor = np.where(village, 1.0, factor)
    drawn = median * factor * np.exp(chance.normal(0, 1, len(of)) * trait(of, "spread"))
    floors = np.clip(np.round(drawn), 2, trait(of, "tallest")).astype(int)
    # a slender body stands only so high
    _, _, _, width = longer_side(shapes)
    slender = np.maximum(3, width * _STOREYS_PER_WIDTH).astype(int)
    floors = np.minimum(floors, np.maximum(slender, np.where(village, 9, 3)))
    floors = np.where(is_office, np.maximum(floors, 5), floors)
    return np.where(use == "学校", np.minimum(floors, 6), floors)


def _years(floors: Any, of: Any, chance: np.random.Generator) -> Any:
    """Draw years of completion; the tall ones are later."""
    village = quarters()["character"].to_numpy()[of] == "village"
    late = np.clip((floors - 6) / 30, 0, 1)
    year = 1982 + chance.beta(1.6 + 2.2 * late, 2.2 - 0.7 * late) * 43
    return np.where(village, chance.integers(1988, 2009, len(of)), np.round(year)).astype(int)


def building_layer() -> gpd.GeoDataFrame:
    """Return the layer of buildings; of the real towers only what the facts say is filled."""
    real, made = towers(), invented_buildings()
    figures = ("height", "floors_above", "floors_below", "gross_floor_area", "year")
    fields = ("name", "address", *figures)
    same = ["id", *fields, "floor_area_base", "site_id", "provenance", "source", "source_date"]
    known = real[same].copy()
    known["use"] = "办公"
    known["cim_level"] = np.where(known["height"].notna(), _FRAME_MODEL, np.nan)
    known["exceptions"] = column(
        [exceptions(row, fields, geom="simulated") for row in records(real)]
    )
    rows = pd.concat([known, as_simulated(made)], ignore_index=True)
    geom = np.concatenate([real["outline"].to_numpy(), made["footprint"].to_numpy()])
    return finished("building", rows, geom)
