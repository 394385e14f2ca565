"""Bounds that speak of the office: what each reads, and whether it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from cim.matching.market import Market
from cim.matching.naming import full_street
from cim.matching.need import Request
from cim.matching.truth import (
    NO,
    UNKNOWN,
    YES,
    Numbers,
    Truth,
    at_least,
    at_most,
    every,
    some,
    truth_of,
)
from cim.model import columns_of, field_of
from cim.model.office import Office
from cim.offices.criteria import ANY_USE
from cim.offices.starts import lines_among


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


def _is(fact: str) -> Callable[[Market, Any], Truth]:
    def truths(market: Market, word: Any) -> Truth:
        values = market.words(fact)
        known = market.once(
            f"known {fact}", lambda: np.array([value is not None for value in values], dtype=bool)
        )
        return truth_of(np.asarray(values == word, dtype=bool), known)

    return truths


def _all(fact: str) -> Callable[[Market], Iterable[Any]]:
    return lambda market: sorted({v for v in market.words(fact) if v is not None}, key=str)


def _use(market: Market, word: Any) -> Truth:
    if word == ANY_USE:
        return np.full(len(market), YES, np.int8)
    return _is("use")(market, word)


def _street(market: Market, name: Any) -> Truth:
    same = [_is("street")(market, name), _is("street")(market, full_street(str(name)))]
    return some([*same, _is("street_id")(market, name)], len(market))


def _business_district(market: Market, name: Any) -> Truth:
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


def _line(market: Market, wanted: tuple[str, float | None]) -> Truth:
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


def _label(market: Market, code: Any) -> Truth:
    return market.labels.get(str(code), np.full(len(market), UNKNOWN, np.int8))


def _each(fact: str) -> Callable[[Market], Iterable[Any]]:
    def words(market: Market) -> Iterable[Any]:
        return sorted({word for entry in market.words(fact) for word in entry or ()})

    return words


MUSTS: dict[str, Must | Choice] = {
    must.path: must
    for must in (
        Choice("need.use", "用途", "use", _use, _all("use")),
        Choice("need.districts", "所在区", "district", _is("district"), _all("district")),
        Choice("need.streets", "街道", "street", _street, _all("street")),
        Choice(
            "need.business_districts",
            "商圈",
            "business district",
            _business_district,
            _each("business_districts"),
        ),
        Choice(
            "need.lines",
            "近处地铁线路",
            "metro line near",
            _line,
            _each("metro_lines"),
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
            _is("grade"),
            _all("grade"),
            order=tuple(field_of(columns_of(Office)["grade"]).values),
        ),
        Choice("must.labels", "标签", "label", _label, lambda m: m.labels, together=True),
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
        Choice("must.registrable", "可注册", "registration", _is("registrable"), lambda _: ()),
        Choice("must.ownership", "权属性质", "ownership", _is("ownership"), _all("ownership")),
        Choice(
            "must.air_conditioning",
            "空调",
            "air conditioning",
            _is("air_conditioning"),
            _all("air_conditioning"),
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
