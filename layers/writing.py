"""Layers written to files that other programs read."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from cim.crs import SRID
from layers.values import LIST_SEPARATORS
from layers.values.cells import NOTHING

_DRIVERS = {
    ".gpkg": "GPKG",
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".shp": "ESRI Shapefile",
    ".fgb": "FlatGeobuf",
}
_SUFFIXES = (*_DRIVERS, ".parquet", ".csv", ".xlsx")
_CONTROL = re.compile(r"[\x00-\x1f]")
"""Characters that JSON escapes, and some formats do not hold."""
_EXCEL_CELL = 32_767
"""Characters that a cell of Excel holds."""
_DBASE_CELL = 254
"""Bytes that a cell of a shapefile's table holds."""


class ExportError(ValueError):
    """The layer cannot be written to such a file."""


def _as_text(value: Any) -> Any:
    """Write a list or an object as text: ``a|b``, or JSON where a part holds what separates.

    So is a list that would be empty text or a word for what is not known.
    """
    if isinstance(value, list):
        said = len(value) > 1 or (len(value) == 1 and value[0].casefold() not in NOTHING)
        plain = said and not any(
            LIST_SEPARATORS.search(part) or _CONTROL.search(part) or part.startswith("[")
            for part in value
        )
        return "|".join(value) if plain else json.dumps(value, ensure_ascii=False)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value


def _flat(frame: gpd.GeoDataFrame, kinds: tuple[type, ...] = (list, dict)) -> gpd.GeoDataFrame:
    """Write values of these kinds as text, for formats that cannot hold them."""
    flat = frame.copy()
    for name in flat.columns.drop("geom"):
        if flat[name].map(lambda value: isinstance(value, kinds)).any():
            flat[name] = flat[name].map(_as_text)
    return flat


def _table(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return a layer as a table, its geometry as EWKT with every digit."""
    table = pd.DataFrame(_flat(frame).drop(columns="geom"))
    table["ewkt"] = f"SRID={SRID};" + frame.geometry.to_wkt(rounding_precision=-1).astype("string")
    for name in table.select_dtypes("datetimetz").columns:
        table[name] = table[name].map(lambda moment: moment.isoformat())
    return table


def _write_excel(table: pd.DataFrame, path: Path) -> None:
    """Write a workbook in which text is text, even where it begins with ``=``."""
    longest = max(map(len, table["ewkt"].dropna()), default=0)
    if longest > _EXCEL_CELL:
        raise ExportError(
            f"有的几何写成文字有 {longest} 个字符，Excel 的单元格装不下（至多 {_EXCEL_CELL}）；"
            "请导出为 .gpkg / a geometry is too long for a cell of Excel: export .gpkg"
        )
    texts = table.select_dtypes(["object", "string"]).columns
    table[texts] = table[texts].map(
        lambda value: ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value
    )
    with pd.ExcelWriter(path, engine="openpyxl") as writer:
        table.to_excel(writer, index=False)
        for row in writer.sheets["Sheet1"].iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    cell.data_type = "s"


def _check_texts(frame: gpd.GeoDataFrame) -> None:
    """Refuse texts that a shapefile would cut off."""
    for name in frame.columns.drop("geom"):
        if not pd.api.types.is_object_dtype(frame[name]) and not isinstance(
            frame[name].dtype, pd.StringDtype
        ):
            continue
        sizes = frame[name].map(
            lambda value: len(value.encode()) if isinstance(value, str) else 0, na_action="ignore"
        )
        if (sizes > _DBASE_CELL).any():
            raise ExportError(
                f"字段 {name} 里有超过 {_DBASE_CELL} 字节的文字，Shapefile 装不下；请导出为 .gpkg"
                f" / {name} holds texts of more than {_DBASE_CELL} bytes: export .gpkg"
            )


def _for_shapefile(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Shorten names to ten letters and write moments as text, as dBase wants it."""
    _check_texts(frame)
    kinds = frame.geometry.geom_type.dropna().str.removeprefix("Multi").unique()
    if len(kinds) > 1:
        raise ExportError(
            "图层里既有点又有面，一个 Shapefile 装不下；请导出为 .gpkg"
            " / a shapefile holds one kind of geometry: export .gpkg"
        )
    short: dict[str, str] = {}
    for name in frame.columns.drop("geom"):
        choices = [name[:10], *(f"{name[:8]}_{i}" for i in range(1, 10))]
        short[name] = next(choice for choice in choices if choice not in short.values())
    moments = frame.select_dtypes("datetimetz").columns
    texts = {name: frame[name].map(lambda moment: moment.isoformat()) for name in moments}
    return frame.assign(**texts).rename(columns=short)


def write_layer(frame: gpd.GeoDataFrame, path: Path) -> None:
    """Write a layer to a file of the kind its name ends in.

    Raises
    ------
    ExportError
        No such kind of file is written, or it cannot hold this layer.
    """
    suffix = path.suffix.lower()
    if suffix not in _SUFFIXES:
        raise ExportError(
            f"不能导出为 {suffix or path.name}；可用：{'、'.join(_SUFFIXES)}"
            f" / cannot write {suffix}: use {', '.join(_SUFFIXES)}"
        )
    if suffix == ".parquet":
        # lists stay lists; of objects Arrow would make one structure with every key
        _flat(frame, (dict,)).to_parquet(path)
    elif suffix == ".csv":
        # the mark lets Excel read Chinese; a lone carriage return is quoted only beside CRLF
        _table(frame).to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n")
    elif suffix == ".xlsx":
        _write_excel(_table(frame), path)
    else:
        _write_vector(_flat(frame), path, _DRIVERS[suffix])


def _write_vector(frame: gpd.GeoDataFrame, path: Path, driver: str) -> None:
    options = {}
    if driver == "GeoJSON":
        # 4490 and 4326 have the same numbers; GeoJSON must not carry another system
        frame = frame.set_crs("EPSG:4326", allow_override=True)
        # text that looks like JSON stays text, or its column would be of two kinds
        options["AUTODETECT_JSON_STRINGS"] = "NO"
    if driver == "ESRI Shapefile":
        frame = _for_shapefile(frame)
    if driver == "FlatGeobuf" and frame.geometry.isna().any():
        # its index takes no feature without a place
        options["SPATIAL_INDEX"] = "NO"
    frame.to_file(path, driver=driver, engine="pyogrio", encoding="UTF-8", **options)
