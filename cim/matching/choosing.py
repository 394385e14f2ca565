"""Values of each criterion, and which of its offers an office is judged by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cim.matching.criteria import Criterion, criteria
from cim.matching.funnel import Judged
from cim.matching.market import Market
from cim.matching.need import Request
from cim.matching.offers import Offers, let_area
from cim.matching.scoring import points_of
from cim.matching.truth import UNKNOWN, Numbers


@dataclass(frozen=True)
class Chosen:
    """What each office is judged by.

    Attributes
    ----------
    offer
        (offices,), row of its offer; -1 where it has none.
    let
        (offers,), the area that would be let, m².
    x, values
        (offices, k): each criterion's measure and its value (0 to 1); NaN is unknown. The
        measure of a criterion of words is NaN.
    least
        (offices, k), what an unknown value is at least; 0 where nobody knows.
    """

    offer: NDArray[np.intp]
    let: Numbers
    x: Numbers
    values: Numbers
    least: Numbers


def _counted(criterion: Criterion, tables: NDArray[np.object_], industry: str | None) -> Numbers:
    """Return the sum of a table of counts, or its entry under the industry."""

    def count(table: dict[str, float] | None) -> float:
        if table is None:
            return np.nan
        if criterion.count == "sum":
            return float(sum(table.values()))
        # numbers too small to be told are left out of the table
        return float(table.get(industry or "", 0))

    return np.array([count(table) for table in tables], dtype=float)


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool | np.bool_) else str(value)


def _of_office(
    criterion: Criterion, market: Market, request: Request
) -> tuple[Numbers, Numbers, Numbers]:
    """Return measure, value and least value of a criterion that speaks of the office."""
    nothing = np.zeros(len(market))
    if criterion.words:
        words = criterion.words
        found = [
            np.nan if v is None else words.get(_word(v), np.nan)
            for v in market.words(criterion.fact)
        ]
        return np.full(len(market), np.nan), np.array(found, dtype=float), nothing
    if criterion.count:
        x = _counted(criterion, market.words(criterion.fact), request.industry)
    else:
        x = market.numbers(criterion.fact, criterion.beyond)
    # a number that may be larger is known only where a larger one would count the same
    value = criterion.value(x)
    open_ended = market.no_less(criterion.fact) & (value != criterion.points[-1][1])
    least = np.where(open_ended, np.nan_to_num(value), nothing)
    return np.where(open_ended, np.nan, x), np.where(open_ended, np.nan, value), least


def _of_offer(criterion: Criterion, offers: Offers, let: Numbers, request: Request) -> Numbers:
    """Return the measure of a criterion that speaks of the space on offer."""
    if criterion.fact == "offer.rent":
        return offers.rent
    wanted = request.area_wanted
    return np.full(len(offers), np.nan) if wanted is None else 100 * np.abs(let / wanted - 1)


def applicable(request: Request, weights: Mapping[str, float]) -> dict[str, float]:
    """Leave out criteria that have no meaning for a request: no area, no industry stated."""
    left = dict(weights)
    if request.area_wanted is None:
        left.pop("area_fit", None)
    if request.industry is None:
        left.pop("neighbours", None)
    return left


def choose(market: Market, judged: Judged, request: Request, weights: dict[str, float]) -> Chosen:
    """Choose each office's offer, and value all criteria.

    The offer is the one that meets most of what must hold; among equals the one that brings most
    points, then the fewest parts, units and m².

    Parameters
    ----------
    weights
        By criterion, scaled.
    """
    offers = judged.offers
    let = let_area(offers, request)
    of_offer = {
        name: _of_offer(criteria()[name], offers, let, request)
        for name in weights
        if criteria()[name].fact.startswith("offer.")
    }
    points = np.zeros(len(offers))
    for name, x in of_offer.items():
        points += points_of(criteria()[name].value(x), weights[name])
    order = np.lexsort(
        (
            np.nan_to_num(offers.area, nan=np.inf),
            offers.unit_count,
            offers.parts,
            -np.round(points, 9),
            -judged.offer_truth,
            offers.office,
        )
    )
    order = order[judged.offer_truth[order] >= UNKNOWN]
    places, first = np.unique(offers.office[order], return_index=True)
    offer = np.full(len(market), -1, dtype=np.intp)
    offer[places] = order[first]

    x = np.full((len(market), len(weights)), np.nan)
    values, least = x.copy(), np.zeros(x.shape)
    for column, name in enumerate(weights):
        if name in of_offer:
            has = offer >= 0
            x[has, column] = of_offer[name][offer[has]]
            values[:, column] = criteria()[name].value(x[:, column])
        else:
            x[:, column], values[:, column], least[:, column] = _of_office(
                criteria()[name], market, request
            )
    return Chosen(offer, let, x, values, least)
