"""Arrow tables as frames: text, whole numbers and geometries exact where some are missing."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from layers.source import GEOMETRY, WKB


def _types(kind: pa.DataType) -> object:
    """Keep text, whole numbers and truth values exact where some are missing."""
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return pd.StringDtype()
    if pa.types.is_integer(kind):
        return pd.Int64Dtype()
    if pa.types.is_boolean(kind):
        return pd.BooleanDtype()
    return None


def as_frame(table: pa.Table, geometry: str | None) -> pd.DataFrame:
    """Make a frame whose geometry column, if any, holds shapely geometries.

    Parameters
    ----------
    geometry
        Name of the column of WKB; in the frame it is called `GEOMETRY`. What is not WKB stays
        there as bytes, so that its row can be refused. The bytes themselves are in `WKB`.
    """
    if geometry is None:
        frame: pd.DataFrame = table.to_pandas(types_mapper=_types)
        return frame
    frame = table.drop_columns([geometry]).to_pandas(types_mapper=_types)
    # FlatGeobuf writes a missing geometry as no bytes at all
    bytes_ = table[geometry]
    bytes_ = pc.if_else(pc.greater(pc.binary_length(bytes_), 0), bytes_, None).cast(pa.binary())
    given = bytes_.to_numpy(zero_copy_only=False)
    places = shapely.from_wkb(given, on_invalid="ignore")
    if shapely.is_missing(places).sum() != bytes_.null_count:
        strange = shapely.is_missing(places) & bytes_.is_valid().to_numpy()
        places[strange] = given[strange]
    frame[GEOMETRY] = places
    frame[WKB] = pd.arrays.ArrowExtensionArray(bytes_)
    return frame
