"""Space on offer: single units, blocks of adjacent ones, and combinations within an office."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cim.matching.market import Market, numbers
from cim.matching.need import Request
from cim.matching.truth import (
    NO,
    UNKNOWN,
    YES,
    Numbers,
    Truth,
    at_least,
    either,
    every,
    exact,
    truth_of,
)
from cim.model import columns_of, field_of
from cim.model.office_unit import OfficeUnit

Words = NDArray[np.object_]


@dataclass(frozen=True)
class Offers:
    """Space in columns, each (m,): areas in m²; NaN is unknown.

    Rents are comparable ones, CNY per m² of gross floor area and month without property fee;
    what is paid in a month is as quoted. See `cim.model.LettingOption`.

    Attributes
    ----------
    office
        Place of the office in the market.
    smallest, area
        What it can be cut down to, and all of it.
    smallest_least, area_least
        What they are at least; the same where they are known.
    rent
        That of all of it.
    rent_least, rent_most
        Between these lies the highest rent of its units.
    monthly_least, monthly_most
        Between these lies what all of it costs.
    free
        The last known day on which a unit of it becomes free, as a day number; minus infinity
        where all of it is free already.
    free_known, fit_out_known
        Whether nothing about it is unknown.
    fit_outs
        Fit-outs of its units, a bit each (`FIT_OUTS`).
    units
        A tuple of ids each.
    unit_count
        How many units.
    parking_ratio
        That of its office, spaces per 100 m².
    parts
        How many blocks it is put together from; 1 unless it is a combination.
    """

    office: NDArray[np.intp]
    smallest: Numbers
    smallest_least: Numbers
    area: Numbers
    area_least: Numbers
    rent: Numbers
    rent_least: Numbers
    rent_most: Numbers
    monthly_least: Numbers
    monthly_most: Numbers
    free: Numbers
    free_known: NDArray[np.bool_]
    fit_outs: NDArray[np.int64]
    fit_out_known: NDArray[np.bool_]
    units: Words
    unit_count: NDArray[np.int64]
    parking_ratio: Numbers
    parts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.office)

    @property
    def monthly(self) -> Numbers:
        """What all of it costs, CNY a month."""
        return np.where(self.monthly_least == self.monthly_most, self.monthly_most, np.nan)

    @property
    def rate_most(self) -> Numbers:
        """What a m² of it costs at most, CNY a month."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.area > 0, self.monthly_most / self.area, np.nan)

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Offers:
        """Return some of it."""
        return Offers(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})

    def join(self, more: Offers) -> Offers:
        """Return this and more."""
        return Offers(
            **{
                f.name: np.concatenate([getattr(self, f.name), getattr(more, f.name)])
                for f in fields(self)
            }
        )


def objects(values: list[tuple[str, ...]]) -> Words:
    """Return an array of tuples, which numpy would else make a table of."""
    found = np.empty(len(values), dtype=object)
    for i, value in enumerate(values):
        found[i] = value
    return found


FIT_OUTS = {
    word: 1 << place
    for place, word in enumerate(field_of(columns_of(OfficeUnit)["fit_out"]).values)
}
"""The bit of each fit-out."""


def bits(words: Iterable[str]) -> int:
    """Return some fit-outs as bits."""
    return sum(FIT_OUTS[word] for word in set(words))


def day_number(day: dt.date) -> float:
    """Return a day as a number that can be compared."""
    return float(day.toordinal())


_NUMBERS = (
    "smallest",
    "smallest_least",
    "area",
    "area_least",
    "rent",
    "rent_least",
    "rent_most",
    "monthly_least",
    "monthly_most",
)
"""Measures of an option that are taken as they are."""


def offers_of(market: Market) -> Offers:
    """Return every unit and block of the market."""
    found: Offers = market.once("offers", lambda: _offers(market))
    return found


def _offers(market: Market) -> Offers:
    o = market.options
    office = o["office"].to_numpy(dtype=np.intp)
    return Offers(
        office=office,
        **{name: exact(numbers(o[name])) for name in _NUMBERS},
        free=np.array([-np.inf if pd.isna(day) else day_number(day) for day in o["free_from"]]),
        free_known=o["free_known"].to_numpy(dtype=bool),
        fit_outs=np.array([bits(words) for words in o["fit_outs"]], dtype=np.int64),
        fit_out_known=o["fit_out_known"].to_numpy(dtype=bool),
        units=objects([tuple(units) for units in o["units"]]),
        unit_count=o["unit_count"].to_numpy(dtype=np.int64),
        parking_ratio=market.numbers("parking_ratio")[office],
        parts=np.ones(len(o), dtype=np.int64),
    )


