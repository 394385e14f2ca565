"""The cells of a source as text, and those that say there is no value."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

import pandas as pd

from layers.findings import Findings

NOTHING = frozenset(
    {
        "-",
        "--",
        "---",
        "—",
        "——",
        "–",
        "－",
        "/",
        "//",
        "／",
        "\\",
        "n/a",
        "na",
        "n.a.",
        "#n/a",
        "null",
        "none",
        "nil",
        "nan",
        "\\n",
        "无",
        "暂无",
        "没有",
        "未知",
        "不详",
        "不明",
        "未填",
        "未填写",
        "未提供",
        "无数据",
        "暂缺",
        "空",
        "待定",
        "待补充",
        "待核实",
        "不适用",
        "面议",
        "面谈",
        "另议",
        "电议",
        "价格面议",
        "租金面议",
        "详询",
        "negotiable",
        "on request",
        "tbd",
    }
)
"""What people write where a number, a date or a word is not known; in small letters."""

NO_TEXT = frozenset(
    {"-", "--", "—", "——", "－", "/", "／", "N/A", "n/a", "N／A", "暂无", "不详", "未知"}
)
"""What alone in a cell of free text means that there is none: 无 may be a name."""

_BLURRED = 1e15
"""From here on a spreadsheet's number is no longer exact."""
_SCIENTIFIC = re.compile(r"[1-9](\.\d+)?E\+\d{2,}")
"""How a spreadsheet writes such a number into a CSV."""


@dataclass(frozen=True)
class Reading:
    """One column, read.

    Attributes
    ----------
    values
        Ready to be written as CSV.
    estimated
        Rows whose value the source calls approximate; None where there are none.
    assumed
        What was taken for granted, in Chinese and English.
    """

    values: pd.Series
    estimated: pd.Series | None = None
    assumed: frozenset[tuple[str, str]] = field(default_factory=frozenset)


def missing(value: object) -> bool:
    """Tell whether a cell holds nothing."""
    return (
        value is None
        or value is pd.NA
        or value is pd.NaT
        or (isinstance(value, float) and math.isnan(value))
    )


def _written(value: object) -> str | None:
    """Write one cell as text; a spreadsheet's whole number has no decimals."""
    if missing(value):
        return None
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def texts(values: pd.Series) -> pd.Series:
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
    text = values.astype("string")
    if text.str.contains("\0", regex=False).any():
        text = text.str.replace("\0", "", regex=False)
    text = text.str.strip()
    return without(text, text == "")


def without(text: pd.Series, nothing: pd.Series) -> pd.Series:
    """Return text with the cells that say nothing missing; most columns have none of them."""
    return text.mask(nothing) if nothing.any() else text


def given(text: pd.Series) -> pd.Series:
    """Return text without the words that say there is no value."""
    return without(text, text.str.casefold().isin(NOTHING))


def folded(text: pd.Series) -> pd.Series:
    """Make words comparable: width, case and spaces do not count."""
    plain: pd.Series = text.str.normalize("NFKC").str.casefold()
    return plain.str.replace(r"\s", "", regex=True)


def _is_blurred(value: object) -> bool:
    if isinstance(value, str):
        return _SCIENTIFIC.fullmatch(value.strip()) is not None
    return isinstance(value, int | float) and value is not True and abs(value) >= _BLURRED


def refuse_rounded(values: pd.Series, text: pd.Series, name: str, findings: Findings) -> None:
    """Reject numbers that a spreadsheet has rounded: it keeps 15 digits, codes have 19 or 25.

    In a CSV such a number stands as ``4.40303E+18``.
    """
    if pd.api.types.is_float_dtype(values):
        rounded = values.abs() >= _BLURRED
    elif values.dtype == object:
        rounded = values.map(_is_blurred).astype(bool)
    elif pd.api.types.is_numeric_dtype(values):
        # a whole number of a file format is exact
        return
    elif text.str.contains("E+", regex=False).any():
        rounded = text.str.fullmatch(_SCIENTIFIC.pattern).fillna(False)
    else:
        return
    findings.add(
        "value-rounded",
        rounded,
        name,
        values,
        "是超过 15 位的数字，表格软件已把它取整；请把该列设为文本后重新填写"
        " / is a number of over 15 digits, which a spreadsheet has rounded: make the column text",
    )
