"""Places and offices as the city holds them, and where they are entered."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Text, any_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from cim.access.joins import Ints
from cim.model import LAYERS, columns_of, layer_named
from cim.statements import statement

_COUNTED = {"station": "p.status = 'operating'"}
"""Which places of a layer count; all where nothing is said."""


@dataclass(frozen=True)
class Beside:
    """The neighbourhood of some features of a layer (all where None), as far as a reach in m."""

    layer: str
    ids: list[str] | None
    reach: float


def located(
    connection: Connection, layer: str, ids: list[str] | None, beside: Beside | None = None
) -> gpd.GeoDataFrame:
    """Return features of a layer, those asked for or those beside what is asked for.

    By identifier, with their kind where the layer has one.
    """
    columns = [name for name in ("id", "kind", "geom") if name in columns_of(LAYERS[layer])]
    asked = "true"
    values: dict[str, object] = {}
    if ids is not None:
        asked, values = "p.id = any(%(ids)s)", {"ids": ids}
    elif beside is not None and beside.ids is not None:
        asked, values = _near(layer, beside.layer), {"others": beside.ids, "reach": beside.reach}
    query = f"""
        select {", ".join(f"p.{name}" for name in columns)}
        from {layer_named(layer).__tablename__} p
        where {_COUNTED.get(layer, "true")} and {asked}
        order by p.id
    """
    return gpd.read_postgis(query, connection, geom_col="geom", params=values).set_index("id")


def _near(layer: str, other: str) -> str:
    """Return the condition of the features that lie near others; stations do by any entrance."""
    others = f"select geom from {layer_named(other).__tablename__} where id = any(%(others)s)"
    if other == "station":
        others += " union all select geom from station_entrance where station_id = any(%(others)s)"
    near = statement("access-near.sql")
    asked = near.format(geom="p.geom", others=others)
    if layer != "station":
        return asked
    entrance = near.format(geom="e.geom", others=others)
    return f"({asked} or p.id in (select e.station_id from station_entrance e where {entrance}))"


@dataclass(frozen=True)
class Doors:
    """Where places are entered: geometry, entrance (None for the place itself), place number."""

    geom: NDArray[np.object_]
    entrance: NDArray[np.object_]
    place: Ints

    @property
    def apart(self) -> bool:
        """Whether any place is entered elsewhere than at itself."""
        return any(entrance is not None for entrance in self.entrance)

    def of(self, places: Ints) -> Doors:
        """Return the doors of some places (in rising order), which are numbered anew."""
        kept = np.isin(self.place, places)
        number = np.searchsorted(places, self.place[kept])
        return Doors(self.geom[kept], self.entrance[kept], number)


def doors_of(connection: Connection, layer: str, places: gpd.GeoDataFrame) -> Doors:
    """Return where places of a layer are entered: stations by their entrances, if they have any."""
    own = places.geometry.to_numpy(dtype=object)
    number = np.arange(len(places))
    if layer != "station":
        return Doors(own, np.full(len(places), None), number)
    door = LAYERS["station_entrance"].__table__
    query = select(door.c.id, door.c.station_id, door.c.geom)
    query = query.where(
        door.c.station_id == any_(literal(list(places.index), ARRAY(Text)))
    ).order_by(door.c.id)
    doors = gpd.read_postgis(query, connection, geom_col="geom")
    station = places.index.get_indexer(doors["station_id"])
    bare = np.setdiff1d(number, station)
    return Doors(
        np.concatenate([doors.geometry.to_numpy(dtype=object), own[bare]]),
        np.concatenate([doors["id"].to_numpy(dtype=object), np.full(len(bare), None)]),
        np.concatenate([station, bare]).astype(np.int64),
    )
