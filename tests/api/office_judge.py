"""The questions of ``GET /offices``, worked out in pandas from the plain tables.

Nothing here comes from the program: distances are those of pyproj, areas those of shapely, truth
is three-valued by hand. What the service answers is held against it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Geod, Transformer
from starlette.testclient import TestClient

from tests.api.letting_judge import SPACE, comparable, fits, options

if TYPE_CHECKING:
    from tests.api.conftest import Tables

EARTH = Geod(ellps="GRS80")
GRID = Transformer.from_crs(4490, 4547, always_xy=True)
REACH = 3000.0
"""Metres in a straight line within which stations are looked at: a longer walk may miss one."""

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
        told = office[["property_fee", "efficiency"]].astype("object")
        rows_of = told.where(told.notna(), None).to_dict("index")
        self.options = {
            str(i): list(options(rows, rows_of[i])) for i, rows in units.groupby("office_id")
        }
        self.comparable = _comparable(units, rows_of)
        # the ways on foot are held against networkx elsewhere
        self.access = tables.office_access[tables.office_access["layer"] == "station"]
        self.lines = tables.station.set_index("id")["lines"]
        running = tables.station[tables.station["status"] == "operating"]
        self.station_ids = running.groupby("name")["id"].agg(set).to_dict()
        label = tables.office_label
        self.labels = {
            str(code): rows.set_index("office_id")["holds"].astype("boolean")
            for code, rows in label.groupby("label")
        }

    def minutes(self, kind: str) -> pd.Series:
        """Minutes on foot to the nearest of a kind; infinite where none is near."""
        near = self.access[self.access["kind"] == kind].groupby("office_id")["walk_min"].min()
        return near.reindex(self.office.index).fillna(np.inf)


def _comparable(units: pd.DataFrame, offices: dict[Any, Any]) -> pd.Series:
    """The comparable rent of each unit by its place in the table, missing where unknown."""
    rows: dict[Any, dict[str, Any]] = {
        i: {str(name): value for name, value in row.items()}
        for i, row in units.astype("object").where(units.notna(), None).to_dict("index").items()
    }
    ends = {i: comparable(row, offices[row["office_id"]]) for i, row in rows.items()}
    known = {i: low if low == high else None for i, (low, high) in ends.items()}
    return pd.Series(known, dtype="float64")


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


def _truth(values: Any, index: pd.Index) -> pd.Series:
    return pd.Series(values, index=index, dtype="boolean")


def _at_least(values: pd.Series, bound: float) -> pd.Series:
    return (values >= bound).astype("boolean").mask(values.isna())


def _known(values: pd.Series, truth: Any) -> pd.Series:
    """Truth of values, unknown where they are."""
    return pd.Series(truth, index=values.index).astype("boolean").mask(values.isna())


def _space(facts: Facts, asked: dict[str, Any]) -> pd.Series:
    def judge(office: str) -> bool | None:
        if office not in facts.recorded:
            return None
        found = {fits(option, asked) for option in facts.options[office]}
        return True if True in found else None if None in found else False

    index = facts.office.index
    return _truth([judge(office) for office in index], index)


def _minutes(facts: Facts, kind: str, bound: float) -> pd.Series:
    """The nearest of a kind on foot; one that nobody looked at may be within a longer walk."""
    return _no_further(_truth(facts.minutes(kind) <= bound, facts.office.index), bound)


def _no_further(truth: pd.Series, minutes: float) -> pd.Series:
    """Leave open what walks of more metres than the reach, at 80 m/min, deny."""
    return truth if minutes * 80 <= REACH else truth.mask(~truth)


def _lines(facts: Facts, names: str, bound: float = 10) -> pd.Series:
    walks = facts.access[(facts.access["kind"] == "metro") & (facts.access["walk_min"] <= bound)]
    lines = facts.lines.reindex(walks["place_id"])
    wanted = set(names.split(","))
    served = [
        wanted & {part for line in of for part in (line, *line.removesuffix("号线").split("/"))}
        for of in lines
    ]
    reached = walks.loc[[bool(some) for some in served], "office_id"]
    return _no_further(_truth(facts.office.index.isin(reached), facts.office.index), bound)


def _labels(facts: Facts, titles: str) -> pd.Series:
    met = _truth(True, facts.office.index)
    for code in titles.split(","):
        met &= facts.labels[code].reindex(facts.office.index)
    return met


def _from_station(facts: Facts, words: str) -> pd.Series:
    name, minutes = words.split(",")
    near = facts.access[facts.access["walk_min"] <= float(minutes)]
    reached = near.loc[near["place_id"].isin(facts.station_ids[name]), "office_id"]
    found = _truth(facts.office.index.isin(reached), facts.office.index)
    return _no_further(found, float(minutes))


def _words(facts: Facts, q: str) -> pd.Series:
    def texts(row: pd.Series) -> str:
        parts = [row["name"], row["address"] or "", *(row["aliases"] or ())]
        return "\n".join(unicodedata.normalize("NFKC", part).casefold() for part in parts)

    whole = facts.office[["name", "address", "aliases"]].apply(texts, axis=1)
    wanted = unicodedata.normalize("NFKC", q).casefold().split()
    return _truth([all(word in text for word in wanted) for text in whole], facts.office.index)


JUDGES: dict[str, Judge] = {
    "use": lambda f, v: f.office["use"].isin(v.split(",")).astype("boolean"),
    "grade": lambda f, v: (
        f.office["grade"].isin(v.split(",")).astype("boolean").mask(f.office["grade"].isna())
    ),
    "bbox": lambda f, v: _truth(
        f.office.intersects(shapely.box(*map(float, v.split(",")))), f.office.index
    ),
    "street": lambda f, v: _known(
        f.street,
        f.street.str.removesuffix("街道").isin(v.replace("街道", "").split(","))
        | f.street_id.isin(v.split(",")),
    ),
    "business_district": lambda f, v: _truth(
        [v in f.districts.get(i, ()) for i in f.office.index], f.office.index
    ),
    "site": lambda f, v: _known(
        f.office["site_id"], (f.office["site_id"] == v) | (f.site_name == v)
    ),
    "parking_ratio_min": lambda f, v: _at_least(f.ratio, v),
    "metro_distance_max": lambda f, v: (f.distance <= v).astype("boolean"),
    "metro_walk_max": lambda f, v: _minutes(f, "metro", v),
    "port_walk_max": lambda f, v: _minutes(f, "port", v),
    "railway_walk_max": lambda f, v: _minutes(f, "railway", v),
    "clear_height_min": lambda f, v: _at_least(f.office["clear_height"], v),
    "completed_min": lambda f, v: _at_least(f.office["completed"], v),
    "ownership": lambda f, v: _known(f.office["ownership"], f.office["ownership"].isin([v])),
    "registrable": lambda f, v: _known(f.office["registrable"], f.office["registrable"] == v),
    "labels": _labels,
    "lines": _lines,
    "within_walk": _from_station,
    "q": _words,
}


def expected(facts: Facts, question: dict[str, Any]) -> tuple[set[str], dict[str, int]]:
    """Offices that meet every bound, and for each bound how many are left out as unknown."""
    rest = {"use": "办公", **question}
    space = {name: rest.pop(name) for name in SPACE if name in rest}
    judged = {name: JUDGES[name](facts, value) for name, value in rest.items()}
    if "lines" in rest and "metro_walk_max" in rest:
        judged["lines"] = _lines(facts, rest["lines"], rest["metro_walk_max"])
    if space:
        judged["space"] = _space(facts, space)
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
