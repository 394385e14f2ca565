"""The questions of ``GET /offices``, worked out in pandas from the plain tables.

Nothing here comes from the program: distances are those of pyproj, areas those of shapely, truth
is three-valued by hand. What the service answers is held against it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Geod, Transformer
from starlette.testclient import TestClient

if TYPE_CHECKING:
    from tests.api.conftest import Tables

EARTH = Geod(ellps="GRS80")
GRID = Transformer.from_crs(4490, 4547, always_xy=True)
REACH = 3000.0
FREE = ("vacant", "coming")

Option = tuple[frozenset[str], float | None, float | None, float | None]
"""Units, whole area, least area, dearest rent of space that can be let as one."""

Judge = Callable[["Facts", Any], pd.Series]


class Facts:
    """What pandas and GeoPandas make of the tables, one row for each office."""

    def __init__(self, tables: Tables) -> None:
        office = tables.office.set_index("id").rename_axis(None)
        self.office = office
        site = tables.site.set_index("id").reindex(office["site_id"]).set_axis(office.index)
        self.site_name = site["name"]
        self.ratio = (
            _over(office["parking_spaces"], office["gross_floor_area"])
            .fillna(_over(site["parking_spaces"], site["area"]))
            .fillna(_over(office["parking_area"] / 40, office["gross_floor_area"]))
        )
        self.distance, self.station = _nearest(office, tables.station)
        spot = gpd.GeoDataFrame(geometry=office.geometry.representative_point(), crs=4490)
        streets = tables.area[tables.area["level"] == "street"]
        inside = spot.sjoin(streets[["id", "name", "geom"]].set_crs(4490), how="left")
        inside = inside[~inside.index.duplicated()]
        self.street, self.street_id = inside["name"], inside["id"]
        within = spot.sjoin(tables.business_district[["id", "name", "geom"]], how="inner")
        self.districts = {
            i: set(rows["name"]) | set(rows["id"]) for i, rows in within.groupby(level=0)
        }
        units = tables.office_unit
        self.recorded = set(units["office_id"])
        self.options = {str(i): list(_options(rows)) for i, rows in units.groupby("office_id")}


def _over(spaces: pd.Series, area: pd.Series) -> pd.Series:
    return (100 * spaces / area.where(area != 0)).astype("float64")


def _nearest(office: gpd.GeoDataFrame, station: gpd.GeoDataFrame) -> tuple[pd.Series, pd.Series]:
    """Metres on the ellipsoid to the nearest operating metro station, and its name."""
    running = station[(station["kind"] == "metro") & (station["status"] == "operating")]
    best = pd.Series(np.inf, index=office.index)
    name = pd.Series(None, index=office.index, dtype="object")
    # the nearest points in the metric grid, the way between them on the ellipsoid
    flat = office.geometry.to_crs(4547).to_numpy()
    for (_, row), there in zip(running.iterrows(), running.to_crs(4547).geometry, strict=True):
        ends = shapely.get_coordinates(shapely.shortest_line(flat, there)).reshape(-1, 2, 2)
        start, end = (GRID.transform(*ends[:, i].T, direction="INVERSE") for i in (0, 1))  # type: ignore[call-overload]
        metres = EARTH.inv(*start, *end)[2]
        nearer = metres < best
        best, name = best.mask(nearer, metres), name.mask(nearer, row["name"])
    return best, name.where(best <= REACH)


def _options(units: pd.DataFrame) -> Iterator[Option]:
    """Every free unit, every block of up to six adjacent ones, every whole run."""
    free = units[units["status"].isin(FREE)].set_index("id")
    near: dict[str, set[str]] = {str(i): set() for i in free.index}
    for i, others in free["adjacent_to"].items():
        for other in others if isinstance(others, list) else ():
            if other in near and other != i:
                near[str(i)].add(other)
                near[other].add(str(i))
    blocks = {frozenset([i]) for i in near}
    grown = set(blocks)
    while grown:
        grown = {
            block | {neighbour}
            for block in grown
            if len(block) < 6
            for i in block
            for neighbour in near[i] - block
        } - blocks
        blocks |= grown
    blocks |= set(_runs(near))
    known = free[["area", "min_divisible_area", "rent"]].astype("object")
    unit = {str(i): row for i, row in known.where(known.notna(), None).to_dict("index").items()}
    for block in blocks:
        areas = [unit[i]["area"] for i in block]
        rents = [unit[i]["rent"] for i in block]
        area = None if None in areas else sum(areas)
        cut = 0 if area is None else max(_can_be_cut(**unit[i]) for i in block)  # type: ignore[arg-type]
        yield (
            block,
            area,
            None if area is None else area - cut,
            None if None in rents else max(rents),
        )


def _can_be_cut(area: float, min_divisible_area: float | None, rent: float | None) -> float:
    """How much of a unit may be left out of a letting."""
    return 0 if min_divisible_area is None else max(0, area - min_divisible_area)


def _runs(near: dict[str, set[str]]) -> Iterator[frozenset[str]]:
    left = set(near)
    while left:
        run, edge = set[str](), {left.pop()}
        while edge:
            run |= edge
            edge = set().union(*(near[i] for i in edge)) - run
        left -= run
        yield frozenset(run)


def _truth(values: Any, index: pd.Index) -> pd.Series:
    return pd.Series(values, index=index, dtype="boolean")


def _at_least(values: pd.Series, bound: float) -> pd.Series:
    return (values >= bound).astype("boolean").mask(values.isna())


def _space(facts: Facts, bounds: tuple[float | None, float | None, float | None]) -> pd.Series:
    low, high, rent = bounds

    def fits(option: Option) -> bool | None:
        _, area, least, dearest = option
        tests = [
            None if given is None else holds(given, bound)  # type: ignore[no-untyped-call]
            for given, bound, holds in (
                (area, low, lambda a, b: a >= b),
                (least, high, lambda a, b: a <= b),
                (dearest, rent, lambda a, b: a <= b),
            )
            if bound is not None
        ]
        return False if False in tests else None if None in tests else True

    def judge(office: str) -> bool | None:
        if office not in facts.recorded:
            return None
        found = {fits(option) for option in facts.options[office]}
        return True if True in found else None if None in found else False

    index = facts.office.index
    return _truth([judge(office) for office in index], index)


JUDGES: dict[str, Judge] = {
    "use": lambda f, v: f.office["use"].isin(v.split(",")).astype("boolean"),
    "grade": lambda f, v: (
        f.office["grade"].isin(v.split(",")).astype("boolean").mask(f.office["grade"].isna())
    ),
    "bbox": lambda f, v: _truth(
        f.office.intersects(shapely.box(*map(float, v.split(",")))), f.office.index
    ),
    "street": lambda f, v: (
        ((f.street == v) | (f.street == f"{v}街道") | (f.street_id == v))
        .astype("boolean")
        .mask(f.street.isna())
    ),
    "business_district": lambda f, v: _truth(
        [v in f.districts.get(i, ()) for i in f.office.index], f.office.index
    ),
    "site": lambda f, v: ((f.office["site_id"] == v) | (f.site_name == v)).astype("boolean"),
    "parking_ratio_min": lambda f, v: _at_least(f.ratio, v),
    "metro_distance_max": lambda f, v: (f.distance <= v).astype("boolean"),
    "metro_walk_max": lambda f, v: (f.distance * 1.3 / 80 <= v).astype("boolean"),
    "q": lambda f, v: _truth(
        [
            any(
                v.casefold() in str(text).casefold()
                for text in (row["name"], row["address"], " ".join(row["aliases"] or ()))
                if text is not None
            )
            for _, row in f.office.iterrows()
        ],
        f.office.index,
    ),
}


def expected(facts: Facts, question: dict[str, Any]) -> tuple[set[str], dict[str, int]]:
    """Offices that meet every bound, and for each bound how many are left out as unknown."""
    rest = {"use": "办公", **question}
    bounds = tuple(rest.pop(name, None) for name in ("area_min", "area_max", "rent_max"))
    judged = {name: JUDGES[name](facts, value) for name, value in rest.items()}
    if any(bound is not None for bound in bounds):
        judged["space"] = _space(facts, bounds)
    met = _truth(True, facts.office.index)
    for truth in judged.values():
        met &= truth
    unknown = {name: int((met.isna() & truth.isna()).sum()) for name, truth in judged.items()}
    return set(met.index[met.fillna(False)]), {n: count for n, count in unknown.items() if count}


def ask(rest: TestClient, question: dict[str, Any]) -> dict[str, Any]:
    """Put the same question to the service; all of its answer on one page."""
    answer = rest.get(f"/offices?{urlencode({**question, 'limit': 10_000})}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found
