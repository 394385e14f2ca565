"""The label rules, worked out by hand in pandas from the plain layers of a city.

Nothing here comes from the program: neither its facts, nor its SQL, nor its rule file. Truth is
True, False or None for unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import networkx as nx
import pandas as pd
from sqlalchemy import Engine

from tests.cim.plain_walks import PlainWalks

LAYERS = (
    "office",
    "site",
    "office_unit",
    "station",
    "station_entrance",
    "bus_stop",
    "parking",
    "amenity",
    "business_district",
    "road",
)
SPEED = 80.0
NEAR = 500.0

Truth = bool | None
Answers = dict[str, Truth]


def _known(value: Any) -> bool:
    return isinstance(value, list) or bool(pd.notna(value))


def _of(value: Any, test: Callable[[Any], Truth]) -> Truth:
    """Ask something of a value; of an unknown one it is unknown."""
    said = test(value) if _known(value) else None
    return None if said is None else bool(said)


def _certified(texts: list[str]) -> Truth:
    if not any(re.search("LEED|绿色建筑|绿建|WELL|BREEAM", one) for one in texts):
        return False
    if not any(re.match("[无没未]|.*(申请|申报|拟|已到期|已过期)", one) for one in texts):
        return True
    return None if len(texts) > 1 else False


def _subsidised(words: str) -> Truth:
    if words.startswith(("未来", "不限")):
        return None
    ended = re.search("已到期|已过期|已停|已取消", words)
    return not (ended or words == "否" or re.match("[无没不未]|暂无|尚未", words))


class Judge:
    """What a person with pandas would say of each office of a city."""

    def __init__(self, city: Engine) -> None:
        with city.connect() as connection:
            self.layer = {
                name: gpd.read_postgis(f"select * from {name} order by id", connection)
                for name in LAYERS
            }
        for frame in self.layer.values():
            frame.set_geometry(frame.geometry.set_crs(4490, allow_override=True), inplace=True)
        self.office = self.layer["office"].set_index("id")
        self.site = self.layer["site"].set_index("id")
        self.walks = PlainWalks(self.layer["road"][self.layer["road"]["walkable"]], 4547)
        self.feet = {
            name: self.walks.feet(self.layer[name].set_index("id").geometry)
            for name in ("office", "bus_stop", "parking", "amenity")
        }
        self._find_doors()

    def _find_doors(self) -> None:
        """Stations that operate, each as often as it has entrances."""
        station = self.layer["station"]
        running = station[station["status"] == "operating"][["id", "kind", "lines", "geom"]]
        entrances = self.layer["station_entrance"][["station_id", "geom"]]
        doors = running.drop(columns="geom").merge(
            entrances, left_on="id", right_on="station_id", how="left"
        )
        own = running.set_index("id")["geom"]
        doors["geom"] = doors["geom"].fillna(doors["id"].map(own))
        self.stations = running.set_index("id")
        self.doors = doors
        self.feet["door"] = self.walks.feet(gpd.GeoSeries(doors["geom"], crs=4490))

    def of(self, identifier: str) -> Answers:
        """Every label of one office."""
        row = self.office.loc[identifier]
        return {
            **self._transport(identifier),
            **self._parking(row),
            **self._around(identifier),
            **self._building(row),
            **self._space(identifier, row),
            **self._policy(row),
            "in-business-district": bool(
                self.layer["business_district"].intersects(row["geom"].representative_point()).any()
            ),
        }

    def _way(self, identifier: str, goals: str, limit: float) -> pd.Series:
        return self.walks.from_office(self.feet["office"][identifier], self.feet[goals], limit)

    def _transport(self, identifier: str) -> Answers:
        metres = self._way(identifier, "door", 3900)
        minutes = metres / SPEED
        kind, lines = self.doors["kind"], self.doors["lines"]
        metro, close = kind == "metro", (kind == "metro") & (minutes <= 10)
        assert lines[close].notna().all()
        flat = gpd.GeoSeries([self.office.loc[identifier, "geom"]], crs=4490).to_crs(4547)
        tracks = self.stations[self.stations["kind"] == "metro"].to_crs(4547)
        straight = tracks.distance(flat.iloc[0]).min()
        return {
            "metro-at-door": bool(metres[metro].min() <= 100 or straight <= 30),
            "near-metro": bool(minutes[metro].min() <= 10),
            "two-metro-lines": len({line for some in lines[close] for line in some}) >= 2,
            "far-from-metro": bool(minutes[metro].min() > 15),
            "near-port": bool(minutes[kind == "port"].min() <= 15),
            "near-railway": bool(minutes[kind == "railway"].min() <= 15),
        }

    def _parking(self, row: pd.Series) -> Answers:
        own = row["parking_spaces"] / row["gross_floor_area"]
        if not _known(own) and row["site_id"] in self.site.index:
            site = self.site.loc[row["site_id"]]
            own = site["parking_spaces"] / site["area"]
        if not _known(own):
            own = row["parking_area"] / 40 / row["gross_floor_area"]
        ratio = 100 * own
        return {
            "parking-ample": _of(ratio, lambda r: r >= 1),
            "parking-fair": _of(ratio, lambda r: 0.5 <= r < 1),
            "parking-tight": _of(ratio, lambda r: r < 0.5),
        }

    def _around(self, identifier: str) -> Answers:
        near = {
            name: self.layer[name].set_index("id")[self._way(identifier, name, NEAR) <= NEAR]
            for name in ("bus_stop", "parking", "amenity")
        }
        stops, lots, amenities = near["bus_stop"], near["parking"], near["amenity"]
        routes = {route for some in stops["routes"].dropna() for route in some}
        served: Truth = len(stops) >= 2 and len(routes) >= 10
        if not served and len(stops) >= 2 and stops["routes"].isna().any():
            served = None
        public = lots[lots["public"].eq(other=True)].dropna(subset="spaces")
        shared = public.dropna(subset="site_id").drop_duplicates(["site_id", "spaces"])
        spaces = shared["spaces"].sum() + public[public["site_id"].isna()]["spaces"].sum()
        unclear = lots["public"].isna() | (lots["public"].eq(other=True) & lots["spaces"].isna())
        enough: Truth = bool(spaces >= 100) or (None if unclear.any() else False)
        return {
            "good-buses": served,
            "public-parking": enough,
            "good-amenities": amenities["kind"].nunique() >= 5,
        }

    def _building(self, row: pd.Series) -> Answers:
        return {
            "grade-a": _of(row["grade"], lambda g: g in ("甲级", "超甲级")),
            "grade-b": _of(row["grade"], lambda g: g == "乙级"),
            "large-floor": _of(row["typical_floor_area"], lambda a: a >= 1500),
            "efficient": _of(row["efficiency"], lambda e: e >= 72),
            "high-ceilings": _of(row["clear_height"], lambda h: h >= 2.8),
            "central-air": _of(row["air_conditioning"], lambda a: a == "中央空调"),
            "green-building": _of(row["certificates"], _certified),
        }

    def _policy(self, row: pd.Series) -> Answers:
        return {
            "registrable": _of(row["registrable"], bool),
            "government-owned": _of(row["ownership"], lambda o: o == "政府"),
            "rent-subsidy": _of(row["subsidy"], _subsidised),
        }

    def _space(self, identifier: str, row: pd.Series) -> Answers:
        labels = ("small-space", "whole-floor", "large-block", "ready-to-move-in", "nothing-free")
        units = self.layer["office_unit"]
        units = units[units["office_id"] == identifier].set_index("id")
        if units.empty:
            return dict.fromkeys(labels)
        free = units[units["status"].isin(["vacant", "coming"])]
        assert free["area"].notna().all()
        least = free[["area", "min_divisible_area"]].min(axis=1)
        fitted, unclear = free["fit_out"].isin(["精装", "带家具"]), free["fit_out"].isna()
        return {
            "small-space": bool((least <= 100).any()),
            "whole-floor": self._whole_floor(units, row),
            "large-block": any(area >= 1000 for area in _blocks(free)),
            "ready-to-move-in": bool(fitted.any()) or (None if unclear.any() else False),
            "nothing-free": free.empty,
        }

    def _whole_floor(self, units: pd.DataFrame, row: pd.Series) -> Truth:
        """A floor of which all is free, and that is four fifths of the typical one or more."""
        found: Truth = False
        for _, floor in units.groupby("floor_order"):
            if floor["status"].isin(["vacant", "coming"]).all():
                whole = _of(row["typical_floor_area"], lambda a: floor["area"].sum() >= 0.8 * a)  # noqa: B023
                if whole:
                    return True
                found = None if whole is None else found
        return found


def _blocks(free: pd.DataFrame) -> list[float]:
    """The areas of all runs of free units that adjoin each other."""
    graph = nx.Graph()
    graph.add_nodes_from(free.index)
    for unit, others in free["adjacent_to"].items():
        graph.add_edges_from((unit, o) for o in others or [] if o in free.index)
    return [float(free.loc[list(run), "area"].sum()) for run in nx.connected_components(graph)]
