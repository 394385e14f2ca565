"""Where walkers can turn from one street into another, and where they cannot."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiLineString, Point, Polygon

from cim.access import covered, describe, network_from, walks
from cim.access.joins import street_levels
from cim.checks.network import pieces
from tests.cim.walking_city import at, placed, plain_graph, street, table

NORTH = street((0, 300), (500, 300), (1000, 300))
SOUTH = street((0, 0), (500, 0), (1000, 0))


def walk(streets: pd.DataFrame, here: Any, there: Any, limit: float = 1e5) -> float | None:
    """Metres on foot between two places; None where there is no way."""
    found = walks(network_from(streets), gpd.GeoSeries([here]), gpd.GeoSeries([there]), limit)
    return None if found.empty else float(found["metres"].iloc[0])


def test_a_river_is_crossed_by_the_bridge_that_is_there() -> None:
    bridge = street((1000, 0), (1000, 300), bridge=True)
    found = walk(table(NORTH, SOUTH, bridge), at(0, 0), at(0, 300))
    assert found == pytest.approx(1000 + 300 + 1000, abs=0.01)


def test_a_river_without_a_bridge_is_not_crossed() -> None:
    assert walk(table(NORTH, SOUTH), at(0, 0), at(0, 300)) is None


def test_a_way_longer_than_the_limit_is_left_out() -> None:
    bridge = street((1000, 0), (1000, 300), bridge=True)
    streets = table(NORTH, SOUTH, bridge)
    assert walk(streets, at(0, 0), at(0, 300), 2301) == pytest.approx(2300, abs=0.01)
    assert walk(streets, at(0, 0), at(0, 300), 2299) is None


OVER = {
    "a bridge": {"bridge": True},
    "a bridge of known level": {"bridge": True, "level": 1},
    "a deck of known level": {"level": 2},
    "a tunnel": {"tunnel": True},
}


@pytest.mark.parametrize("over", OVER.values(), ids=OVER)
def test_what_passes_over_or_under_a_street_does_not_join_it(over: dict[str, Any]) -> None:
    # both have a vertex where they cross, in the middle of either
    passing = street((500, -300), (500, 0), (500, 300), **over)
    streets = table(SOUTH, street((500, 300), (1000, 300), (1000, 0)), passing)
    # down from the bridge at its far end, round by the corner, and back along the street
    assert walk(streets, at(500, 0), at(500, -300)) == pytest.approx(1300 + 600, abs=0.01)


def test_a_crossing_on_the_ground_joins_and_a_bridge_joins_the_street_it_ends_on() -> None:
    crossing = street((500, -300), (500, 0), (500, 300))
    assert walk(table(SOUTH, crossing), at(0, 0), at(500, 300)) == pytest.approx(800, abs=0.01)
    landing = street((500, 0), (500, 300), bridge=True, level=1)
    assert walk(table(SOUTH, landing), at(0, 0), at(500, 300)) == pytest.approx(800, abs=0.01)


def test_a_bridge_in_two_parts_does_not_end_where_they_meet() -> None:
    parts = placed(MultiLineString([[(500, -300), (500, 0)], [(500, 0), (500, 300)]]))
    streets = table(SOUTH, NORTH, {**SOUTH, "bridge": True, "geom": parts})
    assert walk(streets, at(0, 0), at(500, -300)) is None
    assert walk(streets, at(0, 300), at(500, -300)) == pytest.approx(1100, abs=0.01)


# it rises from the street 900 m west of the corner, and comes down far beyond it
PASSING = ((-900.0, 0.0), (0.0, 30.0), (900.0, 400.0))
GROUND = (street((-1000, 0), (-900, 0), (1000, 0)), street((900, 400), (1000, 400)))


@pytest.mark.parametrize("over", OVER.values(), ids=OVER)
def test_nobody_gets_onto_a_bridge_that_passes_nearer_than_the_street(over: dict[str, Any]) -> None:
    streets = table(*GROUND, street(*PASSING, **over))
    assert walk(streets, at(0, 50), at(0, -1)) == pytest.approx(51, abs=0.01)
    # to its far end by its near one, and not from mid-span
    length = np.hypot(900, 30) + np.hypot(900, 370)
    assert walk(streets, at(0, 50), at(900, 401)) == pytest.approx(950 + length + 1, abs=0.2)
    # an outline that it crosses is left by the nearest street all the same
    block = placed(Polygon([(0, 20), (10, 60), (-10, 60)]))
    assert walk(streets, block, at(0, -1)) == pytest.approx(21, abs=0.01)


def test_a_bridge_is_entered_where_one_stands_on_it_or_where_there_is_nothing_else() -> None:
    streets = table(*GROUND, street(*PASSING, bridge=True, level=1))
    down = np.hypot(900, 30)
    assert walk(streets, at(0, 30.5), at(-901, 0)) == pytest.approx(0.5 + down + 1, abs=0.5)
    lonely = table(*GROUND, street((1000, 0), (1000, -1000), bridge=True))
    assert walk(lonely, at(1010, -500), at(1000, 5)) == pytest.approx(10 + 500 + 5, abs=0.1)


def test_an_office_is_left_by_its_nearest_wall() -> None:
    block = placed(Polygon([(200, 20), (220, 100), (180, 100)]))
    # twenty metres to the street, two hundred along it, thirty to the door
    found = walk(table(SOUTH), block, at(400, 30))
    assert found == pytest.approx(20 + 200 + 30, abs=0.02)


def test_on_one_street_nobody_walks_round_by_its_ends() -> None:
    ring = street((0, 0), (400, 0), (400, 400), (0, 400), (0, 0))
    assert walk(table(ring), at(50, 0), at(350, 0)) == pytest.approx(300, abs=0.01)
    # the other way round a ring is shorter for what lies at both sides of its beginning
    assert walk(table(ring), at(50, 0), at(0, 50)) == pytest.approx(100, abs=0.01)
    tail = street((0, 0), (-300, 0))
    assert walk(table(ring, tail), at(-300, 0), at(0, 50)) == pytest.approx(350, abs=0.01)


def test_of_two_ways_between_the_same_corners_the_shorter_is_walked() -> None:
    detour = street((0, 0), (0, 400), (1000, 400), (1000, 0))
    streets = table(SOUTH, detour, street((-100, 0), (0, 0)), street((1000, 0), (1100, 0)))
    assert walk(streets, at(-100, 0), at(1100, 0)) == pytest.approx(1200, abs=0.01)
    # but who lives on the longer one starts there
    assert walk(streets, at(500, 400), at(-100, 0)) == pytest.approx(1000, abs=0.01)


def test_nothing_is_reached_by_less_than_500_metres_of_street() -> None:
    yard = street((0, 1000), (499, 1000))
    network = network_from(table(SOUTH, yard))
    places = np.array([at(100, 100), at(100, 1000), at(100, 260), None, Point()], dtype=object)
    assert covered(network, places).tolist() == [True, False, False, False, False]
    told = describe(network)
    assert [piece["km"] for piece in told["pieces"]] == [1.0, 0.499]
    assert [piece["counts"] for piece in told["pieces"]] == [True, False]
    assert (told["nodes"], told["edges"], told["km"]) == (4, 2, 1.499)


def test_a_city_without_streets_has_a_network_without_anything() -> None:
    network = network_from(table())
    assert not covered(network, np.array([at(0, 0)], dtype=object)).any()
    assert walk(table(), at(0, 0), at(10, 0)) is None
    assert describe(network) == {"nodes": 0, "edges": 0, "km": 0.0, "pieces": []}


def test_messy_lines_leave_the_streets_as_they_are() -> None:
    here = at(200, 0)
    mess = [
        SOUTH | {"geom": LineString([here, here])},
        SOUTH | {"geom": MultiLineString()},
        SOUTH | {"geom": None},
        street((0, 0), (0, 0), (500, 0)),
        SOUTH,
        # a vertex a tenth of a millimetre on
        street((500, 0), (500.0001, 0), (1000, 0)),
        street((1000, 0), (1000, 10)),
    ]
    tidy = table(SOUTH, street((1000, 0), (1000, 10)))
    assert walk(table(SOUTH, *mess), at(0, 0), at(1000, 10)) == pytest.approx(
        walk(tidy, at(0, 0), at(1000, 10)), abs=0.001
    )
    told = describe(network_from(table(SOUTH, *mess)))
    assert np.isfinite([told["km"], *(piece["km"] for piece in told["pieces"])]).all()
    assert told["km"] == describe(network_from(tidy))["km"]


def test_the_check_of_loose_streets_joins_what_walkers_can_turn_into() -> None:
    above = street((500, -300), (500, 0), (500, 300), bridge=True)
    streets = table(SOUTH, above, street((0, 0), (0, 300), level=1))
    levels = street_levels(streets)
    told = pieces(streets["geom"].to_numpy(), levels)
    assert told[0] == told[2] != told[1]
    assert len(describe(network_from(streets))["pieces"]) == 2


CELL = 100.0


@st.composite
def towns(draw: st.DrawFn) -> pd.DataFrame:
    """Streets on a grid: some lie higher, some are drawn in one line over many corners."""
    corner = st.tuples(st.integers(0, 4), st.integers(0, 4))
    rows = []
    for _ in range(draw(st.integers(1, 14))):
        x, y = draw(corner)
        way = [(x * CELL, y * CELL)]
        for dx, dy in draw(
            st.lists(st.sampled_from([(1, 0), (0, 1), (-1, 0), (0, -1)]), min_size=1, max_size=8)
        ):
            x, y = x + dx, y + dy
            way.append((x * CELL, y * CELL))
        level = draw(st.sampled_from([None, None, 0, 1]))
        steps = draw(st.sampled_from([None, True]))
        rows.append(street(*way, level=level, bridge=draw(st.booleans()), steps=steps))
    return table(*rows)


@settings(max_examples=60, deadline=None)
@given(towns())
def test_in_any_town_the_ways_are_those_networkx_finds(town: pd.DataFrame) -> None:
    graph = plain_graph(town)
    counted = {
        node
        for piece in nx.connected_components(graph)
        if sum(m for *_, m in graph.subgraph(piece).edges(data="metres")) >= 500.05
        for node in piece
    }
    # at a corner where two levels do not join nobody can say on which of them one stands
    places = [node[:2] for node in graph]
    nodes = sorted((n for n in counted if places.count(n[:2]) == 1), key=str)
    points = gpd.GeoSeries([Point(node[:2]) for node in nodes])
    found = walks(network_from(town), points, points, 1e6)
    ours = found.set_index(["office_id", "place_id"])["metres"]
    theirs = {
        (i, j): metres
        for i, node in enumerate(nodes)
        for j, metres in (
            (nodes.index(other), metres)
            for other, metres in nx.single_source_dijkstra_path_length(
                graph, node, weight="metres"
            ).items()
            if other in nodes
        )
    }
    assert set(ours.index) == set(theirs)
    assert all(abs(ours[pair] - metres) < 0.05 for pair, metres in theirs.items())
