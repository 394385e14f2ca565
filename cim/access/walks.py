"""How far it is on foot between many places at once."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from cim.access.entering import enter
from cim.access.joins import Flags, Floats, Ints
from cim.access.network import WalkNetwork
from cim.access.snapping import Snapped

_MEMORY = 120e6
"""Bytes that the distances of one round may take; a round holds as many sources as fit."""

Pairs = tuple[Ints, Ints, Floats]


def covered(network: WalkNetwork, places: NDArray[np.object_]) -> Flags:
    """Tell which places (degrees) the network can be reached from."""
    return enter(network, places).covered


def walks(
    network: WalkNetwork, offices: gpd.GeoSeries, places: gpd.GeoSeries, limit: float
) -> pd.DataFrame:
    """Return how far it is on foot from each office to each place.

    Parameters
    ----------
    offices, places
        Points or outlines in stored degrees, by identifier.
    limit
        Metres beyond which a way is left out.

    Returns
    -------
    DataFrame
        Columns ``office_id, place_id, metres``, in no order that counts. Pairs farther
        apart, without a way, or of which one lies on no network (`covered`) are absent.
    """
    here = enter(network, offices.to_numpy(dtype=object))
    there = enter(network, places.to_numpy(dtype=object))
    begin, end, metres = shortest(network, here.snapped, there.snapped, limit)
    office, place = here.owner[begin], there.owner[end]
    if not (here.one_door and there.one_door):
        # the shortest through any of the doors of both
        order = np.lexsort((metres, place, office))
        office, place, metres = office[order], place[order], metres[order]
        first = np.ones(len(order), dtype=bool)
        first[1:] = (office[1:] != office[:-1]) | (place[1:] != place[:-1])
        office, place, metres = office[first], place[first], metres[first]
    return pd.DataFrame(
        {
            "office_id": offices.index.to_numpy()[office],
            "place_id": places.index.to_numpy()[place],
            "metres": metres,
        }
    )


def shortest(network: WalkNetwork, ones: Snapped, others: Snapped, limit: float) -> Pairs:
    """Return the shortest ways between two sets of places, as (one, other, metres).

    A way is the straight line to the street, the streets, and the straight line from there.
    One run of Dijkstra's algorithm starts from each place of the smaller set; ways are as long
    there as back.
    """
    if ones.covered.sum() < others.covered.sum():
        one, other, metres = _merged(_rounds(network, ones, others, limit))
    else:
        other, one, metres = _merged(_rounds(network, others, ones, limit))
    return one, other, metres


def _merged(rounds: Iterator[Pairs]) -> Pairs:
    found = list(rounds)
    if not found:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0)
    one, other, metres = (np.concatenate(column) for column in zip(*found, strict=True))
    return one, other, metres


def _rounds(
    network: WalkNetwork, sources: Snapped, targets: Snapped, limit: float
) -> Iterator[Pairs]:
    source, target = np.flatnonzero(sources.covered), np.flatnonzero(targets.covered)
    if not len(source) or not len(target):
        return
    reached = targets.only(target)
    size = max(1, int(_MEMORY / 8 / (len(network.nodes) + 4 * len(target))))
    for begin in range(0, len(source), size):
        now = source[begin : begin + size]
        started = sources.only(now)
        metres = _between(network, started, reached, node_metres(network, started, limit))
        row, column = np.nonzero(metres <= limit)
        yield now[row], target[column], metres[row, column]


def node_metres(network: WalkNetwork, sources: Snapped, limit: float) -> Floats:
    """Return the metres from places to every node, infinite beyond the limit, shape (k, n)."""
    nodes, count = len(network.nodes), len(sources.edge)
    stretches, graph = network.stretches, network.graph
    start, end = stretches.start[sources.edge], stretches.end[sources.edge]
    # each place is one more node, with ways out only: nobody walks through a place
    out = np.column_stack([start, end]).ravel()
    before = sources.offset + sources.at
    behind = sources.offset + stretches.metres[sources.edge] - sources.at
    loop = start == end
    before[loop] = behind[loop] = np.minimum(before, behind)[loop]
    pointers = graph.indptr[-1] + 2 * np.arange(1, count + 1)
    widened = csr_array(
        (
            np.concatenate([graph.data, np.column_stack([before, behind]).ravel()]),
            np.concatenate([graph.indices, out]),
            np.concatenate([graph.indptr, pointers]),
        ),
        shape=(nodes + count, nodes + count),
    )
    metres = dijkstra(widened, indices=np.arange(nodes, nodes + count), limit=limit)
    found: Floats = metres[:, :nodes]
    return found


def _between(network: WalkNetwork, sources: Snapped, targets: Snapped, metres: Floats) -> Floats:
    """Return the metres from each source to each target, by way of the nodes or along a stretch."""
    stretches = network.stretches
    before = targets.at + targets.offset
    behind = stretches.metres[targets.edge] - targets.at + targets.offset
    found = metres[:, stretches.start[targets.edge]] + before
    np.minimum(found, metres[:, stretches.end[targets.edge]] + behind, out=found)
    row, column = np.nonzero(sources.edge[:, None] == targets.edge)
    starts, goals = sources.at, targets.at
    along = np.abs(starts[row] - goals[column])
    along += sources.offset[row] + targets.offset[column]
    found[row, column] = np.minimum(found[row, column], along)
    return found
