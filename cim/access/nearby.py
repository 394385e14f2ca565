"""Offices within a walk of any point."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from sqlalchemy import Connection, text

from cim.access.entering import connected, enter
from cim.access.rows import NETWORK, STRAIGHT
from cim.access.streets import network_of
from cim.access.walks import shortest
from cim.walking import walking

# the degree box lets the GiST index answer; 110000 m is a little less than a degree of latitude
_NEAR = text("""
    select o.id, o.geom, st_distance(o.geom::geography, p.geom::geography) as straight_m
    from office o
    cross join (select st_setsrid(st_point(:lon, :lat), 4490) as geom) as p
    where o.geom && st_expand(
            p.geom, :limit / (110000 * cos(radians(cast(:lat as float8)))), :limit / 110000
        )
        and st_dwithin(o.geom::geography, p.geom::geography, cast(:limit as float8))
    order by o.id
""")


def walks_from(connection: Connection, lon: float, lat: float, minutes: float) -> pd.DataFrame:
    """Find the offices within some minutes on foot of a point.

    Parameters
    ----------
    lon, lat
        Stored degrees.

    Returns
    -------
    DataFrame
        Columns ``office_id, walk_m, walk_min, basis``, by ``office_id``. Where no network
        leads from the point to the office the straight line times the detour counts.
    """
    rule = walking(connection)
    limit = rule.walk_speed * minutes
    values = {"lon": lon, "lat": lat, "limit": limit}
    near = gpd.read_postgis(_NEAR, connection, geom_col="geom", params=values)
    network = network_of(connection)
    start = enter(network, shapely.points([[lon, lat]]))
    goals = enter(network, near.geometry.to_numpy(dtype=object))
    walk = near["straight_m"].to_numpy(dtype=float) * rule.detour
    served = connected(
        network, start, goals, (np.zeros(len(near), dtype=np.int64), np.arange(len(near)))
    )
    walk[served] = np.inf
    _, door, metres = shortest(network, start.snapped, goals.snapped, limit)
    np.minimum.at(walk, goals.owner[door], np.round(metres, 3))
    found = pd.DataFrame(
        {
            "office_id": near["id"],
            "walk_m": walk,
            "walk_min": walk / rule.walk_speed,
            "basis": np.where(served, NETWORK, STRAIGHT),
        }
    )
    return found[found["walk_m"] <= limit].reset_index(drop=True)
