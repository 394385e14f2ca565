"""Pairs of geometries that may touch, found without comparing each of a dense crowd with all."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

NAMED = 32
"""Others that one geometry names. Of a pair either side may name the other, so that a quarter
under which a hundred houses stand is compared with all of them: each house has few others."""

_SAMPLE = 2_000
"""Geometries among which it is seen, beforehand, who stands in a crowd."""
_BLOCK = 512
"""Geometries that are looked up at once; bounds the memory for what they find."""

Pairs = tuple[NDArray[np.int64], NDArray[np.int64]]


def candidates(
    these: NDArray[np.object_], those: NDArray[np.object_] | None = None
) -> tuple[Pairs, bool]:
    """Return the pairs whose envelopes meet.

    Parameters
    ----------
    these, those
        Geometries, none missing. Without `those` pairs are sought among `these`, each once, the
        earlier one first.

    Returns
    -------
    tuple
        Places in `these` and in `those`, side by side; and whether that is all of them. It is
        not where geometries that stand in a crowd, among over `NAMED` others each, meet over
        `NAMED` of their kind.
    """
    there = these if those is None else those
    one, other, left = _named(these, there)
    if those is None:
        right = left
    else:
        back, forth, right = _named(there, these)
        one, other = np.concatenate([one, forth]), np.concatenate([other, back])
    complete = not (len(left) and len(right))
    if not complete:
        # what neither side has named yet is a pair of two from the crowd
        a, b, still = _named(these[left], there[right])
        one, other = np.concatenate([one, left[a]]), np.concatenate([other, right[b]])
        complete = not len(still)
    if those is None:
        one, other = np.minimum(one, other), np.maximum(one, other)
        one, other = one[one != other], other[one != other]
    # a pair that both sides name is one pair
    size = max(len(there), 1)
    pairs = np.unique(one * size + other)
    return (pairs // size, pairs % size), complete


def _named(
    these: NDArray[np.object_], those: NDArray[np.object_]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return for each of `these` the first `NAMED` of `those` it meets, and who meets more."""
    found, crowded = [], np.zeros(len(these), dtype=bool)
    # whoever meets many of a few need not be held against all
    step = -(-len(those) // _SAMPLE)
    seekers = np.arange(len(these))
    if step > 1:
        sample = np.arange(0, len(those), step)
        named, beyond = _looked_up(these, those[sample], seekers)
        crowded[beyond] = True
        found.append(np.stack([named[0], sample[named[1]]])[:, crowded[named[0]]])
        seekers = np.flatnonzero(~crowded)
    named, beyond = _looked_up(these, those, seekers)
    crowded[beyond] = True
    one, other = np.concatenate([*found, named], axis=1)
    return one, other, np.flatnonzero(crowded)


def _looked_up(
    these: NDArray[np.object_], those: NDArray[np.object_], seekers: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first `NAMED` of `those` that each seeker meets, and the seekers that meet more.

    The tree is asked block by block: all pairs of a crowd at once would fill the memory.
    """
    tree = shapely.STRtree(those)
    found, beyond = [np.empty((2, 0), dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for start in range(0, len(seekers), _BLOCK):
        block = seekers[start : start + _BLOCK]
        one, other = tree.query(these[block])
        # pairs come seeker by seeker
        counts = np.bincount(one, minlength=len(block))
        place = np.arange(len(one)) - np.repeat(np.cumsum(counts) - counts, counts)
        first = place < NAMED
        found.append(np.stack([block[one[first]], other[first]]))
        beyond.append(block[counts > NAMED])
    return np.concatenate(found, axis=1), np.concatenate(beyond)
