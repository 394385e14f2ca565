"""Parquet: with GeoParquet's metadata, with bare WKB, or with no geometry at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pyproj import CRS

from layers.reading.arrow import as_frame
from layers.source import CHUNK, Form, Source, SourceError

SUFFIXES = {".parquet", ".geoparquet"}

_GEOMETRY_NAMES = ("geometry", "geom", "the_geom", "wkb_geometry", "wkb", "shape")
"""What a column of WKB is called where no metadata say which it is."""


def _declared(path: Path, schema: pa.Schema) -> tuple[str | None, str | None]:
    """Return the geometry column and CRS that GeoParquet metadata (1.1) declare."""
    declared = json.loads((schema.metadata or {})[b"geo"])
    name = declared["primary_column"]
    column = declared["columns"][name]
    if column["encoding"] != "WKB":
        raise SourceError(
            f"{path.name} 的几何编码是 {column['encoding']}，只能读 WKB"
            f" / {path.name} encodes geometry as {column['encoding']}, not as WKB"
        )
    # no entry means CRS84, null means unknown
    crs = column.get("crs", "OGC:CRS84")
    return name, None if crs is None else _named(CRS.from_user_input(crs))


def _named(crs: CRS) -> str:
    """Name a system as people do, ``EPSG:4547``; what no catalogue holds just so stays WKT."""
    known = crs.to_authority(min_confidence=100)
    return ":".join(known) if known else crs.to_wkt()


def _bare(schema: pa.Schema) -> str | None:
    """Find the column of WKB in a file without metadata: by its name, or the only one of bytes."""
    bytes_ = [
        field.name
        for field in schema
        if pa.types.is_binary(field.type) or pa.types.is_large_binary(field.type)
    ]
    named = [name for name in bytes_ if name.casefold() in _GEOMETRY_NAMES]
    return next(iter(named), bytes_[0] if len(bytes_) == 1 else None)


def geometry_of(path: Path, schema: pa.Schema) -> tuple[str | None, str | None]:
    """Return the geometry column of a Parquet file and the CRS it declares."""
    if b"geo" in (schema.metadata or {}):
        try:
            return _declared(path, schema)
        except (KeyError, ValueError) as error:
            raise SourceError(
                f"{path.name} 的 GeoParquet 元数据有误 / the GeoParquet metadata of {path.name}"
                f" are broken: {error}"
            ) from None
    return _bare(schema), None


def open_parquet(path: Path) -> Source:
    """Open a Parquet file.

    Raises
    ------
    SourceError
        It is broken, or its geometry is encoded in a way that is not read.
    """
    try:
        with pq.ParquetFile(path) as parquet:
            rows, schema = parquet.metadata.num_rows, parquet.schema_arrow
    except (pa.ArrowException, OSError) as error:
        raise SourceError(f"{path.name} 读不出来 / cannot read {path.name}: {error}") from None
    geometry, crs = geometry_of(path, schema)

    def chunks() -> Iterator[pd.DataFrame]:
        with pq.ParquetFile(path) as parquet:
            for batch in parquet.iter_batches(batch_size=CHUNK):
                yield as_frame(pa.Table.from_batches([batch]), geometry)

    return Source(
        path.name,
        crs,
        rows,
        chunks,
        crs_from="GeoParquet 元数据 / the GeoParquet metadata",
        form=Form("parquet", path),
    )
