"""Whether a place lies in the city at all."""

from __future__ import annotations

from sqlalchemy import Connection, text


def lies_outside(connection: Connection, lon: float, lat: float) -> bool:
    """Tell whether a point in stored degrees lies in none of the districts there are.

    A city that holds no outline of a district cannot say so.
    """
    query = text("""
        with district as (select geom from area where level = 'district')
        select exists (select from district) and not exists (
            select from district
            where st_intersects(geom, st_setsrid(st_makepoint(:lon, :lat), st_srid(geom)))
        )
    """)
    return bool(connection.scalar(query, {"lon": lon, "lat": lat}))
