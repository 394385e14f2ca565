"""Units as sources write them, and what brings them to those of the model."""

from __future__ import annotations

import math
import re
import tokenize
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Any

from cim.settings import import_settings
from layers.mapping import MappingError

if TYPE_CHECKING:
    # loaded with the first unit that is not the model's own
    import pint

_TOKENS = {
    "km2": r"平方公里|平方千米|km2|sq\.? ?km",
    "ft2": r"平方英尺|平方呎|square feet|square foot|sq\.? ?ft\.?|ft2",
    "m2": r"平方米|平方公尺|平米|平方|平|square meters?|square metres?|sq\.? ?m\.?|m2",
    "hectare": r"公顷|hectares?|ha",
    "亩": r"亩",
    "km": r"公里|千米|km",
    "cm": r"厘米|cm",
    "mm": r"毫米|mm",
    "ft": r"英尺|呎|feet|foot|ft",
    "m": r"米|meters?|metres?|m",
    "CNY": r"人民币|元|yuan|rmb|cny|¥",
    "rent_month": r"个月|月|months?|mth",
    "day": r"天|日|days?",
    "rent_year": r"年|years?|yr",
    "kN": r"千牛|kn",
    "kg": r"公斤|千克|kg",
    "t": r"吨|t",
    "percent": r"%|percent|pct",
}
"""How the trade writes units, after NFKC, which turns ㎡ into ``m2``; the longer first."""

_LATIN = re.compile(r"[a-z]")
_BOUNDED = {
    name: "|".join(
        rf"(?<![A-Za-z]){one}(?![A-Za-z])" if _LATIN.match(one) else one
        for one in written.split("|")
    )
    for name, written in _TOKENS.items()
}
_TOKEN = re.compile(
    "|".join(f"(?P<t{i}>{written})" for i, written in enumerate(_BOUNDED.values())), re.IGNORECASE
)
_NAMES = list(_BOUNDED)
_SCALES = {"千万": "1e7", "百万": "1e6", "亿": "1e8", "万": "1e4", "千": "1e3", "百": "1e2"}
_SCALE = re.compile(f"({'|'.join(_SCALES)})\\s*(?=\\S)")
_BETWEEN = re.compile(r"[\s/·*•.()]*")
_NO_UNIT = (
    ValueError,
    AssertionError,
    TypeError,
    AttributeError,
    ArithmeticError,
    LookupError,
    SyntaxError,
    tokenize.TokenError,
)
"""What the registry raises over text that is no unit, beside errors of its own."""

_LONGEST = 60
"""Characters of a unit; longer text is none."""


@cache
def _units(days: float) -> pint.UnitRegistry[Any]:
    import pint

    registry: pint.UnitRegistry[Any] = pint.UnitRegistry()
    registry.define("CNY = [currency] = 元")
    registry.define(f"rent_month = {days!r} * day")
    registry.define("rent_year = 12 * rent_month")
    registry.define("亩 = 10000 / 15 * meter ** 2")
    return registry


def _plain(unit: str) -> str:
    """Write full-width and composed signs plainly, and what stands for “per” as a stroke."""
    text = unicodedata.normalize("NFKC", unit).strip()
    return re.sub(r"\s*(?:/|每|(?<![A-Za-z])per(?![A-Za-z]))\s*", "/", text)


def _named(unit: str) -> str:
    """Write every unit that the trade knows by its name in the registry, with spaces around."""
    return _TOKEN.sub(lambda found: f" {_NAMES[int(str(found.lastgroup)[1:])]} ", _plain(unit))


def is_unit(text: str) -> bool:
    """Tell whether text is made of nothing but units that the trade writes.

    What stands in the cells of a file is looked up and never evaluated.
    """
    if not text or len(text) > _LONGEST:
        return False
    rest, found = _TOKEN.subn("", _plain(text))
    return found > 0 and _BETWEEN.fullmatch(_SCALE.sub("", f"{rest} ;")[:-1]) is not None


def _expression(unit: str) -> str:
    """Write ``ft2`` and ``CNY/m²/月`` in the way pint reads them."""
    text = re.sub(r"\s*(?:\*\*|\^)\s*([23])\b", r"\1", _named(unit))
    if not unit.strip() or len(unit) > _LONGEST or "**" in text or "^" in text:
        # a power of a power takes for ever
        raise ValueError("no unit")
    text = _SCALE.sub(
        lambda found: f"{_SCALES[found[1]]} * ", re.sub(r"\s*/\s*", "/", text.strip())
    )
    # 元/㎡·月 and 元/(㎡·月) mean 元/㎡/月
    head, slash, tail = text.partition("/")
    if slash and re.search(r"[A-Za-z一-鿿]", head):
        if tail.startswith("(") and tail.endswith(")"):
            tail = tail[1:-1]
        tail = re.sub(r"\s*[·*•.\s/]\s*", "/", tail.strip())
    text = head + slash + tail
    return re.sub(r"(?<=[A-Za-z])([23])\b", r"**\1", text)


def unit_factor(unit: str, target: str) -> float:
    """Return what a value in `unit` is multiplied by to stand in `target`.

    A month has as many days as ``CIM_DAYS_PER_MONTH`` says, a year twelve months. Mass on an
    area counts as the force it weighs with under standard gravity.

    Raises
    ------
    MappingError
        A unit is unknown, or the two measure different things.
    """
    return _factor(unit, target, import_settings().days_per_month)


@cache
def _factor(unit: str, target: str, days: float) -> float:
    if unit == target:
        return 1.0
    import pint

    factor, why = math.nan, "no unit"
    try:
        source = _expression(unit)
        if target.startswith("kN"):
            # 350 kg/㎡ of a floor is what it bears, a force
            source = re.sub(r"\bkg\b", "kgf", re.sub(r"\bt\b", "1000 * kgf", source))
        quantity = _units(days).Quantity(1.0) * _units(days).parse_expression(source)
        factor = float(quantity.to(_expression(target)).magnitude)
    except (pint.PintError, *_NO_UNIT) as error:
        why = str(error)
    if not 0 < factor < math.inf:
        raise MappingError(
            f"单位 {unit!r} 不能换算成 {target!r} / unit {unit!r} does not convert to"
            f" {target!r}: {why}"
        )
    # a unit times itself is one, whatever the registry rounds on the way
    return 1.0 if math.isclose(factor, 1.0, rel_tol=1e-12) else factor


def convention(unit: str, target: str) -> tuple[str, str] | None:
    """Return what is taken for granted where `unit` becomes `target`, in Chinese and English."""
    given, wanted = _named(unit).split(), _named(target).split()
    days = import_settings().days_per_month
    shown = "365/12" if math.isclose(days, 365 / 12) else f"{days:g}"
    if "day" in given and "rent_month" in wanted and "CNY" in wanted:
        return (f"日租金按 {shown} 天折算为月租金", f"rents by the day × {shown}")
    if {"day", "rent_month"} <= {*given, *wanted} and given != wanted:
        return (f"一个月按 {shown} 天计", f"a month is taken as {shown} days")
    if "kN" in wanted and {"kg", "t"} & set(given):
        return ("公斤按标准重力折算为千牛", "mass is taken as weight under standard gravity")
    return None
