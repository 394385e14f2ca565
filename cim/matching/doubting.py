"""What of a need can hardly be meant so: it is answered all the same, and said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np

from cim.matching.answer import Said
from cim.matching.market import Market
from cim.matching.need import Request
from cim.matching.offers import cost_least, judge_offers, offers_of
from cim.matching.saying import quantity
from cim.matching.truth import NO, YES


def doubts(market: Market, request: Request, day: dt.date) -> Iterator[Said]:
    """Tell what of a need contradicts itself, the market or the calendar.

    Parameters
    ----------
    day
        The day of the answer.
    """
    yield from _too_little_area(request)
    yield from _too_little_money(market, request)
    move_in = request.need.move_in
    if move_in is not None and move_in < day:
        yield Said(zh=f"入驻日期 {move_in} 已过", en=f"the date of moving in has passed: {move_in}")


def _too_little_area(request: Request) -> Iterator[Said]:
    if request.too_little_for_heads:
        most, heads = request.need.area.max, request.area_of_heads
        count, per = request.need.headcount, request.area_per_person
        yield Said(
            zh=f"面积上限 {most:g} ㎡ 少于 {count} 人所需的 {heads:g} ㎡（人均 {per:g} ㎡），"
            "按面积上限作答",
            en=f"{count} heads need {heads:g} m² at {per:g} m² each, more than the most area of"
            f" {most:g} m², which is what counts",
        )


def _too_little_money(market: Market, request: Request) -> Iterator[Said]:
    """Tell that nothing on the market whose rent is known costs so little."""
    budget = request.need.budget_per_month
    if budget is None:
        return
    offers = offers_of(market)
    truth = judge_offers(offers, request, ("need.budget_per_month",))
    if (truth == YES).any() or not (truth == NO).any():
        return
    least = quantity(float(np.min(cost_least(offers, request)[truth == NO])), "CNY/month", 0)
    yield Said(
        zh=f"每月预算 {budget:,.0f} 元低于所有已知租金的房源：满足面积的最低也要 {least.zh}",
        en=f"no space of known rent costs as little as {budget:,.0f} CNY a month:"
        f" the least that serves is {least.en}",
    )
