"""Finding offices by what people call them, slips of the hand included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA
from shapely import Point
from sqlalchemy import Engine
from starlette.testclient import TestClient

from cim.offices.wording import slips

if TYPE_CHECKING:
    from tests.api.conftest import Tables
    from tests.conftest import Bring

from tests.api.office_judge import ask

OFFICE = {"use": "办公", "source": "测试", "geom": Point(114.11, 22.54)}


def names(rest: TestClient, **question: Any) -> list[str]:
    return [f["properties"]["name"] for f in ask(rest, question)["features"]]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("京机100", "京基100"),
        ("地王大厦(信新广场)", "地王大厦(信兴广场)"),
        ("地王大下", "地王大厦(信兴广场)"),
        ("国贸夏大", "国贸大厦"),
        ("国大厦", "国贸大厦"),
        ("国国贸大厦", "国贸大厦"),
        ("Ｋｋ100", "京基100"),
        ("kk10o", "京基100"),
    ],
)
def test_a_slip_of_one_character_still_finds_the_tower(
    luohu: Engine, rest: TestClient, typed: str, meant: str
) -> None:
    assert meant in names(rest, q=typed, use="全部")


def test_the_answer_says_whether_the_words_were_found_as_they_stand(
    luohu: Engine, rest: TestClient
) -> None:
    assert ask(rest, {"q": "国贸大厦"})["text_match"] == "exact"
    assert ask(rest, {"q": "国茂大厦"})["text_match"] == "similar"
    # a word that is right somewhere is taken as it stands, even where other bounds leave nothing
    nothing = ask(rest, {"q": "国贸大厦", "completed_min": 2100})
    assert (nothing["numberMatched"], nothing["text_match"]) == (0, "none")
    # two characters have no slip to spare that sounds otherwise
    nothing = ask(rest, {"q": "国刀"})
    assert (nothing["numberMatched"], nothing["text_match"]) == (0, "none")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("国茂", "国贸大厦"),
        ("国贸", "国贸大厦"),
        ("囯貿", "国贸大厦"),
        ("果冒大下", "国贸大厦"),
        ("地旺", "地王大厦(信兴广场)"),
        ("帝王", "地王大厦(信兴广场)"),
        ("京基一佰", "京基100"),
        ("京基一百", "京基100"),
        ("京基壹佰", "京基100"),
        ("经济一〇〇", "京基100"),
        ("京基１００", "京基100"),
    ],
)
def test_a_tower_is_found_by_how_its_name_sounds_and_by_its_number_in_chinese(
    luohu: Engine, rest: TestClient, typed: str, meant: str
) -> None:
    assert names(rest, q=typed, use="全部")[0] == meant


def test_what_sounds_alike_is_all_that_a_homophone_finds(luohu: Engine, rest: TestClient) -> None:
    def found(q: str) -> set[str]:
        return {f["id"] for f in ask(rest, {"q": q, "use": "全部", "limit": 1000})["features"]}

    assert found("国茂") == found("国贸")
    assert found("罗胡") == found("羅湖") == found("罗湖")
    assert found("京基一佰") == found("京基100")
    # one character alike is not enough, and a character alone sounds like too many
    for q in ("国刀", "国中国", "茂贸", "贸国", "茂", "一佰八十七楼"):
        assert found(q) == set()
    # what is right somewhere is never heard as something else
    assert ask(rest, {"q": "国贸"})["text_match"] == "exact"
    assert ask(rest, {"q": "国茂"})["text_match"] == "similar"


def test_a_number_in_chinese_is_that_number_and_no_longer_one(
    city: Engine, bring: Bring, rest: TestClient
) -> None:
    towers = [
        "京基100",
        "京基1000",
        "京基A座",
        "三九大厦",
        "39楼",
        "深港广场108",
        "一百货仓",
        "罗湖.商务",
    ]
    bring("office", *({**OFFICE, "id": name, "name": name} for name in towers))

    def found(q: str) -> list[str]:
        return sorted(names(rest, q=q))

    assert found("京基一佰") == ["京基100"]
    assert found("京基一千") == ["京基1000"]
    assert found("深刚一百零八") == []
    assert found("广场一零八") == found("广厂一百零八") == ["深港广场108"]
    assert found("三九楼") == ["39楼"]
    assert found("三九") == ["三九大厦"]
    assert found("壹佰货仓") == ["一百货仓"]
    # signs in a word are only characters
    assert found("罗胡.商务") == ["罗湖.商务"]
    assert found("罗胡*商务") == found("罗胡(") == found("[罗胡") == []


def test_the_name_itself_comes_first_and_names_before_addresses(
    luohu: Engine, rest: TestClient, tables: Tables
) -> None:
    found = names(rest, q="国贸", use="全部")
    assert found[0].startswith("国贸")
    within = ["国贸" in name for name in found]
    assert within == sorted(within, reverse=True)
    assert names(rest, q="KK100")[0] == "京基100"
    # stated, another order counts
    by_id = [f["id"] for f in ask(rest, {"q": "国贸", "sort": "id"})["features"]]
    assert by_id == sorted(by_id)


def test_wildcards_and_quotes_are_only_characters(luohu: Engine, rest: TestClient) -> None:
    for q in ("%", "_", "%%%", "'; drop table office; --", "\\", "国%"):
        assert ask(rest, {"q": q})["numberMatched"] == 0


LETTERS = st.text(alphabet="国贸大厦座ab", min_size=1, max_size=7)


def _matches(pattern: str, text: str) -> bool:
    """Read a pattern of `slips` by hand: any text around, ``_`` for one character."""
    core = pattern.strip("%")
    return any(
        all(c in ("_", t) for c, t in zip(core, text[i : i + len(core)], strict=True))
        for i in range(len(text) - len(core) + 1)
    )


@given(word=st.text(alphabet="国贸大厦座ab", min_size=4, max_size=6), text=LETTERS)
@settings(max_examples=400, deadline=None)
def test_a_slip_is_a_distance_of_one_to_some_part_of_the_name(word: str, text: str) -> None:
    parts = {text[i:j] for i in range(len(text)) for j in range(i + 1, len(text) + 1)}
    near = any(OSA.distance(word, part) <= 1 for part in parts)
    found = word in text or any(_matches(pattern, text) for pattern in slips(word))
    # a character too few at either end is found as a part
    assert found == near
