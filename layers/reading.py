"""Readers, one for each kind of file, all behind `open_source`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from zipfile import BadZipFile

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyogrio
import shapely
from openpyxl.utils.exceptions import InvalidFileException
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS

from layers.source import CHUNK, FID, GEOMETRY, Source, SourceError

_TABLE_SUFFIXES = {".csv", ".txt", ".tsv"}
_EXCEL_SUFFIXES = {".xlsx", ".xlsm"}
_PARQUET_SUFFIXES = {".parquet", ".geoparquet"}


def _text_encoding(path: Path) -> str:
    """Tell UTF-8 (with or without a mark) from GB18030, which includes GBK.

    Chinese text in GB18030 is practically never valid UTF-8, so the first that fits holds.
    """
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            with path.open(encoding=encoding) as file:
                while file.read(1 << 20):
                    pass
        except UnicodeDecodeError:
            continue
        return encoding
    raise SourceError(
        f"{path.name} 的文字编码既不是 UTF-8 也不是 GB18030"
        f" / {path.name} is neither UTF-8 nor GB18030"
    )


def _unreadable(path: Path, error: Exception) -> SourceError:
    return SourceError(f"{path.name} 读不出来 / cannot read {path.name}: {error}")


def _csv(path: Path) -> Source:
    encoding = _text_encoding(path)
    separator = "\t" if path.suffix.lower() == ".tsv" else ","

    def chunks() -> Iterator[pd.DataFrame]:
        # every cell as text: codes of 19 and 25 digits do not survive a float
        try:
            reader = pd.read_csv(
                path,
                dtype="string",
                encoding=encoding,
                sep=separator,
                chunksize=CHUNK,
                keep_default_na=False,
                na_values=[""],
            )
            with reader:
                yield from reader
        except pd.errors.EmptyDataError:
            return
        except pd.errors.ParserError as error:
            raise _unreadable(path, error) from None

    return Source(path.name, None, None, chunks)


def _excel(path: Path) -> Source:
    def chunks() -> Iterator[pd.DataFrame]:
        try:
            # cells as they are: a code kept as a number is to be noticed, not rounded
            yield pd.read_excel(
                path, dtype=object, engine="openpyxl", keep_default_na=False, na_values=[""]
            )
        except (BadZipFile, InvalidFileException, KeyError, ValueError) as error:
            raise _unreadable(path, error) from None

    return Source(path.name, None, None, chunks)


def _as_frame(table: pa.Table, geometry: str | None) -> pd.DataFrame:
    """Make a frame whose geometry column, if any, holds shapely geometries."""
    if geometry is None:
        frame: pd.DataFrame = table.to_pandas(types_mapper=_types)
        return frame
    frame = table.drop_columns([geometry]).to_pandas(types_mapper=_types)
    # FlatGeobuf writes a missing geometry as no bytes at all
    bytes_ = table[geometry]
    bytes_ = pc.if_else(pc.greater(pc.binary_length(bytes_), 0), bytes_, None)
    frame[GEOMETRY] = shapely.from_wkb(bytes_.to_numpy(zero_copy_only=False))
    return frame


def _types(kind: pa.DataType) -> object:
    """Keep text, whole numbers and truth values exact where some are missing."""
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return pd.StringDtype()
    if pa.types.is_integer(kind):
        return pd.Int64Dtype()
    if pa.types.is_boolean(kind):
        return pd.BooleanDtype()
    return None


def _geoparquet(path: Path, metadata: dict[bytes, bytes]) -> tuple[str | None, str | None]:
    """Return the geometry column and CRS that GeoParquet metadata (1.1) declare."""
    if b"geo" not in metadata:
        return None, None
    declared = json.loads(metadata[b"geo"])
    name = declared["primary_column"]
    column = declared["columns"][name]
    if column["encoding"] != "WKB":
        raise SourceError(
            f"{path.name} 的几何编码是 {column['encoding']}，只能读 WKB"
            f" / {path.name} encodes geometry as {column['encoding']}, not as WKB"
        )
    # no entry means CRS84, null means unknown
    crs = column.get("crs", "OGC:CRS84")
    return name, None if crs is None else CRS.from_user_input(crs).to_wkt()


def _parquet(path: Path) -> Source:
    try:
        parquet = pq.ParquetFile(path)
    except pa.ArrowException as error:
        raise _unreadable(path, error) from None
    geometry, crs = _geoparquet(path, parquet.schema_arrow.metadata or {})

    def chunks() -> Iterator[pd.DataFrame]:
        for batch in parquet.iter_batches(batch_size=CHUNK):
            yield _as_frame(pa.Table.from_batches([batch]), geometry)

    return Source(path.name, crs, parquet.metadata.num_rows, chunks)


def _shapefile_encoding(path: Path) -> str | None:
    """Guess the encoding of a shapefile without ``.cpg``, which OGR would read as Latin-1."""
    if path.suffix.lower() != ".shp" or path.with_suffix(".cpg").exists():
        return None
    table = next(
        (p for p in (path.with_suffix(".dbf"), path.with_suffix(".DBF")) if p.exists()), None
    )
    if table is None:
        return None
    try:
        # the header up to the field names, and the rows, are text in one encoding
        table.read_bytes()[32:].decode("utf-8")
    except UnicodeDecodeError:
        return "GB18030"
    return "UTF-8"


def _vector(path: Path, sublayer: str | None) -> Source:
    encoding = _shapefile_encoding(path)
    try:
        info = pyogrio.read_info(path, layer=sublayer, encoding=encoding, force_feature_count=True)
    except (DataSourceError, DataLayerError) as error:
        raise SourceError(
            f"GDAL 打不开 {path.name} / GDAL cannot open {path.name}: {error}"
        ) from None

    def chunks() -> Iterator[pd.DataFrame]:
        with pyogrio.open_arrow(
            path,
            layer=sublayer,
            encoding=encoding,
            batch_size=CHUNK,
            use_pyarrow=True,
            return_fids=True,
            datetime_as_string=True,
        ) as (meta, stream):
            geometry = meta["geometry_name"] or "wkb_geometry"
            fid = meta["fid_column"] or "OGC_FID"
            for batch in stream:
                table = pa.Table.from_batches([batch])
                names = [
                    FID if n == fid and FID not in table.column_names else n
                    for n in table.column_names
                ]
                table = table.rename_columns(names)
                yield _as_frame(table, geometry if geometry in table.column_names else None)

    return Source(path.name, info["crs"], info["features"], chunks)


def open_source(path: Path, sublayer: str | None = None) -> Source:
    """Open a file of any kind that can be imported.

    Parameters
    ----------
    path
        GeoPackage, Shapefile (also zipped), GeoJSON, GeoParquet, CSV, Excel, or whatever else
        GDAL reads as vectors.
    sublayer
        Table within the file, where it has several.

    Raises
    ------
    SourceError
        The file is missing, empty or of no known kind.
    """
    if not path.is_file():
        raise SourceError(f"找不到文件 / no such file: {path}")
    if path.stat().st_size == 0:
        raise SourceError(f"文件是空的 / the file is empty: {path.name}")
    suffix = path.suffix.lower()
    if suffix in _TABLE_SUFFIXES:
        source = _csv(path)
    elif suffix in _EXCEL_SUFFIXES:
        source = _excel(path)
    elif suffix in _PARQUET_SUFFIXES:
        source = _parquet(path)
    else:
        source = _vector(path, sublayer)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Source(source.name, source.crs, source.rows, source.chunks, digest)
