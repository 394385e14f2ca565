"""The answers of ``GET /offices`` in order, page by page, and the whole file of one office."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pandas as pd
import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from cim.settings import forget_settings

if TYPE_CHECKING:
    from tests.api.conftest import EveryPage, Tables
    from tests.conftest import Bring

from tests.api.office_judge import ask
from tests.cim.small_city import office

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


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("", "商办楼宇（前3，共5）"),
        ("&limit=2", "商办楼宇（前2，共5）"),
        ("&offset=3", "商办楼宇（第4至5，共5）"),
        ("&offset=9", "商办楼宇（0，共5）"),
        ("&ids=t:1,t:2,t:3", "商办楼宇"),
        ("&ids=t:9", "商办楼宇"),
    ],
)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_file_that_holds_a_part_says_so_in_its_name(
    bring: Bring,
    rest: TestClient,
    monkeypatch: pytest.MonkeyPatch,
    form: str,
    asked: str,
    name: str,
) -> None:
    bring("office", *(office(str(number)) for number in range(1, 6)))
    monkeypatch.setenv("CIM_MAX_LIMIT", "3")
    forget_settings()
    answer = rest.get(f"/offices?f={form}{asked}")
    assert answer.status_code == 200, answer.text
    kept = unquote(answer.headers["content-disposition"])
    assert kept == f"attachment; filename*=UTF-8''{name}.{form}"
