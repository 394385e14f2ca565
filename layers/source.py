"""What every reader gives: rows in chunks, and what the source says of itself."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pandas as pd

from layers.findings import Finding

CHUNK = 25_000
"""Rows read at once; bounds memory while keeping the work vectorised."""

GEOMETRY = "geometry"
"""Name of the geometry column in every chunk that has one."""

WKB = "geometry as read"
"""Column with the bytes of those geometries, where the reader has them: for those who ask."""

FID = "fid"
"""Column with the feature number that some formats carry beside the attributes."""


ROW_TITLE, REASON_TITLE = "行号 row", "原因 reason"
RETURN_COLUMNS = (ROW_TITLE, REASON_TITLE)
"""Columns that a file of rejected rows has beside its own; an import pays no attention to them."""


class SourceError(ValueError):
    """The file cannot be read; the message says why and what would help."""


@dataclass(frozen=True)
class Form:
    """How a file is written, so that rows of it can be given back in its own form.

    Attributes
    ----------
    path
        The file that is read: where an archive was given, the one unpacked from it.
    sublayer
        Table, sheet or layer within the file.
    encoding
        Of its text, where the file does not say so itself.
    separator
        Between the cells of a table of text.
    driver
        GDAL's name of the format, for vectors.
    """

    kind: Literal["text", "workbook", "parquet", "vector"]
    path: Path
    sublayer: str | None = None
    encoding: str | None = None
    separator: str = ","
    driver: str | None = None


@dataclass(frozen=True)
class Source:
    """A file, or another origin of rows.

    Attributes
    ----------
    name
        File name for reports and history.
    crs
        The coordinate system the source declares; None where it declares none.
    rows
        Number of rows, where it is known beforehand; about as many for a table of text.
    chunks
        Starts a reading: frames with the source's own columns, a shapely geometry column
        `GEOMETRY` where the source has geometry, text kept as text.
    digest
        Waits for the SHA-256 of the file's bytes, which may still be worked out.
    crs_from
        Where that declaration stands, in Chinese and English.
    first_row
        Number of the first row of data, as the source's own program counts: 2 below a title row.
    remarks
        What the reader itself finds while reading, such as features that are cut off.
    numbered
        Whether the frames are indexed by row number, as where blank lines leave gaps; else the
        rows are counted from `first_row`.
    notes
        What the reader took for granted, in Chinese and English sentences.
    form
        How the file is written; None for what is no file.
    feature_id
        Column with what the source itself calls its features, beside their attributes, as a
        GeoJSON feature may have an ``id``; None where it only numbers them.
    """

    name: str
    crs: str | None
    rows: int | None
    chunks: Callable[[], Iterator[pd.DataFrame]]
    digest: Callable[[], str] | None = None
    crs_from: str = "数据自带的说明 / declared by the source"
    first_row: int = 1
    remarks: list[Finding] = field(default_factory=list)
    numbered: bool = False
    notes: list[str] = field(default_factory=list)
    form: Form | None = None
    feature_id: str | None = None

    @property
    def sha256(self) -> str | None:
        """SHA-256 of the file's bytes; None for what is no file."""
        return None if self.digest is None else self.digest()


def rows_of(source: Source, *, wkb: bool = False) -> Generator[pd.DataFrame, None, None]:
    """Read a source: its frames, indexed by row number as the source's own program shows it.

    Parameters
    ----------
    wkb
        Keep the column `WKB`, where there is one.
    """
    first = source.first_row
    for frame in source.chunks():
        if not source.numbered:
            frame.index = pd.RangeIndex(first, first + len(frame))
            first += len(frame)
        yield frame if wkb else frame.drop(columns=WKB, errors="ignore")


def ahead(frames: Generator[pd.DataFrame, None, None]) -> Generator[pd.DataFrame, None, None]:
    """Read the next frame while the caller works on the present one.

    One thread opens, reads and closes, as GDAL and SQLite demand.
    """
    with ThreadPoolExecutor(1) as reading:
        coming = reading.submit(next, frames, None)
        try:
            while (frame := coming.result()) is not None:
                coming = reading.submit(next, frames, None)
                yield frame
        finally:
            reading.submit(frames.close)
