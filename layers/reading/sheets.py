"""What the parts of a workbook say that is not read row by row: formulas, merged cells, percent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from posixpath import join, normpath
from typing import Any
from zipfile import ZipFile

from openpyxl.utils.cell import range_boundaries
from openpyxl.xml.functions import fromstring

from layers.reading.titles import is_blank

Row = tuple[Any, ...]

_FORMULA = re.compile(rb"<(?:\w+:)?f[ >]")
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell [^>]*?ref="([A-Z]+\d+:[A-Z]+\d+)"')
_PERCENT = re.compile(rb'numFmtId="(?:9|10)"|formatCode="[^"]*%')
_TAIL = 80
"""Bytes that are looked at again with the next block: longer than what is looked for."""
_SHOWN = 5


@dataclass(frozen=True)
class Sheet:
    """What a sheet holds beside plain values.

    Attributes
    ----------
    formulas
        Whether any cell is calculated.
    percent
        Whether numbers of the workbook may be shown as percent.
    merged
        Cells merged downwards: column, first row, last row; columns count from 0, rows from 1.
    """

    formulas: bool
    percent: bool
    merged: tuple[tuple[int, int, int], ...] = ()


def sheet_of(path: Path, name: str) -> Sheet:
    """Look at the bytes of a sheet, without making cells of them."""
    formulas, ranges = False, dict[bytes, None]()
    with ZipFile(path) as archive:
        styles = "xl/styles.xml"
        percent = styles in archive.namelist() and bool(_PERCENT.search(archive.read(styles)))
        with archive.open(_part_of(archive, name)) as file:
            tail = b""
            while block := file.read(1 << 20):
                formulas = formulas or _FORMULA.search(tail + block) is not None
                ranges |= dict.fromkeys(_MERGED.findall(tail + block))
                tail = block[-_TAIL:]
    bounds = (range_boundaries(one.decode()) for one in ranges)
    downwards = sorted((top, left - 1, bottom) for left, top, _, bottom in bounds if bottom > top)
    return Sheet(formulas, percent, tuple((left, top, bottom) for top, left, bottom in downwards))


def _part_of(archive: ZipFile, name: str) -> str:
    """Return the part that holds a sheet."""
    sheets = fromstring(archive.read("xl/workbook.xml")).findall(".//{*}sheet")
    relations = fromstring(archive.read("xl/_rels/workbook.xml.rels")).findall(".//{*}Relationship")
    targets = {one.get("Id"): str(one.get("Target")) for one in relations}
    parts = {
        sheet.get("name"): targets[value]
        for sheet in sheets
        for key, value in sheet.items()
        if key.endswith("}id")
    }
    return normpath(join("/xl", parts[name])).lstrip("/")


def merged_note(sheet: Sheet, first: int) -> list[str]:
    """Say that merged cells below row `first` count for all their rows."""
    tall = [one for one in sheet.merged if one[1] >= first]
    if not tall:
        return []
    shown = [f"{top}-{bottom}" for _, top, bottom in tall[:_SHOWN]]
    more = " …" if len(tall) > _SHOWN else ""
    note = (
        f"{len(tall)} 处竖向合并的单元格，其值用于合并的每一行（第 {'、'.join(shown)} 行{more}）"
        f" / {len(tall)} cells merged downwards: their value counts for each of their rows"
        f" ({', '.join(shown)}{more})"
    )
    return [note]


def filled_down(rows: Iterable[tuple[int, Row]], sheet: Sheet) -> Iterator[tuple[int, Row]]:
    """Give merged cells their value in every row they cover.

    Parameters
    ----------
    rows
        Number and cells of the rows that are not blank.
    """
    waiting, open_ones = list(reversed(sheet.merged)), list[tuple[int, int, int, Any]]()
    for number, row in rows:
        while waiting and waiting[-1][1] <= number:
            column, top, bottom = waiting.pop()
            if top == number and column < len(row) and not is_blank(row[column]):
                open_ones.append((column, top, bottom, row[column]))
        open_ones = [one for one in open_ones if one[2] >= number]
        cells = list(row)
        for column, top, _, value in open_ones:
            if number > top and is_blank(cells[column]):
                cells[column] = value
        yield number, tuple(cells)


def as_seen(cell: Any) -> Any:
    """Return the value of a cell, a number that is shown as percent as what is seen: ``72%``."""
    value = cell.value
    shown = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{value * 100:.12g}%" if shown and "%" in cell.number_format else value
