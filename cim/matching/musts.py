"""Bounds that speak of the office: what each reads, and whether it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from cim.matching.holding import (
    all_words,
    each_word,
    has_label,
    in_business_district,
    in_street,
    is_word,
    line_near,
    use_is,
)
from cim.matching.market import Market
from cim.matching.need import Request
from cim.matching.truth import (
    NO,
    UNKNOWN,
    Truth,
    at_least,
    at_most,
    every,
    some,
)
from cim.model import columns_of, field_of
from cim.model.office import Office


@dataclass(frozen=True)
class Must:
    """A bound on a number of the office.

    Attributes
    ----------
    path
        Where the request states it, ``part.name``.
    most
        Whether the bound is the most, and not the least, that will do.
    beyond
        The fact that is true where the number lies beyond reach.
    digits
        Decimals to which a bound is written.
    """

    path: str
    zh: str
    en: str
    fact: str
    unit: str
    most: bool
    beyond: str | None = None
    digits: int = 1

    def truth(self, market: Market, request: Request) -> Truth:
        """Return whether each office meets the bound that a request states."""
        bound = asked(request, self.path)
        values = market.numbers(self.fact, self.beyond)
        if self.most:
            found = at_most(values, bound)
            return found if bound <= self._seen(market) else np.maximum(found, UNKNOWN)
        found = at_least(values, bound)
        return np.where((found == NO) & market.no_less(self.fact), UNKNOWN, found).astype(np.int8)

    def _seen(self, market: Market) -> float:
        """Return up to which bound no place is missed, in the unit of the number."""
        if self.beyond is None:
            return np.inf
        rule = market.walking
        return rule.reach_minutes if self.unit == "min" else rule.reach


@dataclass(frozen=True)
class Choice:
    """A bound on words of the office.

    Attributes
    ----------
    truths
        For one word, whether it is that of each office.
    words
        All words there are.
    together
        Whether all words asked for must hold, and not only one of them.
    beside
        Where the request states a number that each word is held to: `truths` gets both.
    order
        Words from the highest to the lowest; empty where none is above another.
    """

    path: str
    zh: str
    en: str
    truths: Callable[[Market, Any], Truth]
    words: Callable[[Market], Iterable[Any]]
    together: bool = False
    beside: str | None = None
    order: tuple[str, ...] = ()

    def word(self, market: Market, word: Any, request: Request) -> Truth:
        """Return whether each office meets one word; kept for words that there are."""
        if self.beside is not None:
            return self.truths(market, (word, asked(request, self.beside)))
        known = market.once(f"words of {self.path}", lambda: set(self.words(market)))
        if word not in known:
            return self.truths(market, word)
        found: Truth = market.once(f"{self.path} {word}", lambda: self.truths(market, word))
        return found

    def truth(self, market: Market, request: Request) -> Truth:
        """Return whether each office meets the choice of words that a request states."""
        found = [self.word(market, word, request) for word in asked(request, self.path)]
        if self.together:
            return every(found, len(market))
        return some(found, len(market))


MUSTS: dict[str, Must | Choice] = {
    must.path: must
    for must in (
        Choice("need.use", "用途", "use", use_is, all_words("use")),
        Choice("need.districts", "所在区", "district", is_word("district"), all_words("district")),
        Choice("need.streets", "街道", "street", in_street, all_words("street")),
        Choice(
            "need.business_districts",
            "商圈",
            "business district",
            in_business_district,
            each_word("business_districts"),
        ),
        Choice(
            "need.lines",
            "近处地铁线路",
            "metro line near",
            line_near,
            each_word("metro_lines"),
            beside="must.metro_walk_max",
        ),
        Must(
            "must.metro_walk_max",
            "步行到地铁",
            "walk to the metro",
            "walk_min",
            "min",
            most=True,
            beyond="metro_beyond_reach",
        ),
        Must(
            "must.metro_distance_max",
            "到地铁直线距离",
            "metro in a straight line",
            "distance_m",
            "m",
            most=True,
            beyond="metro_beyond_reach",
            digits=0,
        ),
        Must(
            "must.port_walk_max",
            "步行到口岸",
            "walk to a border port",
            "port_walk_min",
            "min",
            most=True,
            beyond="port_beyond_reach",
        ),
        Must(
            "must.railway_walk_max",
            "步行到火车站",
            "walk to a railway station",
            "railway_walk_min",
            "min",
            most=True,
            beyond="railway_beyond_reach",
        ),
        Must(
            "must.bus_routes_min",
            "近处公交线路数",
            "bus routes near",
            "bus_routes_near",
            "条",
            most=False,
            digits=0,
        ),
        Must(
            "must.parking_ratio_min",
            "车位配比",
            "parking ratio",
            "parking_ratio",
            "spaces/100m2",
            most=False,
            digits=2,
        ),
        Must(
            "must.parking_nearby_min",
            "周边公共车位",
            "public parking spaces near",
            "parking_spaces_near",
            "个",
            most=False,
            digits=0,
        ),
        Choice(
            "must.grade",
            "等级",
            "grade",
            is_word("grade"),
            all_words("grade"),
            order=tuple(field_of(columns_of(Office)["grade"]).values),
        ),
        Choice("must.labels", "标签", "label", has_label, lambda m: m.labels, together=True),
        Must("must.clear_height_min", "净高", "clear height", "clear_height", "m", most=False),
        Must("must.efficiency_min", "得房率", "efficiency", "efficiency", "percent", most=False),
        Must(
            "must.floor_plate_min",
            "标准层面积",
            "typical floor area",
            "typical_floor_area",
            "m2",
            most=False,
            digits=0,
        ),
        Must(
            "must.property_fee_max",
            "物业费",
            "property fee",
            "property_fee",
            "CNY/m2/month",
            most=True,
        ),
        Must(
            "must.completed_min",
            "竣工年份",
            "year of completion",
            "completed",
            "年",
            most=False,
            digits=0,
        ),
        Choice("must.registrable", "可注册", "registration", is_word("registrable"), lambda _: ()),
        Choice(
            "must.ownership", "权属性质", "ownership", is_word("ownership"), all_words("ownership")
        ),
        Choice(
            "must.air_conditioning",
            "空调",
            "air conditioning",
            is_word("air_conditioning"),
            all_words("air_conditioning"),
        ),
    )
}
"""Every bound on the office by its path, in the order of the funnel."""


def asked(request: Request, path: str) -> Any:
    """Return what a request states under a path; None where nothing, a choice as a list."""
    part, _, name = path.partition(".")
    value = getattr(getattr(request, part), name)
    return value if value is None or isinstance(value, list | float) else [value]


def stated(request: Request, path: str) -> Any:
    """Return all of a request that the truth of a bound hangs on; None where it has none."""
    must, bound = MUSTS[path], asked(request, path)
    if bound is None or not isinstance(must, Choice) or must.beside is None:
        return bound
    return bound, asked(request, must.beside)
