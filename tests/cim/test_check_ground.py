"""The ground of a crowd: where its neighbours are looked for."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from cim.checks.ground import ground_of

_side = st.floats(min_value=0, max_value=2)
_boxes = st.lists(st.tuples(_side, _side, _side, _side), min_size=1, max_size=200)


def ground(places: NDArray[Any]) -> Any:
    return shapely.union_all(shapely.box(*ground_of(places).T))


def houses(count: int, west: float, south: float) -> NDArray[Any]:
    """Houses of about 20 m strewn over a square of about 1 km."""
    chance = np.random.default_rng(5)
    lon, lat = west + chance.random(count) / 100, south + chance.random(count) / 100
    placed: NDArray[Any] = shapely.box(lon, lat, lon + 2e-4, lat + 2e-4)
    return placed


@given(_boxes)
def test_the_ground_reaches_to_the_edge_of_every_feature(
    sides: list[tuple[float, float, float, float]],
) -> None:
    west, south, width, height = np.array(sides).T
    places = shapely.box(west, south, west + width, south + height)
    under = ground_of(places)
    for place in places:
        meets = shapely.box(*under.T)[shapely.intersects(shapely.box(*under.T), place)]
        # boxes touch along rounded numbers: what is between two of them is nothing
        assert shapely.area(shapely.difference(place, shapely.union_all(meets))) < 1e-9


def test_one_point_is_its_own_ground_and_nothing_has_none() -> None:
    assert ground_of(np.array([shapely.Point(114.1, 22.5)])).tolist() == [
        [114.1, 22.5, 114.1, 22.5]
    ]
    assert ground_of(np.array([], dtype=object)).shape == (0, 4)


def test_a_house_far_away_does_not_spread_the_ground_over_what_lies_between() -> None:
    city = houses(5_000, 114.1, 22.5)
    with_one_far = np.append(city, houses(1, 116.3, 39.9))
    there = ground(with_one_far)
    assert not there.intersects(shapely.Point(115.2, 31.2))
    assert there.covers(shapely.centroid(with_one_far[-1]))
    # of two degrees by seventeen, hardly more than the square kilometre of the city counts
    assert there.area < 4 * shapely.union_all(city).area


def test_a_crowd_of_any_size_has_few_boxes() -> None:
    assert len(ground_of(houses(200_000, 114.1, 22.5))) <= 2_048
