"""Values as people write them, brought to what a column stores."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Column

from cim.model import PROVENANCES, field_of, kind_of
from layers.expression import numbers
from layers.findings import Findings
from layers.mapping import MappingError
from layers.units import unit_factor

_TRUE = {"true", "t", "yes", "y", "1", "是", "有", "可", "对"}
_FALSE = {"false", "f", "no", "n", "0", "否", "无", "不可", "不"}
LIST_SEPARATORS = re.compile(r"[|、，,;；/]")
_LARGEST = 2**31 - 1
"""What a whole number is at most in PostgreSQL's ``integer``."""
_DATE_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日", "%Y-%m", "%Y年%m月")


_BLURRED = 1e15
"""From here on a spreadsheet's number is no longer exact."""


def _texts(values: pd.Series) -> pd.Series:
    """Return trimmed text; empty is missing; whole floats lose their ``.0``.

    A NUL, with which dBase fills up its cells, is dropped: PostgreSQL stores none.
    """
    if pd.api.types.is_float_dtype(values):
        whole = values.notna() & (values % 1 == 0) & (values.abs() < 2**53)
        return values.astype("string").mask(
            whole, values.where(whole).astype("Int64").astype("string")
        )
    if values.dtype == object:
        values = values.map(_written)
    text = values.astype("string").str.replace("\0", "", regex=False).str.strip()
    return text.mask(text == "")


def _written(value: object) -> str | None:
    """Write one cell as text; a spreadsheet's whole number has no decimals."""
    if _missing(value):
        return None
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _refuse_blurred(values: pd.Series, name: str, findings: Findings) -> None:
    """Reject numbers that a spreadsheet has rounded: it keeps 15 digits, codes have 19 or 25."""
    if values.dtype != object:
        return
    blurred = values.map(
        lambda value: (
            isinstance(value, (int, float))
            and not isinstance(value, bool)
            and abs(value) >= _BLURRED
        )
    )
    findings.add(
        "value-rounded",
        blurred.astype(bool),
        name,
        values,
        "是超过 15 位的数字，表格软件已把它取整；请把该列设为文本后重新填写"
        " / is a number of over 15 digits, which a spreadsheet has rounded: make the column text",
    )


def _missing(value: object) -> bool:
    return (
        value is None
        or value is pd.NA
        or value is pd.NaT
        or (isinstance(value, float) and math.isnan(value))
    )


def _number(values: pd.Series, column: Column[Any], findings: Findings, whole: bool) -> pd.Series:
    text_given = _texts(values).notna()
    found = numbers(values)
    findings.add(
        "value-unreadable",
        text_given & found.isna(),
        column.name,
        values,
        "不是数字 / is not a number",
    )
    if whole:
        findings.add(
            "value-unreadable",
            found.notna() & (found % 1 != 0),
            column.name,
            values,
            "不是整数 / is not a whole number",
        )
    return found


def _bounded(found: pd.Series, column: Column[Any], findings: Findings) -> None:
    field = field_of(column)
    whole = kind_of(column) is int
    minimum = -_LARGEST if whole and field.minimum is None else field.minimum
    maximum = _LARGEST if whole and field.maximum is None else field.maximum
    unit = f" {field.unit}" if field.unit else ""
    if minimum is not None:
        findings.add(
            "value-range",
            found < minimum,
            column.name,
            found,
            f"小于最小值 {minimum:.10g}{unit} / is below {minimum:.10g}{unit}",
        )
    if maximum is not None:
        findings.add(
            "value-range",
            found > maximum,
            column.name,
            found,
            f"大于最大值 {maximum:.10g}{unit} / is above {maximum:.10g}{unit}",
        )


def _truth(values: pd.Series, column: Column[Any], findings: Findings) -> pd.Series:
    if pd.api.types.is_bool_dtype(values):
        return values.astype("boolean")
    text = _texts(values).str.normalize("NFKC").str.casefold()
    found = pd.Series(pd.NA, index=values.index, dtype="boolean")
    found = found.mask(text.isin(_TRUE), True).mask(text.isin(_FALSE), False)
    findings.add(
        "value-unreadable",
        text.notna() & found.isna(),
        column.name,
        values,
        "不是“是/否” / is neither yes nor no",
    )
    return found


