"""Where an area is entered: at every street of the ground that crosses its outline."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from cim.access.joins import Ints
from cim.access.network import WalkNetwork


def doors(network: WalkNetwork, places: NDArray[np.object_]) -> tuple[NDArray[np.object_], Ints]:
    """Return the points or outlines from which places are left, and whose they are.

    A place is left from itself; an area that streets cross is left wherever one of them does. What
    passes over or under an area is no way out of it.

    Parameters
    ----------
    places
        Points, lines or areas in stored degrees; missing and empty ones are kept.

    Returns
    -------
    array of geometries, array of int
        In stored degrees, and the number of the place, in rising order.
    """
    area = np.flatnonzero(shapely.get_dimensions(places) == 2)
    outline = shapely.boundary(network.plane.place(places[area]))
    which, street = network.ground.tree.query(outline, predicate="intersects")
    crossed = _crossings(network, outline[which], street)
    points, of = shapely.get_coordinates(crossed, return_index=True)
    owner = area[which[of]]
    whole = np.setdiff1d(np.arange(len(places)), owner)
    found = np.concatenate(
        [places[whole], shapely.points(network.plane.degrees(points)) if len(points) else []]
    )
    owners = np.concatenate([whole, owner]).astype(np.int64)
    order = np.argsort(owners, kind="stable")
    return found[order], owners[order]


def _crossings(network: WalkNetwork, outlines: NDArray[Any], streets: Ints) -> NDArray[Any]:
    segments = network.segments[network.ground.number[streets]]
    crossed: NDArray[Any] = shapely.intersection(shapely.linestrings(segments), outlines)
    return crossed
