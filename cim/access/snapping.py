"""From a place to the street it is reached from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from cim.access.joins import Flags, Floats, Ints
from cim.access.network import Segments, WalkNetwork
from cim.access.plane import metres_between

SNAP = 250.0
"""Metres within which a place must have a street to be reached on foot."""

_ON = 1.0
"""Metres within which a point lies on a bridge or in a tunnel, and not beside it."""


@dataclass(frozen=True)
class Snapped:
    """Where places meet the network.

    Attributes
    ----------
    covered
        Whether a street is within `SNAP`; the other values stand only where it is.
    edge
        The stretch that a place is reached from.
    at
        Metres from the start of the stretch.
    offset
        Metres straight from the edge of the place to the street.
    way
        Both ends of that straight line in the plane, street first, shape (k, 2, 2).
    """

    covered: Flags
    edge: Ints
    at: Floats
    offset: Floats
    way: Floats

    def only(self, chosen: Any) -> Snapped:
        """Return some of the places."""
        return Snapped(
            self.covered[chosen],
            self.edge[chosen],
            self.at[chosen],
            self.offset[chosen],
            self.way[chosen],
        )


def snap(network: WalkNetwork, places: NDArray[np.object_]) -> Snapped:
    """Find the nearest point of the nearest street of each place, seen from its outline.

    Only streets of a piece that counts are looked at. Nobody gets onto a bridge or into a tunnel
    in mid-span: such a street, or one at another level, is looked at only where no other is
    within `SNAP`, or where the place is a point that lies on it, as an entrance that opens into
    a passage below ground. A place between two pieces is reached from the nearest of both alone.
    Of streets that are equally near the one that was numbered first counts; what several streets
    cross is opened by `doors` before.

    Parameters
    ----------
    places
        Points, lines or areas in stored degrees; missing and empty ones are not covered.
    """
    count = len(places)
    found = Snapped(
        np.zeros(count, dtype=bool),
        np.full(count, -1, dtype=np.int64),
        np.full(count, np.nan),
        np.full(count, np.inf),
        np.full((count, 2, 2), np.nan),
    )
    drawn = network.plane.place(places)
    _meet(network, network.ground, drawn, np.arange(count), SNAP, found)
    _meet(network, network.raised, drawn, np.flatnonzero(~found.covered), SNAP, found)
    points = np.flatnonzero(shapely.get_type_id(drawn) == 0)
    _meet(network, network.raised, drawn, points, _ON, found)
    found.offset[~found.covered] = np.nan
    return found


def _meet(
    network: WalkNetwork,
    streets: Segments,
    drawn: NDArray[Any],
    asked: Ints,
    within: float,
    found: Snapped,
) -> None:
    """Note for the places asked for (in the plane) which of some streets is nearer than found."""
    # the plane stretches away from its middle: a little farther is looked, and then measured
    place, nearest = streets.tree.query_nearest(
        drawn[asked], max_distance=within * 1.1, all_matches=True
    )
    order = np.lexsort((nearest, place))
    place, first = np.unique(place[order], return_index=True)
    place, segment = asked[place], streets.number[nearest[order][first]]
    ends = network.segments[segment]
    way = shapely.get_coordinates(shapely.shortest_line(shapely.linestrings(ends), drawn[place]))
    way = way.reshape(-1, 2, 2)
    offset = metres_between(network.plane.degrees(way[:, 0]), network.plane.degrees(way[:, 1]))
    close = (offset <= within) & (offset < found.offset[place])
    place, segment, ends = place[close], segment[close], ends[close]
    along = np.linalg.norm(way[close, 0] - ends[:, 0], axis=1)
    share = np.clip(along / np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1), 0, 1)
    at = network.stretches.at[segment]
    found.covered[place] = True
    found.edge[place] = network.stretches.edge[segment]
    found.at[place] = at[:, 0] + (at[:, 1] - at[:, 0]) * share
    found.offset[place] = offset[close]
    found.way[place] = way[close]
