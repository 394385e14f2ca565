"""``GET /offices`` against the same question worked out in pandas from the plain tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from starlette.testclient import TestClient

if TYPE_CHECKING:
    from tests.api.conftest import Tables
    from tests.conftest import Bring

from tests.api.letting_judge import fits
from tests.api.office_judge import REACH, Facts, ask, expected

SQUARE = [[[114.1, 22.53], [114.13, 22.53], [114.13, 22.56], [114.1, 22.53]]]


@pytest.fixture(scope="session")
def facts(tables: Tables) -> Facts:
    return Facts(tables)


def _agrees(rest: TestClient, facts: Facts, question: dict[str, Any]) -> None:
    """Hold the answer of the service against that of pandas."""
    offices, unknown = expected(facts, question)
    answer = ask(rest, question)
    assert {feature["id"] for feature in answer["features"]} == offices
    assert answer["unknown"] == unknown
    assert answer["numberMatched"] == len(offices)


ALONE: list[dict[str, Any]] = [
    {},
    {"use": "商业"},
    {"use": "办公,研发,商业"},
    {"grade": "甲级"},
    {"grade": "超甲级,甲级"},
    {"bbox": "114.10,22.53,114.13,22.55"},
    {"street": "桂园"},
    {"street": "南湖街道"},
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
    {"q": "ＫＫ１００"},
    {"q": "kk100 深南"},
    {"q": "大厦 示例 东门"},
    {"street": "桂园,南湖"},
    {"labels": "near-metro"},
    {"labels": "near-metro,parking-ample"},
    {"labels": "registrable,grade-a"},
    {"lines": "1"},
    {"lines": "8,3号线"},
    {"lines": "1", "metro_walk_max": 4},
    {"within_walk": "国贸,8"},
    {"within_walk": "罗湖,15", "labels": "registrable"},
    {"port_walk_max": 20},
    {"railway_walk_max": 25},
    {"port_walk_max": 37.5},
    {"port_walk_max": 40},
    {"metro_walk_max": 45},
    {"lines": "9", "metro_walk_max": 38},
    {"within_walk": "国贸,40"},
    {"clear_height_min": 2.7},
    {"completed_min": 2005},
    {"ownership": "国有"},
    {"registrable": True},
    {"registrable": False},
    {"budget_max": 30000},
    {"area_min": 400, "budget_max": 60000},
    {"move_in": "2026-12-01"},
    {"fit_out": "精装,带家具"},
    {"area_min": 300, "budget_max": 90000, "move_in": "2027-01-01", "fit_out": "精装,简装"},
    {"parking_ratio_min": 0.5, "metro_walk_max": 10},
    {"parking_ratio_min": 0.5, "metro_walk_max": 10, "area_min": 300, "rent_max": 120},
]


@pytest.mark.parametrize("question", ALONE, ids=lambda q: urlencode(q) or "nothing")
def test_every_filter_finds_the_offices_that_pandas_finds(
    luohu: Engine, rest: TestClient, facts: Facts, question: dict[str, Any]
) -> None:
    _agrees(rest, facts, question)


@pytest.mark.parametrize(
    ("question", "alike"),
    [
        ({"street": "桂圆街道"}, "桂园街道"),
        ({"street": "桂园,没有的街道"}, "街道"),
        ({"business_district": "水呗"}, "水贝"),
        ({"site": "没有的项目"}, "示例"),
        ({"use": "办公室"}, "办公"),
    ],
    ids=lambda told: urlencode(told) if isinstance(told, dict) else "",
)
def test_a_place_or_use_there_is_not_is_refused_with_the_nearest_there_are(
    luohu: Engine, rest: TestClient, question: dict[str, str], alike: str
) -> None:
    body = {"within": {"type": "Polygon", "coordinates": SQUARE}, **question}
    for answer in (
        rest.get(f"/offices?{urlencode(question)}"),
        rest.get(f"/offices?{urlencode(question)}&f=csv"),
        rest.post("/offices/search", json=body),
    ):
        assert answer.status_code == 400
        told = answer.json()["detail"]
        ((_, names),) = question.items()
        assert names.split(",")[-1] in told
        assert alike in told.split("：", 1)[1]
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("name", "word"),
    [("street", "桂园"), ("site", "没有"), ("labels", "近地铁"), ("lines", "1"), ("sort", "id")],
)
def test_a_list_beyond_all_use_is_refused_before_it_is_looked_up(
    luohu: Engine, rest: TestClient, name: str, word: str
) -> None:
    body = {"within": {"type": "Polygon", "coordinates": SQUARE}, name: [word] * 20_000}
    answer = rest.post("/offices/search", json=body)
    assert answer.status_code == 400
    assert name in answer.json()["detail"]


def test_a_place_that_holds_no_office_is_still_a_place(
    city: Engine, bring: Bring, rest: TestClient
) -> None:
    around = shapely.box(114.1, 22.53, 114.13, 22.56)
    assert rest.get("/offices?street=桂园").json()["numberMatched"] == 0
    bring(
        "area",
        {"id": "440303", "name": "罗湖区", "level": "district", "geom": around},
        {"id": "440303001", "name": "桂园街道", "level": "street", "geom": around},
    )
    bring("business_district", {"id": "B", "name": "国贸", "confirmed": True, "geom": around})
    bring("site", {"id": "S", "name": "软件园", "geom": around})
    for there in ("street=桂园", "street=440303001", "business_district=国贸", "site=t:S"):
        answer = rest.get(f"/offices?{there}")
        assert (answer.status_code, answer.json()["numberMatched"]) == (200, 0), there
    for not_there in ("street=罗湖区", "business_district=东门", "site=S"):
        assert rest.get(f"/offices?{not_there}").status_code == 400, not_there


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
        "labels": st.sampled_from(["near-metro", "parking-ample,near-metro", "registrable"]),
        "lines": st.sampled_from(["1", "9,3"]),
        "within_walk": st.sampled_from(["国贸,12", "老街,10"]),
        "budget_max": st.sampled_from([20000, 80000]),
        "move_in": st.sampled_from(["2026-10-01", "2027-03-01"]),
        "fit_out": st.sampled_from(["精装", "简装,毛坯"]),
        "completed_min": st.sampled_from([1995, 2010]),
        "ownership": st.sampled_from(["国有", "私有"]),
        "registrable": st.booleans(),
    },
)


@given(question=QUESTIONS)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_filters_together_find_the_offices_that_pandas_finds(
    luohu: Engine, rest: TestClient, facts: Facts, question: dict[str, Any]
) -> None:
    _agrees(rest, facts, question)


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
        free = [o for o in facts.options.get(office, ()) if len(o.units) == 1]
        assert (told["free_units"] or 0) == len(free)


def test_the_units_that_match_are_those_of_pandas(
    luohu: Engine, rest: TestClient, facts: Facts
) -> None:
    asked = {"area_min": 800, "rent_max": 110}
    for feature in ask(rest, asked)["features"]:
        fitting = [option for option in facts.options[feature["id"]] if fits(option, asked)]
        alone = [option for option in fitting if len(option.units) == 1]
        smallest = min(len(option.units) for option in fitting)
        assert feature["properties"]["matching_units"] == (len(alone) or smallest)


def test_a_list_may_be_repeated_and_a_single_bound_may_not(luohu: Engine, rest: TestClient) -> None:
    both = rest.get("/offices?grade=甲级&grade=乙级&bbox=114.0,22.4&bbox=114.3,22.7").json()
    assert both["numberMatched"] == ask(rest, {"grade": "甲级,乙级"})["numberMatched"]
    body = {"type": "Polygon", "coordinates": SQUARE}
    twice = rest.post("/offices/search?rent_max=50&rent_max=80", json=body)
    assert twice.status_code == 400
    assert "rent_max" in twice.json()["detail"]
