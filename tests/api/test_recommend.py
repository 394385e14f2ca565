"""A company's need is answered over REST."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from shapely.affinity import translate
from sqlalchemy import Engine
from starlette.testclient import TestClient

from tests.api.recommending import ids, recommended
from tests.cim.small_city import HERE, METRE_NORTH, office, station, unit

if TYPE_CHECKING:
    from tests.api.conftest import Tables
    from tests.conftest import Bring

ISSUE: dict[str, Any] = {
    "need": {
        "area": {"min": 800, "max": 1500},
        "budget_per_month": 200000,
        "headcount": 60,
        "move_in": "2027-03-01",
    },
    "must": {"metro_walk_max": 10, "grade": ["甲级"]},
    "weights": {"parking_ratio": 40, "metro_walk": 30, "rent": 30},
    "preset": "finance",
    "limit": 10,
}


def test_tight_parking_is_a_caution_where_it_is_known_and_never_where_it_is_not(
    luohu: Engine, rest: TestClient, tables: Tables
) -> None:
    answer = recommended(rest, {"need": {}, "limit": 100})
    cautioned = {
        result["office"]["id"]
        for result in answer["results"]
        if "parking-tight" in {caution["code"] for caution in result["cautions"]}
    }
    shown = {result["office"]["id"] for result in answer["results"]}
    label = tables.office_label[tables.office_label["label"] == "parking-tight"]
    tight = set(label.loc[label["holds"].eq(True), "office_id"])
    assert cautioned == tight & shown
    assert cautioned
    assert shown - cautioned


def test_the_need_of_the_description_is_answered_with_all_that_explains_it(
    luohu: Engine, rest: TestClient
) -> None:
    example = rest.get("/api").json()["components"]["schemas"]["RecommendRequest"]["examples"][0]
    assert example == ISSUE
    answer = recommended(rest, ISSUE)
    assert answer["id"] is None
    assert answer["results"]
    ranks = [result["score"] for result in answer["results"]]
    assert ranks == sorted(ranks, reverse=True)
    for result in answer["results"]:
        points = [Decimal(str(c["points"])) for c in result["contributions"]]
        assert sum(points) == Decimal(str(result["score"]))
        assert result["office"]["grade"] == "甲级"
        assert result["office"]["walk_min"] <= 10
        assert 800 <= result["option"]["let_area"] <= 1500
        assert result["option"]["monthly"] <= 200_000
        assert sum(u["area"] for u in result["units"]) == pytest.approx(result["option"]["area"])
        assert 1 <= len(result["reasons"]) <= 3
        assert "simulated-data" in {caution["code"] for caution in result["cautions"]}
        assert "tenant" not in str(result)
        assert "lease_end" not in str(result)
    assert answer["results"][0]["pareto"]
    for above, below in itertools.pairwise(answer["results"]):
        assert above["versus_next"]["id"] == below["office"]["id"]
    assert sum(answer["weights"].values()) == pytest.approx(100, abs=0.05)


def test_single_units_are_found_where_plain_tables_have_them(
    luohu: Engine, rest: TestClient, tables: Tables
) -> None:
    # one unit is enough for 80 to 120 m²: a question that pandas can answer alone
    units, offices = tables.office_unit, tables.office.set_index("id")
    free = units[units["status"].isin(["vacant", "coming"])]
    least = free["area"].where(free["min_divisible_area"].isna(), free["min_divisible_area"])
    # a rent that holds the property fee is compared without it
    fee = offices["property_fee"].reindex(free["office_id"]).to_numpy()
    rent = free["rent"] - np.where(free["rent_includes_fee"].eq(True).fillna(False), fee, 0)
    assert (rent < free["rent"]).any()
    fit = free[(free["area"] >= 80) & (least <= 120) & (rent <= 110)]
    grade = offices["grade"].reindex(fit["office_id"]).to_numpy()
    use = offices["use"].reindex(fit["office_id"]).to_numpy()
    expected = set(fit["office_id"][(grade == "乙级") & (use == "办公")])
    question = {
        "need": {"area": {"min": 80, "max": 120}},
        "must": {"rent_max": 110, "grade": ["乙级"]},
        "limit": 100,
    }
    answer = recommended(rest, question)
    assert expected
    # blocks and combinations may bring more, never fewer
    assert expected <= set(ids(answer))
    for result in answer["results"]:
        assert result["option"]["rent"] is None or result["option"]["rent"] <= 110
        assert len(result["units"]) > 1 or result["office"]["id"] in expected


def test_what_is_promised_for_a_looser_need_comes_true_over_rest(
    luohu: Engine, rest: TestClient
) -> None:
    question: dict[str, Any] = {
        "need": {"area": {"min": 1500, "max": 2000}, "budget_per_month": 120_000},
        "must": {"metro_walk_max": 3, "grade": ["超甲级"], "parking_ratio_min": 0.9},
        "limit": 3,
    }
    before = recommended(rest, question)
    assert before["matched"] < 3
    assert before["relaxations"]
    for relaxation in before["relaxations"]:
        looser = {part: {**question[part]} for part in ("need", "must")}
        for part, change in relaxation["change"].items():
            for name, value in change.items():
                if isinstance(value, dict):
                    value = {**looser[part].get(name, {}), **value}  # noqa: PLW2901
                looser[part][name] = value
        after = recommended(rest, {**looser, "limit": 100})
        brought = set(ids(after)) - set(ids(before))
        assert brought == {one["id"] for one in relaxation["offices"]}


def test_no_two_changes_of_a_bound_bring_the_same_offices(luohu: Engine, rest: TestClient) -> None:
    question = {**ISSUE, "need": {**ISSUE["need"], "move_in": "2020-01-01"}}
    told = recommended(rest, question)["relaxations"]
    brought = [(*one["bounds"], *sorted(o["id"] for o in one["offices"])) for one in told]
    assert len(set(brought)) == len(brought) > 0


def test_a_label_is_asked_for_by_its_name_in_either_language(
    luohu: Engine, rest: TestClient
) -> None:
    found = [
        recommended(rest, {"must": {"labels": [name]}, "limit": 100})
        for name in ("近地铁", "near-metro")
    ]
    assert ids(found[0]) == ids(found[1])
    for result in found[0]["results"]:
        assert "近地铁" in {label["zh"] for label in result["office"]["labels"]}


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ({"need": {"bedrooms": 3}}, "没有这个参数"),
        ({"must": {"labels": ["近火星"]}}, "没有标签"),
        ({"need": {"lines": ["99"]}}, "没有地铁线"),
        ({"need": {"streets": ["火星"]}}, "桂园街道"),
        ({"need": {"districts": ["火星"]}}, "罗湖区"),
        ({"must": {"grade": ["A+"]}}, "超甲级"),
        ({"need": {"lines": ["2"] * 51}}, "至多 50 项"),
        ({"weights": {"view": 10}}, "parking_ratio"),
        ({"weights": {"rent": 0}}, "权重全为 0"),
        ({"preset": "mining"}, "finance"),
        ({"need": {"area": {"min": 500, "max": 100}}}, "面积下限大于上限"),
    ],
)
def test_a_need_that_makes_no_sense_is_refused_in_words(
    luohu: Engine, rest: TestClient, question: dict[str, Any], words: str
) -> None:
    answer = rest.post("/offices/recommend", json=question)
    assert answer.status_code == 400
    assert words in answer.json()["detail"]


def test_a_page_of_another_host_cannot_ask_or_store(luohu: Engine, rest: TestClient) -> None:
    foreign = {"origin": "http://elsewhere.example"}
    for path in ("/offices/recommend", "/recommendations/1/replay"):
        assert rest.post(path, json={"store": True}, headers=foreign).status_code == 403
    assert rest.get("/recommendations").json()["recommendations"] == []


def test_a_line_brings_the_offices_that_a_search_brings(
    city: Engine, rest: TestClient, bring: Bring
) -> None:
    bring(
        "station",
        station("S", HERE, lines=["2/8号线"]),
        station("T", translate(HERE, 0, 3000 * METRE_NORTH)),
    )
    # on foot 1.3 times as far, at 80 m/min
    far = {"A": 200, "B": 900, "C": 2900, "D": 1500}
    bring(
        "office",
        *(office(n, geom=translate(HERE, 0, m * METRE_NORTH)) for n, m in far.items()),
    )
    bring("office_unit", *(unit(n.lower(), n, area=100) for n in far))
    # A 3.25 min; B 14.6; D 24.4; C stands 1.6 min from T, whose lines nobody knows
    for walk, found in ((None, ["t:A"]), (15, ["t:A", "t:B"])):
        must = {} if walk is None else {"metro_walk_max": walk}
        answer = recommended(rest, {"need": {"lines": ["2"]}, "must": must})
        assert sorted(ids(answer)) == found
        assert [one["id"] for one in answer["unknown"]] == ["t:C"]
        query = "/offices?lines=2" + ("" if walk is None else f"&metro_walk_max={walk}")
        searched = rest.get(query).json()["features"]
        assert sorted(f["properties"]["id"] for f in searched) == found


def test_offices_come_with_the_columns_of_a_search(luohu: Engine, rest: TestClient) -> None:
    result = recommended(rest, {"limit": 1})["results"][0]["office"]
    searched = rest.get("/offices?limit=10000&use=全部").json()["features"]
    told = pd.Series(
        next(f["properties"] for f in searched if f["properties"]["id"] == result["id"])
    )
    for name in ("name", "grade", "parking_ratio", "walk_min", "available_area", "street"):
        assert result[name] == told[name], name
