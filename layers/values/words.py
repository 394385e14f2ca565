"""Words out of a fixed list: the allowed values of a field, and yes and no."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sqlalchemy import Column

from cim.model import Field, field_of
from layers.findings import Findings
from layers.values.cells import NOTHING, folded, given, texts, without

_TRUE = {
    "true",
    "t",
    "yes",
    "y",
    "1",
    "on",
    "是",
    "是的",
    "有",
    "可",
    "可以",
    "能",
    "对",
    "支持",
    "已",
    "√",
    "✓",
    "✔",
    "☑",
    "✅",
}
_FALSE = {
    "false",
    "f",
    "no",
    "n",
    "0",
    "off",
    "否",
    "不是",
    "无",
    "没有",
    "不可",
    "不可以",
    "不能",
    "不",
    "不支持",
    "未",
    "×",
    "✗",
    "✘",
    "❌",
}


def fold(word: str) -> str:
    """Make one word comparable, as `layers.values.cells.folded` does whole columns."""
    return str(folded(pd.Series([word], dtype="string")).iloc[0])


def spellings(field: Field) -> dict[str, str]:
    """Return the allowed values of a field by every way they are written, folded."""
    if not field.values:
        return {}
    pairs = [
        (word, value)
        for value, titles in field.values.items()
        for word in (value, *titles, *field.synonyms.get(value, ()))
    ]
    words = folded(pd.Series([word for word, _ in pairs], dtype="string"))
    return dict(zip(words, (value for _, value in pairs), strict=True))


def read_words(values: pd.Series, column: Column[Any], findings: Findings) -> pd.Series:
    """Read a column of allowed values, written as such, by a title or by a synonym."""
    field, text = field_of(column), texts(values)
    # there are few distinct ones, however many the rows
    distinct = pd.Series(text.dropna().unique(), dtype="string")
    plain = folded(distinct)
    known = plain.map(spellings(field)).astype("string")
    nothing = known.isna() & plain.isin(NOTHING)
    read = text.map(dict(zip(distinct, known, strict=True))).astype("string")
    text = without(text, text.isin(distinct[nothing]))
    findings.add(
        "value-unknown",
        text.notna() & read.isna(),
        column.name,
        values,
        f"不在允许的取值内（{'、'.join(field.values)}） / is not an allowed value",
    )
    return read


def read_truth(values: pd.Series, column: Column[Any], findings: Findings) -> pd.Series:
    """Read a column of yes and no."""
    if pd.api.types.is_bool_dtype(values):
        return values.astype("boolean")
    synonyms = field_of(column).synonyms
    yes, no = (
        {*words, *map(fold, synonyms.get(name, ()))}
        for name, words in (("true", _TRUE), ("false", _FALSE))
    )
    text = folded(texts(values))
    found = pd.Series(pd.NA, index=values.index, dtype="boolean")
    found = found.mask(text.isin(yes), True).mask(text.isin(no), False)
    findings.add(
        "value-unreadable",
        given(text).notna() & found.isna(),
        column.name,
        values,
        "不是“是/否” / is neither yes nor no",
    )
    return found
