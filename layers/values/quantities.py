"""Numbers as people write them, with what they are counted or measured in."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Column

from cim.model import Field, field_of, kind_of
from cim.model.field import UNIT_TITLES
from layers.findings import Findings
from layers.mapping import MappingError
from layers.units import convention, is_unit, unit_factor
from layers.values.cells import NOTHING, Reading, texts
from layers.values.dates import YEARS_ONLY, with_years

LARGEST = 2**31 - 1
"""What a whole number is at most in PostgreSQL's ``integer``."""

PER_100_M2 = "per100m2"
"""Unit of parking ratios: spaces for each 100 m²."""

_NUMBER = r"(?:[+-]?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?(?:[eE][+-]?\d+(?!\d))?|[+-]?\.\d+)"
_UNIT = r"(?:[^\d~至到-]|(?<=[A-Za-z])[23])*"
_RANGE = rf"[^\d]*{_NUMBER}{_UNIT}(?:-{{1,2}}|~|至|到){_NUMBER}{_UNIT}"
_BOUND = (
    r"(?:[<>≤≥]|不低于|不少于|不超过|不高于|大于|小于|超过|至少|最多).*"
    r"|.*(?:以上|以下|以内|起|起租|\+)"
)
_ABOUT = r"^(?:~|将近|近|about|circa|ca\.?|approx(?:imately|\.)?)|≈|大约为?|约为?|大概|左右|上下"
_WRITING = re.compile(
    rf"(?P<head>[^\d.+,-]*)(?P<number>{_NUMBER})(?P<scale>千万|百万|亿|万|千|百)?"
    r"(?P<more>余|多)?(?P<tail>.*)"
)
_POWERS = {"百": "e2", "千": "e3", "万": "e4", "百万": "e6", "千万": "e7", "亿": "e8"}
_CURRENCY = r"(?:¥|人民币|rmb|cny)"

_NO_NUMBER = "不是数字 / is not a number"
_IS_RANGE = "是一个范围，不是一个数；请拆成下限和上限 / is a range and not one number: split it"
_IS_BOUND = "是一个界限，不是一个数 / is a bound and not a number"


def ratio(text: pd.Series) -> pd.Series:
    """Read parking ratios: ``1:150`` is one space for 150 m², 0.667 for each 100 m².

    Parameters
    ----------
    text
        Of type string.

    Returns
    -------
    Series of float
        Spaces per 100 m²; NaN where the text is no such ratio.
    """
    plain = text.str.normalize("NFKC").str.replace(r"\s", "", regex=True)
    area = plain.str.extract(r"^1[:∶](\d+(?:\.\d+)?)(?:m2|平方米|平米)?$", expand=False)
    found = pd.to_numeric(area, errors="coerce").astype("float64")
    return 100 / found.where(found > 0)


def _plain(text: pd.Series) -> pd.Series:
    """Write digits, signs and units plainly; spaces stay only between digits."""
    plain = text.str.normalize("NFKC").str.replace("−", "-", regex=False)
    plain = plain.str.replace(r"[—–]+", "-", regex=True)
    plain = plain.str.replace(r"\s+per\s+", "/", regex=True, case=False)
    return plain.str.replace(r"(?<!\d)\s+|\s+(?!\d)", "", regex=True)


def _counts(field: Field) -> dict[tuple[str, str], None]:
    """Return what may stand before and after a number of this field, in small letters."""
    pairs = (pattern.casefold().partition("#") for pattern in field.written)
    return {("", ""): None, **{(head, tail): None for head, _, tail in pairs}}


@dataclass(frozen=True)
class _Measure:
    """What stands around a number, read.

    Attributes
    ----------
    factor
        What the number is multiplied by to stand in the field's unit.
    unit
        That the cell names, or none.
    reason
        Why the number cannot be read.
    """

    factor: float = math.nan
    unit: str = ""
    reason: str | None = None


def _measure(head: str, tail: str, field: Field, unit: str | None) -> _Measure:
    """Read what stands before and after a number; `unit` is that of the numbers without one."""
    stated = 1.0 if unit is None or field.unit is None else unit_factor(unit, field.unit)
    if (head.casefold(), tail.casefold()) in _counts(field):
        return _Measure(stated)
    if head and re.fullmatch(_CURRENCY, head, re.IGNORECASE):
        head, tail = "", f"元{tail.removeprefix('元')}"
    if head or not is_unit(tail):
        return _Measure(reason=_NO_NUMBER)
    if field.unit is None:
        return _Measure(
            reason=f"带有单位“{tail}”，而该字段没有单位 / has a unit, which the field has not"
        )
    if tail == "元" and unit is not None and "CNY" in field.unit:
        # 120元 under a title that says 元/㎡/天
        return _Measure(stated, unit)
    try:
        return _Measure(unit_factor(tail, field.unit), tail)
    except MappingError:
        return _Measure(
            reason=f"单位“{tail}”量的不是该字段（{field.unit}）"
            f" / {tail!r} does not measure what the field does ({field.unit})"
        )


def _measures(around: Iterable[str], field: Field, unit: str | None) -> pd.DataFrame:
    """Read every distinct pair of what stands before and after a number, a line each."""
    parts = ((pair, *pair.partition("\n")) for pair in around)
    read = {pair: _measure(head, tail, field, unit) for pair, head, _, tail in parts}
    columns = {
        "factor": [one.factor for one in read.values()],
        "unit": [one.unit for one in read.values()],
        "reason": pd.array([one.reason for one in read.values()], dtype="string"),
    }
    return pd.DataFrame(columns, index=pd.Index(read, dtype=object))


