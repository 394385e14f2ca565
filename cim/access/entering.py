"""Where places meet the walk network, through all of their doors; the last ones are kept."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array

from cim.access.doors import doors
from cim.access.joins import Flags, Ints
from cim.access.network import WalkNetwork
from cim.access.snapping import Snapped, snap

_KEPT = 8
"""Sets of places kept in memory: the offices of a round and the places of each layer."""

Pairs = tuple[Ints, Ints]


@dataclass(frozen=True)
class Entered:
    """Where places meet the network, and which of the places each meeting point belongs to."""

    snapped: Snapped
    owner: Ints
    count: int

    @property
    def one_door(self) -> bool:
        """Whether no place is left through more than one door."""
        return len(self.owner) == self.count

    @property
    def covered(self) -> Flags:
        """Whether the network can be reached from each place."""
        found = np.zeros(self.count, dtype=bool)
        found[self.owner[self.snapped.covered]] = True
        return found


def enter(network: WalkNetwork, places: NDArray[np.object_]) -> Entered:
    """Find where places meet the network.

    Offices are asked for once for each layer of places, and for every search: the last sets are
    kept in the process, so nobody may change the arrays.

    Parameters
    ----------
    places
        Points, lines or areas in stored degrees; missing and empty ones are not covered.
    """
    return _entered(network, tuple(shapely.to_wkb(places)))


def connected(network: WalkNetwork, ones: Entered, others: Entered, pairs: Pairs) -> Flags:
    """Tell of pairs of places whether some way leads from one to the other, however long.

    None does where a place lies on no network, or the pieces that both lie on do not meet.

    Parameters
    ----------
    pairs
        Numbers of places of both sets.
    """
    one, other = _pieces(network, ones)[pairs[0]], _pieces(network, others)[pairs[1]]
    found: Flags = np.asarray(one.multiply(other).sum(axis=1)).ravel() > 0
    return found


def _pieces(network: WalkNetwork, places: Entered) -> csr_array:
    """Return how many doors of each place (row) lie on each piece of the network (column)."""
    on = places.snapped.covered
    piece = network.piece[network.stretches.start[places.snapped.edge[on]]]
    shape = (places.count, len(network.piece_metres))
    return csr_array((np.ones(len(piece)), (places.owner[on], piece)), shape)


def forget() -> None:
    """Forget all sets of places, as a process that just started."""
    _entered.cache_clear()


@lru_cache(maxsize=_KEPT)
def _entered(network: WalkNetwork, places: tuple[bytes | None, ...]) -> Entered:
    drawn = shapely.from_wkb(np.array(places, dtype=object))
    left, owner = doors(network, drawn)
    return Entered(snap(network, left), owner, len(places))
