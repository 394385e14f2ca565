"""Streets drawn in metres, and the same streets as a plain graph, made without our own code."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pyproj
import shapely
from shapely.geometry import LineString, MultiLineString, Point
from shapely.geometry.base import BaseGeometry

CORNER = (114.118, 22.54)
"""Where metres are counted from, in degrees."""

GEOD = pyproj.Geod(a=6378137, rf=298.257222101)
_LOCAL = pyproj.Proj(proj="aeqd", lon_0=CORNER[0], lat_0=CORNER[1], ellps="GRS80")

Vertex = tuple[float, float, Any]


def at(x: float, y: float) -> Point:
    """The place some metres east and north of the corner."""
    return Point(*_LOCAL(x, y, inverse=True))


def placed(drawn: BaseGeometry) -> BaseGeometry:
    """A geometry in metres from the corner, in degrees."""
    moved: BaseGeometry = shapely.transform(
        drawn, lambda points: np.column_stack(_LOCAL(points[:, 0], points[:, 1], inverse=True))
    )
    return moved


def street(*corners: tuple[float, float], **fields: Any) -> dict[str, Any]:
    """A street of ground level, drawn in metres from the corner, as a row of the layer."""
    row = {"level": None, "bridge": None, "tunnel": None, "steps": None}
    return {**row, "geom": placed(MultiLineString([corners])), **fields}


def table(*rows: dict[str, Any]) -> pd.DataFrame:
    """Streets as the network takes them."""
    columns = ["level", "bridge", "tunnel", "steps", "geom"]
    frame = pd.DataFrame(list(rows), columns=columns)
    return frame.astype(dict.fromkeys(columns, object))


def lines_of(geom: Any) -> list[LineString]:
    return list(geom.geoms) if geom.geom_type.startswith("Multi") else [geom]


def level_of(row: Any) -> int:
    if not pd.isna(row.level):
        return int(row.level)
    if row.bridge is True:
        return 1
    return -1 if row.tunnel is True else 0


def raised(row: Any) -> bool:
    """Whether a street is a bridge, a tunnel, or lies at another level than the ground."""
    return row.bridge is True or row.tunnel is True or level_of(row) != 0


def plain_graph(streets: pd.DataFrame) -> nx.Graph:
    """Every vertex a node, every step from one to the next an edge of so many ``metres``.

    An edge is ``raised`` where all streets along it are.
    """
    ends: dict[tuple[float, float], Counter[int]] = defaultdict(Counter)
    for number, row in enumerate(streets.itertuples()):
        for line in lines_of(row.geom):
            for x, y in {line.coords[0], line.coords[-1]}:
                ends[round(x, 7), round(y, 7)][number] += 1
    # where two parts of one street meet it does not end
    ended = {place for place, of in ends.items() if any(n % 2 for n in of.values())}
    graph = nx.Graph()
    for row in streets.itertuples():
        level = level_of(row)
        for line in lines_of(row.geom):
            before: tuple[Vertex, tuple[float, float]] | None = None
            for x, y in line.coords:
                place = (round(x, 7), round(y, 7))
                node: Vertex = (*place, "end" if place in ended else level)
                if before is not None and before[0] != node:
                    metres = GEOD.inv(*before[1], x, y)[2]
                    above = raised(row)
                    if graph.has_edge(before[0], node):
                        drawn = graph.edges[before[0], node]
                        metres, above = min(metres, drawn["metres"]), above and drawn["raised"]
                    graph.add_edge(before[0], node, metres=metres, raised=above)
                before = node, (x, y)
    return graph
