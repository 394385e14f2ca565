"""Offices whose ways came to lead somewhere, or no longer do, by a street far from them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from sqlalchemy import Connection, text

from cim.access.entering import connected, enter
from cim.access.located import doors_of, located
from cim.access.rows import NETWORK, STRAIGHT
from cim.access.streets import network_of

_OPEN = text("""
    select office_id, place_id, basis from office_access
    where layer = :layer and (walk_m is null or basis = :straight)
""")


def newly_connected(connection: Connection, layer: str) -> list[str]:
    """Return the offices of which `cim.model.OfficeAccess` tells a basis that is no longer true.

    A way of some length lies within that length of its office, but whether two pieces of the
    network meet at all may be settled by one bridge anywhere. Only pairs without a known way hang
    on that.

    Parameters
    ----------
    layer
        Layer of the places.
    """
    stored = pd.read_sql(_OPEN, connection, params={"layer": layer, "straight": STRAIGHT})
    sides = []
    for name, column in (("office", "office_id"), (layer, "place_id")):
        sides.append(located(connection, name, stored[column].unique().tolist()))
    offices, places = sides
    one, other = (
        side.index.get_indexer(stored[column])
        for side, column in ((offices, "office_id"), (places, "place_id"))
    )
    # what is gone by now is marked itself
    held = (one >= 0) & (other >= 0)
    doors = doors_of(connection, layer, places)
    network = network_of(connection)
    there = enter(network, doors.geom)
    now = connected(
        network,
        enter(network, offices.geometry.to_numpy(dtype=object)),
        replace(there, owner=doors.place[there.owner], count=len(places)),
        (one[held], other[held]),
    )
    wrong = now != (stored["basis"] == NETWORK).to_numpy()[held]
    return sorted(np.unique(stored["office_id"].to_numpy(dtype=object)[held][wrong]))
