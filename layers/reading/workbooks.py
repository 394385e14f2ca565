"""Workbooks of Excel and WPS, read row by row so that memory stays bounded."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from itertools import islice, pairwise
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

import pandas as pd
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from layers.findings import Finding
from layers.reading.choice import Table, chosen
from layers.reading.footers import left_out, why_left_out
from layers.reading.sheets import Row, Sheet, as_seen, filled_down, merged_note, sheet_of
from layers.reading.tables import header_note
from layers.reading.titles import (
    SEARCHED,
    header_at,
    is_blank,
    is_second_header,
    joined,
    titles_of,
)
from layers.source import Form, Source, SourceError

SUFFIXES = {".xlsx", ".xlsm"}

DATA_SHEET = "数据"
"""The sheet of a template that holds the rows."""
NOTES_SHEET = "说明"
"""The sheet of a template that says what the rows are."""
CRS_TITLE = "坐标系 CRS"
"""What stands left of the coordinate system on that sheet."""

_CHUNK = 10_000
"""Rows read at once; a spreadsheet's cells are Python objects."""
_BROKEN = (BadZipFile, InvalidFileException, KeyError, ValueError, OSError, ParseError)
_OLE = b"\xd0\xcf\x11\xe0"
"""How an old workbook begins, and a new one that is locked with a password."""


def check_workbook(path: Path) -> None:
    """Refuse what is called a workbook and cannot be read as one, in words that help.

    Raises
    ------
    SourceError
        It is of the format before 2007, locked, or something else under that name.
    """
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith(b"PK") and path.suffix.lower() in {*SUFFIXES, ".xls"}:
        return
    if start == _OLE and path.suffix.lower() in SUFFIXES:
        what = (
            "设有打开密码，或其实是旧版 .xls；请在 Excel 或 WPS 中去掉密码、另存为 .xlsx",
            "is locked with a password, or an old .xls: save it as .xlsx without a password",
        )
    elif start == _OLE or start.startswith(b"PK"):
        what = (
            "是旧版 Excel、WPS 或其他格式；请另存为 .xlsx 再导入",
            "is of an old or another format: save it as .xlsx",
        )
    else:
        what = (
            "不是 Excel 工作簿（常见于网页导出的假 .xls）；请用 Excel 或 WPS 打开后另存为 .xlsx",
            "is no workbook, whatever its name says: open it in Excel and save it as .xlsx",
        )
    raise SourceError(f"{path.name} {what[0]} / {path.name} {what[1]}")


@contextmanager
def _opened(path: Path, *, values: bool = True) -> Iterator[Any]:
    """Open a workbook for reading row by row; its errors become those of a source."""
    try:
        with (
            path.open("rb") as file,
            closing(load_workbook(file, read_only=True, data_only=values)) as book,
        ):
            yield book
    except _BROKEN as error:
        if isinstance(error, SourceError):
            raise
        raise SourceError(f"{path.name} 读不出来 / cannot read {path.name}: {error}") from None


def _count(sheet: Any) -> int:
    """Count the rows of a sheet that hold something."""
    return sum(any(not is_blank(cell) for cell in row) for row in sheet.values)


def _sheet_of(path: Path, book: Any, sublayer: str | None, called: Collection[str]) -> str:
    """Choose the sheet that is meant."""
    names = [sheet.title for sheet in book.worksheets]
    if sublayer is None and DATA_SHEET in names:
        return DATA_SHEET
    if sublayer is None and len(names) == 1:
        return str(names[0])
    # one row is that of the titles
    tables = [Table(sheet.title, max(_count(sheet) - 1, 0)) for sheet in book.worksheets]
    return chosen(path.name, tables, sublayer, called)


def _stated_crs(book: Any) -> str | None:
    """Return the coordinate system that a template's notes state."""
    if NOTES_SHEET not in book.sheetnames:
        return None
    for row in book[NOTES_SHEET].values:
        for title, value in pairwise(row):
            if isinstance(title, str) and title.strip() == CRS_TITLE and not is_blank(value):
                return str(value).strip()
    return None


def _titles(rows: list[Row]) -> tuple[list[str], int, int]:
    """Return the titles, the place of their row, and the number of rows they take."""
    at = header_at(rows)
    header: list[object] = list(rows[at]) if rows else []
    taken = 1
    if at + 1 < len(rows) and is_second_header(header, rows[at + 1]):
        header, taken = joined(header, rows[at + 1]), 2
    while header and is_blank(header[-1]):
        header.pop()
    return titles_of(header), at, taken


