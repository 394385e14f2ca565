"""Ways in a straight line, until the walk network serves."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import Connection, text

from cim.walking import walking

_PLACES = {
    "station": "select id, kind, geom from station where status = 'operating'",
    "bus_stop": "select id, null::text as kind, geom from bus_stop",
    "parking": "select id, kind, geom from parking",
    "amenity": "select id, kind, geom from amenity",
}


def access_rows(
    connection: Connection,
    *,
    layer: str,
    offices: list[str] | None = None,
    places: list[str] | None = None,
) -> pd.DataFrame:
    settings = walking(connection)
    reach = settings.reach if layer == "station" else 1000.0
    frame = pd.read_sql(
        text(f"""
        select o.id as office_id, :layer as layer, p.id as place_id, p.kind,
            null::text as entrance_id,
            st_distance(p.geom::geography, o.geom::geography) as straight_m
        from office o join ({_PLACES[layer]}) p
        on p.geom && st_expand(o.geom,
            cast(:reach as float8) / (110000 * cos(radians(st_y(st_centroid(o.geom))))),
            cast(:reach as float8) / 110000)
        and st_dwithin(p.geom::geography, o.geom::geography, cast(:reach as float8))
        where (cast(:offices as text[]) is null or o.id = any(:offices))
        and (cast(:places as text[]) is null or p.id = any(:places))
        """),
        connection,
        params={"layer": layer, "reach": reach, "offices": offices, "places": places},
    )
    walk = frame["straight_m"] * settings.detour
    return frame.assign(
        walk_m=walk, walk_min=walk / settings.walk_speed, basis="straight-line"
    ).sort_values(["office_id", "place_id"])
