"""Tables as files for a spreadsheet: CSV that Excel opens rightly, and workbooks."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from fastapi import Response
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from cim.model.field import UNIT_TITLES

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"

_FORMULA = re.compile(r"[=+\-@\t\r\n]")
_LONG_NUMBER = re.compile(r"(0\d+|\d{12,})")
"""Codes that a spreadsheet would take for numbers, and cut."""


def heading(zh: str, unit: str | None = None) -> str:
    """Return the heading of a column: its title, with the unit."""
    return zh if unit is None else f"{zh}（{UNIT_TITLES.get(unit, unit)}）"


def _plain(value: Any) -> Any:
    """Return a value as a cell shows it; lists and counts as text."""
    match value:
        case bool():
            return "是" if value else "否"
        case list():
            return "、".join(map(str, value))
        case dict():
            return "、".join(f"{name}:{_number(number)}" for name, number in value.items())
        case dt.date():
            return value.isoformat()
    return value


def _number(value: Any) -> Any:
    return f"{value:.1f}" if isinstance(value, float) else value


def _guarded(value: Any) -> Any:
    """Keep text text: an apostrophe before what a spreadsheet would reckon or cut."""
    text = isinstance(value, str)
    if text and (_FORMULA.match(value) or _LONG_NUMBER.fullmatch(value)):
        return f"'{value}"
    return value


def _as_csv(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    sink = io.StringIO(newline="")
    writer = csv.writer(sink)
    # of a comparison they are names of offices
    writer.writerow([_guarded(name) for name in headings])
    writer.writerows([_guarded(_plain(value)) for value in row] for row in rows)
    # without the mark Excel takes UTF-8 for the local encoding
    return sink.getvalue().encode("utf-8-sig")


def _as_xlsx(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"

    def cell(value: Any, *, bold: bool = False) -> Any:
        plain = _plain(value)
        if isinstance(plain, str):
            made = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", plain))
            # a text that begins with "=" is no formula
            made.data_type, made.number_format = "s", "@"
        else:
            made = WriteOnlyCell(sheet, plain)
        if bold:
            made.font = Font(bold=True)
        return made

    sheet.append([cell(title, bold=True) for title in headings])
    for row in rows:
        sheet.append([cell(value) for value in row])
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def table_answer(
    form: str, name: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]
) -> Response:
    """Return rows as a file.

    Parameters
    ----------
    form
        ``csv`` (UTF-8 with a mark) or ``xlsx``.
    name
        Of the file, without its ending.
    rows
        Values in the order of the headings; unknown ones are empty cells.
    """
    write, media = {"csv": (_as_csv, CSV), "xlsx": (_as_xlsx, XLSX)}[form]
    kept = f"attachment; filename*=UTF-8''{quote(f'{name}.{form}')}"
    return Response(write(headings, rows), media_type=media, headers={"Content-Disposition": kept})
