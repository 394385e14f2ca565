"""Every office with its measures, as a frame."""

from __future__ import annotations

import geopandas as gpd
from sqlalchemy import Connection, select

from cim.crs import SRID
from cim.facts import join_tables, reading_of
from cim.offices.properties import measures


def office_frame(connection: Connection) -> gpd.GeoDataFrame:
    """Return all offices with the measures of a search.

    Returns
    -------
    GeoDataFrame
        One row for each office, ordered by ``id``: the properties of ``GET /offices`` and
        ``geom`` in EPSG:4490. Unknown values are missing.
    """
    tables, joined = join_tables(connection)
    shown = measures(reading_of(tables))
    query = select(*shown, tables.office.c.geom).select_from(joined).order_by(tables.office.c.id)
    return gpd.read_postgis(
        query, connection, geom_col="geom", crs=f"EPSG:{SRID}", coerce_float=True
    )
