"""Streets that hang together, and those that do not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from cim.measures import metres

_DIGITS = 7
"""Decimals of a degree (about a centimetre) to which two ends are the same junction."""


def pieces(lines: NDArray[np.object_]) -> NDArray[np.int64]:
    """Number the connected pieces of a network; lines that share a vertex hang together.

    Parameters
    ----------
    lines
        Lines or multi-lines in degrees, none missing.

    Returns
    -------
    array of int
        The piece that each line belongs to.
    """
    points, line = shapely.get_coordinates(lines, return_index=True)
    # one number for each place is quicker to tell apart than two coordinates
    scaled = np.round(points * 10**_DIGITS).astype(np.int64)
    _, vertex = np.unique(scaled[:, 0] * 4 * 10**9 + scaled[:, 1], return_inverse=True)
    # lines and vertices are the two sides of one graph
    count = len(lines) + int(vertex.max(initial=-1)) + 1
    edges = coo_array((np.ones(len(line)), (line, vertex + len(lines))), (count, count))
    _, piece = connected_components(edges, directed=False)
    found: NDArray[np.int64] = piece[: len(lines)].astype(np.int64)
    return found


def apart(staged: pd.Series, others: pd.Series) -> pd.DataFrame:
    """Return the new lines that do not hang together with the longest piece of the network.

    Parameters
    ----------
    staged
        Lines in stored degrees, by row number.
    others
        Lines of the layer, by identifier; they are part of the network.

    Returns
    -------
    DataFrame
        Columns ``row``, ``other_row`` and ``other_id`` (missing) and ``value`` (streets and
        length of the piece), in the order of the rows.
    """
    lines = np.concatenate([staged.to_numpy(dtype=object), others.to_numpy(dtype=object)])
    network = pd.DataFrame({"piece": pieces(lines), "metres": metres(lines)})
    sizes = network.groupby("piece")["metres"].agg(streets="size", length="sum")
    found = network.iloc[: len(staged)].assign(row=staged.index)
    if not sizes.empty:
        found = found[found["piece"] != sizes["length"].idxmax()]
    found = found.join(sizes, on="piece").sort_values("row")
    words = [
        f"孤立路段 {streets} 条，共 {length:.0f} m / {streets} streets apart, {length:.0f} m"
        for streets, length in zip(found["streets"], found["length"], strict=True)
    ]
    return pd.DataFrame(
        {
            "row": found["row"].to_numpy(),
            "other_row": pd.array([pd.NA] * len(found), dtype="Int64"),
            "other_id": None,
            "value": words,
        }
    )
