"""What cannot be answered is said in words, in the caller's language, without database text."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from starlette.testclient import TestClient

from cim.settings import forget_settings

DATABASE_WORDS = re.compile(
    r"select|insert|psycopg|sqlalchemy|postgres|syntax error|relation|traceback|st_\w+\(|\.py\b",
    re.IGNORECASE,
)
CHINESE = re.compile(r"[一-鿿]")


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    """Hold that an answer is a problem document (RFC 9457), and give it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    told: dict[str, Any] = answer.json()
    assert told["status"] == status
    assert {"type", "title", "detail", "instance"} <= told.keys()
    assert not DATABASE_WORDS.search(answer.text), answer.text
    return told


BAD_QUESTIONS = {
    "/offices?colour=red": "colour",
    "/offices?parking_ratio_min=many": "parking_ratio_min",
    "/offices?parking_ratio_min=-1": "parking_ratio_min",
    "/offices?parking_ratio_min=nan": "parking_ratio_min",
    "/offices?rent_max=inf": "rent_max",
    "/offices?area_min=200&area_max=100": "area_min",
    "/offices?use=住宅": "住宅",
    "/offices/stock?use=住宅": "住宅",
    "/offices?area_min=1&area_min=2": "area_min",
    "/offices?q=国贸&q=大厦": "q",
    "/offices?area_min=1&f=csv&f=xlsx": "f",
    "/offices/stock?by=street&by=grade": "by",
    "/offices/compare?ids=a,b&f=csv&f=json": "f",
    "/offices/luohu-example:B001/units?free=true&free=false": "free",
    "/access/isochrone?lon=114.1&lon=114.2&lat=22.5&minutes=5": "lon",
    "/offices?sort=beauty": "beauty",
    "/offices?limit=0": "limit",
    "/offices?limit=-5": "limit",
    "/offices?limit=all": "limit",
    "/offices?offset=-1": "offset",
    "/offices?bbox=1,2,3": "bbox",
    "/offices?bbox=a,b,c,d": "bbox",
    "/offices?bbox=114,23,115,22": "bbox",
    "/offices?move_in=2027/3/1": "不是日期",
    "/offices?q=": "q",
    f"/offices?q={'长' * 101}": "q",
    "/offices/luohu-example:none?colour=red": "colour",
    "/collections?colour=red": "colour",
    "/collections/building?colour=red": "colour",
    "/collections/building/items?colour=red": "colour",
    "/collections/building/items?limit=x": "limit",
    "/collections/building/items?bbox=1,2": "bbox",
    "/collections/building/items?bbox=114,23,115,22": "bbox",
    "/collections/building/items?datetime=yesterday": "datetime",
    "/collections/building/items?datetime=2020-01-01/2021-01-01/2022-01-01": "datetime",
    "/collections/building/items?as_of=yesterday": "as_of",
    "/collections/building/items?height=tall": "height",
    "/collections/office/items?registrable=perhaps": "registrable",
    "/collections/building/items?floors_above=99999999999999": "数值过大",
    "/collections/office_unit/items?tenant=x": "tenant",
    "/collections/building/items?geom=x": "geom",
    "/conformance?colour=red": "colour",
    "/health?colour=red": "colour",
    "/scenes?colour=red": "colour",
}


@pytest.mark.parametrize("path", BAD_QUESTIONS)
def test_a_question_that_makes_no_sense_is_answered_with_what_is_wrong_in_it(
    luohu: Engine, rest: TestClient, path: str
) -> None:
    chinese = problem(rest.get(path), 400)
    english = problem(rest.get(path, headers={"accept-language": "en-GB,en;q=0.9"}), 400)
    assert BAD_QUESTIONS[path] in json.dumps(chinese, ensure_ascii=False)
    assert chinese["title"] == "请求有误"
    assert english["title"] == "Bad request"
    assert CHINESE.search(chinese["detail"].replace("住宅", ""))


NOWHERE = [
    "/offices/luohu-example:F404",
    "/offices/luohu-example:F404/units",
    "/offices/",
    "/collections/drone",
    "/collections/drone/items",
    "/collections/building_past/items",
    "/collections/batch/items",
    "/collections/building/items/luohu-example:404",
    "/collections/building/items/a/b/c",
    "/scenes/none",
    "/nowhere",
    "/../etc/passwd",
    "/assets/home/../../../etc/passwd",
]


@pytest.mark.parametrize("path", NOWHERE)
def test_what_is_not_there_is_not_found(luohu: Engine, rest: TestClient, path: str) -> None:
    assert CHINESE.search(problem(rest.get(path), 404)["detail"])
    english = problem(rest.get(path, headers={"accept-language": "en"}), 404)
    assert not CHINESE.search(english["title"])


