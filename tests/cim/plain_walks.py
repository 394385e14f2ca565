"""Who walks how far along the streets of a city, by networkx, without any of our own code."""

from __future__ import annotations

from typing import Any, NamedTuple

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import shapely

from tests.cim.walking_city import GEOD, plain_graph

SNAP = 250.0
"""Metres from a place to the street it is reached from, at most."""
LEAST_PIECE = 500.0
"""Metres of street below which a piece apart from the others is no network."""


class Foot(NamedTuple):
    """Where a place meets the streets: the step, metres along it, and metres aside."""

    step: int
    along: float
    aside: float


Feet = dict[Any, Foot]


class PlainWalks:
    """The streets of a city in the metres of its zone, every straight step by itself."""

    def __init__(self, streets: gpd.GeoDataFrame, zone: int) -> None:
        self.zone = zone
        self.graph = plain_graph(streets)
        long_enough: set[Any] = set()
        for piece in nx.connected_components(self.graph):
            steps = self.graph.subgraph(piece).edges(data="metres")
            if sum(metres for *_, metres in steps) >= LEAST_PIECE:
                long_enough |= piece
        self.steps = [step for step in self.graph.edges(data="metres") if step[0] in long_enough]
        lines = gpd.GeoSeries(
            [shapely.LineString([a[:2], b[:2]]) for a, b, _ in self.steps], crs=4490
        )
        self.lines = lines.to_crs(zone).to_numpy()
        self.raised = np.array([self.graph.edges[a, b]["raised"] for a, b, _ in self.steps])

    def feet(self, places: gpd.GeoSeries) -> Feet:
        """Find where each place meets the streets of the ground, or the bridge it lies on."""
        flat = places.set_crs(4490, allow_override=True).to_crs(self.zone).to_numpy()
        ground, above = (np.flatnonzero(self.raised == up) for up in (False, True))
        steps = ground[shapely.STRtree(self.lines[ground]).nearest(flat)]
        if len(above):
            spans = above[shapely.STRtree(self.lines[above]).nearest(flat)]
            far = shapely.distance(self.lines[spans], flat)
            on_it = (far <= 1) & (far < shapely.distance(self.lines[steps], flat))
            steps = np.where(on_it & (shapely.get_type_id(flat) == 0), spans, steps)
        across = shapely.shortest_line(self.lines[steps], flat)
        aside = [
            GEOD.geometry_length(line) for line in gpd.GeoSeries(across, crs=self.zone).to_crs(4490)
        ]
        share = shapely.line_locate_point(
            self.lines[steps], shapely.get_point(across, 0), normalized=True
        )
        assert max(aside) <= SNAP
        return {
            name: Foot(int(step), float(part) * self.steps[step][2], metres)
            for name, step, part, metres in zip(places.index, steps, share, aside, strict=True)
        }

    def from_office(self, office: Foot, goals: Feet, limit: float) -> pd.Series:
        """Measure the ways from an office to each goal; infinite where longer than the limit."""
        a, b, metres = self.steps[office.step]
        self.graph.add_edge("office", a, metres=office.along)
        self.graph.add_edge("office", b, metres=metres - office.along)
        reached = nx.single_source_dijkstra_path_length(
            self.graph, "office", cutoff=limit, weight="metres"
        )
        self.graph.remove_node("office")
        ways = []
        for goal in goals.values():
            first, last, metres = self.steps[goal.step]
            way = min(
                reached.get(first, np.inf) + goal.along,
                reached.get(last, np.inf) + metres - goal.along,
            )
            if goal.step == office.step:
                way = min(way, abs(goal.along - office.along))
            ways.append(office.aside + way + goal.aside)
        return pd.Series(ways, index=list(goals), dtype="float64")
