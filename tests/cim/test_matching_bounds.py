"""What must hold of an office: yes, no, or nobody knows; and what can be asked for."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from cim.labels.rules import UnknownLabelError
from cim.matching.naming import Names
from cim.offices.starts import UnknownPlaceError
from tests.cim.small_market import ask, free, market, names


def in_funnel(answer: dict[str, Any], bound: str) -> tuple[int, int, int]:
    step = next(step for step in answer["funnel"] if step["bound"] == bound)
    return step["remaining"], step["removed"], step["unknown"]


def test_an_unknown_value_is_neither_yes_nor_no_and_stands_apart() -> None:
    here = market(
        [
            {"id": "near", "walk_min": 5.0},
            {"id": "far", "walk_min": 15.0},
            {"id": "beyond", "metro_beyond_reach": True},
            {"id": "unknown", "metro_beyond_reach": None},
        ],
        [free(f"u{n}", n, 100) for n in ("near", "far", "beyond", "unknown")],
    )
    answer = ask(here, must={"metro_walk_max": 10})
    assert names(answer) == ["near"]
    assert in_funnel(answer, "must.metro_walk_max") == (1, 2, 1)
    [apart] = answer["unknown"]
    assert apart["id"] == "unknown"
    assert [missing["zh"] for missing in apart["missing"]] == ["步行到地铁不详"]


@pytest.mark.parametrize(
    ("bound", "most", "fact", "value"),
    [
        ("metro_walk_max", 37.5, "walk_min", 45.0),
        ("port_walk_max", 37.5, "port_walk_min", 45.0),
        ("railway_walk_max", 37.5, "railway_walk_min", 45.0),
        ("metro_distance_max", 3000, "distance_m", None),
    ],
)
def test_too_far_is_certain_only_as_far_as_places_were_looked_at(
    bound: str, most: float, fact: str, value: float | None
) -> None:
    beyond = f"{bound.split('_', maxsplit=1)[0]}_beyond_reach"
    here = market(
        [{"id": "none in reach", beyond: True}, {"id": "far", fact: value, beyond: value is None}],
        [free("u", "none in reach", 100), free("v", "far", 100)],
    )
    path = f"must.{bound}"
    assert in_funnel(ask(here, must={bound: most}), path) == (0, 2, 0)
    # 3,000 m at 80 m/min: a place out of sight may be reached straight ahead in 37.6 minutes
    assert in_funnel(ask(here, must={bound: most + 0.1}), path) == (0, 0, 2)


@pytest.mark.parametrize(
    ("bound", "criterion", "fact", "uncounted", "enough"),
    [
        (
            "parking_nearby_min",
            "parking_nearby",
            "parking_spaces_near",
            "parking_lots_unknown",
            1000,
        ),
        ("bus_routes_min", "bus_routes", "bus_routes_near", "bus_stops_unknown", 25),
    ],
)
def test_what_was_not_counted_may_still_be_there(
    bound: str, criterion: str, fact: str, uncounted: str, enough: int
) -> None:
    facts = {
        "all counted": (5.0, 0),
        "some not": (5.0, 2),
        "enough, some not": (float(enough), 2),
        "none on record": (None, None),
    }
    here = market(
        [{"id": name, fact: counted, uncounted: not_} for name, (counted, not_) in facts.items()],
        [free(f"u {name}", name, 100) for name in facts],
    )
    answer = ask(here, must={bound: 6}, weights={criterion: 1})
    assert names(answer) == ["enough, some not"]
    assert in_funnel(answer, f"must.{bound}") == (1, 1, 2)
    assert {one["id"] for one in answer["unknown"]} == {"some not", "none on record"}
    # what is counted is enough for the lower bound, and the least that it can score
    found = ask(here, must={bound: 5}, weights={criterion: 1})["results"]
    ranges = {result["office"]["id"]: result["score_range"] for result in found}
    scores = {result["office"]["id"]: result["score"] for result in found}
    assert ranges["some not"] == pytest.approx([scores["all counted"], 100], abs=0.11)
    assert scores["some not"] == pytest.approx((scores["all counted"] + 100) / 2, abs=0.1)
    assert ranges["enough, some not"] == [100, 100]
    least, most = ranges["all counted"]
    assert most - least <= 0.1 + 1e-9
    assert most < 100


@pytest.mark.parametrize(
    ("criterion", "fact", "uncounted", "counts"),
    [
        ("parking_nearby", "parking_spaces_near", "parking_lots_unknown", (0, 250, 500, 999)),
        ("bus_routes", "bus_routes_near", "bus_stops_unknown", (0, 3, 12, 24)),
        ("metro_lines", "metro_lines_near", "metro_stations_unlined", (0, 1, 2)),
    ],
)
def test_one_more_that_could_not_be_counted_never_lowers_a_score(
    criterion: str, fact: str, uncounted: str, counts: tuple[int, ...]
) -> None:
    offices = [
        {
            "id": f"{count:03} {'and more' if more else 'in all'}",
            fact: float(count),
            uncounted: more,
        }
        for count in counts
        for more in (0, 1)
    ]
    here = market(offices, [free(f"u{o['id']}", str(o["id"]), 100) for o in offices])
    found = {
        result["office"]["id"]: result
        for result in ask(here, weights={criterion: 1}, limit=100)["results"]
    }
    for count in counts:
        exact, open_ended = found[f"{count:03} in all"], found[f"{count:03} and more"]
        assert open_ended["score"] >= exact["score"]
        assert open_ended["score_range"] == [exact["score"], 100]
        assert open_ended["known_weight"] == pytest.approx(exact["score"] / 100, abs=1e-3)


def test_a_stated_label_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UnknownLabelError, match="没有标签"):
        ask(market([{"id": "A"}], []), must={"labels": ["近火星"]})


def test_a_line_is_asked_for_as_in_a_search_and_within_the_walk_that_is_stated() -> None:
    known = Names(lines=("11号线", "2/8号线"))
    here = market(
        [
            {"id": "near", "walk_min": 4.0, "metro_lines": {"2/8号线": 6.0}},
            {"id": "far", "walk_min": 4.0, "metro_lines": {"2/8号线": 14.0, "11号线": 4.0}},
            {"id": "perhaps", "walk_min": 4.0, "metro_lines": {}, "unlined_min": 4.0},
            {"id": "unknown", "walk_min": 4.0, "metro_lines": None},
        ],
        [free(f"u{n}", n, 100) for n in ("near", "far", "perhaps", "unknown")],
        known,
    )
    for name in ("2", "2号线", "8", "2/8号线"):
        answer = ask(here, need={"lines": [name]})
        assert names(answer) == ["near"]
        assert {one["id"] for one in answer["unknown"]} == {"perhaps", "unknown"}
    # the walk that is stated takes the place of the 10 minutes that count as near
    for walk, found in ((5, []), (6, ["near"]), (14, ["far", "near"])):
        question = {"need": {"lines": ["2"]}, "must": {"metro_walk_max": walk}}
        assert sorted(names(ask(here, **question))) == found
    shorter = ask(here, need={"lines": ["2"]}, must={"metro_walk_max": 5}, wanted=1)
    assert {"must": {"metro_walk_max": 6.0}} in [r["change"] for r in shorter["relaxations"]]


def test_a_line_out_of_sight_may_be_within_a_walk_that_goes_further() -> None:
    here = market([{"id": "A", "metro_lines": {}}], [free("a", "A", 100)], Names(lines=("11号线",)))
    # 3,000 m at 80 m/min: no line is missed up to 37.5 minutes
    for walk, found in ((37.5, (0, 1, 0)), (37.6, (0, 0, 1))):
        answer = ask(here, need={"lines": ["11"]}, must={"metro_walk_max": walk})
        assert in_funnel(answer, "need.lines") == found


@pytest.mark.parametrize(
    ("need", "words"),
    [
        ({"lines": ["99"]}, "没有地铁线 '99'；有：2/8号线"),
        ({"streets": ["火星"]}, "没有街道 '火星'；有：桂园街道"),
        ({"districts": ["火星区"]}, "没有区 '火星区'；有：罗湖区"),
        ({"business_districts": ["火星"]}, "没有商圈 '火星'；有：蔡屋围"),
    ],
)
def test_a_place_that_does_not_exist_is_refused_with_those_there_are(
    need: dict[str, list[str]], words: str
) -> None:
    known = Names(("2/8号线",), {"s1": "桂园街道"}, ("罗湖区",), {"b1": "蔡屋围"})
    here = market(
        [{"id": "A", "street": "桂园街道", "street_id": "s1"}], [free("a", "A", 9)], known
    )
    with pytest.raises(UnknownPlaceError, match=words):
        ask(here, need=need)
    for name in ("桂园", "桂园街道", "s1"):
        assert names(ask(here, need={"streets": [name]})) == ["A"]


@pytest.mark.parametrize(
    "question",
    [
        {"need": {"lines": ["2"] * 51}},
        {"need": {"streets": ["桂" * 101]}},
        {"must": {"grade": ["甲级"] * 51}},
        {"must": {"labels": ["近地铁"] * 51}},
    ],
)
def test_a_list_of_words_is_of_a_length_that_people_write(question: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=r"at most (50|100)"):
        ask(market([{"id": "A"}], []), **question)


def test_an_office_without_units_on_record_is_unknown_and_one_without_free_units_is_out() -> None:
    here = market([{"id": "no record", "units": None}, {"id": "all let", "units": 4}], [])
    answer = ask(here)
    assert in_funnel(answer, "free") == (0, 1, 1)
    assert answer["unknown"][0]["missing"][0]["zh"] == "房源没有登记"