def _values(path: Path, sheet: str, about: Sheet, first: int, width: int) -> Iterator[Row]:
    """Yield the rows of a sheet as they are seen; of a formula the value last calculated.

    Raises
    ------
    SourceError
        A formula has no value: the file was written by a program that does not calculate.
    """
    reach = {"min_row": first, "max_col": width}
    with _opened(path) as book:
        if not about.formulas:
            # cells are made only where their looks matter
            if not about.percent:
                yield from book[sheet].iter_rows(**reach, values_only=True)
            else:
                for row in book[sheet].iter_rows(**reach):
                    yield tuple(map(as_seen, row))
            return
        with _opened(path, values=False) as written:
            pairs = zip(
                book[sheet].iter_rows(**reach), written[sheet].iter_rows(**reach), strict=True
            )
            for row, formulas in pairs:
                for cell, formula in zip(row, formulas, strict=True):
                    # a formula that yields empty text is marked as text
                    if formula.data_type == "f" and cell.value is None and cell.data_type == "n":
                        raise _uncalculated(path.name, cell.coordinate)
                yield tuple(map(as_seen, row))


def _uncalculated(name: str, address: str) -> SourceError:
    return SourceError(
        f"{name} 的单元格 {address} 是公式，却没有存下算出的值；"
        "请在 Excel 或 WPS 中打开并保存后再导入"
        f" / cell {address} of {name} is a formula without a value:"
        " open the file in Excel and save it"
    )


def _frame(rows: list[Row], numbers: list[int], titles: list[str]) -> pd.DataFrame:
    # cells as they are: a code kept as a number is to be noticed, not rounded
    frame = pd.DataFrame(rows, columns=titles, index=pd.Index(numbers), dtype=object)
    return frame.mask(frame == "", None)


def _features(
    path: Path, sheet: str, about: Sheet, titles: list[str], first: int, remarks: list[Finding]
) -> Iterator[tuple[int, Row]]:
    """Read the rows of a sheet from row `first` on with their numbers, blank ones left out.

    So are totals and what stands below the table, which `remarks` receives.
    """
    width = len(titles)
    remarks.clear()
    for number, cells in enumerate(_values(path, sheet, about, first, width), start=first):
        if all(is_blank(cell) for cell in cells):
            continue
        row = cells + (None,) * (width - len(cells))
        if (found := why_left_out(row)) is None:
            yield number, row
        else:
            remarks.append(left_out(number, row, titles, found))


def _read(
    path: Path, sheet: str, about: Sheet, titles: list[str], first: int, remarks: list[Finding]
) -> Iterator[pd.DataFrame]:
    found = filled_down(_features(path, sheet, about, titles, first, remarks), about)
    while taken := list(islice(found, _CHUNK)):
        numbers, rows = zip(*taken, strict=True)
        yield _frame(list(rows), list(numbers), titles)


def open_workbook(path: Path, sublayer: str | None = None, called: Collection[str] = ()) -> Source:
    """Open a sheet of a workbook, its cells as they are.

    The sheet called 数据, as in a template, or the only one with rows is taken where none is
    named. Titles may stand below a line with the table's name, and in two rows of merged cells.

    Raises
    ------
    SourceError
        The workbook cannot be read, the sheet is not certain, or a formula has no value.
    """
    check_workbook(path)
    with _opened(path) as book:
        sheet = _sheet_of(path, book, sublayer, called)
        top = list(islice(book[sheet].values, SEARCHED))
        crs = _stated_crs(book)
        several = len(book.worksheets) > 1
        about = sheet_of(path, sheet)
    titles, at, taken = _titles(top)
    first = at + taken + 1
    notes = [*header_note(at), *merged_note(about, first)]
    remarks: list[Finding] = []
    if several and sublayer is None:
        notes = [f"读取工作表“{sheet}” / the sheet read is {sheet}", *notes]
    return Source(
        path.name,
        crs,
        None,
        lambda: _read(path, sheet, about, titles, first, remarks) if titles else iter(()),
        crs_from="模板的“说明”页 / the template's notes",
        first_row=first,
        numbered=True,
        remarks=remarks,
        notes=notes,
        form=Form("workbook", path, sheet),
    )
