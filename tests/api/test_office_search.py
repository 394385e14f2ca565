"""``GET /offices`` against the same question worked out in pandas from the plain tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Geod, Transformer
from sqlalchemy import Engine
from starlette.testclient import TestClient

from cim.settings import forget_settings

if TYPE_CHECKING:
    from tests.api.conftest import EveryPage, Tables

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


@pytest.fixture(scope="session")
def facts(tables: Tables) -> Facts:
    return Facts(tables)


def ask(rest: TestClient, question: dict[str, Any]) -> dict[str, Any]:
    answer = rest.get(f"/offices?{urlencode({**question, 'limit': 10_000})}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


ALONE: list[dict[str, Any]] = [
    {},
    {"use": "商业"},
    {"use": "办公,研发,商业"},
    {"grade": "甲级"},
    {"grade": "超甲级,甲级"},
    {"bbox": "114.10,22.53,114.13,22.55"},
    {"street": "桂园"},
    {"street": "南湖街道"},
    {"street": "没有的街道"},
    {"parking_ratio_min": 0},
    {"parking_ratio_min": 0.5},
    {"parking_ratio_min": 0.8},
    {"metro_distance_max": 300},
    {"metro_distance_max": 800},
    {"metro_walk_max": 10},
    {"metro_walk_max": 5},
    {"area_min": 500},
    {"area_min": 5000},
    {"area_max": 100},
    {"rent_max": 80},
    {"area_min": 300, "area_max": 800},
    {"area_min": 1000, "rent_max": 90},
    {"area_min": 500, "area_max": 1500, "rent_max": 100},
    {"q": "大厦"},
    {"q": "国贸"},
    {"q": "路"},
    {"parking_ratio_min": 0.5, "metro_walk_max": 10},
    {"parking_ratio_min": 0.5, "metro_walk_max": 10, "area_min": 300, "rent_max": 120},
]


@pytest.mark.parametrize("question", ALONE, ids=lambda q: urlencode(q) or "nothing")
def test_every_filter_finds_the_offices_that_pandas_finds(
    luohu: Engine, rest: TestClient, facts: Facts, question: dict[str, Any]
) -> None:
    offices, unknown = expected(facts, question)
    answer = ask(rest, question)
    assert {feature["id"] for feature in answer["features"]} == offices
    assert answer["unknown"] == unknown
    assert answer["numberMatched"] == len(offices)


def test_every_site_and_business_district_is_found_by_its_name(
    luohu: Engine, rest: TestClient, facts: Facts, tables: Tables
) -> None:
    for name in tables.business_district["name"]:
        question = {"business_district": name}
        assert {f["id"] for f in ask(rest, question)["features"]} == expected(facts, question)[0]
    for name in tables.site["name"].head(10):
        question = {"site": name}
        assert {f["id"] for f in ask(rest, question)["features"]} == expected(facts, question)[0]


QUESTIONS = st.fixed_dictionaries(
    {},
    optional={
        "use": st.sampled_from(["办公", "商业", "办公,研发"]),
        "grade": st.sampled_from(["甲级", "乙级,丙级"]),
        "street": st.sampled_from(["桂园", "南湖", "东门", "翠竹"]),
        "bbox": st.sampled_from(["114.09,22.53,114.13,22.56", "114.0,22.4,114.3,22.7"]),
        "parking_ratio_min": st.sampled_from([0, 0.25, 0.5, 1]),
        "metro_distance_max": st.sampled_from([250, 500, 1000, 2500]),
        "metro_walk_max": st.sampled_from([3, 8, 15]),
        "area_min": st.sampled_from([100, 400, 1000]),
        "area_max": st.sampled_from([1000, 1500, 5000]),
        "rent_max": st.sampled_from([60, 90, 130]),
        "q": st.sampled_from(["大厦", "中心", "A"]),
    },
)


@given(question=QUESTIONS)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_filters_together_find_the_offices_that_pandas_finds(
    luohu: Engine, rest: TestClient, facts: Facts, question: dict[str, Any]
) -> None:
    offices, unknown = expected(facts, question)
    answer = ask(rest, question)
    assert {feature["id"] for feature in answer["features"]} == offices
    assert answer["unknown"] == unknown


def test_the_measures_of_every_office_are_those_of_pandas(
    luohu: Engine, rest: TestClient, facts: Facts
) -> None:
    answer = ask(rest, {"use": "全部"})
    assert answer["numberMatched"] == len(facts.office)
    for feature in answer["features"]:
        office, told = feature["id"], feature["properties"]
        ratio = facts.ratio[office]
        if np.isnan(ratio):
            assert told["parking_ratio"] is None
        else:
            assert told["parking_ratio"] == pytest.approx(ratio, abs=0.00006)
        near = facts.distance[office]
        assert told["distance_m"] == (pytest.approx(near, abs=0.06) if near <= REACH else None)
        assert told["nearest_station"] == facts.station[office]
        free = [o for o in facts.options.get(office, ()) if len(o[0]) == 1]
        assert (told["free_units"] or 0) == len(free)


def test_the_units_that_match_are_those_of_pandas(
    luohu: Engine, rest: TestClient, facts: Facts
) -> None:
    for feature in ask(rest, {"area_min": 800, "rent_max": 110})["features"]:
        fitting = [
            option
            for option in facts.options[feature["id"]]
            if None not in option and (option[1] or 0) >= 800 and (option[3] or 0) <= 110
        ]
        alone = [option for option in fitting if len(option[0]) == 1]
        smallest = min(len(option[0]) for option in fitting)
        assert feature["properties"]["matching_units"] == (len(alone) or smallest)


# --- order and pages ---------------------------------------------------------------------------

MEASURES = {
    "id": "id",
    "name": "name",
    "parking_ratio": "parking_ratio",
    "available_area": "available_area",
    "rent_min": "rent_min",
    "rent_max": "rent_max",
    "distance_m": "distance_m",
    "walk_min": "walk_min",
    "gross_floor_area": "gross_floor_area",
    "completed": "completed",
}


@pytest.mark.parametrize("direction", ["", "-"])
@pytest.mark.parametrize("measure", MEASURES)
def test_answers_are_in_the_order_asked_for_and_the_unknown_last(
    luohu: Engine, rest: TestClient, measure: str, direction: str
) -> None:
    answer = ask(rest, {"sort": f"{direction}{measure}"})
    values = [feature["properties"][MEASURES[measure]] for feature in answer["features"]]
    known = [value for value in values if value is not None]
    assert values[: len(known)] == known
    if measure == "name":
        known = [name.encode() for name in known]
    assert known == sorted(known, reverse=bool(direction))


def test_equal_values_stand_in_the_order_of_the_second_measure_and_then_of_the_id(
    luohu: Engine, rest: TestClient
) -> None:
    rows = [f["properties"] for f in ask(rest, {"sort": "completed,-gross_floor_area"})["features"]]
    for _, same in groupby(rows, key=lambda row: row["completed"]):
        areas = [row["gross_floor_area"] for row in same if row["gross_floor_area"] is not None]
        assert areas == sorted(areas, reverse=True)


@pytest.mark.parametrize("query", ["", "&sort=-parking_ratio", "&grade=甲级", "&area_min=300"])
def test_pages_follow_each_other_and_hold_every_office_once(
    luohu: Engine, rest: TestClient, every_page: EveryPage, query: str
) -> None:
    whole = rest.get(f"/offices?limit=10000{query}").json()
    pages = every_page(f"/offices?limit=37{query}")
    assert [len(page) for page in pages[:-1]] == [37] * (len(pages) - 1)
    ids = [feature["id"] for page in pages for feature in page]
    assert ids == [feature["id"] for feature in whole["features"]]


def test_units_of_an_office_come_in_pages_as_well(
    luohu: Engine, rest: TestClient, every_page: EveryPage, tables: Tables
) -> None:
    office = tables.office_unit["office_id"].value_counts().idxmax()
    units = tables.office_unit[tables.office_unit["office_id"] == office]
    pages = every_page(f"/offices/{office}/units?limit=7")
    assert [feature["id"] for page in pages for feature in page] == sorted(units["id"])


def test_fifty_are_given_where_nothing_is_said_and_never_more_than_the_limit_allows(
    luohu: Engine, rest: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rest.get("/offices").json()["numberReturned"] == 50
    assert rest.get("/offices?limit=99999999").json()["numberReturned"] > 50
    monkeypatch.setenv("CIM_MAX_LIMIT", "60")
    forget_settings()
    assert rest.get("/offices?limit=99999999").json()["numberReturned"] == 60


def test_beyond_the_last_office_there_is_an_empty_page(luohu: Engine, rest: TestClient) -> None:
    answer = rest.get("/offices?offset=100000").json()
    assert answer["features"] == []
    assert answer["numberMatched"] > 0
    assert [link["rel"] for link in answer["links"]] == ["self"]


# --- one office --------------------------------------------------------------------------------


def test_the_file_of_an_office_holds_what_the_search_says_and_more(
    luohu: Engine, rest: TestClient, tables: Tables
) -> None:
    found = ask(rest, {"use": "全部", "sort": "-parking_ratio"})["features"]
    for feature in found[:5]:
        whole = rest.get(f"/offices/{feature['id']}").json()
        assert whole["id"] == feature["id"]
        assert whole["geometry"] == feature["geometry"]
        told = whole["properties"]
        assert {k: told[k] for k in feature["properties"] if k in told}.items() >= {
            k: feature["properties"][k] for k in ("name", "parking_ratio", "distance_m")
        }.items()
        row = tables.office.set_index("id").loc[feature["id"]]
        assert told["lifts"] == (None if pd.isna(row["lifts"]) else row["lifts"])
        assert told["history"][0]["operation"] == "added"
        if row["building_id"] is not None:
            assert told["building_file"]["id"] == row["building_id"]
        if row["site_id"] is not None:
            assert told["site_file"]["id"] == row["site_id"]
