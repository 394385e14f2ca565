"""The encoding of a dBase table, which its ``.cpg`` or its header may state wrongly or not at all.

The layout of the header follows "Data File Header Structure for the dBASE Version 7 Table File"
and ESRI's use of level III: a descriptor of 32 bytes for every field after the first 32 bytes, a
language driver in byte 29.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_BLOCK = 1 << 23
"""Bytes of a table looked at together."""
_CELLS = 200
"""Cells of one field in one block that are looked at one by one."""
_SEEN = 5_000
"""Cells in which the marks of an encoding are looked for."""
_LANGUAGE_DRIVERS = {
    0x03: "cp1252",
    0x13: "cp932",
    0x4D: "gb18030",
    0x4F: "big5",
    0x78: "big5",
    0x7A: "gb18030",
    0x7B: "cp932",
}
"""Encodings by language driver, as far as they are met here; 0x57 says only "ANSI"."""
_OF_GBK = {"936", "54936", "gbk", "gb2312", "gb18030", "gb_2312-80", "euc-cn", "x-gbk"}
_DOUBTFUL = {"cp1252", "iso8859-1", "iso8859-15", "gb18030"}
"""Encodings that other text may fit by chance: few bytes or none speak against them."""

# the last character of a full cell may be cut in half
_PAIRS = re.compile(rb"(?:[\xa1-\xf7][\xa1-\xfe])+[\x81-\xfe]?")
_THREES = re.compile(rb"[\xe3-\xe9][\x80-\xbf]{2}")


@dataclass(frozen=True)
class Encoding:
    """In which encoding a table's text is read, and what it says itself.

    Attributes
    ----------
    name
        Of the encoding, as GDAL and Python know it.
    stated
        What stands in the ``.cpg`` or the header; None where nothing does.
    believed
        Whether what is stated was believed.
    plain
        Whether there is no text but ASCII, so that the encoding does not matter.
    """

    name: str
    stated: str | None
    believed: bool
    plain: bool


def codec_of(stated: str) -> str | None:
    """Return Python's name of an encoding as a ``.cpg`` may write it; None where it says nothing.

    ``936``, ``CP936``, ``ANSI 936``, ``GBK`` and ``GB2312`` are one: GB18030 includes them all.
    """
    words = re.sub(r"^(ansi|oem|windows|ms)[\s_/-]*(?=\d)", "", stated.strip().casefold())
    number = re.sub(r"^(cp|iso)[\s_-]*(?=\d)", "", words)
    if number in _OF_GBK:
        return "gb18030"
    if number in {"65001", "utf8", "utf-8"}:
        return "utf-8"
    if part := re.fullmatch(r"8859[\s_-]*(\d{1,2})", number):
        number = f"iso8859-{part[1]}"
    for name in (number, f"cp{number}"):
        try:
            return codecs.lookup(name).name
        except LookupError:
            continue
    return None


@dataclass(frozen=True)
class _Layout:
    header: int
    record: int
    texts: list[tuple[int, int]]
    names: list[bytes]
    driver: int


def _layout(path: Path) -> _Layout:
    """Read where the text of a table stands."""
    with path.open("rb") as file:
        start = file.read(32)
        header = int.from_bytes(start[8:10], "little")
        record = int.from_bytes(start[10:12], "little")
        fields = file.read(max(header - 32, 0))
    texts, names, at = [], [], 1
    for i in range(0, len(fields) - 31, 32):
        one = fields[i : i + 32]
        if one[:1] == b"\r":
            break
        names.append(one[:11].split(b"\0")[0])
        # a text field keeps the upper byte of its width where others keep their decimals
        width = one[16] + (one[17] << 8 if one[11:12] == b"C" else 0)
        if one[11:12] == b"C":
            texts.append((at, at + width))
        at += width
    return _Layout(header, record, texts, names, start[29])


def _records(path: Path, layout: _Layout) -> Iterator[NDArray[np.uint8]]:
    """Yield the records, some at a time, as rows of bytes."""
    if not layout.record:
        return
    with path.open("rb") as file:
        file.seek(layout.header)
        while block := file.read(max(_BLOCK // layout.record, 1) * layout.record):
            whole = len(block) // layout.record * layout.record
            yield np.frombuffer(block[:whole], np.uint8).reshape(-1, layout.record)


def _foreign(path: Path, layout: _Layout) -> Iterator[bytes]:
    """Yield cells with other than ASCII: names of fields, then values, some of every block."""
    yield from (name for name in layout.names if not name.isascii())
    for records in _records(path, layout):
        for first, last in layout.texts:
            cells = records[:, first:last]
            rows = np.flatnonzero((cells >= 0x80).any(axis=1))
            if len(rows) > _CELLS:
                rows = rows[:: len(rows) // _CELLS]
            yield from (cells[row].tobytes().rstrip(b" \0") for row in rows)


def _fits(cell: bytes, encoding: str) -> bool:
    """Tell whether a cell can be text in an encoding, its last character perhaps cut off."""
    try:
        codecs.getincrementaldecoder(encoding)().decode(cell)
    except UnicodeDecodeError:
        return False
    return True


def _speaks_for(cells: list[bytes]) -> str | None:
    """Return the encoding that cells speak for: Chinese in UTF-8, or in GBK."""
    if all(_fits(cell, "utf-8") for cell in cells):
        return "utf-8" if any(_THREES.search(cell) for cell in cells) else None
    # an ideograph is two high bytes; of a western text the high bytes stand alone
    runs = [run for cell in cells for run in re.findall(rb"[\x80-\xff]+", cell)]
    alike = sum(_PAIRS.fullmatch(run) is not None for run in runs)
    return "gb18030" if alike > 0.5 * len(runs) else None


def table_encoding(path: Path, cpg: str | None) -> Encoding:
    """Tell in which encoding the text of a dBase table is.

    What is stated is believed unless the bytes cannot be it. The table is read in blocks, a
    number of cells of each: it may be larger than memory.

    Parameters
    ----------
    path
        The ``.dbf``.
    cpg
        What its ``.cpg`` says; None where there is none.
    """
    layout = _layout(path)
    stated = cpg.strip() if cpg and cpg.strip() else None
    codec = codec_of(stated) if stated else _LANGUAGE_DRIVERS.get(layout.driver)
    if stated is None and codec is not None:
        stated = f"LDID 0x{layout.driver:02X}"
    names = list(dict.fromkeys(name for name in (codec, "utf-8", "gb18030") if name))
    misfits = dict.fromkeys(names, 0)
    seen: list[bytes] = []
    for cell in _foreign(path, layout):
        if len(seen) < _SEEN:
            seen.append(cell)
        for name in names:
            misfits[name] += not _fits(cell, name)
    # of those that fit equally well the stated one holds, then UTF-8
    best = min(names, key=lambda name: misfits[name])
    if codec is not None and best == codec and codec in _DOUBTFUL and seen:
        best = _speaks_for(seen) or codec
    return Encoding(best, stated, believed=best == codec, plain=not seen)


def _whole(name: bytes) -> bytes:
    """Leave out a character of UTF-8 that the end of a field's name cuts in half."""
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(name).encode()
    except UnicodeDecodeError:
        return name


def mended_header(path: Path) -> bytes | None:
    """Return the header of a table in UTF-8, the last characters of its field names whole.

    A name has ten bytes: three Chinese characters, and the first byte of the fourth, which many
    programs write all the same, and of which GDAL makes no name that can be read.

    Returns
    -------
    bytes or None
        None where no name ends in half a character. Names that are the same without it are
        told apart by a digit in its place.
    """
    names = _layout(path).names
    known = {name for name in names if _whole(name) == name}
    if known.issuperset(names):
        return None
    with path.open("rb") as file:
        header = bytearray(file.read(32 * (len(names) + 1)))
    for at, name in enumerate(names, start=1):
        whole = _whole(name)
        if whole != name:
            free = (whole, *(whole + b"%d" % digit for digit in range(1, 10)))
            chosen = next((one for one in free if one not in known), whole)
            known.add(chosen)
            header[32 * at : 32 * at + 11] = chosen.ljust(11, b"\0")
    return bytes(header)
