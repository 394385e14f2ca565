"""How far every place is from every office: the rows of `cim.model.OfficeAccess`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.csv as pa_csv
from numpy.typing import NDArray
from sqlalchemy import Connection, Text, any_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from cim.access.doors import doors as doors_of
from cim.access.joins import Flags, Floats, Ints
from cim.access.network import WalkNetwork
from cim.access.snapping import snap
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
    rows = _pairs(connection, layer, reach, offices, places)
    office = rows["office_id"].astype("category")
    place = rows["place_id"].astype("category")
    origins = _located(connection, "office", list(office.cat.categories))
    targets = _located(connection, layer, list(place.cat.categories))
    found = _on_foot(
        network_of(connection),
        origins.geometry,
        _doors(connection, layer, targets),
        (_numbers(office), _numbers(place)),
        reach * rule.detour,
    )
    walk = np.where(found.covered, found.metres, rows["straight_m"] * rule.detour)
    kind = targets["kind"] if "kind" in targets else pd.Series(None, targets.index, dtype=object)
    return pd.DataFrame(
        {
            "office_id": rows["office_id"],
            "layer": layer,
            "place_id": rows["place_id"],
            "kind": kind.astype(object).where(kind.notna(), None).to_numpy()[_numbers(place)],
            "entrance_id": found.door,
            "straight_m": rows["straight_m"],
            "walk_m": walk,
            "walk_min": walk / rule.walk_speed,
            "basis": np.where(found.covered, NETWORK, STRAIGHT),
        }
    )


def _numbers(column: pd.Series) -> Ints:
    numbers: Ints = np.asarray(column.cat.codes, dtype=np.int64)
    return numbers


@cache
def _sql(name: str) -> str:
    return Path(__file__).parents[1].joinpath("sql", name).read_text(encoding="utf-8")


def _pairs(
    connection: Connection,
    layer: str,
    reach: float,
    offices: list[str] | None,
    places: list[str] | None,
) -> pd.DataFrame:
    """Return ``office_id, place_id, straight_m`` of the pairs within reach."""
    table = layer_named(layer).__tablename__
    query = _sql("access-pairs.sql").format(
        layer=table,
        counted=_COUNTED.get(layer, "true"),
        # joined, and not "= any": each of many pairs would be looked for in the whole list
        offices="true" if offices is None else "o.id in (select unnest(%(offices)s::text[]))",
        places="true" if places is None else "p.id in (select unnest(%(places)s::text[]))",
    )
    asked = {"offices": offices, "places": places}
    values = {"reach": reach, **{name: ids for name, ids in asked.items() if ids is not None}}
    driver = connection.connection.driver_connection
    if driver is None:
        raise RuntimeError("the connection was closed")
    written = BytesIO()
    with driver.cursor().copy(f"copy ({query}) to stdout (format csv)", values) as copy:
        for block in copy:
            written.write(block)
    names = ["office_id", "place_id", "straight_m"]
    if not written.tell():
        return pd.DataFrame({"office_id": [], "place_id": [], "straight_m": []}).astype(
            {"office_id": "str", "place_id": "str", "straight_m": "float64"}
        )
    written.seek(0)
    types = {"office_id": "string", "place_id": "string", "straight_m": "float64"}
    table_of_pairs = pa_csv.read_csv(
        written,
        pa_csv.ReadOptions(column_names=names),
        pa_csv.ParseOptions(newlines_in_values=True),
        pa_csv.ConvertOptions(column_types=types, strings_can_be_null=False),
    )
    read: pd.DataFrame = table_of_pairs.to_pandas()
    return read


def _located(connection: Connection, layer: str, ids: list[str]) -> gpd.GeoDataFrame:
    """Return features of a layer by identifier, with their kind where the layer has one."""
    table = LAYERS[layer].__table__
    names = [name for name in ("id", "kind", "geom") if name in columns_of(LAYERS[layer])]
    query = select(*(table.c[name] for name in names)).where(
        table.c.id == any_(literal(ids, ARRAY(Text)))
    )
    return gpd.read_postgis(query, connection, geom_col="geom").set_index("id").reindex(ids)


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


def _any(holds: Flags, owner: Ints, count: int) -> Flags:
    """Tell for each of some owners whether it holds for anything of theirs."""
    found = np.zeros(count, dtype=bool)
    found[owner[holds]] = True
    return found


def _on_foot(
    network: WalkNetwork,
    offices: gpd.GeoSeries,
    doors: _Doors,
    pairs: tuple[Ints, Ints],
    limit: float,
) -> _Found:
    """Find the shortest way of each pair of office and place through any of its doors."""
    here, office_of = doors_of(network, offices.to_numpy(dtype=object))
    there, door_of = doors_of(network, doors.geom)
    start, goal = snap(network, here), snap(network, there)
    open_offices = _any(start.covered, office_of, len(offices))
    open_places = _any(goal.covered, doors.place[door_of], int(doors.place.max(initial=-1)) + 1)
    covered = open_offices[pairs[0]] & open_places[pairs[1]]
    begin, end, metres = shortest(network, start, goal, limit)
    office, door, metres = office_of[begin], door_of[end], np.round(metres, 3)
    # the nearest door of each place; of equally near ones the first by identifier
    key = office * len(open_places) + doors.place[door]
    order = np.lexsort((door, metres, key))
    ways, first = np.unique(key[order], return_index=True)
    nearest = order[first]
    wanted = pairs[0] * len(open_places) + pairs[1]
    at = np.minimum(np.searchsorted(ways, wanted), max(len(ways) - 1, 0))
    known = ways[at] == wanted if len(ways) else np.zeros(len(wanted), dtype=bool)
    found = np.full(len(wanted), np.nan)
    through = np.full(len(wanted), None, dtype=object)
    found[known] = metres[nearest[at[known]]]
    through[known] = doors.entrance[door[nearest[at[known]]]]
    return _Found(covered, found, through)
