"""Tables of text: CSV and its kin, as many programs write them."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pandas as pd

from layers.findings import Finding
from layers.reading.footers import without_footers
from layers.reading.titles import SEARCHED, header_at, is_blank, titles_of
from layers.source import CHUNK, Form, Source, SourceError

SUFFIXES = {".csv", ".txt", ".tsv"}

_SEPARATORS = (",", ";", "\t", "|", "，", "；")
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def _undecodable_from(path: Path, encoding: str) -> tuple[int, bool] | None:
    """Return the first line that is not text in this encoding; None where all are.

    With it stands whether the text is sound but ends in the middle of a character.
    """
    try:
        with path.open(encoding=encoding, newline="") as file:
            while file.read(1 << 20):
                pass
    except UnicodeError:
        pass
    else:
        return None
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as binary:
        for number, line in enumerate(binary, start=1):
            try:
                decoder.decode(line)
            except UnicodeError:
                return number, False
    return number, True


def text_encoding(path: Path) -> str:
    """Tell in which encoding a file's text is.

    A mark at its beginning says so; else UTF-8 is told from GB18030, which includes GBK:
    Chinese text in GB18030 is practically never valid UTF-8, so the first that fits holds.

    Raises
    ------
    SourceError
        It is neither, or breaks off within a character; the message names the line.
    """
    with path.open("rb") as file:
        start = file.read(3)
    marked = next((name for mark, name in _MARKS.items() if start.startswith(mark)), None)
    bad = []
    for encoding in [marked] if marked else ["utf-8", "gb18030"]:
        broken = _undecodable_from(path, encoding)
        if broken is None:
            return encoding
        bad.append(broken)
    # the encoding that got farthest is the one that was meant
    line, cut_off = max(bad)
    if cut_off:
        raise SourceError(
            f"{path.name} 第 {line} 行在一个字的中间断开，文件似乎不完整，请重新取得"
            f" / line {line} of {path.name} breaks off in the middle of a character: the file"
            " seems cut off, get it anew"
        )
    known = marked or "UTF-8 或 GB18030"
    raise SourceError(
        f"{path.name} 第 {line} 行的文字编码不是 {known}"
        f" / line {line} of {path.name} is not text in {marked or 'UTF-8 or GB18030'}"
    )


def _separator(path: Path, encoding: str) -> str:
    """Find what separates the cells: the mark that the first lines have most of."""
    if path.suffix.lower() == ".tsv":
        return "\t"
    with path.open(encoding=encoding, newline="") as file:
        lines = [re.sub(r'"[^"]*"', "", line) for line in islice(file, SEARCHED)]
    filled = [line for line in lines if line.strip()]
    counts = {mark: sum(mark in line for line in filled) for mark in _SEPARATORS}
    # commas stand first: of several marks that all lines have, the earlier one separates
    return max(counts, key=lambda mark: counts[mark])


def _top(path: Path, encoding: str, separator: str) -> list[list[str]]:
    # an outline written as text may be longer than what the module takes for a cell
    csv.field_size_limit(max(csv.field_size_limit(), path.stat().st_size + 1))
    with path.open(encoding=encoding, newline="") as file:
        try:
            return list(islice(csv.reader(file, delimiter=separator), SEARCHED))
        except csv.Error as error:
            raise _unreadable(path, error) from None


def _unreadable(path: Path, error: Exception) -> SourceError:
    return SourceError(f"{path.name} 读不出来 / cannot read {path.name}: {error}")


def _ragged(path: Path, row: int, cells: int, expected: int) -> SourceError:
    return SourceError(
        f"{path.name} 第 {row} 行有 {cells} 格，标题行只有 {expected} 格；"
        "值里若有分隔符，请用双引号括起来"
        f" / row {row} of {path.name} has {cells} cells, the titles have {expected}:"
        " put double quotes around values that hold a separator"
    )


def _said_in_words(error: Exception, path: Path) -> SourceError:
    """Put what pandas says of a table into a planner's words."""
    said = str(error)
    if found := re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", said):
        expected, line, cells = map(int, found.groups())
        return _ragged(path, line, cells, expected)
    if found := re.search(r"EOF inside string starting at row (\d+)", said):
        row = int(found[1]) + 1
        return SourceError(
            f"{path.name} 第 {row} 行的双引号没有结束"
            f" / a double quote in row {row} of {path.name} is never closed"
        )
    return _unreadable(path, error)


def _width(path: Path, top: list[list[str]], header: int) -> int:
    """Return the number of columns: untitled ones count as long as they are empty."""
    titles = len(top[header])
    for at, cells in enumerate(top[header + 1 :], start=header + 2):
        if any(not is_blank(cell) for cell in cells[titles:]):
            raise _ragged(path, at, len(cells), titles)
    return max(len(cells) for cells in top[header:])


def _lines(path: Path) -> int:
    """Count lines: about as many rows, for the time that is left; quotes may hold some more."""
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b"")) + 1


def open_table(path: Path) -> Source:
    """Open a table of text, every cell of it read as text.

    Its encoding, its separator and the row with the titles are found out; totals and what is
    written below the table are left out. Rows are numbered as
    a spreadsheet shows them: a line break within quotes begins no new row, a blank line counts.

    Raises
    ------
    SourceError
        It is not text, or its rows do not fit its titles; the message names the row.
    """
    encoding = text_encoding(path)
    separator = _separator(path, encoding)
    top = _top(path, encoding, separator)
    header = header_at(top)
    if not any(not is_blank(cell) for cells in top for cell in cells):
        return Source(path.name, None, 0, lambda: iter(()))
    width = _width(path, top, header)
    titles = titles_of([*top[header], *[None] * (width - len(top[header]))])

    remarks: list[Finding] = []

    def chunks() -> Iterator[pd.DataFrame]:
        remarks.clear()
        try:
            # every cell as text: codes of 19 and 25 digits do not survive a float
            reader = pd.read_csv(
                path,
                dtype="string",
                encoding=encoding,
                sep=separator,
                chunksize=CHUNK,
                keep_default_na=False,
                na_values=[""],
                header=None,
                names=titles,
                index_col=False,
                skiprows=header + 1,
                skip_blank_lines=False,
                # the quick parser knows no separator of several bytes
                engine="c" if separator.isascii() else "python",
            )
            with reader:
                for frame in reader:
                    frame.index += header + 2
                    yield without_footers(frame.dropna(how="all"), remarks)
        except pd.errors.EmptyDataError:
            return
        except (pd.errors.ParserError, csv.Error) as error:
            raise _said_in_words(error, path) from None

    return Source(
        path.name,
        None,
        max(_lines(path) - header - 1, 1),
        chunks,
        first_row=header + 2,
        numbered=True,
        remarks=remarks,
        notes=header_note(header),
        form=Form("text", path, encoding=encoding, separator=separator),
    )


def header_note(header: int) -> list[str]:
    """Say where the titles were found, where that is not the first row."""
    if header == 0:
        return []
    note = (
        f"第 {header + 1} 行作为标题行，以上各行略过"
        f" / row {header + 1} holds the titles; what stands above is left out"
    )
    return [note]