def _date(values: pd.Series, column: Column[Any], findings: Findings) -> pd.Series:
    text = _texts(values).str.normalize("NFKC").str.replace(r"[T ]\d{2}:\d{2}.*$", "", regex=True)
    found = pd.Series(pd.NaT, index=values.index, dtype="datetime64[s]")
    for pattern in _DATE_FORMATS:
        read = pd.to_datetime(text, format=pattern, errors="coerce", exact=True)
        found = found.fillna(read.astype("datetime64[s]"))
    findings.add(
        "value-unreadable",
        text.notna() & found.isna(),
        column.name,
        values,
        "不是日期 / is not a date",
    )
    written: pd.Series = found.dt.strftime("%Y-%m-%d").astype("string")
    return written


def _parts(text: str) -> list[str]:
    """Split text at separators; a JSON array, as exports write it, is taken as it stands."""
    if text.startswith("["):
        try:
            return [str(part) for part in json.loads(text)]
        except ValueError:
            pass
    return LIST_SEPARATORS.split(text)


def _list(values: pd.Series) -> pd.Series:
    """Return PostgreSQL array literals of lists, or of text with separators."""

    def literal(value: Any) -> str | None:
        if isinstance(value, (list, tuple, np.ndarray)):
            parts = [str(part) for part in value]
        elif _missing(value) or not str(value).strip():
            return None
        else:
            parts = _parts(str(value).strip())
        parts = [part.replace("\0", "").strip() for part in parts]
        escaped = (part.replace("\\", "\\\\").replace('"', '\\"') for part in parts)
        return "{" + ",".join(f'"{part}"' for part in escaped if part) + "}"

    return pd.Series([literal(value) for value in values], index=values.index, dtype="string")


def _exceptions(values: pd.Series, column: Column[Any], findings: Findings) -> pd.Series:
    """Return JSON objects that give the provenance of single fields, as text."""
    known = {c.name for c in column.table.columns}

    def fault(value: object) -> bool:
        return not isinstance(value, dict) or not all(
            name in known and provenance in PROVENANCES for name, provenance in value.items()
        )

    def read(value: object) -> object:
        if isinstance(value, dict):
            return value
        if _missing(value) or not str(value).strip():
            return None
        try:
            return json.loads(str(value))
        except ValueError:
            return str(value)

    objects = values.astype("object").map(read)
    given = objects.notna()
    findings.add(
        "value-unreadable",
        given & objects.map(fault),
        column.name,
        values,
        "不是 {字段: 数据性质} 的 JSON 对象 / is not a JSON object {field: provenance}",
    )
    return objects.map(
        lambda value: json.dumps(value, ensure_ascii=False, sort_keys=True), na_action="ignore"
    ).astype("string")


def convert(
    values: pd.Series, column: Column[Any], findings: Findings, unit: str | None = None
) -> pd.Series:
    """Bring one column of a source to what `column` stores, ready to be written as CSV.

    Parameters
    ----------
    values
        As the source has them.
    column
        Column of the layer; its type, unit, bounds and allowed values decide.
    findings
        Receives the rows whose value cannot be read, with the reason.
    unit
        Unit of the source, where it differs from the column's.
    """
    kind, field = kind_of(column), field_of(column)
    if unit is not None and field.unit is None:
        raise MappingError(f"字段 {column.name} 没有单位 / field {column.name} has no unit")
    if kind in (int, float):
        found = _number(values, column, findings, whole=kind is int and unit is None)
        if unit is not None and field.unit is not None:
            found = found * unit_factor(unit, field.unit)
        _bounded(found, column, findings)
        if kind is int:
            return found.where(found.abs() <= _LARGEST).round().astype("Int64")
        return found
    if kind is bool:
        return _truth(values, column, findings)
    if kind is dt.date:
        return _date(values, column, findings)
    if kind is list:
        return _list(values)
    if kind is dict:
        return _exceptions(values, column, findings)
    _refuse_blurred(values, column.name, findings)
    text = _texts(values)
    if field.values:
        # the value itself, or either of its titles
        known = {
            title: value for value, titles in field.values.items() for title in (*titles, value)
        }
        read = text.map(known).astype("string")
        allowed = "、".join(field.values)
        findings.add(
            "value-unknown",
            text.notna() & read.isna(),
            column.name,
            values,
            f"不在允许的取值内（{allowed}） / is not an allowed value",
        )
        return read
    return text