def least_area(offers: Offers, request: Request) -> Numbers:
    """Return the least area of each offer that serves the need, m²."""
    found = np.fmax(offers.smallest, request.area_min or 0.0)
    if request.need.parking_spaces is not None:
        with np.errstate(divide="ignore", invalid="ignore"):
            found = np.maximum(found, 100 * request.need.parking_spaces / offers.parking_ratio)
    return np.where(np.isnan(offers.area), np.nan, found)


def cost_most(offers: Offers, request: Request) -> Numbers:
    """Return what the least area that serves the need costs at most, CNY a month."""
    # all of it costs what all of it costs, to the last bit
    with np.errstate(divide="ignore", invalid="ignore"):
        return exact(offers.monthly_most * (least_area(offers, request) / offers.area))


def cost_least(offers: Offers, request: Request) -> Numbers:
    """Return what that area costs at least; of unknown area it is the share of what is known."""
    with np.errstate(divide="ignore", invalid="ignore"):
        known = least_area(offers, request) / offers.area
        share = np.where(np.isnan(offers.area), offers.smallest_least / offers.area_least, known)
    return exact(offers.monthly_least * share)


def most_area(offers: Offers, request: Request) -> Numbers:
    """Return the most area of each offer that serves the need, m²."""
    bound = request.need.area.max
    return offers.area if bound is None else np.minimum(offers.area, bound)


def let_area(offers: Offers, request: Request) -> Numbers:
    """Return the area that would be let: as near to what is wanted as offer and budget allow."""
    low, high = least_area(offers, request), most_area(offers, request)
    wanted = high if request.area_wanted is None else np.minimum(high, request.area_wanted)
    if request.need.budget_per_month is not None:
        with np.errstate(divide="ignore", invalid="ignore"):
            affordable = request.need.budget_per_month / offers.rate_most
        wanted = np.fmin(wanted, np.where(affordable > 0, affordable, np.nan))
    return np.where(low <= high, np.maximum(low, wanted), offers.area)


def _area_min(offers: Offers, request: Request) -> Truth:
    # what is known of it may be enough
    bound = request.area_min or 0.0
    return either(offers.area_least >= bound, ~np.isnan(offers.area))


def _area_max(offers: Offers, request: Request) -> Truth:
    bound = request.need.area.max or np.inf
    return either(offers.smallest <= bound, offers.smallest_least > bound)


def _contiguous(offers: Offers, _: Request) -> Truth:
    return np.where(offers.parts == 1, YES, NO).astype(np.int8)


def _parking(offers: Offers, request: Request) -> Truth:
    wanted = request.need.parking_spaces or 0.0
    return at_least(exact(offers.parking_ratio * most_area(offers, request) / 100), wanted)


def _rent(offers: Offers, request: Request) -> Truth:
    bound = np.inf if request.must.rent_max is None else request.must.rent_max
    return either(offers.rent_most <= bound, offers.rent_least > bound)


def _budget(offers: Offers, request: Request) -> Truth:
    budget = request.need.budget_per_month or np.inf
    return either(cost_most(offers, request) <= budget, cost_least(offers, request) > budget)


def _move_in(offers: Offers, request: Request) -> Truth:
    day = day_number(request.need.move_in or dt.date.max)
    late = offers.free > day
    return np.where(late, NO, np.where(offers.free_known, YES, UNKNOWN)).astype(np.int8)


def _fit_out(offers: Offers, request: Request) -> Truth:
    other = (offers.fit_outs & ~bits(request.need.fit_out or ())) != 0
    return truth_of(~other, offers.fit_out_known | other)


SPACE: dict[str, tuple[Callable[[Request], object], Callable[[Offers, Request], Truth]]] = {
    "must.rent_max": (lambda r: r.must.rent_max, _rent),
    "need.move_in": (lambda r: r.need.move_in, _move_in),
    "need.fit_out": (lambda r: r.need.fit_out, _fit_out),
    "need.area.min": (lambda r: r.area_min, _area_min),
    "need.contiguous": (lambda r: r.need.contiguous, _contiguous),
    "need.area.max": (lambda r: r.need.area.max, _area_max),
    "need.parking_spaces": (lambda r: r.need.parking_spaces, _parking),
    "need.budget_per_month": (lambda r: r.need.budget_per_month, _budget),
}
"""Bounds that one unit or block must meet together: what is asked, and whether it holds.

In the order of the funnel: first what every part of a combination must meet for itself."""


def judge_offers(offers: Offers, request: Request, bounds: tuple[str, ...]) -> Truth:
    """Return whether each offer meets all of some bounds of `SPACE`."""
    return every((SPACE[name][1](offers, request) for name in bounds), len(offers))
