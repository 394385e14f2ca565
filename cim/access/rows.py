"""How far every place is from every office: the rows of `cim.model.OfficeAccess`."""

from __future__ import annotations

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection

from cim.access.entering import connected, enter
from cim.access.joins import Flags, Floats, Ints
from cim.access.located import Beside, Doors, doors_of, located
from cim.access.network import WalkNetwork
from cim.access.straight import reached_by_a_door, straight_lines, straight_metres
from cim.access.streets import network_of
from cim.access.walks import shortest
from cim.walking import Walking, walking

PLACE_REACH = 1000.0
"""How far places count in a straight line, m, where they are no stations."""

NETWORK, STRAIGHT = "network", "straight-line"
"""What a way on foot stands on."""


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
        The columns of `cim.model.OfficeAccess`, one row for each office and place that is within
        the layer's reach in a straight line, or has an entrance there, by ``office_id`` and
        ``place_id``. ``walk_m`` is NaN where the network leads there, but by no way within reach
        times detour.
    """
    rule = walking(connection)
    reach = reach_of(layer, rule)
    origins = located(connection, "office", offices, Beside(layer, places, reach))
    targets = located(connection, layer, places, Beside("office", offices, reach))
    doors = doors_of(connection, layer, targets)
    one, other, straight = _within(origins.geometry, targets.geometry, doors, reach)
    # what has no neighbour need not be found on the network
    used, office = np.unique(one, return_inverse=True)
    origins = origins.iloc[used]
    used, place = np.unique(other, return_inverse=True)
    targets = targets.iloc[used]
    found = _on_foot(
        network_of(connection),
        origins.geometry,
        doors.of(used),
        (office, place),
        reach * rule.detour,
    )
    walk = np.where(found.served, found.metres, straight * rule.detour)
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
            "basis": np.where(found.served, NETWORK, STRAIGHT),
        }
    )


def _within(
    offices: gpd.GeoSeries, places: gpd.GeoSeries, doors: Doors, reach: float
) -> tuple[Ints, Ints, Floats]:
    """Return the pairs within reach, of the place or of any door, and metres to the place."""
    ones, others = (each.to_numpy(dtype=object) for each in (offices, places))
    one, other, straight = straight_lines(ones, others, reach)
    if not doors.apart:
        return one, other, straight
    more = reached_by_a_door(ones, others, doors, reach, (one, other))
    straight = np.concatenate([straight, straight_metres(ones, others, more)])
    one, other = np.concatenate([one, more[0]]), np.concatenate([other, more[1]])
    order = np.lexsort((other, one))
    return one[order], other[order], straight[order]


@dataclass(frozen=True)
class _Found:
    """For each pair: whether the network leads there, the walk (NaN: too long), the entrance."""

    served: Flags
    metres: Floats
    door: NDArray[np.object_]


def _on_foot(
    network: WalkNetwork,
    offices: gpd.GeoSeries,
    doors: Doors,
    pairs: tuple[Ints, Ints],
    limit: float,
) -> _Found:
    """Find the shortest way of each pair of office and place through any of its doors."""
    here = enter(network, offices.to_numpy(dtype=object))
    there = enter(network, doors.geom)
    count = int(doors.place.max(initial=-1)) + 1
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
    served = known.copy()
    places = replace(there, owner=doors.place[there.owner], count=count)
    rest = np.flatnonzero(~known)
    served[rest] = connected(network, here, places, (pairs[0][rest], pairs[1][rest]))
    return _Found(served, found, through)
