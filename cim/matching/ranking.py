"""The ranked offices: what each criterion brings, and what sets each above the next."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cim.matching.answer import Caution, Contribution, Offer, Part, Result, Said, Versus
from cim.matching.choosing import Chosen
from cim.matching.criteria import criteria
from cim.matching.funnel import Judged
from cim.matching.market import Market
from cim.matching.need import Request
from cim.matching.rents import about_rents, fee_included
from cim.matching.saying import measure_in_words, office_in_words, plain
from cim.matching.scoring import MIDDLE, TOTAL, Scores, filled, in_tenths, points_of, undominated
from cim.matching.warning import (
    about_data,
    about_parts,
    about_units,
    about_unknowns,
    close_to_bound,
    units_of,
)

_REASONS = 3


@dataclass(frozen=True)
class Ranked:
    """All that is worked out of a request, before it is put into words.

    Attributes
    ----------
    weights
        By criterion, scaled.
    order
        Places in the market of the offices that meet everything, best first.
    """

    market: Market
    request: Request
    judged: Judged
    chosen: Chosen
    weights: dict[str, float]
    scores: Scores
    order: NDArray[np.intp]
    day: dt.date

    def tenths(self, places: NDArray[np.intp]) -> NDArray[np.int64]:
        """Return what each criterion brings to some offices, in tenths of a point."""
        weights = np.array(list(self.weights.values()))
        return in_tenths(points_of(self.chosen.values[places], weights, self.chosen.least[places]))

    def score_range(self, place: int, score: float) -> tuple[float, float]:
        """Return the score if the unknowns turn out worst and best."""
        low, high = self.scores.low[place], self.scores.high[place]
        # rounded apart, the ends may miss the rounded score by a tenth
        return min(round(float(low), 1), score), max(round(float(high), 1), score)


def _measure(ranked: Ranked, place: int, column: int, name: str) -> float | str | bool | None:
    """Return what a criterion reads; None where unknown."""
    if np.isnan(ranked.chosen.values[place, column]):
        return None
    if criteria()[name].words:
        value = ranked.market.words(criteria()[name].fact)[place]
        return bool(value) if isinstance(value, bool | np.bool_) else str(value)
    return float(ranked.chosen.x[place, column])


def _contributions(ranked: Ranked, place: int, tenths: NDArray[np.int64]) -> list[Contribution]:
    found = []
    for column, (name, weight) in enumerate(ranked.weights.items()):
        criterion, x = criteria()[name], _measure(ranked, place, column, name)
        shown = x
        if isinstance(x, float):
            shown = None if np.isinf(x) else round(x, criterion.digits)
        found.append(
            Contribution(
                criterion=name,
                zh=criterion.zh,
                en=criterion.en,
                points=int(tenths[column]) / 10,
                weight=round(weight, 1),
                value=shown,
                text=measure_in_words(criterion, x),
                known=x is not None,
            )
        )
    return sorted(found, key=lambda one: (-one.points, one.criterion))


def _reasons(ranked: Ranked, place: int, contributions: list[Contribution]) -> list[Said]:
    """Return what brings most, if it is known and good."""
    columns = list(ranked.weights)
    good = [
        one
        for one in contributions
        if one.known and ranked.chosen.values[place, columns.index(one.criterion)] >= MIDDLE
    ]
    return [
        Said(
            zh=f"{one.text.zh}：得 {one.points:.1f} 分（满分 {one.weight:.1f}）",
            en=f"{one.text.en}: {one.points:.1f} of {one.weight:.1f} points",
        )
        for one in good[:_REASONS]
    ]


def _versus(ranked: Ranked, lower: int, difference: NDArray[np.int64]) -> Versus:
    row = {name: ranked.market.words(name)[lower] for name in ("id", "name")}
    parts = [
        Part(criterion=n, zh=criteria()[n].zh, en=criteria()[n].en, points=int(tenths) / 10)
        for n, tenths in zip(ranked.weights, difference, strict=True)
        if tenths
    ]
    parts.sort(key=lambda part: (-abs(part.points), part.criterion))
    total = int(difference.sum()) / 10
    zh = "，".join(f"{part.zh} {part.points:+.1f}" for part in parts)
    en = ", ".join(f"{part.en} {part.points:+.1f}" for part in parts)
    if total:
        zh, en = f"比{row['name']}高 {total:.1f} 分：{zh}", f"{total:.1f} above: {en}"
    else:
        zh = f"与{row['name']}并列：{zh or '先列已知较全、编号在前者'}"
        en = f"level with {row['name']}: {en or 'better known first, then by id'}"
    return Versus(id=row["id"], name=row["name"], difference=total, parts=parts, zh=zh, en=en)


def _number(value: float, digits: int) -> float | None:
    return None if np.isnan(value) else round(float(value), digits)


def _offer(ranked: Ranked, row: int, units: pd.DataFrame) -> Offer:
    offers = ranked.judged.offers
    free, let = offers.free[row], ranked.chosen.let[row]
    return Offer(
        area=_number(offers.area[row], 2),
        let_area=_number(let, 2),
        area_least=_number(offers.area_least[row], 2),
        rent=_number(offers.rent[row], 2),
        monthly=_number(offers.monthly[row] / offers.area[row] * let, 0)
        if offers.area[row] > 0
        else None,
        fee_included=fee_included(units),
        free_from=None if np.isinf(free) else dt.date.fromordinal(int(free)),
        free_known=bool(offers.free_known[row]),
        combined=bool(offers.parts[row] > 1),
        parts=int(offers.parts[row]),
    )


def _cautions(ranked: Ranked, place: int, row: int, units: pd.DataFrame) -> list[Caution]:
    offers = ranked.judged.offers
    unknown = [
        (criteria()[name].zh, criteria()[name].en)
        for column, name in enumerate(ranked.weights)
        if np.isnan(ranked.chosen.values[place, column])
    ]
    return [
        *about_parts(int(offers.parts[row]) if row >= 0 else 1),
        *about_unknowns(unknown),
        *close_to_bound(ranked.market, place, ranked.request),
        *about_units(units, ranked.day),
        *(about_rents(offers, row, units) if row >= 0 else ()),
        *about_data(ranked.market, place, units),
    ]


def results(ranked: Ranked) -> list[Result]:
    """Return the best offices, each with what explains its rank."""
    limit = ranked.request.limit
    # one more, so that the last shown has something to be held against
    shown = ranked.order[: limit + 1]
    tenths = ranked.tenths(shown)
    # only what ranks above can beat a row, since every weight counts
    pareto = undominated(filled(ranked.chosen.values[shown], ranked.chosen.least[shown]))
    found = []
    for rank, place in enumerate(shown[:limit]):
        contributions = _contributions(ranked, place, tenths[rank])
        row = ranked.chosen.offer[place]
        names = ranked.judged.offers.units[row] if row >= 0 else ()
        units = units_of(ranked.market, names)
        score = int(tenths[rank].sum()) / (TOTAL / 10)
        below = shown[rank + 1] if rank + 1 < len(shown) else None
        found.append(
            Result(
                rank=rank + 1,
                office=office_in_words(ranked.market, place),
                units=[
                    {str(name): plain(value) for name, value in unit.items()}
                    for unit in units.to_dict("records")
                ],
                option=_offer(ranked, row, units) if row >= 0 else None,
                score=score,
                score_range=ranked.score_range(place, score),
                known_weight=round(float(ranked.scores.known[place]), 3),
                contributions=contributions,
                reasons=_reasons(ranked, place, contributions),
                cautions=_cautions(ranked, place, int(row), units),
                pareto=bool(pareto[rank]),
                versus_next=None
                if below is None
                else _versus(ranked, below, tenths[rank] - tenths[rank + 1]),
            )
        )
    return found
