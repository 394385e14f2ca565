"""OpenStreetMap files of a few features, written by osmium."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import osmium
from osmium.io import Header
from osmium.osm.mutable import Node, Relation, Way

Tags = dict[str, str]
Place = tuple[float, float]
Nodes = dict[int, tuple[Place, Tags]]
Ways = dict[int, tuple[Sequence[int], Tags]]


def write_osm(
    path: Path,
    nodes: Nodes,
    ways: Ways | None = None,
    relations: dict[int, tuple[Sequence[tuple[str, int, str]], Tags]] | None = None,
    day: str | None = None,
) -> Path:
    """Write an extract; its header states the day of the data, where one is given."""
    header = Header()
    if day is not None:
        header.set("osmosis_replication_timestamp", f"{day}T20:21:22Z")
    with osmium.SimpleWriter(str(path), header=header, overwrite=True) as writer:
        for node, (place, tags) in nodes.items():
            writer.add_node(Node(id=node, location=place, tags=tags))
        for way, (refs, tags) in (ways or {}).items():
            writer.add_way(Way(id=way, nodes=list(refs), tags=tags))
        for relation, (members, tags) in (relations or {}).items():
            writer.add_relation(Relation(id=relation, members=list(members), tags=tags))
    return path


def squares(*tags: Tags) -> tuple[Nodes, Ways]:
    """Draw one square of 0.0004 degrees in Luohu for each set of tags: way 1 of nodes 1 to 4 …"""
    nodes: Nodes = {}
    ways: Ways = {}
    for at, own in enumerate(tags):
        west, south = 114.11 + at * 0.001, 22.54
        first = 1 + at * 4
        for number, (x, y) in enumerate(((0, 0), (4e-4, 0), (4e-4, 4e-4), (0, 4e-4))):
            nodes[first + number] = ((west + x, south + y), {})
        ways[1 + at] = ((first, first + 1, first + 2, first + 3, first), own)
    return nodes, ways
