"""What to look into before relying on a result."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np
import pandas as pd

from cim.matching.answer import Caution
from cim.matching.market import Market
from cim.matching.musts import MUSTS, Must, asked
from cim.matching.need import Request
from cim.matching.saying import bound_in_words, quantity
from cim.matching.truth import YES
from cim.settings import answer_settings

_CLOSE = 0.05
"""Share of a bound within which a value counts as close to it."""

_TIGHT = "parking-tight"
"""Label whose rule says when parking is tight."""

_DOUBTED = {
    "simulated": ("模拟", "simulated"),
    "estimated": ("估算", "estimated"),
    "unverified": ("未核实", "unverified"),
}


def close_to_bound(market: Market, place: int, request: Request) -> Iterator[Caution]:
    """Tell which bounds an office meets only just."""
    for path, must in MUSTS.items():
        bound = asked(request, path)
        if not isinstance(must, Must) or not bound:
            continue
        value = market.numbers(must.fact, must.beyond)[place]
        if abs(value - bound) <= _CLOSE * bound:
            said = quantity(value, must.unit, must.digits)
            asked_for = bound_in_words(market.rules, path, bound)
            yield Caution(
                code="close-to-bound",
                zh=f"接近界限：{must.zh} {said.zh}（要求{asked_for.zh}）",
                en=f"close to the bound: {must.en} {said.en} (asked: {asked_for.en})",
            )


def about_units(units: pd.DataFrame, day: dt.date) -> Iterator[Caution]:
    """Tell what is not sure about the units on offer."""
    after = answer_settings().unverified_after
    verified = units["verified_on"]
    old = [pd.isna(on) or (day - on).days > after for on in verified]
    if any(old):
        yield Caution(
            code="unverified-units",
            zh=f"{sum(old)} 个单元超过 {after} 天未核验",
            en=f"{sum(old)} units not verified for {after} days",
        )
    if (units["rent_area_base"].isna() & units["rent"].notna()).any():
        yield Caution(
            code="rent-area-base",
            zh="计租面积口径不详，按建筑面积计",
            en="area base of the rent unknown, taken as gross floor area",
        )


def about_office(market: Market, place: int) -> Iterator[Caution]:
    """Tell what a company asks of an office before it signs, where wanting or unknown."""
    registrable = market.words("registrable")[place]
    if registrable is None or pd.isna(registrable):
        yield Caution(
            code="registrable-unknown",
            zh="能否注册公司不详，须先核实",
            en="unknown whether a company can be registered there",
        )
    elif not registrable:
        yield Caution(
            code="not-registrable",
            zh="不可注册公司",
            en="no company can be registered there",
        )
    # the rule of the label says what is tight; where the rule is switched off nobody says it
    if _TIGHT in market.labels and market.labels[_TIGHT][place] == YES:
        yield Caution(code=_TIGHT, zh="车位紧张", en="parking is tight")


_READ = ("provenance", "parking_ratio_provenance", "walk_basis")


def about_data(market: Market, place: int, units: pd.DataFrame) -> Iterator[Caution]:
    """Tell what of the office and its units is simulated, estimated or unverified."""
    yield from about_office(market, place)
    office = {name: market.words(name)[place] for name in _READ}
    found = {office["provenance"], *units["provenance"]}
    for provenance, (zh, en) in _DOUBTED.items():
        if provenance in found:
            yield Caution(
                code=f"{provenance}-data", zh=f"含{zh}数据，不可作为依据", en=f"rests on {en} data"
            )
    if office["parking_ratio_provenance"] == "estimated":
        yield Caution(
            code="parking-estimated",
            zh="车位配比由停车面积估算",
            en="the parking ratio is estimated from a parking area",
        )
    # where no station is in reach, nothing was worked out from a straight line
    walked = not np.isnan(market.numbers("walk_min")[place])
    if walked and office["walk_basis"] == "straight-line":
        yield Caution(
            code="straight-line",
            zh="步行时间按直线距离折算，此处没有步行路网",
            en="walking times are from straight lines: no walk network here",
        )


def about_unknowns(names: list[tuple[str, str]]) -> Iterator[Caution]:
    """Tell which criteria count by the middle of their range."""
    if names:
        yield Caution(
            code="unknown",
            zh=f"{'、'.join(zh for zh, _ in names)}不详，按中间值计分",
            en=f"{', '.join(en for _, en in names)} unknown: scored by the middle",
        )


def about_parts(parts: int) -> Iterator[Caution]:
    """Tell where the space does not hang together."""
    if parts > 1:
        yield Caution(
            code="combined",
            zh=f"由 {parts} 处不相邻的空间组合，须确认可否一并使用",
            en=f"put together from {parts} places that do not adjoin",
        )


def units_of(market: Market, names: tuple[str, ...]) -> pd.DataFrame:
    """Return some units in the order of their ids."""
    known = np.array([name in market.units.index for name in names], dtype=bool)
    return market.units.loc[sorted(np.array(names, dtype=object)[known])]
