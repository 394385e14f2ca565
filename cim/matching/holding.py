"""Whether a word holds of each office: its use, street, lines, labels."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np

from cim.matching.market import Market
from cim.matching.truth import NO, UNKNOWN, YES, Numbers, Truth, some, truth_of
from cim.offices.criteria import ANY_USE
from cim.offices.naming import full_street
from cim.offices.starts import lines_among


def is_word(fact: str) -> Callable[[Market, Any], Truth]:
    """Return what tells whether a fact of each office is a word."""

    def truths(market: Market, word: Any) -> Truth:
        values = market.words(fact)
        known = market.once(
            f"known {fact}", lambda: np.array([value is not None for value in values], dtype=bool)
        )
        return truth_of(np.asarray(values == word, dtype=bool), known)

    return truths


def all_words(fact: str) -> Callable[[Market], Iterable[Any]]:
    """Return what lists the words that a fact takes."""
    return lambda market: sorted({v for v in market.words(fact) if v is not None}, key=str)


def use_is(market: Market, word: Any) -> Truth:
    """Return whether each office has a use."""
    if word == ANY_USE:
        return np.full(len(market), YES, np.int8)
    return is_word("use")(market, word)


def in_street(market: Market, name: Any) -> Truth:
    """Return whether each office lies in a street, by name or id."""
    same = [is_word("street")(market, name), is_word("street")(market, full_street(str(name)))]
    return some([*same, is_word("street_id")(market, name)], len(market))


def in_business_district(market: Market, name: Any) -> Truth:
    """Return whether each office lies in a business district, by name or id."""
    lists = market.words("business_districts")
    ids = market.words("business_district_ids")
    inside = [name in (a or ()) or name in (b or ()) for a, b in zip(lists, ids, strict=True)]
    return truth_of(np.array(inside, dtype=bool), np.array([a is not None for a in lists]))


def minutes_to_line(market: Market, name: str) -> Numbers:
    """Return the minutes on foot to a line; infinite beyond reach, NaN where no lines are known."""

    def minutes(line: str) -> Numbers:
        tables = market.words("metro_lines")
        return np.array([np.nan if of is None else of.get(line, np.inf) for of in tables], float)

    known = market.names.lines
    nearest: Numbers = np.minimum.reduce(
        [
            # kept only for lines that there are
            market.once(f"minutes to {line}", partial(minutes, line))
            if line in known
            else minutes(line)
            for line in lines_among(known, [name])
        ]
    )
    return nearest


def line_near(market: Market, wanted: tuple[str, float | None]) -> Truth:
    """Tell whether a line is within a walk, or else within the minutes that count as near.

    As in a search: a station near whose lines are unknown may be on it.
    """
    name, walk = wanted
    most = market.walking.near_minutes if walk is None else walk
    minutes = minutes_to_line(market, name)
    beyond = NO if most <= market.walking.reach_minutes else UNKNOWN
    open_to = np.isnan(minutes) | (market.numbers("unlined_min") <= most)
    found = np.where(minutes <= most, YES, np.where(open_to, UNKNOWN, beyond))
    return found.astype(np.int8)


def has_label(market: Market, code: Any) -> Truth:
    """Return whether each office has a label, by code."""
    return market.labels.get(str(code), np.full(len(market), UNKNOWN, np.int8))


def each_word(fact: str) -> Callable[[Market], Iterable[Any]]:
    """Return what lists the words in a fact that holds several."""

    def words(market: Market) -> Iterable[Any]:
        return sorted({word for entry in market.words(fact) for word in entry or ()})

    return words
