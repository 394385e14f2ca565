"""Values, bounds and offices in words, Chinese and English."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from cim.facts import FACTS
from cim.labels.rules import Rules
from cim.matching.answer import Said
from cim.matching.criteria import Criterion
from cim.matching.market import Market
from cim.matching.musts import MUSTS, Must
from cim.matching.offers import SPACE
from cim.matching.truth import YES
from cim.model.field import UNIT_TITLES

_UNITS = {
    **UNIT_TITLES,
    "min": "分钟",
    "m": "米",
    "spaces/100m2": "个/100㎡",
    "CNY/month": "元/月",
    "space": "个",
}
_EN = {
    "percent": "%",
    "spaces/100m2": "per 100 m²",
    "m2": "m²",
    "CNY/m2/month": "CNY/m²/month",
    "CNY/month": "CNY a month",
    # counts are numbers in English
    **dict.fromkeys(("条", "个", "处", "家", "年", "space"), ""),
}

SPACE_WORDS: dict[str, tuple[str, str, str | None]] = {
    "all": ("全部楼宇", "all offices", None),
    "free": ("有可租房源", "something to let", None),
    "must.rent_max": ("租金", "rent", "CNY/m2/month"),
    "need.move_in": ("入驻日期", "date of moving in", None),
    "need.fit_out": ("装修", "fit-out", None),
    "need.area.min": ("面积", "area", "m2"),
    "need.contiguous": ("单元相邻", "adjacency of units", None),
    "need.area.max": ("面积", "area", "m2"),
    "need.parking_spaces": ("随租车位", "parking spaces that come along", "space"),
    "need.budget_per_month": ("每月租金预算", "rent budget", "CNY/month"),
}
"""Titles and units of the steps that do not speak of an office alone."""

MISSING = {
    "free": ("房源没有登记", "no units on record"),
    "must.rent_max": ("租金不详", "rent unknown"),
    "need.move_in": ("可入驻日期不详", "unknown when it is free"),
    "need.fit_out": ("装修不详", "fit-out unknown"),
    "need.area.min": ("面积不详", "area unknown"),
    "need.area.max": ("面积不详", "area unknown"),
    "need.parking_spaces": ("车位配比或面积不详", "parking ratio or area unknown"),
    "need.budget_per_month": ("租金或面积不详", "rent or area unknown"),
}
"""What is missing where such a bound cannot be judged."""

NOT_COMPARABLE = (
    "物业费或得房率不详，租金不能折算",
    "fee or efficiency unknown, so that the rent cannot be compared",
)
"""What is missing where a rent is quoted, but not on a basis that can be compared."""

TOO_MANY_SETS = ("空间组合太多，没有逐一核对", "too many sets of units to look at each")
"""What is missing where units that were not all looked at together may meet the need."""

if set(SPACE_WORDS) != {"all", "free", *SPACE}:
    raise AssertionError("SPACE_WORDS and SPACE differ")


def quantity(value: float, unit: str | None, digits: int) -> Said:
    """Return a number with its unit."""
    written = f"{value:,.{digits}f}"
    if unit == "年":
        return Said(zh=f"{value:.0f} 年", en=f"{value:.0f}")
    zh, en = _UNITS.get(unit or "", unit or ""), _EN.get(unit or "", unit or "")
    tight = unit == "percent"
    return Said(
        zh=f"{written}{'' if tight else ' '}{zh}".strip(),
        en=f"{written}{'' if tight else ' '}{en}".strip(),
    )


def bound_titles(path: str) -> Said:
    """Return what a bound is called."""
    if path in MUSTS:
        return Said(zh=MUSTS[path].zh, en=MUSTS[path].en)
    zh, en, _ = SPACE_WORDS[path]
    return Said(zh=zh, en=en)


def _choice_in_words(rules: Rules, path: str, words: list[Any]) -> Said:
    """Return some words as people call them: labels by their titles."""
    if path == "must.labels":
        labels = [rules.named(code) for code in words]
        zh, en = [label.zh for label in labels], [label.en for label in labels]
    else:
        zh = [{True: "是", False: "否"}.get(w, str(w)) if isinstance(w, bool) else w for w in words]
        en = [
            {True: "yes", False: "no"}.get(w, str(w)) if isinstance(w, bool) else w for w in words
        ]
    title = bound_titles(path)
    return Said(zh=f"{title.zh}：{'、'.join(zh)}", en=f"{title.en}: {', '.join(en)}")


def bound_in_words(rules: Rules, path: str, value: Any) -> Said:
    """Return a bound with its value; `rules` say what labels are called."""
    title, must = bound_titles(path), MUSTS.get(path)
    if value is None or value is True:
        return title
    if isinstance(value, list):
        return _choice_in_words(rules, path, value)
    if isinstance(value, dt.date | str):
        return Said(zh=f"{title.zh}不晚于 {value}", en=f"{title.en} by {value}")
    most = must.most if isinstance(must, Must) else not path.endswith((".min", "parking_spaces"))
    unit = must.unit if isinstance(must, Must) else SPACE_WORDS[path][2]
    digits = must.digits if isinstance(must, Must) else 1
    said = quantity(value, unit, 0 if float(value).is_integer() else max(digits, 1))
    return Said(
        zh=f"{title.zh}{'不超过' if most else '不少于'} {said.zh}",
        en=f"{title.en} {'at most' if most else 'at least'} {said.en}",
    )


def measure_in_words(criterion: Criterion, x: float | str | bool | None) -> Said:
    """Return what a criterion reads of an office."""
    if x is None:
        return Said(zh=f"{criterion.zh}不详", en=f"{criterion.en} unknown")
    if isinstance(x, bool):
        return Said(
            zh=criterion.zh if x else f"不{criterion.zh}",
            en=f"{criterion.en}: {'yes' if x else 'no'}",
        )
    if isinstance(x, str):
        return Said(zh=f"{criterion.zh} {x}", en=f"{criterion.en} {x}")
    if x == float("inf"):
        return Said(zh=f"{criterion.zh}超出范围", en=f"{criterion.en} beyond reach")
    said = quantity(x, criterion.unit, criterion.digits)
    return Said(zh=f"{criterion.zh} {said.zh}", en=f"{criterion.en} {said.en}")


def plain(value: Any, digits: int | None = None) -> Any:
    """Return a value of a frame as JSON has it: unknown is null, numbers are rounded."""
    if isinstance(value, list | dict):
        return value
    if value is None or value is pd.NaT or (isinstance(value, float) and value != value):  # noqa: PLR0124
        return None
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, dt.date):
        return value.isoformat()
    if digits is not None and isinstance(value, int | float) and not isinstance(value, bool):
        rounded = round(value, digits)
        return int(rounded) if digits == 0 else rounded
    return value


def office_in_words(market: Market, place: int) -> dict[str, Any]:
    """Return an office as a search gives it, with its labels and where it lies."""
    told = {name: plain(market.words(name)[place], fact.digits) for name, fact in FACTS.items()}
    told["labels"] = [
        {"code": rule.code, "zh": rule.zh, "en": rule.en}
        for rule in market.rules.on
        if rule.code in market.labels and market.labels[rule.code][place] == YES
    ]
    told["lon"], told["lat"] = (
        round(float(market.words(name)[place]), 6) for name in ("lon", "lat")
    )
    return told
