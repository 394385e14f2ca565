"""The walk network: stretches of street between junctions, and how long they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from cim.access.chains import Chains, chains
from cim.access.joins import Flags, Floats, Ints, off_the_ground, street_levels, vertices
from cim.access.plane import Plane, metres_between

LEAST_PIECE = 500.0
"""Metres of street a connected piece needs to count as a network that people come from."""


@dataclass(frozen=True, eq=False)
class Segments:
    """Some segments of a network: their numbers, and their lines in the plane in that order."""

    number: Ints
    tree: shapely.STRtree


# one network is another only if it is the same object: arrays are not compared
@dataclass(frozen=True, eq=False)
class WalkNetwork:
    """Streets that may be walked, both ways; nobody changes the arrays.

    Attributes
    ----------
    plane
        In which nearest streets are looked for.
    nodes
        Junctions and dead ends in degrees, shape (n, 2).
    piece
        The connected piece of each node.
    piece_metres
        Street in each piece, m.
    stretches
        Between nodes, by number; parallel ones and loops are all there.
    stairs
        Whether a stretch is steps.
    graph
        The shortest stretch between each two nodes, m, shape (n, n), symmetric.
    segments
        Both ends of each straight segment in the plane, shape (m, 2, 2).
    ground
        Those that places are reached from: in a piece that counts (`LEAST_PIECE`), and neither on
        a bridge nor in a tunnel nor at another level.
    raised
        Those of a piece that counts that are.
    """

    plane: Plane
    nodes: Floats
    piece: Ints
    piece_metres: Floats
    stretches: Chains
    stairs: Flags
    graph: Any
    segments: Floats
    ground: Segments
    raised: Segments


def network_from(streets: pd.DataFrame) -> WalkNetwork:
    """Build the walk network of some streets.

    Parameters
    ----------
    streets
        Columns ``level, bridge, tunnel, steps`` of the layer ``road`` and ``geom``, shapely
        lines in stored degrees; only what may be walked.
    """
    lines = streets["geom"].to_numpy(dtype=object)
    drawn = streets[~(shapely.is_missing(lines) | shapely.is_empty(lines))]
    lines = drawn["geom"].to_numpy(dtype=object)
    met = vertices(lines, street_levels(drawn))
    is_steps = drawn["steps"].eq(other=True).fillna(value=False).to_numpy(dtype=bool)
    places = np.zeros((int(met.node.max(initial=-1)) + 1, 2))
    places[met.node] = met.points
    kinds = {"steps": is_steps[met.line], "raised": off_the_ground(drawn)[met.line]}
    once = _segments(met.node, met.part, met.points, kinds)
    ends = once[["a", "b"]].to_numpy(dtype=np.int64)
    length, steps = once["metres"].to_numpy(dtype=float), once["steps"].to_numpy(dtype=bool)
    joined = chains(ends, length, steps)
    stairs = np.zeros(len(joined.metres), dtype=bool)
    stairs[joined.edge] = steps
    kept, numbered = np.unique([joined.start, joined.end], return_inverse=True)
    start, end = numbered.reshape(2, -1)
    stretches = Chains(start, end, joined.metres, joined.edge, joined.at)
    graph = _graph(stretches, len(kept))
    count, piece = connected_components(graph, directed=False)
    metres = np.bincount(piece[start], weights=joined.metres, minlength=count).astype(np.float64)
    # a whole degree: a street more or less must not shift what is nearest
    plane = Plane(round(float(np.median(places[:, 1]))) if len(places) else 0.0)
    drawn_at = plane.drawn(places)[ends]
    counted = metres[piece[start[joined.edge]]] >= LEAST_PIECE
    raised = once["raised"].to_numpy(dtype=bool)
    return WalkNetwork(
        plane=plane,
        nodes=places[kept],
        piece=piece.astype(np.int64),
        piece_metres=metres,
        stretches=stretches,
        stairs=stairs,
        graph=graph,
        segments=drawn_at,
        ground=_some(drawn_at, counted & ~raised),
        raised=_some(drawn_at, counted & raised),
    )


def _some(segments: Floats, chosen: Flags) -> Segments:
    number = np.flatnonzero(chosen)
    return Segments(number, shapely.STRtree(shapely.linestrings(segments[number])))


def _segments(node: Ints, part: Ints, points: Floats, kinds: dict[str, Flags]) -> pd.DataFrame:
    """Return the different segments: nodes ``a, b``, ``metres``, and whether of each kind."""
    first = np.flatnonzero((part[1:] == part[:-1]) & (node[1:] != node[:-1]))
    pairs = np.sort(np.column_stack([node[first], node[first + 1]]), axis=1)
    found = pd.DataFrame(
        {
            "a": pairs[:, 0],
            "b": pairs[:, 1],
            "metres": metres_between(points[first], points[first + 1]),
            **{name: kind[first] for name, kind in kinds.items()},
        }
    )
    # the same street drawn twice: whoever cannot climb takes the one that is no stairs
    return found.groupby(["a", "b"]).min().reset_index()


def _graph(stretches: Chains, count: int) -> Any:
    """Return the shortest stretches between nodes as a symmetric matrix."""
    once = pd.DataFrame(
        {
            "a": np.minimum(stretches.start, stretches.end),
            "b": np.maximum(stretches.start, stretches.end),
            "metres": stretches.metres,
        }
    )
    once = once[once["a"] != once["b"]].groupby(["a", "b"])["metres"].min().reset_index()
    a, b, metres = once["a"].to_numpy(), once["b"].to_numpy(), once["metres"].to_numpy()
    rows, columns = np.concatenate([a, b]), np.concatenate([b, a])
    return csr_array(coo_array((np.tile(metres, 2), (rows, columns)), (count, count)))


def describe(network: WalkNetwork) -> dict[str, Any]:
    """Say how large the network is and into how many pieces it falls, the largest first."""
    nodes = np.bincount(network.piece, minlength=len(network.piece_metres))
    order = np.argsort(-network.piece_metres, kind="stable")
    return {
        "nodes": len(network.nodes),
        "edges": len(network.stretches.metres),
        "km": round(float(network.piece_metres.sum()) / 1000, 3),
        "pieces": [
            {
                "nodes": int(nodes[at]),
                "km": round(float(network.piece_metres[at]) / 1000, 3),
                "counts": bool(network.piece_metres[at] >= LEAST_PIECE),
            }
            for at in order
        ],
    }
