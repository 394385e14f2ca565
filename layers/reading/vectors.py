"""Vectors of every format that GDAL reads, streamed as Arrow."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError
from pyogrio.raw import open_arrow, read

from layers.reading import geojson
from layers.reading.arrow import as_frame
from layers.reading.choice import Table, chosen
from layers.reading.shapefile import Shapefile, prepare
from layers.source import CHUNK, FID, Form, Source, SourceError

_STATED_BY = {
    "ESRI Shapefile": ".prj 文件 / the .prj file",
    "GPKG": "GeoPackage 的坐标系 / the SRS of the GeoPackage",
    "FlatGeobuf": "FlatGeobuf 文件头 / the FlatGeobuf header",
    "OpenFileGDB": "文件地理数据库的坐标系 / the spatial reference of the geodatabase",
    "KML": "KML 标准（WGS 84） / the KML standard (WGS 84)",
    "LIBKML": "KML 标准（WGS 84） / the KML standard (WGS 84)",
    "GML": "GML 的 srsName / the srsName of the GML",
}
_OF_ONE_LAYER = {".shp", ".fgb", ".geojson", ".geojsonl", ".geojsons", ".ndjson", ".jsonl"}
"""Formats of one layer: listing it would cost GDAL a reading of the whole file."""
_BESIDE = {"layer_styles", "qgis_projects"}
"""Tables that QGIS puts beside the layers of a GeoPackage."""
_CURVES = {8, 9, 10, 11, 12, 13, 14}
"""Kinds of geometry with arcs (SQL/MM), which GEOS does not calculate with."""
_BROKEN = (DataSourceError, DataLayerError, pa.ArrowException, RuntimeError, UnicodeDecodeError)


@dataclass(frozen=True)
class _Opened:
    """What GDAL is to open, and how.

    Attributes
    ----------
    name
        Of the file as the planner knows it.
    """

    name: str
    path: Path
    sublayer: str | None
    encoding: str | None
    shapefile: Shapefile | None


@contextmanager
def _reading(opened: _Opened) -> Iterator[None]:
    """Put GDAL's errors into words; let it restore an index where one is missing."""
    options = {}
    if opened.shapefile is not None and opened.shapefile.restore:
        options["SHAPE_RESTORE_SHX"] = True
    with _configured(options):
        try:
            yield
        except _BROKEN as error:
            said = str(error).replace(str(opened.path), opened.name)
            raise SourceError(
                f"GDAL 打不开或读不完 {opened.name} / GDAL cannot read {opened.name}: {said}"
            ) from None


@contextmanager
def _configured(options: dict[str, bool]) -> Iterator[None]:
    """Set options of GDAL for a while."""
    pyogrio.set_gdal_config_options(options)
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(dict.fromkeys(options))


def _tables(path: Path) -> list[Table]:
    """List the layers of a file with their rows."""
    return [
        Table(
            str(name),
            int(pyogrio.read_info(path, layer=name, force_feature_count=True)["features"]),
            beside=str(name) in _BESIDE,
        )
        for name, _ in pyogrio.list_layers(path)
    ]


def _stated_by(path: Path, driver: str) -> str:
    """Say where a file states its coordinate system."""
    if driver in geojson.DRIVERS:
        return geojson.stated_by(path)
    return _STATED_BY.get(driver, "数据自带的说明 / declared by the source")


def _straightened(table: pa.Table, geometry: str, fid: str, opened: _Opened) -> pa.Table:
    """Replace geometries with arcs by what GDAL makes of them: chords of four degrees."""
    # the kind stands in bytes 1 to 4, as geometries come in little-endian order
    kinds = pc.binary_slice(table[geometry], 1, 5)
    curved = [
        kind
        for kind in pc.unique(kinds).to_pylist()
        if kind and (int.from_bytes(kind, "little") & 0xFFFF) % 1000 in _CURVES
    ]
    if not curved:
        return table
    rows = pc.is_in(kinds, pa.array(curved, pa.binary()))
    fids = table.filter(rows)[fid].to_pylist()
    straight = read(
        opened.path, layer=opened.sublayer, encoding=opened.encoding, fids=fids, columns=[]
    )[2]
    places = pc.replace_with_mask(
        table[geometry].combine_chunks(), rows.combine_chunks(), pa.array(straight, pa.binary())
    )
    return table.set_column(table.column_names.index(geometry), geometry, places)


