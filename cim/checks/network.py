"""Streets that hang together, and those that do not."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from cim.access.joins import street_levels, vertices
from cim.measures import metres


def pieces(lines: NDArray[np.object_], levels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number the connected pieces of a network; what joins, `cim.access.joins` tells.

    Parameters
    ----------
    lines
        Lines or multi-lines in degrees, none missing.
    levels
        Of each line.

    Returns
    -------
    array of int
        The piece that each line belongs to.
    """
    met = vertices(lines, levels)
    # lines and nodes are the two sides of one graph
    count = len(lines) + int(met.node.max(initial=-1)) + 1
    links = coo_array((np.ones(len(met.line)), (met.line, met.node + len(lines))), (count, count))
    _, piece = connected_components(links, directed=False)
    found: NDArray[np.int64] = piece[: len(lines)].astype(np.int64)
    return found


def apart(
    staged: pd.Series, others: pd.Series, staged_heights: pd.DataFrame, heights: pd.DataFrame
) -> pd.DataFrame:
    """Return the new lines that do not hang together with the longest piece of the network.

    Parameters
    ----------
    staged
        Lines in stored degrees, by row number.
    others
        Lines of the layer, by identifier; they are part of the network.
    staged_heights, heights
        Their ``level, bridge, tunnel``, by the same index; more rows may be there.

    Returns
    -------
    DataFrame
        Columns ``row``, ``other_row`` and ``other_id`` (missing) and ``value`` (streets and
        length of the piece), in the order of the rows.
    """
    lines = np.concatenate([staged.to_numpy(dtype=object), others.to_numpy(dtype=object)])
    known = pd.concat([staged_heights.reindex(staged.index), heights.reindex(others.index)])
    piece = pieces(lines, street_levels(known))
    network = pd.DataFrame({"piece": piece, "metres": metres(lines)})
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
