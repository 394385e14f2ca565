"""What every reader gives: rows in chunks, and what the source says of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

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
    """

    name: str
    crs: str | None
    rows: int | None
    chunks: Callable[[], Iterator[pd.DataFrame | gpd.GeoDataFrame]]
    sha256: str | None = None