def _whole_text(table: pa.Table) -> pa.Table:
    """Drop what is no text at the end of cells: a fixed width may cut a character in half."""
    try:
        table.validate(full=True)
    except pa.ArrowInvalid:
        for at, field in enumerate(table.schema):
            if pa.types.is_string(field.type):
                cells = table[at].cast(pa.binary()).to_pylist()
                texts = [None if c is None else c.decode("utf-8", "ignore") for c in cells]
                table = table.set_column(at, field.name, pa.array(texts, pa.string()))
    return table


def _frames(opened: _Opened) -> Iterator[pd.DataFrame]:
    with (
        _reading(opened),
        stream_of(opened.path, opened.sublayer, opened.encoding) as (
            meta,
            stream,
        ),
    ):
        geometry = meta["geometry_name"] or "wkb_geometry"
        fid = meta["fid_column"] or "OGC_FID"
        for batch in stream:
            table = pa.Table.from_batches([batch])
            if opened.shapefile is not None:
                table = _whole_text(table)
            has_place = geometry in table.column_names
            if has_place:
                table = _straightened(table, geometry, fid, opened)
            names = [
                FID if n == fid and FID not in table.column_names else n for n in table.column_names
            ]
            yield as_frame(table.rename_columns(names), geometry if has_place else None)


@contextmanager
def stream_of(
    path: Path, sublayer: str | None, encoding: str | None, *, as_written: bool = False
) -> Iterator[Any]:
    """Open a layer as a stream of Arrow batches, feature numbers included.

    Parameters
    ----------
    as_written
        Leave moments as moments; else they are text in ISO 8601.
    """
    # GDAL's quick way with FlatGeobuf garbles what follows a missing geometry
    careful = {"OGR_FLATGEOBUF_STREAM_BASE_IMPL": True}
    with (
        _configured(careful),
        open_arrow(
            path,
            layer=sublayer,
            encoding=encoding,
            batch_size=CHUNK,
            use_pyarrow=True,
            return_fids=True,
            datetime_as_string=not as_written,
        ) as opened,
    ):
        yield opened


def _layer_of(
    opened: _Opened, sublayer: str | None, called: Collection[str]
) -> tuple[str | None, list[str]]:
    """Return the layer that is meant, None for the only one; and what was taken for granted."""
    if sublayer is None and opened.path.suffix.lower() in _OF_ONE_LAYER:
        return None, []
    names = [str(name) for name, _ in pyogrio.list_layers(opened.path)]
    if sublayer in names or (sublayer is None and len(names) <= 1):
        return sublayer, []
    name = chosen(opened.name, _tables(opened.path), sublayer, called)
    return name, [f"读取表“{name}” / the table read is {name}"]


def open_vectors(path: Path, sublayer: str | None = None, called: Collection[str] = ()) -> Source:
    """Open a layer of a file, or of a folder ``.gdb``, that GDAL reads as vectors.

    Raises
    ------
    SourceError
        GDAL cannot open it, or it holds several layers and none is named.
    """
    shapefile = prepare(path) if path.suffix.lower() == ".shp" else None
    encoding = shapefile.encoding if shapefile else None
    opened = _Opened(path.name, shapefile.path if shapefile else path, None, encoding, shapefile)
    with _reading(opened):
        layer, notes = _layer_of(opened, sublayer, called)
        info = pyogrio.read_info(
            opened.path, layer=layer, encoding=encoding, force_feature_count=True
        )
    opened = replace(opened, sublayer=info["layer_name"])
    driver = info["driver"]
    if driver == "GeoJSONSeq":
        geojson.check_lines(path, info["features"])
    return Source(
        path.name,
        info["crs"],
        info["features"],
        lambda: _frames(opened),
        crs_from=_stated_by(opened.path, driver),
        remarks=shapefile.remarks if shapefile else [],
        notes=notes,
        feature_id=geojson.feature_id(path) if driver in geojson.DRIVERS else None,
        form=Form("vector", opened.path, opened.sublayer, encoding, driver=driver),
    )
