"""Layers as GeoDataFrames, for files, pictures and notebooks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import geopandas as gpd
from sqlalchemy import Connection, select

from cim.crs import SRID
from cim.history import at
from cim.model import Layer, columns_of, public_of


def layer_frame(
    connection: Connection,
    layer: type[Layer],
    *,
    columns: Sequence[str] | None = None,
    as_of: dt.datetime | None = None,
    private: bool = False,
) -> gpd.GeoDataFrame:
    """Return a layer as a frame.

    Parameters
    ----------
    columns
        Which columns, beside the geometry; the public ones (all, with `private`) by default.
    as_of
        The layer as it was then; None for now.
    private
        Include what is never served.

    Returns
    -------
    GeoDataFrame
        One row for each feature, ordered by ``id``, and ``geom`` in EPSG:4490.
    """
    rows = at(layer, as_of)
    names = columns or (list(columns_of(layer)) if private else public_of(layer))
    query = select(*(rows.c[name] for name in names if name != "geom"), rows.c.geom)
    return gpd.read_postgis(
        query.order_by(rows.c.id), connection, geom_col="geom", crs=f"EPSG:{SRID}"
    )