@pytest.mark.parametrize(
    ("header", "english"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", False),
        ("en-US,en;q=0.5", True),
        ("fr, en;q=0.3, zh;q=0.2", True),
        ("de", False),
        ("", False),
    ],
)
def test_the_language_is_that_which_the_caller_prefers(
    luohu: Engine, rest: TestClient, header: str, english: bool
) -> None:
    told = problem(rest.get("/collections/drone", headers={"accept-language": header}), 404)
    assert (told["title"] == "Not found") == english


def test_a_method_that_does_not_exist_is_refused(luohu: Engine, rest: TestClient) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        problem(rest.request(method, "/offices"), 405)


def test_a_question_that_takes_too_long_is_stopped_and_may_be_put_again(
    luohu: Engine, rest: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CIM_QUERY_TIMEOUT", "0.0004")
    forget_settings()
    answer = rest.get("/offices?area_min=300&rent_max=100&limit=10000")
    told = problem(answer, 503)
    assert "用时太长" in told["detail"]
    assert int(answer.headers["retry-after"]) > 0
    monkeypatch.setenv("CIM_QUERY_TIMEOUT", "10")
    forget_settings()
    assert rest.get("/offices?area_min=300&rent_max=100").is_success


@pytest.mark.parametrize(
    ("host", "let_in"),
    [
        ("127.0.0.1", True),
        ("127.0.0.1:8000", True),
        ("localhost:8000", True),
        ("[::1]:8000", True),
        ("evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("localhost.evil.example:8000", False),
        ("10.0.0.5:8000", False),
    ],
)
def test_only_this_machine_is_spoken_to(
    luohu: Engine, rest: TestClient, host: str, let_in: bool
) -> None:
    answer = rest.get("/health", headers={"host": host})
    assert answer.status_code == (200 if let_in else 400)


# --- malice and accident -----------------------------------------------------------------------

HOSTILE = [
    "\0",
    "a\0b",
    "'",
    "''; drop table office; --",
    '"',
    "\\",
    "%",
    "%s %(x)s :id {0}",
    "{}",
    "$1",
    "𠮷🍜",
    "\u202eabc",
    "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    "x" * 5000,
    "9" * 400,
    "1e999",
    "-0",
    "0x10",
    "１２３",
    "2020-01-01T00:00:00Z/..",
    "<script>alert(1)</script>",
    "\r\nX-Evil: 1",
]

DOORS = [
    "/offices?{p}={v}",
    "/collections/office/items?{p}={v}",
    "/collections/office/items?{v}={p}",
    "/collections/{v}/items",
    "/collections/office/items/{v}",
    "/offices/{v}",
    "/offices/{v}/units",
    "/offices/luohu-example:F001/units?after={v}",
    "/scenes/{v}",
]

PARAMETERS = [
    "bbox",
    "street",
    "business_district",
    "site",
    "use",
    "grade",
    "area_min",
    "rent_max",
    "q",
    "sort",
    "limit",
    "offset",
    "after",
    "datetime",
    "as_of",
    "name",
    "lifts",
    "completed",
    "source_date",
    "aliases",
    "exceptions",
    "valid_from",
    "batch",
    "f",
]


def sane(answer: httpx.Response) -> None:
    assert answer.status_code in (200, 400, 404), f"{answer.request.url}: {answer.text}"
    assert "x-evil" not in answer.headers
    if answer.status_code == 200:
        assert answer.json()["type"] in ("FeatureCollection", "Feature")
    else:
        problem(answer, answer.status_code)


@pytest.mark.parametrize("value", HOSTILE, ids=lambda v: ascii(v)[:24])
def test_no_value_whatever_brings_the_service_out_of_its_composure(
    luohu: Engine, rest: TestClient, value: str
) -> None:
    for door in DOORS:
        for parameter in PARAMETERS if "{p}" in door else [""]:
            if door.startswith("/scenes") and value == "":
                continue
            sane(rest.get(door.format(p=parameter, v=quote(value, safe=""))))


numbers = st.one_of(
    st.integers(-(10**40), 10**40).map(str),
    st.floats().map(str),
)


@given(
    parameter=st.sampled_from(PARAMETERS),
    value=st.one_of(
        st.text(max_size=30),
        numbers,
        st.lists(numbers, min_size=4, max_size=6).map(",".join),
        st.datetimes().map(str),
    ),
    layer=st.sampled_from(["office", "office_unit", "station", "area"]),
)
@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_nor_does_anything_that_hypothesis_thinks_of(
    luohu: Engine, rest: TestClient, parameter: str, value: str, layer: str
) -> None:
    given_value = quote(value, safe="", errors="replace")
    sane(rest.get(f"/offices?{parameter}={given_value}"))
    sane(rest.get(f"/collections/{layer}/items?{parameter}={given_value}"))
