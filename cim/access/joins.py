"""Where streets join: the one rule behind the walk network and the check of loose streets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

_DIGITS = 7
"""Decimals of a degree (about a centimetre) to which two vertices are the same place."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Vertices:
    """The vertices of some lines, in order, and the node of the network each one is.

    Attributes
    ----------
    points
        Degrees, shape (n, 2); all finite.
    line, part
        The line and the part of a multi-line that each vertex belongs to, counted from 0.
    node
        The node, counted from 0: vertices of different lines that have the same join there.
    """

    points: Floats
    line: Ints
    part: Ints
    node: Ints


def street_levels(streets: pd.DataFrame) -> Ints:
    """Return the level of each street; where none is known a bridge lies above the ground.

    Parameters
    ----------
    streets
        Columns ``level, bridge, tunnel`` of the layer ``road``; each may be missing.
    """
    known = pd.to_numeric(streets["level"], errors="coerce")
    bridge = streets["bridge"].eq(other=True).fillna(value=False).to_numpy(dtype=bool)
    tunnel = streets["tunnel"].eq(other=True).fillna(value=False).to_numpy(dtype=bool)
    assumed = np.where(bridge, 1, np.where(tunnel, -1, 0))
    levels: Ints = np.where(known.notna(), known.fillna(0), assumed).astype(np.int64)
    return levels


def off_the_ground(streets: pd.DataFrame) -> Flags:
    """Tell which streets are bridges, tunnels, or lie at another level than the ground.

    Parameters
    ----------
    streets
        As `street_levels` takes them.
    """
    known = pd.to_numeric(streets["level"], errors="coerce").fillna(0).ne(0)
    spans = streets[["bridge", "tunnel"]].eq(other=True).fillna(value=False).any(axis=1)
    found: Flags = (known | spans).to_numpy(dtype=bool)
    return found


def vertices(lines: NDArray[np.object_], levels: Ints) -> Vertices:
    """Tell which vertices of lines are the same node.

    Lines that share a vertex join there when they lie at the same level, or when one of them
    ends there, as a bridge ends on a street of the ground. A bridge that merely passes over a
    vertex of the street beneath does not join it.

    Parameters
    ----------
    lines
        Lines or multi-lines in degrees, none missing.
    levels
        Of each line, as `street_levels` tells.
    """
    parts, line_of = shapely.get_parts(lines, return_index=True)
    points, part = shapely.get_coordinates(parts, return_index=True)
    finite = np.isfinite(points).all(axis=1)
    points, part = points[finite], part[finite]
    line = line_of[part]
    # one number for each place is quicker to tell apart than two coordinates
    scaled = np.round(points * 10**_DIGITS).astype(np.int64)
    _, place = np.unique(scaled[:, 0] * 4 * 10**9 + scaled[:, 1], return_inverse=True)
    ended = np.zeros(int(place.max(initial=-1)) + 1, dtype=bool)
    ended[_ends(line, part, place)] = True
    _, level = np.unique(levels, return_inverse=True)
    # all that meets at an end is one node, whatever its level
    at = np.where(ended[place], 0, level[line] + 1)
    _, node = np.unique(place * (int(level.max(initial=0)) + 2) + at, return_inverse=True)
    return Vertices(points, line.astype(np.int64), part.astype(np.int64), node.astype(np.int64))


def _ends(line: Ints, part: Ints, place: Ints) -> Ints:
    """Return the places at which a line ends; where two parts of one line meet, it goes on."""
    changes = np.flatnonzero(np.diff(part)) + 1
    first = np.concatenate([[0], changes]) if len(part) else changes
    last = np.concatenate([changes - 1, [len(part) - 1]]) if len(part) else changes
    both = np.concatenate([first, last])
    ends = pd.DataFrame({"line": line[both], "place": place[both], "part": part[both]})
    meeting = ends.drop_duplicates().groupby(["line", "place"], sort=False).size()
    found: Ints = meeting.index.get_level_values("place").to_numpy()[meeting.to_numpy() % 2 == 1]
    return found