def _read(odd: pd.Series, field: Field, unit: str | None) -> pd.DataFrame:
    """Read every distinct writing that is not a bare number.

    Returns
    -------
    DataFrame
        Indexed by the writing: ``number`` in the field's unit, ``about`` where it is called
        approximate, ``unit`` where the cell names one, ``reason`` why it cannot be read. With
        neither number nor reason there is no value.
    """
    writing = pd.Series(odd.unique(), dtype="string")
    plain = _plain(writing)
    about = plain.str.contains(_ABOUT, regex=True, flags=re.IGNORECASE)
    bare = plain.str.replace(_ABOUT, "", regex=True, flags=re.IGNORECASE)
    parts = bare.str.extract(rf"^{_WRITING.pattern}$").fillna("")
    power = parts["scale"].map(_POWERS).fillna("")
    number = pd.to_numeric(
        parts["number"].str.replace(",", "", regex=False) + power, errors="coerce"
    ).astype("float64")
    around = parts["head"] + "\n" + parts["tail"]
    each = _measures(around.unique(), field, unit).loc[around].reset_index(drop=True)
    reason = each["reason"].astype("string").mask(~np.isfinite(number), _NO_NUMBER)
    strange = plain[reason.notna()]
    bound = bare[strange.index].str.fullmatch(_BOUND).fillna(False)
    reason = reason.mask(bound.reindex(reason.index, fill_value=False), _IS_BOUND)
    several = strange.str.fullmatch(_RANGE).fillna(False)
    reason = reason.mask(several.reindex(reason.index, fill_value=False), _IS_RANGE)
    found = (number * each["factor"]).mask(reason.notna())
    if field.unit == PER_100_M2:
        stated = ratio(writing)
        found, reason = found.fillna(stated), reason.mask(stated.notna())
    nothing = plain.str.casefold().isin(NOTHING)
    return pd.DataFrame(
        {
            "number": found.mask(nothing),
            "about": (about | (parts["more"] != "")).fillna(False).astype(bool),
            "unit": each["unit"].mask(found.isna(), ""),
            "reason": reason.mask(nothing),
        }
    ).set_axis(pd.Index(writing))


def _bounded(found: pd.Series, column: Column[Any], findings: Findings) -> None:
    field = field_of(column)
    whole = kind_of(column) is int
    minimum = -LARGEST if whole and field.minimum is None else field.minimum
    maximum = LARGEST if whole and field.maximum is None else field.maximum
    unit = f" {field.unit}" if field.unit else ""
    zh = f" {UNIT_TITLES.get(field.unit, field.unit)}" if field.unit else ""
    if minimum is not None:
        findings.add(
            "value-range",
            found < minimum,
            column.name,
            found,
            f"小于最小值 {minimum:.10g}{zh} / is below {minimum:.10g}{unit}",
        )
    if maximum is not None:
        findings.add(
            "value-range",
            found > maximum,
            column.name,
            found,
            f"大于最大值 {maximum:.10g}{zh} / is above {maximum:.10g}{unit}",
        )


def _bare(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Read bare numbers; return them, and the text of the cells that are none."""
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        number = values.astype("float64")
        found = number.where(np.isfinite(number))
        return found, texts(values[values.notna() & found.isna()])
    text = texts(values)
    number = pd.to_numeric(text, errors="coerce").astype("float64")
    found = number.where(np.isfinite(number))
    return found, text[text.notna() & found.isna()]


def read_numbers(
    values: pd.Series, column: Column[Any], findings: Findings, unit: str | None
) -> Reading:
    """Read a column of numbers into the field's unit.

    A cell may carry a unit of its own, which then holds: ``1.2万㎡``, ``3.5元/㎡/天``. Bare
    numbers cost no more than their conversion.

    Parameters
    ----------
    unit
        Of the numbers that carry none; None means the field's own.
    """
    field, name, whole = field_of(column), column.name, kind_of(column) is int
    conventions = set[tuple[str, str] | None]()
    if field.year:
        values, dated = with_years(values)
        conventions.add(YEARS_ONLY if dated else None)
    found, odd = _bare(values)
    bare = found.notna()
    if unit is not None and field.unit is not None:
        if bare.any():
            conventions.add(convention(unit, field.unit))
        found = found * unit_factor(unit, field.unit)
    estimated = None
    if len(odd):
        read = _read(odd, field, unit).reindex(pd.Index(odd)).set_axis(odd.index)
        found = found.fillna(read["number"].reindex(found.index))
        _refuse(read["reason"], name, values, findings)
        estimated = (read["about"] & read["number"].notna()).reindex(found.index, fill_value=False)
        findings.add("value-approximate", estimated, name, values)
        bare |= (read["unit"] == "").reindex(found.index, fill_value=False)
        conventions |= {convention(one, str(field.unit)) for one in read["unit"].unique() if one}
    if whole and unit is None:
        _refuse_parts(found.where(bare), name, values, findings)
    _bounded(found, column, findings)
    if whole:
        found = found.where(found.abs() <= LARGEST).round().astype("Int64")
    return Reading(found, estimated, frozenset(one for one in conventions if one is not None))


def _refuse(reasons: pd.Series, name: str, values: pd.Series, findings: Findings) -> None:
    at = values.loc[reasons.index]
    for reason in reasons.dropna().unique():
        findings.add("value-unreadable", reasons == reason, name, at, reason)


def _refuse_parts(found: pd.Series, name: str, values: pd.Series, findings: Findings) -> None:
    findings.add(
        "value-unreadable",
        found.notna() & (found % 1 != 0),
        name,
        values,
        "不是整数 / is not a whole number",
    )
