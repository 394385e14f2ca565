"""What is within a walk of a point: what is reached lies in it, what is not lies outside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from pyproj import Geod
from shapely.geometry import Point
from sqlalchemy import Engine

from cim.access import access_rows, isochrones, walks_from
from cim.access.isochrone import TOLERANCE
from cim.database import reading
from tests.cim.walking_city import GEOD, at, placed, plain_graph, street
from tests.conftest import Bring

MINUTES = [3, 5, 10, 15]
UTM = 32650


@pytest.fixture(scope="module")
def town(shared_city: Engine, bring_into: Callable[[Engine], Bring]) -> Engine:
    """Blocks of a hundred metres; beyond a river two bridges lead to more; stairs cut a corner."""
    rows = []
    for n in range(9):
        rows += [
            street(*[(x * 100.0, n * 100.0) for x in range(9)]),
            street(*[(n * 100.0, y * 100.0) for y in range(9)]),
            street(*[(x * 100.0, -300 - n * 40.0) for x in range(9)]),
        ]
    rows += [street((x, 0), (x, -300 - 8 * 40), bridge=True, level=1) for x in (100, 700)]
    rows.append(street((800, -300 - 8 * 40), (800, -300)))
    rows.append(street((0, 0), (-300, -300), (-300, -900), steps=True))
    bring = bring_into(shared_city)
    roads = [
        {**row, "id": str(n), "road_class": "local", "walkable": True} for n, row in enumerate(rows)
    ]
    assert bring("road", *roads).rejected == 0
    offices = [
        {"id": f"{x}/{y}", "name": f"{x}/{y}", "use": "办公", "geom": at(x + 10.0, y + 10.0)}
        for x in (100, 300, 500)
        for y in (100, 300, 500)
    ]
    offices.append({"id": "far", "name": "far", "use": "办公", "geom": at(0, 2000)})
    assert bring("office", *offices).rejected == 0
    return shared_city


def areas(place: Point, minutes: Sequence[float], **how: Any) -> gpd.GeoDataFrame:
    with reading() as connection:
        return isochrones(connection, place.x, place.y, minutes, **how)


def reached(place: Point, metres: float) -> tuple[list[Point], list[Point]]:
    """Vertices that plain networkx reaches, and those it does not; the place is a corner."""
    with reading() as connection:
        streets = gpd.read_postgis("select * from road", connection, geom_col="geom")
    graph = plain_graph(streets)
    home = min(graph, key=lambda node: Point(node[:2]).distance(place))
    lengths = nx.single_source_dijkstra_path_length(graph, home, weight="metres")
    inside = [Point(node[:2]) for node in graph if lengths.get(node, np.inf) <= metres - 0.05]
    outside = [Point(node[:2]) for node in graph if lengths.get(node, np.inf) > metres + 0.05]
    return inside, outside


@pytest.mark.parametrize("corner", [(100, 0), (400, 400), (800, 800), (700, -460)])
def test_the_areas_hold_what_is_reached_and_nothing_far_from_it(
    town: Engine, corner: tuple[float, float]
) -> None:
    found = areas(at(*corner), MINUTES)
    assert found["minutes"].tolist() == MINUTES
    assert found["metres"].tolist() == [80 * minutes for minutes in MINUTES]
    assert found.geometry.is_valid.all()
    assert set(found["basis"]) == {"network"}
    for area, metres in zip(found.geometry, found["metres"], strict=True):
        inside, outside = reached(at(*corner), metres)
        assert shapely.covers(area, inside).all()
        held = [place for place in outside if area.covers(place)]
        # what lies in it unreached lies beside something that is: the edge of the last stretch
        assert all(_apart(place, at(*corner), metres) <= TOLERANCE for place in held)


def _apart(place: Point, start: Point, metres: float) -> float:
    """Metres from a place to the nearest bit of street that networkx reaches."""
    with reading() as connection:
        streets = gpd.read_postgis("select * from road", connection, geom_col="geom")
    graph = plain_graph(streets)
    home = min(graph, key=lambda node: Point(node[:2]).distance(start))
    lengths = nx.single_source_dijkstra_path_length(graph, home, weight="metres")
    best = np.inf
    for a, b, long in graph.edges(data="metres"):
        for one, other in ((a, b), (b, a)):
            left = metres - lengths.get(one, np.inf)
            if left < 0:
                continue
            share = min(1.0, left / long)
            end = (one[0] + (other[0] - one[0]) * share, one[1] + (other[1] - one[1]) * share)
            part = gpd.GeoSeries([shapely.LineString([one[:2], end]), place], crs=4326)
            metric = part.to_crs(UTM)
            best = min(best, metric.iloc[0].distance(metric.iloc[1]))
    return float(best)


def test_each_area_holds_the_smaller_ones_and_knows_its_size(town: Engine) -> None:
    found = areas(at(400, 400), [15, 3, 10, 5, 5])
    assert found["minutes"].tolist() == [3, 5, 10, 15]
    shapes = found.geometry.to_list()
    assert all(larger.contains_properly(smaller) for smaller, larger in pairwise(shapes))
    geod = Geod(ellps="GRS80")
    sizes = [abs(geod.geometry_area_perimeter(shape)[0]) for shape in shapes]
    assert found["area_m2"].tolist() == pytest.approx(sizes, rel=1e-4)
    assert found.crs.to_epsg() == 4490


def test_courts_that_are_walked_round_are_filled_and_a_river_is_not(town: Engine) -> None:
    # a court of 50 m a side
    area = areas(at(400, 400), [15]).geometry.iloc[0]
    assert area.covers(at(450, 450))
    # the strips of 40 m beyond the river are filled; the river is not
    area = areas(at(700, -460), [15]).geometry.iloc[0]
    assert area.covers(at(650, -480))
    assert not area.covers(at(400, -150))


def test_who_cannot_climb_stays_at_the_top_of_the_stairs(town: Engine) -> None:
    foot = at(-300, -600)
    assert areas(at(0, 0), [10]).geometry.iloc[0].covers(at(-300, -600))
    assert not areas(at(0, 0), [10], step_free=True).geometry.iloc[0].covers(foot)
    assert areas(at(0, 0), [10], step_free=True).geometry.iloc[0].covers(at(400, 300))


def test_where_no_street_is_near_the_areas_are_circles_and_say_so(town: Engine) -> None:
    place = at(0, 3000)
    found = areas(place, [5, 10])
    assert found["basis"].tolist() == ["straight-line"] * 2
    for area, metres in zip(found.geometry, (400 / 1.3, 800 / 1.3), strict=True):
        ring = np.array(area.exterior.coords)
        far = GEOD.inv(*np.tile([[place.x], [place.y]], len(ring)), *ring.T)[2]
        assert far == pytest.approx(np.full(len(ring), metres), rel=1e-3)
    assert found.geometry.iloc[1].contains_properly(found.geometry.iloc[0])


def test_offices_within_a_walk_are_those_whose_way_along_the_streets_is_short_enough(
    town: Engine,
) -> None:
    with reading() as connection:
        place = at(100, 100)
        found = walks_from(connection, place.x, place.y, 5)
        nobody = walks_from(connection, place.x, place.y + 0.1, 5)
    # an office ten metres north-east of a corner is ten metres from the street
    ways = found.set_index("office_id")["walk_m"].to_dict()
    assert ways == pytest.approx({"t:100/100": 20, "t:300/100": 220, "t:100/300": 220}, abs=0.01)
    assert found["walk_min"].tolist() == pytest.approx((found["walk_m"] / 80).tolist())
    assert set(found["basis"]) == {"network"}
    assert nobody.empty


def test_an_office_off_the_network_is_found_by_the_straight_line(town: Engine) -> None:
    place = at(0, 1800)
    with reading() as connection:
        found = walks_from(connection, place.x, place.y, 5)
    assert found.to_dict("records") == [
        {
            "office_id": "t:far",
            "walk_m": pytest.approx(260, abs=0.01),
            "walk_min": pytest.approx(3.25, abs=0.001),
            "basis": "straight-line",
        }
    ]


def test_a_city_without_streets_knows_only_straight_lines(city: Engine, bring: Bring) -> None:
    bring("office", {"id": "O", "name": "O", "use": "办公", "geom": at(0, 0)})
    stop = placed(Point(300, 400))
    bring("bus_stop", {"id": "B", "name": "B", "geom": stop})
    with reading() as connection:
        (row,) = access_rows(connection, layer="bus_stop").to_dict("records")
        assert access_rows(connection, layer="station").empty
        assert isochrones(connection, 114.118, 22.54, [5])["basis"].tolist() == ["straight-line"]
    assert (row["basis"], row["entrance_id"], row["kind"]) == ("straight-line", None, None)
    assert row["walk_m"] == pytest.approx(650, abs=0.01)
    assert row["walk_min"] == pytest.approx(8.125, abs=0.001)
