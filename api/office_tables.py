"""The offices of a search as a file for a spreadsheet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Response

from api.tables import heading, table_answer
from cim.facts import FACTS
from cim.labels.kinds import fact_words
from cim.offices.properties import TOLD
from cim.offices.search import OfficeRows


def office_table(form: str, found: OfficeRows, skipped: int) -> Response:
    """Return the offices as a file; one that holds a part of the answer says so in its name.

    Parameters
    ----------
    form
        ``csv`` or ``xlsx``.
    skipped
        How many offices of the answer go before.
    """
    titles = {name: heading(fact.zh, fact.unit) for name, fact in FACTS.items()}
    titles |= {name: heading(zh) for name, (zh, _) in TOLD.items() if name not in FACTS}
    titles |= {name: heading(TOLD[name][0], FACTS[name].unit) for name in ("rent_min", "rent_max")}
    titles |= {"lon": "经度（°）", "lat": "纬度（°）"}
    name = f"商办楼宇{_part(skipped, len(found.rows), found.matched)}"
    rows = ([_in_words(title, row[title]) for title in titles] for row in found.rows)
    return table_answer(form, name, list(titles.values()), rows)


def _in_words(name: str, value: Any) -> Any:
    """Return a value with the titles of its words, as the heading stands for its name."""
    words = fact_words().get("provenance" if name.endswith("provenance") else name, {})
    match value:
        case str():
            return _title(words, value)
        case list():
            return [_title(words, word) for word in value]
        case dict():
            return {_title(words, word): count for word, count in value.items()}
    return value


def _title(words: Mapping[str, tuple[str, str]], word: str) -> str:
    return words[word][0] if word in words else word


def _part(skipped: int, told: int, matched: int) -> str:
    """Say which part of an answer is told; nothing where it is all of it."""
    if told == matched:
        return ""
    if not told:
        return f"（0，共{matched}）"
    which = f"第{skipped + 1}至{skipped + told}" if skipped else f"前{told}"
    return f"（{which}，共{matched}）"
