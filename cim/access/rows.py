"""How far every place is from every office: the rows of `cim.model.OfficeAccess`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection, Text, any_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from cim.access.entering import enter
from cim.access.joins import Flags, Floats, Ints
from cim.access.network import WalkNetwork
from cim.access.straight import straight_lines
from cim.access.streets import network_of
from cim.access.walks import shortest
from cim.model import LAYERS, columns_of, layer_named
from cim.walking import Walking, walking

PLACE_REACH = 1000.0
"""How far places count in a straight line, m, where they are no stations."""

NETWORK, STRAIGHT = "network", "straight-line"
"""What a way on foot stands on."""

_COUNTED = {"station": "p.status = 'operating'"}
"""Which places of a layer count; all where nothing is said."""


def reach_of(layer: str, rule: Walking) -> float:
    """Return how far places of a layer count in a straight line, m."""
    return rule.reach if layer == "station" else min(PLACE_REACH, rule.reach)


def access_rows(
    connection: Connection,
    *,
    layer: str,
    offices: list[str] | None = None,
    places: list[str] | None = None,
) -> pd.DataFrame:
    """Work out how far places of a layer are from offices, in a straight line and on foot.

    A station is entered by its entrances, and at its own geometry where none is known. Walks
    are rounded to the millimetre, so that they do not depend on the order of a sum.

    Parameters
    ----------
    layer
        ``station``, ``bus_stop``, ``parking`` or ``amenity``; of stations only those that
        operate count.
    offices, places
        Identifiers of the offices and places asked for; None for all.

    Returns
    -------
    DataFrame
        The columns of `cim.model.OfficeAccess`, one row for each office and place within the
        layer's reach in a straight line, by ``office_id`` and ``place_id``. ``walk_m`` is NaN
        where the network leads there in no way, or in none within reach times detour.
    """
    rule = walking(connection)
    reach = reach_of(layer, rule)
    origins = _located(connection, "office", offices, _Beside(layer, places, reach))
    targets = _located(connection, layer, places, _Beside("office", offices, reach))
    one, other, straight = straight_lines(
        origins.geometry.to_numpy(dtype=object), targets.geometry.to_numpy(dtype=object), reach
    )
    # what has no neighbour need not be found on the network
    used, office = np.unique(one, return_inverse=True)
    origins = origins.iloc[used]
    used, place = np.unique(other, return_inverse=True)
    targets = targets.iloc[used]
    found = _on_foot(
        network_of(connection),
        origins.geometry,
        _doors(connection, layer, targets),
        (office, place),
        reach * rule.detour,
    )
    walk = np.where(found.covered, found.metres, straight * rule.detour)
    kind = targets["kind"] if "kind" in targets else pd.Series(None, targets.index, dtype=object)
    return pd.DataFrame(
        {
            "office_id": origins.index.to_numpy(dtype=object)[office],
            "layer": layer,
            "place_id": targets.index.to_numpy(dtype=object)[place],
            "kind": kind.astype(object).where(kind.notna(), None).to_numpy()[place],
            "entrance_id": found.door,
            "straight_m": straight,
            "walk_m": walk,
            "walk_min": walk / rule.walk_speed,
            "basis": np.where(found.covered, NETWORK, STRAIGHT),
        }
    )


@dataclass(frozen=True)
class _Beside:
    """The neighbourhood of some features of a layer (all where None), as far as a reach in m."""

    layer: str
    ids: list[str] | None
    reach: float


@cache
def _sql(name: str) -> str:
    return Path(__file__).parents[1].joinpath("sql", name).read_text(encoding="utf-8")


def _located(
    connection: Connection, layer: str, ids: list[str] | None, beside: _Beside
) -> gpd.GeoDataFrame:
    """Return features of a layer, those asked for or those beside what is asked for.

    By identifier, with their kind where the layer has one.
    """
    columns = [name for name in ("id", "kind", "geom") if name in columns_of(LAYERS[layer])]
    asked = "true"
    values: dict[str, object] = {}
    if ids is not None:
        asked, values = "p.id = any(%(ids)s)", {"ids": ids}
    elif beside.ids is not None:
        asked = _sql("access-near.sql").format(other=layer_named(beside.layer).__tablename__)
        values = {"others": beside.ids, "reach": beside.reach}
    query = f"""
        select {", ".join(f"p.{name}" for name in columns)}
        from {layer_named(layer).__tablename__} p
        where {_COUNTED.get(layer, "true")} and {asked}
        order by p.id
    """
    return gpd.read_postgis(query, connection, geom_col="geom", params=values).set_index("id")


@dataclass(frozen=True)
class _Doors:
    """Where places are entered: geometry, entrance (None for the place itself), place number."""

    geom: NDArray[np.object_]
    entrance: NDArray[np.object_]
    place: Ints


def _doors(connection: Connection, layer: str, places: gpd.GeoDataFrame) -> _Doors:
    own = places.geometry.to_numpy(dtype=object)
    number = np.arange(len(places))
    if layer != "station":
        return _Doors(own, np.full(len(places), None), number)
    door = LAYERS["station_entrance"].__table__
    query = select(door.c.id, door.c.station_id, door.c.geom)
    query = query.where(
        door.c.station_id == any_(literal(list(places.index), ARRAY(Text)))
    ).order_by(door.c.id)
    doors = gpd.read_postgis(query, connection, geom_col="geom")
    station = places.index.get_indexer(doors["station_id"])
    bare = np.setdiff1d(number, station)
    return _Doors(
        np.concatenate([doors.geometry.to_numpy(dtype=object), own[bare]]),
        np.concatenate([doors["id"].to_numpy(dtype=object), np.full(len(bare), None)]),
        np.concatenate([station, bare]).astype(np.int64),
    )


@dataclass(frozen=True)
class _Found:
    """For each pair: whether the network serves both, the walk (NaN: none), the entrance."""

    covered: Flags
    metres: Floats
    door: NDArray[np.object_]


def _on_foot(
    network: WalkNetwork,
    offices: gpd.GeoSeries,
    doors: _Doors,
    pairs: tuple[Ints, Ints],
    limit: float,
) -> _Found:
    """Find the shortest way of each pair of office and place through any of its doors."""
    here = enter(network, offices.to_numpy(dtype=object))
    there = enter(network, doors.geom)
    count = int(doors.place.max(initial=-1)) + 1
    open_places = np.zeros(count, dtype=bool)
    open_places[doors.place[there.covered]] = True
    covered = here.covered[pairs[0]] & open_places[pairs[1]]
    begin, end, metres = shortest(network, here.snapped, there.snapped, limit)
    office, door, metres = here.owner[begin], there.owner[end], np.round(metres, 3)
    # the nearest door of each place; of equally near ones the first by identifier
    key = office * count + doors.place[door]
    if here.one_door and there.one_door and len(doors.place) == count:
        nearest = np.argsort(key)
    else:
        order = np.lexsort((door, metres, key))
        nearest = order[np.unique(key[order], return_index=True)[1]]
    ways = key[nearest]
    wanted = pairs[0] * count + pairs[1]
    at = np.minimum(np.searchsorted(ways, wanted), max(len(ways) - 1, 0))
    known = ways[at] == wanted if len(ways) else np.zeros(len(wanted), dtype=bool)
    found = np.full(len(wanted), np.nan)
    through = np.full(len(wanted), None, dtype=object)
    found[known] = metres[nearest[at[known]]]
    through[known] = doors.entrance[door[nearest[at[known]]]]
    return _Found(covered, found, through)
