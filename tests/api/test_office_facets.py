"""What a search counts beside its answer, where else it can look, and how it leaves the screen."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
import shapely
from openpyxl import load_workbook
from sqlalchemy import Engine
from starlette.testclient import TestClient

if TYPE_CHECKING:
    from tests.api.conftest import Tables

from tests.api.office_judge import Facts, ask, expected


@pytest.fixture(scope="session")
def facts(tables: Tables) -> Facts:
    return Facts(tables)


TITLES = {"measured": "实测", "published": "公开资料", "estimated": "估算", "simulated": "模拟"}
WALKED = {"network": "按道路网络", "straight-line": "按直线距离估算"}
BOUNDS = {"metro_walk_max": 8, "area_min": 300, "grade": "甲级,乙级", "labels": "near-metro"}


def test_a_facet_counts_the_offices_that_meet_all_other_bounds(
    luohu: Engine, rest: TestClient, facts: Facts
) -> None:
    told = ask(rest, {**BOUNDS, "facets": "street,grade,labels,business_district"})["facets"]

    def left(without: str) -> list[str]:
        bounds = {name: bound for name, bound in BOUNDS.items() if name != without}
        return sorted(expected(facts, bounds)[0])

    streets = facts.street[left("street")]
    grades = facts.office.loc[left("grade"), "grade"]
    for name, values in (("street", streets), ("grade", grades)):
        assert {v["value"]: v["count"] for v in told[name]["values"]} == Counter(values.dropna())
        assert told[name]["unknown"] == values.isna().sum()
    districts = Counter(
        name
        for office in left("business_district")
        for name in facts.districts.get(office, ())
        if not name.startswith("luohu-example:")
    )
    assert {v["value"]: v["count"] for v in told["business_district"]["values"]} == districts


@pytest.mark.parametrize(
    "ticked", [(), ("near-metro",), ("near-metro", "parking-ample"), ("grade-a", "registrable")]
)
def test_a_label_counts_the_offices_that_are_left_when_it_is_ticked_too(
    luohu: Engine, rest: TestClient, facts: Facts, ticked: tuple[str, ...]
) -> None:
    rest_of = {name: bound for name, bound in BOUNDS.items() if name != "labels"}
    asked = {**rest_of, **({"labels": ",".join(ticked)} if ticked else {})}
    told = ask(rest, {**asked, "facets": "labels"})
    counts = {label["value"]: label for label in told["facets"]["labels"]["values"]}
    for code in counts:
        also = ",".join(dict.fromkeys([*ticked, code]))
        assert counts[code]["count"] == len(expected(facts, {**rest_of, "labels": also})[0]), code
    # and of how many it is open, among those that have the other labels
    for code in counts:
        others = ",".join(other for other in ticked if other != code)
        bounds = {**rest_of, **({"labels": others} if others else {})}
        truth = facts.labels[code].reindex(sorted(expected(facts, bounds)[0]))
        assert counts[code]["unknown"] == int(truth.isna().sum()), code
    for code in ticked:
        assert counts[code]["count"] == told["numberMatched"]


def test_facets_are_counted_on_demand_and_an_unknown_one_is_refused(
    luohu: Engine, rest: TestClient
) -> None:
    assert "facets" not in ask(rest, {})
    assert set(ask(rest, {"facets": "all"})["facets"]) >= {"street", "labels", "lines", "site"}
    refused = rest.get("/offices?facets=colour")
    assert refused.status_code == 400
    assert "business_district" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("labels=没有的", "近地铁"),
        ("lines=99", "1号线"),
        ("within_walk=国冒,5", "国贸"),
        ("within_walk=5", "分钟"),
        ("within_walk=114.1,22.5,9999", "120"),
        ("fit_out=豪华", "精装"),
        ("ownership=外星", "国有"),
        ("move_in=soon", "move_in"),
        ("sort=colour", "walk_min"),
    ],
)
def test_a_name_there_is_not_is_refused_with_those_there_are(
    luohu: Engine, rest: TestClient, question: str, named: str
) -> None:
    refused = rest.get(f"/offices?{question}")
    assert refused.status_code == 400
    assert refused.headers["content-type"] == "application/problem+json"
    assert named in refused.json()["detail"]


TRIANGLE: dict[str, Any] = {
    "type": "Polygon",
    "coordinates": [[[114.1, 22.53], [114.13, 22.53], [114.13, 22.56], [114.1, 22.53]]],
}


@pytest.mark.parametrize("wrapped", ["geometry", "feature", "collection", "within"])
def test_an_area_drawn_on_the_map_holds_what_geopandas_finds_in_it(
    luohu: Engine, rest: TestClient, facts: Facts, wrapped: str
) -> None:
    feature = {"type": "Feature", "geometry": TRIANGLE, "properties": {}}
    bodies: dict[str, Any] = {
        "geometry": TRIANGLE,
        "feature": feature,
        "collection": {"type": "FeatureCollection", "features": [feature]},
        "within": {"within": TRIANGLE, "area_min": 300},
    }
    answer = rest.post("/offices/search?limit=10000&area_min=300", json=bodies[wrapped]).json()
    area = shapely.Polygon(TRIANGLE["coordinates"][0])
    inside = facts.office.index[facts.office.intersects(area)]
    assert {f["id"] for f in answer["features"]} == expected(facts, {"area_min": 300})[0] & set(
        inside
    )


def test_the_next_page_of_an_area_is_the_same_body_at_the_next_address(
    luohu: Engine, rest: TestClient
) -> None:
    seen: list[str] = []
    address = "/offices/search?limit=20"
    for _ in range(10):
        answer = rest.post(address, json=TRIANGLE).json()
        seen += [f["id"] for f in answer["features"]]
        following = [link["href"] for link in answer["links"] if link["rel"] == "next"]
        if not following:
            break
        address = following[0]
    assert len(seen) == len(set(seen)) == answer["numberMatched"] > 20


@pytest.mark.parametrize(
    "area",
    [
        {"type": "Point", "coordinates": [114.1, 22.5]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 1], [1, 0], [0, 0]]]},
        {"type": "Polygon", "coordinates": [[[114, 22], [115, 22]]]},
        {"type": "Polygon", "coordinates": "x"},
        {"type": "Polygon", "coordinates": [[[800, 22], [801, 22], [801, 23], [800, 22]]]},
        {"type": "FeatureCollection", "features": []},
        {"type": "Polygon", "coordinates": [[[i / 1e5, 0] for i in range(30_000)]]},
        [],
        {"within": TRIANGLE, "colour": "red"},
    ],
    ids=["point", "bow tie", "two corners", "text", "metres", "empty", "huge", "list", "extra"],
)
def test_what_is_no_area_is_refused(luohu: Engine, rest: TestClient, area: Any) -> None:
    refused = rest.post("/offices/search", json=area)
    assert refused.status_code == 400
    assert refused.headers["content-type"] == "application/problem+json"


def test_a_walk_from_a_point_finds_what_a_walk_from_the_place_there_finds(
    luohu: Engine, rest: TestClient
) -> None:
    five, ten = (
        {f["id"] for f in ask(rest, {"within_walk": f"114.118,22.5405,{m}"})["features"]}
        for m in (5, 10)
    )
    assert five < ten


def rows_of(content: bytes) -> list[dict[str, str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_a_shortlist_leaves_the_screen_as_a_table_with_titles_and_units(
    luohu: Engine, rest: TestClient
) -> None:
    ids = [f["id"] for f in ask(rest, {"labels": "near-metro", "area_min": 500})["features"]][:5]
    listed = ",".join(ids)
    found = {f["id"]: f["properties"] for f in ask(rest, {"ids": listed})["features"]}
    rows = rows_of(rest.get(f"/offices?ids={listed}&f=csv").content)
    assert [row["编号"] for row in rows] == sorted(ids)
    for row in rows:
        told = found[row["编号"]]
        assert float(row["步行到地铁（分钟）"]) == told["walk_min"]
        assert row["标签"] == "、".join(told["labels"])
        assert row["数据性质"] == TITLES[told["provenance"]]
        assert row["步行依据"] == WALKED[told["walk_basis"]]
        assert not re.search("network|bank|hotel", str(row))
    book = load_workbook(
        io.BytesIO(rest.get(f"/offices?ids={listed}&f=xlsx").content), read_only=True
    )
    head, *body = book.worksheets[0].iter_rows(values_only=True)
    assert [row[head.index("编号")] for row in body] == sorted(ids)
    assert body[0][head.index("步行到地铁（分钟）")] == found[min(ids)]["walk_min"]


def test_a_table_holds_the_whole_answer_and_nothing_private(
    luohu: Engine, rest: TestClient
) -> None:
    answer = rest.get("/offices?use=全部&f=csv")
    rows = rows_of(answer.content)
    assert len(rows) == ask(rest, {"use": "全部"})["numberMatched"] > 50
    assert not {"租户", "租约到期"} & set(rows[0])


def test_whole_floors_and_sorting_go_by_what_is_shown(luohu: Engine, rest: TestClient) -> None:
    found = ask(rest, {"floors_whole": "true", "sort": "-walk_min,rent_min"})["features"]
    assert found
    assert all(f["properties"]["whole_floors"] >= 1 for f in found)
    minutes = [f["properties"]["walk_min"] for f in found]
    known = [m for m in minutes if m is not None]
    assert known == sorted(known, reverse=True)
    assert minutes == known + [None] * (len(minutes) - len(known))
