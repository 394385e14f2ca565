"""At which bound each office is in, all else being met."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from cim.matching.market import Market
from cim.matching.musts import MUSTS, Must
from cim.matching.need import Request
from cim.matching.offers import Offers, cost_most
from cim.matching.truth import YES, Numbers, Truth


def _most_affordable(offers: Offers, request: Request) -> Numbers:
    """Return the largest least area that an offer still meets, m²."""
    budget = request.need.budget_per_month
    bound = request.need.area.max
    most = offers.area if bound is None else np.minimum(offers.area, bound)
    if budget is None:
        return most
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.minimum(most, budget / offers.rate_most)


_LEAST_FREE = np.float64(dt.date.min.toordinal())

_SPACE: dict[str, tuple[bool, int, Callable[[Offers, Request], Numbers]]] = {
    "need.area.min": (False, 0, _most_affordable),
    "need.area.max": (True, 0, lambda o, _: o.smallest),
    "need.budget_per_month": (True, 0, cost_most),
    "must.rent_max": (True, 1, lambda o, _: o.rent_most),
    "need.move_in": (True, 0, lambda o, _: np.maximum(o.free, _LEAST_FREE)),
}
"""For bounds on space: whether it is the most that will do, its decimals, what it is held to."""


def numeric(path: str) -> tuple[bool, int] | None:
    """Return whether a bound is the most that will do, and its decimals; None for words."""
    must = MUSTS.get(path)
    if isinstance(must, Must):
        return must.most, must.digits
    return _SPACE[path][:2] if path in _SPACE else None


def outward(value: float, digits: int, *, most: bool) -> float:
    """Round a bound so that what stands at `value` still meets it."""
    scale = 10.0**digits
    scaled = round(value * scale, 6)
    return (math.ceil(scaled) if most else math.floor(scaled)) / scale


def critical_space(
    market: Market, offers: Offers, truth: Truth, loose: Request, path: str, least: float
) -> Numbers:
    """Return the bound at which each office's space is in; NaN where none would do.

    Parameters
    ----------
    offers, truth
        The space, and how it stands to `loose`.
    loose
        The request without the bound.
    least
        The bound on the least area as it is, m²; what is put together counts up to there.
    """
    most, _, measure = _SPACE[path]
    held = measure(offers, loose)
    usable = (truth == YES) & np.isfinite(held)
    best = np.full(len(market), np.inf if most else -np.inf)
    (np.minimum if most else np.maximum).at(best, offers.office[usable], held[usable])
    if path == "need.area.min" and not loose.need.contiguous:
        total = _put_together(market, offers, truth, loose)
        best = np.maximum(best, np.where(total < least, total, -np.inf))
    return np.where(np.isfinite(best), best, np.nan)


def market_values(market: Market, must: Must) -> Numbers:
    """Return what a bound is held to; NaN where unknown or beyond reach."""
    values = market.numbers(must.fact, must.beyond)
    return np.where(np.isfinite(values), values, np.nan)


def _put_together(market: Market, offers: Offers, truth: Any, loose: Request) -> Numbers:
    """Return what the free units of each office that meet a request add up to, m²."""
    single = (truth == YES) & (offers.unit_count == 1)
    total = np.zeros(len(market))
    area = offers.area[single]
    np.add.at(total, offers.office[single], area)
    if loose.need.budget_per_month is not None:
        cost = np.zeros(len(market))
        np.add.at(cost, offers.office[single], offers.monthly_most[single])
        total = np.where(cost <= loose.need.budget_per_month, total, 0)
    return np.where(total > 0, total, -np.inf)
