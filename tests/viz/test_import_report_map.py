"""The map of a report: what it is drawn on, where its marks lie, and what it shows first."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from pyproj import Geod
from shapely.geometry import LineString, MultiPolygon, Point, Polygon
from sqlalchemy import Engine

from viz.import_report import Outline, ReportContext, context_of
from viz.import_report.listing import Listed, Rule
from viz.import_report.problem_map import HEIGHT, WIDTH, ProblemMap, problem_map
from viz.import_report.shift import shift_of
from viz.import_report.wording import Words

if TYPE_CHECKING:
    from tests.conftest import Bring

LUOHU = (114.08, 22.53, 114.20, 22.60)


def rule(*places: tuple[float, float] | None, severity: str = "error") -> Rule:
    words = Words("规则", "rule")
    listed = [
        Listed(n, severity, n, f"t:{n}", words, "", "", words, "", place)
        for n, place in enumerate(places, 1)
    ]
    return Rule("x", severity, words, len(listed), listed)


def outlined(west: float, south: float, east: float, north: float) -> ReportContext:
    ring = np.array([(west, south), (east, south), (east, north), (west, north), (west, south)])
    return ReportContext((Outline("罗湖区", "district", (ring,), (west, south)),))


def drawn(*args: Any) -> ProblemMap:
    found = problem_map(*args)
    assert found is not None
    return found


def top_of(found: ProblemMap) -> list[tuple[float, float]]:
    """Read where the marks lie; all signs of errors stand the same height above their place."""
    moves = [mark.path.partition("l")[0] for mark in found.marks["error"]]
    pairs = [move.removeprefix("M").split() for move in moves]
    return [(float(x), float(y)) for x, y in pairs]


# --- where marks lie ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((114.09, 22.54), (114.19, 22.54)),
        ((114.09, 22.54), (114.09, 22.59)),
        ((114.10, 22.54), (114.18, 22.59)),
    ],
    ids=["east", "north", "across"],
)
def test_distances_on_the_map_are_those_on_the_ground(
    one: tuple[float, float], other: tuple[float, float]
) -> None:
    found = drawn([rule(one, other)], None, outlined(*LUOHU))
    (x, y), (east, north) = top_of(found)
    _, _, metres = Geod(ellps="WGS84").inv(*one, *other)
    assert math.hypot(x - east, y - north) * found.metres_per_unit == pytest.approx(
        metres, rel=0.006
    )


def test_north_is_up_and_east_is_right() -> None:
    (x, y), (east, north) = top_of(
        drawn([rule((114.10, 22.55), (114.12, 22.57))], None, ReportContext())
    )
    assert east > x
    assert north < y


def test_without_a_place_there_is_no_map() -> None:
    assert problem_map([rule(None, None)], LUOHU, outlined(*LUOHU)) is None


# --- what is shown first -----------------------------------------------------------------------


def shown(found: ProblemMap) -> list[bool]:
    return [0 <= x <= WIDTH and -7 <= y <= HEIGHT for x, y in top_of(found)]


@pytest.mark.parametrize("context", [outlined(*LUOHU), ReportContext()], ids=["city", "no city"])
def test_one_place_in_the_sea_off_africa_does_not_shrink_the_city_to_a_dot(
    context: ReportContext,
) -> None:
    places = [(114.10 + n / 200, 22.55) for n in range(9)]
    found = drawn([rule(*places, (0.0, 0.0))], None, context)
    assert shown(found) == [True] * 9 + [False]
    assert found.outside == 1
    xs = [x for x, _ in top_of(found)[:9]]
    assert max(xs) - min(xs) > 250


def test_accepted_rows_far_away_do_not_shrink_the_city_either() -> None:
    found = drawn([rule((114.10, 22.55), (114.15, 22.58))], (0, 0, 120, 40), outlined(*LUOHU))
    (x, _), (east, _) = top_of(found)
    assert east - x > 150


def test_data_in_one_block_are_shown_as_a_block() -> None:
    found = drawn([rule((114.1000, 22.5500), (114.1010, 22.5505))], None, outlined(*LUOHU))
    (x, _), (east, _) = top_of(found)
    assert east - x > 150


def test_data_of_another_city_are_shown_where_they_are() -> None:
    found = drawn([rule((-46.63, -23.55), (-46.60, -23.50))], None, outlined(*LUOHU))
    assert shown(found) == [True, True]
    assert found.outside == 0


def test_a_single_place_is_shown_with_what_lies_around() -> None:
    found = drawn([rule((114.1, 22.55))], None, ReportContext())
    assert top_of(found) == [(WIDTH / 2, HEIGHT / 2 - 6.5)]
    assert 200 < found.metres_per_unit * WIDTH < 2000


def test_the_scale_bar_stands_for_a_round_length_it_has() -> None:
    found = drawn([rule((114.08, 22.53), (114.20, 22.60))], None, outlined(*LUOHU))
    length, words = found.scale
    number, unit = words.split()
    metres = float(number) * (1000 if unit == "km" else 1)
    assert length * found.metres_per_unit == pytest.approx(metres, rel=0.01)
    assert length <= WIDTH / 5


# --- what it is drawn on -----------------------------------------------------------------------


def coast(points: int) -> Polygon:
    """An outline like a coast: waves upon waves, each half as long and half as high."""
    turn = np.linspace(0, 2 * np.pi, points, endpoint=False)
    waves = sum(np.sin(2**power * turn) / 2**power for power in range(1, 12))
    reach = 0.05 + 0.01 * waves
    return Polygon(np.stack([114.1 + reach * np.cos(turn), 22.55 + reach * np.sin(turn)], axis=1))


def test_a_city_that_knows_no_outlines_gives_none(city: Engine, bring: Bring) -> None:
    bring("area", {"id": "440303", "name": "罗湖区", "level": "district"})
    with city.connect() as connection:
        context = context_of(connection)
    assert (context.outlines, context.roads) == ((), ())


def test_districts_and_streets_and_their_main_roads_are_drawn(city: Engine, bring: Bring) -> None:
    square = Point(114.1, 22.55).buffer(0.03, cap_style="square")
    west = Point(114.085, 22.55).buffer(0.01)
    bring(
        "area",
        {"id": "440303", "name": "罗湖区", "level": "district", "geom": square},
        {"id": "440303001", "name": "桂园街道", "level": "street", "geom": west},
        {"id": "440303001001", "name": "老围社区", "level": "community", "geom": west},
    )
    road = {"name": "深南东路", "road_class": "primary", "walkable": True}
    bring(
        "road",
        # two stretches become one line
        {**road, "id": "1", "geom": LineString([(114.08, 22.55), (114.1, 22.55)])},
        {**road, "id": "2", "geom": LineString([(114.1, 22.55), (114.12, 22.55)])},
        {
            **road,
            "id": "3",
            "road_class": "local",
            "geom": LineString([(114.1, 22.5), (114.1, 22.6)]),
        },
        # beyond the city
        {**road, "id": "4", "name": "x", "geom": LineString([(113.1, 22.55), (113.2, 22.55)])},
    )
    with city.connect() as connection:
        context = context_of(connection)
    assert [(one.level, one.name) for one in context.outlines] == [
        ("district", "罗湖区"),
        ("street", "桂园街道"),
    ]
    assert square.contains(Point(context.outlines[0].label))
    (line,) = context.roads
    assert line.tolist() == [[114.08, 22.55], [114.12, 22.55]]


def test_outlines_of_whatever_length_stay_small(city: Engine, bring: Bring) -> None:
    wavy = MultiPolygon([coast(8_000)])
    streets = [
        {"id": f"4403030{n:02}", "name": f"{n}", "level": "street", "geom": wavy} for n in range(9)
    ]
    bring("area", {"id": "440303", "name": "罗湖区", "level": "district", "geom": wavy}, *streets)
    with city.connect() as connection:
        context = context_of(connection)
    assert len(context.outlines) == 10
    points = sum(len(ring) for one in context.outlines for ring in one.rings)
    assert 2_000 < points <= 12_000


# --- how far the data lie from the base --------------------------------------------------------


def test_the_arrows_point_where_the_data_lie() -> None:
    shift = shift_of({"east": 30.0, "north": 40.0, "theory_east": -3.0, "theory_north": 4.0})
    assert shift is not None
    assert shift.measured is not None
    assert shift.theory is not None
    # 3, 4, 5: the longest arrow reaches 84 units, and y points down
    assert (shift.measured.metres, shift.theory.metres) == (50, 5)
    assert (shift.measured.x, shift.measured.y) == (50.4, -67.2)
    assert (shift.theory.x, shift.theory.y) == (-5.0, -6.7)
    assert (shift.ring_metres, shift.ring) == (50, 84)


def test_where_nothing_was_measured_there_is_no_arrow() -> None:
    assert shift_of({"crs": "EPSG:4490", "east": None, "north": None}) is None


def test_data_that_lie_right_have_an_arrow_of_no_length_to_speak_of() -> None:
    shift = shift_of({"east": 0.02, "north": 0.0})
    assert shift is not None
    assert shift.measured is not None
    assert abs(shift.measured.x) < 3
