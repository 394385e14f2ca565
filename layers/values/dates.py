"""Dates as people write them."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sqlalchemy import Column

from layers.findings import Findings
from layers.values.cells import Reading, given, texts

_DATE = (
    r"^(\d{4})(?:"
    r"-(\d{1,2})(?:-(\d{1,2}))?|/(\d{1,2})(?:/(\d{1,2}))?|\.(\d{1,2})\.(\d{1,2})"
    r"|年(\d{1,2})月(?:(\d{1,2})[日号])?|(\d{2})(\d{2}))$"
)
"""Year, month and day, by ``-``, ``/``, ``.``, 年月日, or eight digits; the day may lack."""

_DAY_FIRST = r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$"
_SERIAL = r"^[2-7]\d{4}(\.\d+)?$"
_LAST_YEAR = 9999
"""Of dates that are written with four digits, as they are exported again."""

_MONTH_OF_YEAR = r"^(\d{4})\.(?:0?[1-9]|1[0-2])$"
"""A month written as a decimal, in which no day can be told, but the year."""

YEARS_ONLY = ("写成日期的只取年份", "of dates only the year is taken")

_MONTHS_ONLY = ("只写到月的日期按当月 1 日计", "dates without a day are taken as the 1st")

_REASONS = {
    "serial": "像是表格软件的日期序号，不是日期；请把单元格设为日期格式"
    " / looks like a spreadsheet's serial number: format the cell as a date",
    "order": "分不清日和月；请写成 年-月-日 / day and month cannot be told apart: write Y-M-D",
    "short": "年份只有两位；请写成 年-月-日 / the year has two digits: write Y-M-D",
    "year": "只有年份，不是日期；请写到月或日 / is only a year: write the month or the day",
    "none": "不是日期：没有这一天 / is not a date: there is no such day",
    "other": "不是日期 / is not a date",
}


def read_dates(values: pd.Series, column: Column[Any], findings: Findings) -> Reading:
    """Read a column of dates; the time of day is dropped, a missing day is the first.

    What may be two dates, or is the serial number of one, is refused and not guessed.
    """
    if pd.api.types.is_datetime64_any_dtype(values):
        late = values.dt.year > _LAST_YEAR
        findings.add("value-unreadable", late, column.name, values, _REASONS["none"])
        return Reading(values.mask(late).dt.strftime("%Y-%m-%d").astype("string"))
    text = given(texts(values))
    # a column of dates has few distinct ones
    distinct = pd.Series(text.dropna().unique(), dtype="string")
    read = _read(distinct).set_index(pd.Index(distinct))
    reasons = text.map(read["reason"])
    for reason in read["reason"].dropna().unique():
        findings.add(
            "value-unreadable", reasons == reason, column.name, values, _REASONS[str(reason)]
        )
    months = read["month_only"].any()
    return Reading(
        text.map(read["date"]).astype("string"),
        assumed=frozenset([_MONTHS_ONLY] if months else []),
    )


def with_years(values: pd.Series) -> tuple[pd.Series, bool]:
    """Put its year in the place of every date among the values of a column of years.

    Returns
    -------
    tuple
        The values, and whether there was a date among them.
    """
    if pd.api.types.is_integer_dtype(values):
        return values, False
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        odd = texts(values[(values % 1 != 0) & values.notna()])
    else:
        text = texts(values)
        odd = text[~text.str.fullmatch(r"\d{4}").fillna(True)]
    distinct = pd.Series(odd.dropna().unique(), dtype="string")
    if distinct.empty:
        return values, False
    dates = _read(distinct)["date"].str.slice(0, 4)
    plain = distinct.str.normalize("NFKC").str.strip()
    years = dates.fillna(plain.str.extract(_MONTH_OF_YEAR)[0])
    found = odd.map(dict(zip(distinct, years, strict=True))).dropna()
    if found.empty:
        return values, False
    result = values.astype("object")
    result[found.index] = found
    return result, True


def _read(text: pd.Series) -> pd.DataFrame:
    """Return ``date`` in ISO form, ``month_only``, and the name of the ``reason`` for none."""
    plain = text.str.normalize("NFKC").str.replace(r"\s*([年月日号])\s*", r"\1", regex=True)
    plain = plain.str.replace(r"[T ]\d{1,2}:\d{2}.*$", "", regex=True)
    year, month, day = _parts(plain)
    month_only = year.notna() & day.isna()
    day = day.mask(month_only, "1")
    turned = plain.str.extract(_DAY_FIRST)
    first, second = (pd.to_numeric(turned[i], errors="coerce") for i in (0, 1))
    # 25/3/2024 and 3/25/2024 can only be one day, and so can 5/5/2024
    sure = ((first > 12) | (second > 12) | (first == second)).fillna(False).astype(bool)
    high, low = (
        turned[0].where(first >= second, turned[1]),
        turned[1].where(first >= second, turned[0]),
    )
    year, month, day = (
        year.fillna(turned[2].where(sure)),
        month.fillna(low.where(sure)),
        day.fillna(high.where(sure)),
    )
    written = year + "-" + month.str.zfill(2) + "-" + day.str.zfill(2)
    found = pd.to_datetime(written, format="%Y-%m-%d", errors="coerce")
    date = written.where(found.notna())
    reason = pd.Series("other", index=text.index, dtype="string")
    reason = reason.mask(written.notna(), "none")
    reason = reason.mask(turned[2].notna() & ~sure, "order")
    reason = reason.mask(plain.str.fullmatch(r"\d{2}[-/.年]\d{1,2}[-/.月]\d{1,2}日?"), "short")
    reason = reason.mask(plain.str.fullmatch(r"\d{4}年?"), "year")
    reason = reason.mask(plain.str.fullmatch(_SERIAL), "serial")
    return pd.DataFrame(
        {"date": date, "month_only": month_only & date.notna(), "reason": reason.mask(date.notna())}
    )


def _parts(plain: pd.Series) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Split dates whose year comes first; what is none is missing in all three."""
    parts = plain.str.extract(_DATE)
    months, days = (
        parts[list(range(first, 11, 2))].bfill(axis=1)[first].astype("string") for first in (1, 2)
    )
    return parts[0], months, days
