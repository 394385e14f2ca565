"""Segments of street put together to the stretches between two junctions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Chains:
    """Stretches between junctions, and where each segment lies on its stretch.

    Attributes
    ----------
    start, end
        Nodes that a stretch runs between, shape (e,); the same node for a loop.
    metres
        Length of each stretch.
    edge
        The stretch of each segment, shape (m,).
    at
        Metres from the start of the stretch to both ends of each segment, shape (m, 2).
    """

    start: Ints
    end: Ints
    metres: Floats
    edge: Ints
    at: Floats


def chains(ends: Ints, metres: Floats, steps: Flags) -> Chains:
    """Put segments together that meet where nothing else does.

    Each segment is walked both ways; every way points at the one that follows it, and by
    doubling those pointers (Wyllie's list ranking) each learns in a few rounds where its
    stretch ends and how far that is.

    Parameters
    ----------
    ends
        Nodes of the segments, shape (m, 2); the two differ.
    metres
        Lengths of the segments.
    steps
        Whether a segment is stairs; where that changes, a stretch ends.
    """
    count = len(ends)
    # ways 2s and 2s + 1 walk segment s from its first to its second node and back
    head = ends[:, ::-1].ravel()
    tail = ends.ravel()
    inner = _inner(ends, steps)
    following = np.arange(2 * count)
    goes_on = np.flatnonzero(inner[head])
    # of an inner node exactly two ways lead out: this one's return, and the next
    out = np.bincount(tail, weights=following, minlength=len(inner)).astype(np.int64)
    following[goes_on] = out[head[goes_on]] - (goes_on ^ 1)
    rest = np.where(inner[head], metres[following // 2], 0.0)
    while True:
        beyond = following[following]
        if np.array_equal(beyond, following):
            break
        rest = rest + rest[following]
        following = beyond
    last = following.reshape(count, 2)
    back = last[:, 1] < last[:, 0]
    start_way = np.where(back, last[:, 1], last[:, 0])
    end_way = np.where(back, last[:, 0], last[:, 1])
    near = np.where(back, rest[1::2], rest[0::2])
    far = near + metres
    # the way to the start that has walked the segment forwards leaves its second node nearer
    at = np.column_stack([np.where(back, near, far), np.where(back, far, near)])
    first, edge = np.unique(start_way, return_inverse=True)
    closing = np.empty(len(first), dtype=np.int64)
    closing[edge] = end_way
    return Chains(head[first], head[closing], far[closing // 2], edge.astype(np.int64), at)


def _inner(ends: Ints, steps: Flags) -> Flags:
    """Tell which nodes only join two segments of one kind; of a lone ring all but one do."""
    count = int(ends.max(initial=-1)) + 1
    degree = np.bincount(ends.ravel(), minlength=count)
    stairs = np.bincount(ends.ravel(), weights=np.repeat(steps, 2), minlength=count)
    inner: Flags = (degree == 2) & (stairs != 1)
    links = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), (count, count))
    pieces, piece = connected_components(links, directed=False)
    ring = np.bincount(piece, weights=~inner, minlength=pieces) == 0
    _, lowest = np.unique(piece, return_index=True)
    inner[lowest[ring]] = False
    return inner
