"""Ways of OpenStreetMap cut into stretches of road between two junctions."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from osmium.filter import KeyFilter
from osmium.osm import Way

from layers.findings import Finding
from layers.osm.extract import remark, ways
from layers.osm.roads import KEYS, is_road, road_fields, stray
from layers.source import CHUNK, GEOMETRY

_UNKNOWN = 2**31 - 1
"""Coordinate of a node that the extract does not hold."""

_DEGREE = 1e7
"""Steps of OpenStreetMap's coordinates in a degree."""

_CUT = "在数据边界被截断：部分节点不在文件内 / is cut at the edge of the extract: nodes are missing"
_TOO_SHORT = "少于两个节点 / has fewer than two nodes"


@dataclass
class _Ways:
    """Ways read so far: their tags, and their nodes one after the other."""

    ids: list[int] = field(default_factory=list)
    tags: list[list[str | None]] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    refs: array[int] = field(default_factory=lambda: array("q"))
    x: array[int] = field(default_factory=lambda: array("q"))
    y: array[int] = field(default_factory=lambda: array("q"))

    def take(self, way: Way) -> None:
        tag = way.tags.get
        nodes = list(way.nodes)
        self.ids.append(way.id)
        self.tags.append([tag(key) for key in KEYS])
        self.lengths.append(len(nodes))
        self.refs.extend([node.ref for node in nodes])
        self.x.extend([node.x for node in nodes])
        self.y.extend([node.y for node in nodes])


def _roads(path: Path, *, located: bool, remarks: list[Finding] | None = None) -> Iterator[Way]:
    """Yield the ways that are roads; remark on those that are not."""
    for way in ways(path, KeyFilter("highway"), located=located):
        highway = way.tags.get("highway")
        if is_road(highway, way.tags.get("area")):
            yield way
        elif remarks is not None:
            remarks.append(stray(f"w{way.id}", highway))


def junctions(path: Path) -> NDArray[np.int64]:
    """Return the sorted identifiers of the nodes where roads meet.

    They are shared by two roads, or used twice by one.
    """
    refs = array("q")
    for way in _roads(path, located=False):
        refs.extend([node.ref for node in way.nodes])
    nodes, uses = np.unique(np.asarray(refs), return_counts=True)
    return nodes[uses > 1]


def road_stretches(path: Path, remarks: list[Finding]) -> Iterator[pd.DataFrame]:
    """Yield the rows of the layer ``road`` in chunks.

    A way that no other meets keeps its identifier (``w1``); the stretches of one that is cut
    are numbered along it (``w1-1``, ``w1-2``). Of a way that leaves the extract the whole
    stretches stay.

    Yields
    ------
    DataFrame
        Fields of the layer with lines in WGS84 degrees.
    """
    meeting = junctions(path)
    read = _Ways()
    for way in _roads(path, located=True, remarks=remarks):
        read.take(way)
        if len(read.ids) >= CHUNK // 4:
            yield _cut(read, meeting, remarks)
            read = _Ways()
    if read.ids:
        yield _cut(read, meeting, remarks)


def _cut(read: _Ways, meeting: NDArray[np.int64], remarks: list[Finding]) -> pd.DataFrame:
    """Cut the ways of a chunk where others meet them."""
    way, refs, x, y = _vertices(read, remarks)
    # compared with what lies beyond both ends, so that no way at all has no end either
    apart = np.diff(way, prepend=-1, append=-1) != 0
    first, last = apart[:-1], apart[1:]
    parting = np.isin(refs, meeting) & ~first & ~last
    # a vertex where a way is cut ends one stretch and begins the next
    vertex = np.repeat(np.arange(len(refs)), 1 + parting)
    again = np.diff(vertex, prepend=-1) == 0
    stretch = np.cumsum(first[vertex] | again) - 1
    begins = np.flatnonzero(first[vertex] | again)
    of_way = way[vertex[begins]]
    codes = _codes(np.asarray(read.ids), of_way)
    whole = np.bincount(stretch, weights=x[vertex] == _UNKNOWN) == 0
    remarks += [remark("feature-incomplete", str(code), _CUT) for code in codes[~whole]]
    kept = whole[stretch]
    number = (np.cumsum(whole) - 1)[stretch[kept]]
    places = np.column_stack([x, y])[vertex[kept]] / _DEGREE
    rows: pd.DataFrame = _described(read, remarks).iloc[of_way[whole]].reset_index(drop=True)
    rows.insert(0, "id", codes[whole])
    rows[GEOMETRY] = shapely.linestrings(places, indices=number)
    return rows


def _vertices(read: _Ways, remarks: list[Finding]) -> tuple[NDArray[np.int64], ...]:
    """Return way, node, x and y of every vertex, without repeats and ways of a single node."""
    refs, x, y = (np.asarray(column) for column in (read.refs, read.x, read.y))
    way = np.repeat(np.arange(len(read.ids)), read.lengths)
    repeated = (np.diff(refs, prepend=0) == 0) & (np.diff(way, prepend=-1) == 0)
    lengths = np.bincount(way[~repeated], minlength=len(read.ids))
    remarks += [
        remark("row-left-out", f"w{read.ids[at]}", _TOO_SHORT) for at in np.flatnonzero(lengths < 2)
    ]
    kept = ~repeated & (lengths[way] > 1)
    return way[kept], refs[kept], x[kept], y[kept]


def _codes(ids: NDArray[np.int64], of_way: NDArray[np.int64]) -> NDArray[np.object_]:
    """Name stretches: ``w1`` where the way is not cut, else ``w1-1``, ``w1-2`` along it."""
    way = pd.Series(of_way)
    number = (way.groupby(way).cumcount() + 1).astype("string")
    alone = way.map(way.value_counts()) == 1
    code = "w" + pd.Series(ids[of_way]).astype("string")
    return code.where(alone, code + "-" + number).to_numpy(dtype=object)


def _described(read: _Ways, remarks: list[Finding]) -> pd.DataFrame:
    """Return the fields of each way of a chunk."""
    tags = pd.DataFrame(read.tags, columns=list(KEYS), dtype="string")
    tags["id"] = [f"w{way}" for way in read.ids]
    return road_fields(tags, remarks)
