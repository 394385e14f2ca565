"""What every reader gives: rows in chunks, and what the source says of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd

from layers.findings import Finding

CHUNK = 50_000
"""Rows read at once; bounds memory while keeping the work vectorised."""

GEOMETRY = "geometry"
"""Name of the geometry column in every chunk that has one."""

FID = "fid"
"""Column with the feature number that some formats carry beside the attributes."""


class SourceError(ValueError):
    """The file cannot be read; the message says why and what would help."""


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
        Number of rows, where it is known beforehand.
    chunks
        Starts a reading: frames with the source's own columns, a shapely geometry column
        `GEOMETRY` where the source has geometry, text kept as text.
    sha256
        Of the file's bytes.
    crs_from
        Where that declaration stands, in Chinese and English.
    first_row
        Number of the first row of data, as the source's own program counts: 2 below a title row.
    remarks
        What the reader itself finds while reading, such as features that are cut off.
    """

    name: str
    crs: str | None
    rows: int | None
    chunks: Callable[[], Iterator[pd.DataFrame | gpd.GeoDataFrame]]
    sha256: str | None = None
    crs_from: str = "数据自带的说明 / declared by the source"
    first_row: int = 1
    remarks: list[Finding] = field(default_factory=list)
