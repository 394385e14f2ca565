"""Finding offices by what people call them, slips of the hand included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA
from sqlalchemy import Engine
from starlette.testclient import TestClient

from cim.offices.wording import slips

if TYPE_CHECKING:
    from tests.api.conftest import Tables

from tests.api.office_judge import ask


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
    assert (nothing["numberMatched"], nothing["text_match"]) == (0, "exact")
    # two characters have no slip to spare
    assert ask(rest, {"q": "囯贸"})["numberMatched"] == 0


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
