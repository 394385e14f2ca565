"""A small city of three offices: the scores of a need, and runs that are kept and asked again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from shapely.affinity import translate
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from cim.labels.active import active_rules, adopt_rules
from cim.labels.rules import Rules
from cim.settings import forget_settings
from tests.api.recommending import ids, recommended
from tests.cim.small_city import HERE, METRE_NORTH, office, station, unit

if TYPE_CHECKING:
    from tests.conftest import Bring


@pytest.fixture
def three_offices(city: Engine, bring: Bring) -> None:
    """A near the metro and dear, B further and cheap, C of unknown rent."""
    bring("station", station("S", HERE))
    far = {"A": 200, "B": 600, "C": 300}
    bring(
        "office",
        *(
            office(
                name,
                geom=translate(HERE, 0, metres * METRE_NORTH),
                parking_spaces=50,
                gross_floor_area=10_000,
            )
            for name, metres in far.items()
        ),
    )
    bring(
        "office_unit",
        unit("a", "A", area=500, rent=150, verified_on="2026-11-01"),
        unit("b", "B", area=500, rent=80, verified_on="2026-11-01"),
        unit("c", "C", area=500, verified_on="2026-11-01"),
    )


QUESTION: dict[str, Any] = {
    "need": {"area": {"min": 400, "max": 600}},
    "weights": {"metro_walk": 50, "rent": 50},
}


def test_scores_of_a_small_city_are_those_of_hand_arithmetic(
    three_offices: None, rest: TestClient
) -> None:
    answer = recommended(rest, QUESTION)
    # no walk network: 200 m × 1.3 ÷ 80 = 3.25 min, valued 1 - 0.25 × 0.05 = 0.9875; rent 0.5
    # 600 m: 9.75 min, 0.9 - 4.75 × 0.08 = 0.52; rent of 80: 1 - 40 × 0.005 = 0.8
    # 300 m: 4.875 min, 1 - 1.875 × 0.05 = 0.90625; rent unknown, 0.5 in the middle
    scores = {r["office"]["name"]: r["score"] for r in answer["results"]}
    assert scores == pytest.approx({"A": 74.4, "B": 66.0, "C": 70.3}, abs=0.1)
    unknown = next(r for r in answer["results"] if r["office"]["name"] == "C")
    assert unknown["score_range"] == pytest.approx([45.3, 95.3], abs=0.1)
    assert unknown["known_weight"] == 0.5


def test_a_kept_run_asked_again_is_the_same_until_the_city_changes(
    three_offices: None, rest: TestClient, bring: Bring
) -> None:
    kept = recommended(rest, {**QUESTION, "store": True, "title": "某公司", "made_by": "招商一组"})
    [listed] = rest.get("/recommendations").json()["recommendations"]
    assert (listed["id"], listed["title"], listed["made_by"]) == (kept["id"], "某公司", "招商一组")
    read = rest.get(f"/recommendations/{kept['id']}").json()
    assert read["request"] == QUESTION
    assert read["answer"] == {name: value for name, value in kept.items() if name != "id"}

    again = rest.post(f"/recommendations/{kept['id']}/replay").json()
    assert again["same"]
    assert again["then"] == again["now"]
    assert again["difference"] == {}

    # B is let, and the rent of C is known now
    bring(
        "office_unit",
        unit("b", "B", area=500, rent=80, status="let", verified_on="2026-11-01"),
        unit("c", "C", area=500, rent=40, verified_on="2026-11-01"),
    )
    changed = rest.post(f"/recommendations/{kept['id']}/replay").json()
    assert not changed["same"]
    assert changed["then"]["data_version"] != changed["now"]["data_version"]
    assert [one["name"] for one in changed["difference"]["left"]] == ["B"]
    moved = {one["name"]: one["rank"] for one in changed["difference"]["moved"]}
    assert moved == {"C": [2, 1], "A": [1, 2]}
    # what was kept stays as it was
    assert rest.get(f"/recommendations/{kept['id']}").json() == read


def test_a_kept_run_is_asked_again_without_what_is_no_longer_there(
    three_offices: None, city: Engine, rest: TestClient, bring: Bring
) -> None:
    bring("station", station("S", HERE, lines=["9号线"]))
    around = HERE.buffer(0.02)
    bring("business_district", {"id": "N", "name": "北站商圈", "confirmed": False, "geom": around})
    question = {
        "need": {"lines": ["9号线"], "business_districts": ["北站商圈"]},
        "must": {"labels": ["近地铁"]},
    }
    kept = recommended(rest, {**question, "store": True})
    assert rest.post(f"/recommendations/{kept['id']}/replay").json()["same"]

    # the line has another name, the district too, and the label is switched off
    bring("station", station("S", HERE, lines=["2/8号线"]))
    bring("business_district", {"id": "N", "name": "站前商圈", "confirmed": False, "geom": around})
    with city.begin() as connection:
        rules = active_rules(connection)
        off = tuple(rule.model_copy(update={"on": rule.code != "near-metro"}) for rule in rules.all)
        adopt_rules(connection, Rules(all=off))
    assert rest.post("/offices/recommend", json=question).status_code == 400
    answer = rest.post(f"/recommendations/{kept['id']}/replay")
    assert answer.status_code == 200, answer.text
    again = answer.json()
    assert not again["same"]
    assert {(one["bound"], one["name"]) for one in again["difference"]["gone"]} == {
        ("need.lines", "9号线"),
        ("need.business_districts", "北站商圈"),
        ("must.labels", "近地铁"),
    }
    words = {one["zh"] for one in again["difference"]["gone"]}
    assert "标签“近地铁”已不存在，重做时不再要求" in words
    # nothing is asked for any more: as a need without these bounds
    assert ids(again["answer"]) == ids(recommended(rest, {}))
    assert rest.get(f"/recommendations/{kept['id']}").json()["request"] == question


def test_a_kept_run_outlives_its_preset_and_its_criteria(
    three_offices: None, city: Engine, rest: TestClient
) -> None:
    stated = {"metro_walk": 60, "rent": 40}
    kept = recommended(rest, {"weights": stated, "store": True})
    with city.begin() as connection:
        # as a run of an older state of the presets and criteria was kept
        connection.execute(
            text("""
            update recommendation set request = request || '{"preset": "mining",
                "weights": {"rent": 40, "glamour": 10}}' where id = :id
            """),
            {"id": kept["id"]},
        )
    answer = rest.post(f"/recommendations/{kept['id']}/replay")
    assert answer.status_code == 200, answer.text
    again = answer.json()
    assert again["difference"]["gone"][0]["zh"] == "行业预设“mining”已不存在，按当时的权重重做"
    assert again["answer"]["weights"] == stated
    assert ids(again["answer"]) == ids(kept)

    with city.begin() as connection:
        connection.execute(
            text("update recommendation set request = request - 'preset' where id = :id"),
            {"id": kept["id"]},
        )
    again = rest.post(f"/recommendations/{kept['id']}/replay").json()
    assert [one["bound"] for one in again["difference"]["gone"]] == ["weights.glamour"]
    assert again["answer"]["weights"] == {"rent": 100}


def test_a_setting_that_changes_cautions_is_told_as_a_difference_of_versions(
    three_offices: None, rest: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = recommended(rest, {**QUESTION, "store": True})
    monkeypatch.setenv("CIM_UNVERIFIED_AFTER", "36000")
    forget_settings()
    try:
        again = rest.post(f"/recommendations/{kept['id']}/replay").json()
    finally:
        monkeypatch.undo()
        forget_settings()
    assert again["then"]["data_version"] != again["now"]["data_version"]


def test_a_recommendation_that_was_not_kept_is_not_found(luohu: Engine, rest: TestClient) -> None:
    assert rest.get("/recommendations/999").status_code == 404
    assert rest.post("/recommendations/999/replay").status_code == 404


def test_kept_runs_are_listed_newest_first_page_by_page(
    three_offices: None, rest: TestClient
) -> None:
    made = [recommended(rest, {**QUESTION, "store": True})["id"] for _ in range(3)]
    first = rest.get("/recommendations?limit=2").json()
    following = {link["rel"]: link["href"] for link in first["links"]}["next"]
    second = rest.get(following).json()
    listed = [one["id"] for page in (first, second) for one in page["recommendations"]]
    assert listed == made[::-1]


def test_the_answer_follows_a_change_at_once(
    three_offices: None, rest: TestClient, bring: Bring
) -> None:
    assert len(ids(recommended(rest, QUESTION))) == 3
    bring("office_unit", unit("b", "B", area=500, rent=80, status="let"))
    assert sorted(ids(recommended(rest, QUESTION))) == ["t:A", "t:C"]
