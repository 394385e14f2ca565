"""An officer's day: a unit is let, a rent changes, a visit confirms what is on record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from tests.api.test_problems import problem
from tests.cim.small_city import office, unit

if TYPE_CHECKING:
    from tests.conftest import Bring

UNIT = "/units/t:101"
JSON = {"content-type": "application/json"}


@pytest.fixture(autouse=True)
def one_office(bring: Bring) -> None:
    bring("office", office("O"))
    bring("office_unit", unit("101", area=300, rent=90), unit("102", area=500, rent=90))


def free_area(rest: TestClient) -> float | None:
    (found,) = rest.get("/offices").json()["features"]
    area: float | None = found["properties"]["available_area"]
    return area


def test_a_unit_that_is_let_is_free_no_more_at_once(rest: TestClient) -> None:
    assert free_area(rest) == 800
    answer = rest.patch(UNIT, json={"status": "let", "by": "招商一组", "reason": "已签约"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["properties"]["status"] == "let"
    assert free_area(rest) == 500


def test_the_history_knows_who_and_why_and_the_change_can_be_taken_back(
    rest: TestClient, city: Engine
) -> None:
    answer = rest.patch(UNIT, json={"rent": 85.5, "by": "招商一组", "reason": "业主让价"})
    with city.connect() as connection:
        made = connection.execute(
            text("select kind, made_by, reason, changed from batch where id = :batch"),
            {"batch": int(answer.headers["batch-number"])},
        ).one()
    assert tuple(made) == ("edit", "招商一组", "业主让价", 1)


def test_values_are_read_as_people_write_them(rest: TestClient) -> None:
    answer = rest.patch(UNIT, json={"status": "已租", "fit_out": "精装修", "rent": "3元/㎡/天"})
    told = answer.json()["properties"]
    assert (told["status"], told["fit_out"]) == ("let", "精装")
    assert told["rent"] == pytest.approx(3 * 365 / 12)


def test_null_makes_a_value_unknown(rest: TestClient) -> None:
    assert rest.patch(UNIT, json={"rent": None}).json()["properties"]["rent"] is None


def test_what_equals_what_is_there_makes_no_batch(rest: TestClient) -> None:
    answer = rest.patch(UNIT, json={"rent": 90})
    assert answer.status_code == 200
    assert "batch-number" not in answer.headers


def test_a_tenant_can_be_written_and_is_never_served(rest: TestClient, city: Engine) -> None:
    answer = rest.patch(
        UNIT, json={"status": "let", "tenant": "模拟企业 7", "lease_end": "2029-01-31"}
    )
    assert "模拟企业" not in answer.text
    with city.connect() as connection:
        assert connection.scalar(text("select tenant from office_unit where id = 't:101'"))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"status": "出租了吧"}, "出租了吧"),
        ({"rent": "很便宜"}, "很便宜"),
        ({"rent": -1}, "rent"),
        ({"rent": 99_999_999_999_999}, "rent"),
        ({"colour": "red"}, "colour"),
        ({"dataset": "other"}, "dataset"),
        ({"provenance": "published"}, "provenance"),
        ({"verified_on": "2100-01-01"}, "核验时间"),
        ({"rent": {"from": 3}}, "rent"),
        ({"status": None}, "status"),
        ({"office_id": "t:nowhere"}, "nowhere"),
        ({}, "status"),
        ({"by": "只有人名"}, "status"),
    ],
)
def test_what_cannot_be_written_is_named_and_changes_nothing(
    rest: TestClient, change: dict[str, object], named: str
) -> None:
    before = rest.get(UNIT).json()
    assert named in problem(rest.patch(UNIT, json=change), 400)["detail"]
    assert rest.get(UNIT).json() == before


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_what_is_no_number_does_not_wipe_a_rent(rest: TestClient, number: str) -> None:
    before = rest.get(UNIT).json()
    sent = rest.patch(
        UNIT, content=f'{{"rent": {number}}}', headers={"content-type": "application/json"}
    )
    assert "rent" in problem(sent, 400)["detail"]
    assert rest.get(UNIT).json() == before


def test_a_change_on_condition_is_made_only_to_the_version_it_names(
    rest: TestClient, city: Engine
) -> None:
    read = rest.get(UNIT).headers["etag"]
    first = rest.patch(UNIT, json={"rent": 80}, headers={"if-match": read})
    assert first.status_code == 200
    written = first.headers["etag"]
    assert written != read
    assert rest.get(UNIT).headers["etag"] == written
    # who read before that is told, in their language, and nothing is changed
    late = rest.patch(UNIT, json={"status": "let"}, headers={"if-match": read})
    assert "此后又有改动" in problem(late, 412)["detail"]
    told = problem(
        rest.patch(
            UNIT, json={"status": "let"}, headers={"if-match": read, "accept-language": "en"}
        ),
        412,
    )
    assert "changed since" in told["detail"]
    assert rest.get(UNIT).headers["etag"] == written
    assert free_area(rest) == 800
    # a change of another unit is no change of this one, and what is so already makes no version
    rest.patch("/units/t:102", json={"rent": 70})
    same = rest.patch(UNIT, json={"rent": 80}, headers={"if-match": written})
    assert (same.status_code, same.headers["etag"]) == (200, written)


@pytest.mark.parametrize(
    ("tags", "status"),
    [
        ("*", 200),
        ("{now}", 200),
        ('"nobody", {now}', 200),
        ("W/{now}", 412),
        ('"nobody"', 412),
        ('"999999999999999999999"', 412),
        (f'"{"9" * 5000}"', 412),
        ("nobody", 400),
        ("", 400),
    ],
)
def test_a_condition_is_read_as_the_standard_of_http_says(
    rest: TestClient, tags: str, status: int
) -> None:
    asked = {"if-match": tags.format(now=rest.get(UNIT).headers["etag"])}
    answer = rest.patch(UNIT, json={"rent": 70}, headers=asked)
    assert answer.status_code == status
    if status != 200:
        problem(answer, status)
        assert rest.get(UNIT).json()["properties"]["rent"] == 90


def test_there_is_no_such_unit(rest: TestClient) -> None:
    problem(rest.patch("/units/nowhere", json={"rent": 1}), 404)
    problem(rest.get("/units/nowhere"), 404)


@pytest.mark.parametrize(
    "headers",
    [{"origin": "http://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}],
)
def test_a_page_of_another_host_changes_nothing(rest: TestClient, headers: dict[str, str]) -> None:
    problem(rest.patch(UNIT, json={"status": "let"}, headers=headers), 403)
    assert free_area(rest) == 800


def test_a_form_of_any_page_changes_nothing(rest: TestClient) -> None:
    sent = rest.patch(UNIT, content='{"status": "let"}', headers={"content-type": "text/plain"})
    assert sent.status_code in (400, 415)
    assert free_area(rest) == 800


def test_the_page_of_the_service_itself_may(rest: TestClient) -> None:
    here = {"origin": "http://127.0.0.1", "sec-fetch-site": "same-origin"}
    assert rest.patch(UNIT, json={"status": "let"}, headers=here).status_code == 200


def test_rules_that_an_import_would_tell_are_told(rest: TestClient) -> None:
    told = rest.patch(UNIT, json={"net_area": 900}).json()["warnings"]
    assert any("套内面积" in warning for warning in told)
    assert rest.patch(UNIT, json={"net_area": 200}).json()["warnings"] == []


def test_a_change_does_not_wait_for_a_long_refresh_and_the_office_says_so(
    rest: TestClient, city: Engine
) -> None:
    with city.connect() as long_at_it:
        long_at_it.execute(text("select pg_advisory_xact_lock(hashtext('cim refresh'))"))
        assert rest.patch(UNIT, json={"status": "let"}).status_code == 200
        assert free_area(rest) == 500
        assert rest.get("/offices/t:O").json()["properties"]["freshness"]["pending"] is True
