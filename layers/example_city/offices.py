"""Offices: the commercial space of each office building, real and invented."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.example_city.buildings import STOREY, invented_buildings
from layers.example_city.chance import chance_of
from layers.example_city.facts import records
from layers.example_city.frames import as_simulated, column, finished
from layers.example_city.market import drawn_from, market, only, unknown
from layers.example_city.quarters import centrality
from layers.example_city.towers import exceptions, towers

GRADES = ("丙级", "乙级", "甲级", "超甲级")
_GRADE_EDGES = (0.5, 1.1, 1.38)
_LAND_RIGHT_YEARS = {"办公": 50, "商业": 40, "公寓": 70, "研发": 50, "厂房": 50, "仓储": 50}
_FLOOR_LOADS = {
    "办公": (2.0, 3.5),
    "商业": (3.5, 5.0),
    "公寓": (2.0, 2.5),
    "研发": (5.0, 8.0),
    "厂房": (7.5, 12.0),
    "仓储": (7.5, 15.0),
}
_PODIUM_FROM, _ABOVE_PODIUM = 10, 3
_AREA_PER_SPACE = (28.0, 36.0)
_SUBSIDY = "示例租金补贴：首年 10% (模拟)"
_COOLING_HOURS = {"工作日 08:30-18:30": 0.7, "24 小时": 0.3}
_UNTOLD = ("site", "area", "nothing")
"""How parking is missing: told for the site only, as an area only, or not at all."""


@cache
def invented_offices() -> pd.DataFrame:
    """Return the invented offices: fields of the layer, and what was built.

    Beside the layer's fields: ``footprint, storeys, lowest_floor, lettable_floor, spaces_built,
    parking_told, market_grade, location`` (0 to 1, dearest last).
    """
    chance = chance_of("office")
    stock = invented_buildings()
    rows = stock[stock["site_id"].notna()].sort_values(["site_id", "name"]).reset_index(drop=True)
    n = len(rows)
    made = pd.DataFrame(
        {
            "id": [f"S{i + 1:03d}" for i in range(n)],
            "name": rows["name"],
            "address": rows["address"],
            "building_id": rows["id"],
            "site_id": rows["site_id"],
            "use": rows["use"],
            "gross_floor_area": rows["gross_floor_area"],
            "completed": rows["year"],
            "footprint": rows["footprint"],
            "storeys": rows["floors_above"],
            "height": rows["height"],
        }
    )
    made["location"] = centrality(rows["footprint"].to_numpy())
    made["market_grade"] = _grades(made, chance)
    # only office and research space is graded; the rest is priced as the plainest
    made["grade"] = made["market_grade"].where(made["use"].isin(["办公", "研发"]))
    made["market_grade"] = made["market_grade"].where(made["grade"].notna(), "丙级")
    made = _with_areas(made, chance)
    made = _with_equipment(made, chance)
    made = _with_rights(made, chance)
    return _with_parking(made, chance)


def _grades(rows: pd.DataFrame, chance: np.random.Generator) -> Any:
    """Grade offices by height, age and place."""
    tall = np.clip(rows["storeys"] / 35, 0, 1.1)
    new = np.clip((rows["completed"] - 1985) / 35, 0, 1)
    score = 0.75 * tall + 0.35 * new + 0.3 * rows["location"] + chance.normal(0, 0.12, len(rows))
    return np.array(GRADES, dtype=object)[np.searchsorted(_GRADE_EDGES, score)]


def _with_areas(rows: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
    """Fill areas, efficiency and heights of floors, which agree with the building."""
    n = len(rows)
    floor = rows["gross_floor_area"] / rows["storeys"]
    lettable = (floor * chance.uniform(0.86, 0.96, n)).round(2)
    # the lowest floors of a tall one are lobby and shops
    lowest = np.where(rows["storeys"] > _PODIUM_FROM, _ABOVE_PODIUM, 1)
    floors = rows["storeys"] - lowest + 1
    efficiency = np.round(chance.normal(68, 5, n).clip(52, 82), 1)
    height = np.array([STOREY[use] for use in rows["use"]])
    return rows.assign(
        typical_floor_area=floor.round(),
        office_area=(floor * floors).round(),
        lettable_area=(lettable * floors).round(),
        lettable_floor=lettable,
        lowest_floor=lowest,
        efficiency=np.where(unknown("efficiency", n, chance), np.nan, efficiency),
        floor_height=(rows["height"] / rows["storeys"]).round(2),
        clear_height=np.where(
            unknown("clear_height", n, chance),
            np.nan,
            (height - chance.uniform(1.0, 1.5, n)).round(1),
        ),
    )


def _with_equipment(rows: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
    """Fill load, air conditioning, lifts, fee and certificates, by use and grade."""
    n = len(rows)
    load = np.array([chance.uniform(*_FLOOR_LOADS[use]) for use in rows["use"]])
    good = rows["grade"].isin(["甲级", "超甲级"]).to_numpy()
    cooling = np.where(
        good,
        drawn_from({"中央空调": 0.75, "VRV": 0.25}, n, chance),
        drawn_from({"中央空调": 0.3, "VRV": 0.2, "分体空调": 0.5}, n, chance),
    )
    cooling = np.where(rows["use"].isin(["仓储", "厂房"]), "无", cooling)
    fee = np.array([chance.uniform(*market()["grade"][g]["fee"]) for g in rows["market_grade"]])
    new = (rows["completed"] > 2008).to_numpy()
    certified = good & new & (chance.random(n) < 0.55)
    label = drawn_from({"LEED 金级": 0.4, "绿色建筑二星": 0.4, "绿色建筑一星": 0.2}, n, chance)
    return rows.assign(
        floor_load=np.where(unknown("floor_load", n, chance), np.nan, load.round(1)),
        air_conditioning=cooling,
        air_conditioning_hours=only(cooling == "中央空调", drawn_from(_COOLING_HOURS, n, chance)),
        lifts=np.where(
            unknown("lifts", n, chance),
            np.nan,
            np.maximum(1, np.round(rows["gross_floor_area"] / chance.uniform(3800, 6500, n))),
        ),
        property_fee=np.where(unknown("property_fee", n, chance), np.nan, fee.round(1)),
        certificates=column(
            [str(name)] if has else None for name, has in zip(label, certified, strict=True)
        ),
    )


def _with_rights(rows: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
    """Fill ownership, land, and what a company may do there."""
    n = len(rows)
    serving = rows["use"].isin(["办公", "商业", "公寓"])
    land = np.where(serving, "商业服务业用地", "工业用地")
    begun = rows["completed"] - chance.integers(2, 6, n)
    ends = [
        dt.date(int(year) + _LAND_RIGHT_YEARS[use], int(month), 28)
        for year, use, month in zip(begun, rows["use"], chance.integers(1, 13, n), strict=True)
    ]

    def maybe(values: Any, missing: float) -> Any:
        return only(chance.random(n) >= missing, values)

    return rows.assign(
        ownership=maybe(
            drawn_from({"私有": 0.55, "国有": 0.27, "集体": 0.12, "政府": 0.06}, n, chance), 0.1
        ),
        land_use=maybe(land, 0.2),
        land_right_expires=maybe(np.array(ends, dtype=object), 0.35),
        registrable=maybe(chance.random(n) < 0.93, 0.15),
        subsidy=only(chance.random(n) < 0.12, np.full(n, _SUBSIDY)),
        fire_acceptance=maybe(chance.random(n) < 0.96, 0.2),
    )


def _with_parking(rows: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
    """Fill parking by the standard of the year of completion, with gaps as in life."""
    n = len(rows)
    steps = market()["parking"]
    step = np.searchsorted([s["until"] for s in steps], rows["completed"])
    median = np.array([s["median"] for s in steps])[step]
    ratio = np.clip(median * np.exp(chance.normal(0, 0.32, n)), 0.18, 1.05)
    built = np.maximum(4, (ratio * rows["gross_floor_area"] / 100).round()).astype(int)
    untold = unknown("parking", n, chance)
    told = np.where(untold, drawn_from(dict.fromkeys(_UNTOLD, 1.0), n, chance), "own")
    spread = chance.uniform(*_AREA_PER_SPACE, n)
    charging = (built * chance.uniform(0.03, 0.2, n)).round()
    return rows.assign(
        spaces_built=built,
        parking_told=told,
        parking_spaces=np.where(told == "own", built, np.nan),
        parking_area=np.where(
            (told == "area") | ((told == "own") & (chance.random(n) < 0.15)),
            (built * spread).round(-1),
            np.nan,
        ),
        ev_spaces=np.where((told == "own") & (chance.random(n) < 0.5), charging, np.nan),
    )


def office_layer(units: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the layer of offices.

    A real tower stands at its published position and has no rent, grade or parking: the facts
    do not say. An invented office quotes the range of the rents of its units.

    Parameters
    ----------
    units
        Columns ``office_id, rent``.
    """
    made = as_simulated(invented_offices())
    asked = units.groupby("office_id")["rent"]
    made["rent_min"] = made["id"].map(asked.min())
    made["rent_max"] = made["id"].map(asked.max())
    asked_for = made["rent_min"].notna().to_numpy()
    made["rent_area_base"] = only(asked_for, np.full(len(made), "建筑面积"))
    real = towers()
    fields = ("name", "address", "gross_floor_area", "office_area", "completed", "geom")
    same = [
        "id",
        "name",
        "address",
        "office_area",
        "site_id",
        "provenance",
        "source",
        "source_date",
    ]
    known = real[same].copy()
    known["aliases"] = [[name] for name in real["name_en"]]
    known["building_id"] = real["id"]
    known["use"] = "办公"
    known["completed"] = real["year"]
    # an area that covers the whole development is the site's, not the office's
    whole = real["floor_area_base"] == "development"
    known["gross_floor_area"] = real["gross_floor_area"].mask(whole)
    renamed = real.assign(unverified=real["unverified"].str.replace("year", "completed"))
    known["exceptions"] = column(exceptions(row, fields) for row in records(renamed))
    geom = np.concatenate([real["point"].to_numpy(), made["footprint"].to_numpy()])
    return finished("office", pd.concat([known, made], ignore_index=True), geom)
