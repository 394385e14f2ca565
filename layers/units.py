"""Units as sources write them, and what brings them to those of the model."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pint

from layers.mapping import MappingError


@cache
def _units() -> pint.UnitRegistry[Any]:
    registry: pint.UnitRegistry[Any] = pint.UnitRegistry()
    # 元 is a currency; a month is a twelfth of a year, so a daily rent is times 365/12
    registry.define("CNY = [currency] = 元")
    registry.define("rent_month = 365 / 12 * day")
    registry.define("rent_year = 365 * day")
    registry.define("亩 = 10000 / 15 * meter ** 2")
    registry.define("公顷 = 10000 * meter ** 2")
    registry.define("米 = meter")
    registry.define("万 = 10000")
    return registry


# as the trade writes units; the longer ones first
_WRITTEN = {
    "㎡": "m2",
    "平方米": "m2",
    "平米": "m2",
    "平方英尺": "ft2",
    "个月": "month",
    "月": "month",
    "天": "day",
    "日": "day",
    "年": "year",
}


def _expression(unit: str) -> str:
    """Write ``ft2`` and ``CNY/m²/月`` in the way pint reads them."""
    text = unit.strip().replace("²", "2")
    for written, name in _WRITTEN.items():
        text = text.replace(written, name)
    # 元/㎡·月 means 元/(㎡·月)
    head, slash, tail = text.partition("/")
    text = head + slash + re.sub(r"[·*•.]", "/", tail) if slash else text
    text = re.sub(r"\b(month|year)\b", r"rent_\1", text)
    # 万㎡ is ten thousand of them
    text = re.sub(r"万(?=\S)", "万 * ", text)
    return re.sub(r"(?<=[A-Za-z])([23])\b", r"**\1", text)


@cache
def unit_factor(unit: str, target: str) -> float:
    """Return what a value in `unit` is multiplied by to stand in `target`.

    Raises
    ------
    MappingError
        A unit is unknown, or the two measure different things.
    """
    registry = _units()
    try:
        return float(registry.Quantity(1.0, _expression(unit)).to(_expression(target)).magnitude)
    except (pint.PintError, ValueError, AssertionError, TypeError) as error:
        raise MappingError(
            f"单位 {unit!r} 不能换算成 {target!r} / unit {unit!r} does not convert to"
            f" {target!r}: {error}"
        ) from None
