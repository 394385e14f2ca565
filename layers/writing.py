"""Layers written to files that other programs read."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd

_DRIVERS = {
    ".gpkg": "GPKG",
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".shp": "ESRI Shapefile",
    ".fgb": "FlatGeobuf",
}
_SUFFIXES = (*_DRIVERS, ".parquet", ".csv", ".xlsx")


class ExportError(ValueError):
    """The layer cannot be written to such a file."""


def _flat(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Write lists and objects as text, for formats that have neither."""
    flat = frame.copy()
    for name in flat.columns:
        if name != "geom" and flat[name].map(lambda v: isinstance(v, (list, dict))).any():
            flat[name] = flat[name].map(
                lambda v: (
                    "|".join(v)
                    if isinstance(v, list)
                    else json.dumps(v, ensure_ascii=False)
                    if isinstance(v, dict)
                    else v
                )
            )
    return flat


def write_layer(frame: gpd.GeoDataFrame, path: Path) -> None:
    """Write a layer to a file of the kind its name ends in.

    Raises
    ------
    ExportError
        No such kind of file is written.
    """
    suffix = path.suffix.lower()
    if suffix not in _SUFFIXES:
        raise ExportError(
            f"不能导出为 {suffix or path.name}；可用：{'、'.join(_SUFFIXES)}"
            f" / cannot write {suffix}: use {', '.join(_SUFFIXES)}"
        )
    if suffix == ".parquet":
        frame.to_parquet(path)
        return
    flat = _flat(frame)
    if suffix in (".csv", ".xlsx"):
        table = pd.DataFrame(flat.drop(columns="geom"))
        table["wkt"] = flat.geometry.to_wkt()
        for name in table.select_dtypes("datetimetz").columns:
            table[name] = table[name].map(lambda moment: moment.isoformat())
        if suffix == ".csv":
            # the mark lets Excel read Chinese
            table.to_csv(path, index=False, encoding="utf-8-sig")
        else:
            table.to_excel(path, index=False, engine="openpyxl")
        return
    # 4490 and 4326 have the same numbers; GeoJSON must not carry another system
    if suffix in (".geojson", ".json"):
        flat = flat.set_crs("EPSG:4326", allow_override=True)
    flat.to_file(path, driver=_DRIVERS[suffix], engine="pyogrio", encoding="UTF-8")
