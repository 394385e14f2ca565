"""Rejected rows given back in the input's own form, each with its reasons, to be mended."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from pyogrio import write_arrow
from pyogrio.errors import DataSourceError

from layers.findings import Faults, reasons_of
from layers.reading.vectors import stream_of
from layers.reading.workbooks import CRS_TITLE, DATA_SHEET, NOTES_SHEET
from layers.source import (
    CHUNK,
    REASON_TITLE,
    RETURN_COLUMNS,
    ROW_TITLE,
    Form,
    Source,
    SourceError,
    rows_of,
)

__all__ = ["RETURN_COLUMNS", "write_rejected"]

Reasons = dict[int, str]

_VECTOR_FORMS = {"GPKG": ".gpkg", "GeoJSON": ".geojson", "GeoJSONSeq": ".geojsonl"}
"""Formats that are returned as they came: they hold long texts, any geometry and the number of
every feature. Of a shapefile the reasons would be cut off after 254 bytes, and FlatGeobuf
numbers its features anew: like all others these are returned as GeoPackage."""


def _kept(source: Source, reasons: Reasons) -> Iterator[pd.DataFrame]:
    """Read a source again and yield its rejected rows, with their numbers and reasons."""
    for frame in rows_of(source):
        rows = frame[[row in reasons for row in frame.index]]
        rows = rows.drop(columns=[title for title in RETURN_COLUMNS if title in rows.columns])
        if len(rows):
            marked = rows.copy()
            marked[ROW_TITLE] = rows.index.astype(str)
            marked[REASON_TITLE] = [reasons[int(row)] for row in rows.index]
            yield marked


def _write_text(source: Source, form: Form, reasons: Reasons, path: Path) -> None:
    with path.open("w", encoding=form.encoding, newline="") as file:
        for at, rows in enumerate(_kept(source, reasons)):
            rows.to_csv(
                file, index=False, sep=form.separator, header=at == 0, lineterminator="\r\n"
            )


def _cell(sheet: Any, value: object) -> object:
    """Make a cell in which text stays text, even where it looks like a number or a formula."""
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, value)
    cell.data_type, cell.number_format = "s", "@"
    return cell


def _write_workbook(source: Source, form: Form, reasons: Reasons, path: Path) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(form.sublayer or DATA_SHEET)
    for at, rows in enumerate(_kept(source, reasons)):
        if at == 0:
            sheet.append([_cell(sheet, str(title)) for title in rows.columns])
        for row in rows.itertuples(index=False, name=None):
            sheet.append([_cell(sheet, value) for value in row])
    if source.crs is not None:
        notes = book.create_sheet(NOTES_SHEET)
        notes.append([CRS_TITLE, source.crs])
    book.save(path)


def _marked(batch: pa.RecordBatch, first: int, reasons: Reasons) -> pa.Table:
    """Keep the rejected rows of a batch that begins with row `first`, and say why they are."""
    table = pa.Table.from_batches([batch])
    table = table.drop_columns([name for name in RETURN_COLUMNS if name in table.column_names])
    numbers = [row for row in range(first, first + len(table)) if row in reasons]
    kept = table.take(pa.array(np.array(numbers, dtype=np.int64) - first))
    return kept.append_column(
        ROW_TITLE, pa.array([str(number) for number in numbers], pa.string())
    ).append_column(REASON_TITLE, pa.array([reasons[number] for number in numbers], pa.string()))


def _marked_batches(
    batches: Iterator[pa.RecordBatch], first: int, reasons: Reasons
) -> Iterator[pa.Table]:
    for batch in batches:
        yield _marked(batch, first, reasons)
        first += len(batch)


def _write_parquet(source: Source, form: Form, reasons: Reasons, path: Path) -> None:
    with pq.ParquetFile(form.path) as parquet:
        batches = parquet.iter_batches(batch_size=CHUNK)
        writer = None
        for table in _marked_batches(batches, source.first_row, reasons):
            # the first batch has the file's metadata, and with them its geometry and CRS
            writer = writer or pq.ParquetWriter(path, table.schema)
            writer.write_table(table)
        if writer is not None:
            writer.close()


def _write_vector(source: Source, form: Form, reasons: Reasons, path: Path) -> None:
    driver = form.driver if form.driver in _VECTOR_FORMS else "GPKG"
    with stream_of(form.path, form.sublayer, form.encoding, as_written=True) as (meta, stream):
        geometry = meta["geometry_name"] or "wkb_geometry"
        number = meta["fid_column"] or "OGC_FID"
        fid = (meta["fid_column"] or "fid") if driver == "GPKG" else "OGC_FID"
        tables = _marked_batches(stream, source.first_row, reasons)
        first = next(tables)
        placed = geometry in first.column_names
        names = [fid if name == number else name for name in first.column_names]
        options: dict[str, Any] = {"FID": fid} if driver == "GPKG" else {}
        if driver == "GPKG" and placed:
            options["GEOMETRY_NAME"] = geometry
        if driver != "GPKG" and source.feature_id == "id":
            # what is the feature's own id is not to come back as one of its attributes
            options["ID_FIELD"] = "id"
        # read and written at once: of a file that is wrong throughout every row goes back
        write_arrow(
            pa.RecordBatchReader.from_batches(
                first.rename_columns(names).schema,
                (
                    batch
                    for table in chain([first], tables)
                    for batch in table.rename_columns(names).to_batches()
                ),
            ),
            path,
            layer=form.sublayer,
            driver=driver,
            geometry_name=geometry if placed else None,
            geometry_type="Unknown" if placed else None,
            crs=meta["crs"],
            encoding="UTF-8",
            **options,
        )


_WRITERS: dict[str, Callable[[Source, Form, Reasons, Path], None]] = {
    "text": _write_text,
    "workbook": _write_workbook,
    "parquet": _write_parquet,
    "vector": _write_vector,
}


def _suffix(form: Form) -> str:
    """Return how a file of the form is called that is given back."""
    if form.kind == "vector":
        return _VECTOR_FORMS.get(form.driver or "", ".gpkg")
    return ".xlsx" if form.kind == "workbook" else form.path.suffix


def write_rejected(
    source: Source,
    rejected: Mapping[int, Faults],
    path: Path,
    titles: Mapping[str, str] | None = None,
) -> Path:
    """Write the rejected rows of a source to a file of its own kind, to be mended there.

    The columns are the source's own, in their order and with their values as they were, and two
    more, `RETURN_COLUMNS`: the row number and why it was rejected. Text has the encoding and
    the separator of the source; features keep their numbers. A shapefile, and whatever else
    cannot hold that, is returned as a GeoPackage.

    Parameters
    ----------
    source
        It is read a second time.
    rejected
        From ``Report.reasons``.
    path
        Where to; a wrong suffix is replaced by the right one.
    titles
        What fields are called in the reasons, see `layers.columns.titles.called`; else by their
        names.

    Returns
    -------
    Path
        Of the file written.

    Raises
    ------
    SourceError
        The source is no file, no row was rejected, or the file cannot be written.
    """
    reasons = reasons_of(rejected, titles)
    if source.form is None:
        raise SourceError(
            f"{source.name} 不是文件，不能退回它的行 / {source.name} is no file: its rows cannot be"
            " given back"
        )
    if not reasons:
        raise SourceError(
            "没有不合格的行可退回 / no row was rejected: there is nothing to give back"
        )
    target = path.with_suffix(_suffix(source.form))
    if target.exists() and target.samefile(source.form.path):
        raise SourceError(f"不能覆盖原文件 / would overwrite the source itself: {target}")
    try:
        target.unlink(missing_ok=True)
        _WRITERS[source.form.kind](source, source.form, reasons, target)
    except (OSError, DataSourceError) as error:
        raise SourceError(f"写不了 {target} / cannot write {target}: {error}") from None
    return target
