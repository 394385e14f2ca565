"""The walk network of the city as it stands, kept in the process until the streets change."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Any

import geopandas as gpd
from sqlalchemy import Connection, func, select

from cim.access.network import WalkNetwork, network_from
from cim.model import Batch
from cim.model.road import Road

_KEPT = 4
"""Networks kept in memory: with and without steps, before and after a change."""

_networks: OrderedDict[tuple[Any, ...], WalkNetwork] = OrderedDict()
_building = Lock()


def network_of(connection: Connection, *, step_free: bool = False) -> WalkNetwork:
    """Return the walk network of the city, as this connection sees it.

    It is built once for each state of the layer ``road`` (its newest batch) and shared by the
    whole process.

    Parameters
    ----------
    step_free
        Leave out streets that are known to be steps; of most streets nobody recorded that they
        are not.
    """
    newest = connection.execute(
        select(func.max(Batch.id), func.max(Batch.made_at)).where(Batch.layer == "road")
    ).one()
    key = (str(connection.engine.url), *newest, step_free)
    # two questions at once must not build the same network twice
    with _building:
        network = _networks.get(key)
        if network is None:
            network = _networks[key] = _read(connection, step_free=step_free)
        _networks.move_to_end(key)
        while len(_networks) > _KEPT:
            _networks.popitem(last=False)
    return network


def _read(connection: Connection, *, step_free: bool) -> WalkNetwork:
    query = (
        select(Road.level, Road.bridge, Road.tunnel, Road.steps, Road.geom)
        .where(Road.walkable)
        .order_by(Road.id)
    )
    if step_free:
        query = query.where(Road.steps.isnot(True))
    return network_from(gpd.read_postgis(query, connection, geom_col="geom"))
