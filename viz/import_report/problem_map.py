"""The map of the problems: marks on outlines of the city, as numbers for an SVG.

Degrees become a plane by the equirectangular projection with the cosine of the middle latitude:
right to a thousandth over a city. The plane is `WIDTH` by `HEIGHT` units, y downwards.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from viz.import_report.context import Outline, ReportContext
from viz.import_report.listing import Listed, Rule

WIDTH, HEIGHT = 1000, 760
_METRES_PER_DEGREE = 111_195.0
"""Of latitude, on a sphere of 6,371 km."""
_LEAST = 0.004
"""Degrees that a map shows at least: some 400 m."""
_MARGIN = 0.06
_ROUND = (1, 2, 5)

_SIGNS = {
    "error": (6.5, "l7 13h-14z"),
    "warning": (7.0, "l7 7l-7 7l-7-7z"),
    "note": (5.4, "a5.4 5.4 0 0 1 0 10.8a5.4 5.4 0 0 1 0-10.8z"),
}
"""By severity, how high a sign stands over its middle, and its path from there."""

Bounds = tuple[float, float, float, float]
Points = NDArray[np.float64]


@dataclass(frozen=True)
class Shape:
    """An outline on the plane: SVG path data, and where its name stands."""

    name: str
    level: str
    path: str
    x: float
    y: float


@dataclass(frozen=True)
class Mark:
    """One finding on the plane: SVG path data of a sign around its place."""

    number: int
    path: str


def sign_at(severity: str, x: float, y: float) -> str:
    """Return the path data of the sign of a severity: told apart by shape, not by colour alone."""
    height, path = _SIGNS.get(severity, _SIGNS["note"])
    return f"M{x:g} {round(y - height, 2):g}{path}"


@dataclass(frozen=True)
class ProblemMap:
    """Everything that is drawn.

    Attributes
    ----------
    extent
        x, y, width and height of the accepted rows; None where unknown or beyond the map.
    marks
        By severity, the findings that have a place.
    placed, unplaced
        By severity, how many of those listed have a place, and how many have none.
    outside
        How many marks lie beyond what is shown at first.
    metres_per_unit
        At the middle of the map.
    scale
        Length of the scale bar in units, and what it stands for.
    """

    shapes: list[Shape]
    roads: str
    extent: Bounds | None
    marks: dict[str, list[Mark]]
    placed: Counter[str]
    unplaced: Counter[str]
    outside: int
    metres_per_unit: float
    scale: tuple[float, str]


def problem_map(
    rules: list[Rule], extent: Bounds | None, context: ReportContext
) -> ProblemMap | None:
    """Lay the findings out on a map; None where none of them has a place.

    Parameters
    ----------
    rules
        With the findings that are listed.
    extent
        West, south, east and north of the accepted rows, in degrees.
    context
        What the marks are drawn on, in degrees.
    """
    listed = [one for rule in rules for one in rule.listed]
    places = np.array([one.place for one in listed if one.place is not None], dtype=float)
    if not len(places):
        return None
    frame = _frame(places, extent, _city_bounds(context))
    plane = _Plane(frame)
    marks: dict[str, list[Mark]] = {}
    for one in listed:
        if one.place is not None:
            sign = sign_at(one.severity, *plane.point(one.place))
            marks.setdefault(one.severity, []).append(Mark(one.number, sign))
    return ProblemMap(
        shapes=[_shape(outline, plane) for outline in context.outlines],
        roads="".join(plane.path(line) for line in context.roads),
        extent=None if extent is None else plane.box(extent),
        marks=marks,
        placed=_by_severity(one for one in listed if one.place is not None),
        unplaced=_by_severity(one for one in listed if one.place is None),
        outside=int((~_within(places, frame)).sum()),
        metres_per_unit=_METRES_PER_DEGREE / plane.per_degree,
        scale=_scale_bar(_METRES_PER_DEGREE / plane.per_degree),
    )


class _Plane:
    """The projection that shows a frame in the middle of the plane."""

    def __init__(self, frame: Bounds) -> None:
        west, south, east, north = frame
        self.middle = ((west + east) / 2, (south + north) / 2)
        self.flat = math.cos(math.radians(self.middle[1]))
        self.per_degree = min(WIDTH / ((east - west) * self.flat), HEIGHT / (north - south))

    def points(self, places: Points) -> Points:
        """Return x and y of longitudes and latitudes, arrays of shape (points, 2)."""
        east, north = (places - self.middle).T
        x = WIDTH / 2 + east * self.flat * self.per_degree
        y = HEIGHT / 2 - north * self.per_degree
        return np.stack([x, y], axis=1)

    def point(self, place: tuple[float, float]) -> tuple[float, float]:
        x, y = self.points(np.array([place]))[0]
        return round(float(x), 2), round(float(y), 2)

    def box(self, bounds: Bounds) -> Bounds:
        """Return x, y, width and height of some bounds."""
        west, south, east, north = bounds
        x, y = self.point((west, north))
        right, bottom = self.point((east, south))
        return x, y, round(right - x, 2), round(bottom - y, 2)

    def path(self, line: Points) -> str:
        """Write a line as path data, in tenths of a unit."""
        if len(line) < 2:
            return ""
        steps = np.round(self.points(line), 1)
        return "M" + "L".join(f"{x:g} {y:g}" for x, y in steps.tolist())


def _shape(outline: Outline, plane: _Plane) -> Shape:
    path = "".join(plane.path(ring) + "Z" for ring in outline.rings)
    return Shape(outline.name, outline.level, path, *plane.point(outline.label))


def _by_severity(findings: Iterable[Listed]) -> Counter[str]:
    return Counter(one.severity for one in findings)


def _city_bounds(context: ReportContext) -> Bounds | None:
    rings = [ring for outline in context.outlines for ring in outline.rings]
    if not rings:
        return None
    west, south, east, north = shapely.total_bounds(shapely.points(np.concatenate(rings)))
    return float(west), float(south), float(east), float(north)


def _within(places: Points, frame: Bounds) -> NDArray[np.bool_]:
    west, south, east, north = frame
    x, y = places.T
    inside: NDArray[np.bool_] = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    return inside


def _frame(places: Points, extent: Bounds | None, city: Bounds | None) -> Bounds:
    """Choose what is shown at first: the data where most of them lie.

    One row in the sea off Africa must not shrink the city to a dot; what lies beyond the frame
    is counted, and a button shows it.
    """
    if city is not None:
        around = _widened(city, 0.5)
        boxes = [_overlap(extent, around)] if extent is not None else []
        near = places[_within(places, around)]
        boxes.append(_bounds(near) if len(near) else None)
        found = [box for box in boxes if box is not None]
        if found:
            box = _joined(found)
            # seen as a part of the city, unless it is only a spot in it
            wide = _size(box) * 5 > _size(city)
            return _widened(_joined([box, city]) if wide else box, _MARGIN)
    boxes = [_bounds(_most(places)), extent]
    return _widened(_joined([box for box in boxes if box is not None]), _MARGIN)


def _most(places: Points) -> Points:
    """Leave out what lies far from the rest: ten times the median distance from the middle."""
    apart = np.abs(places - np.median(places, axis=0))
    kept: Points = places[(apart <= 10 * np.median(apart, axis=0) + 0.02).all(axis=1)]
    return kept if len(kept) else places


def _bounds(places: Points) -> Bounds:
    west, south = places.min(axis=0)
    east, north = places.max(axis=0)
    return float(west), float(south), float(east), float(north)


def _joined(boxes: list[Bounds]) -> Bounds:
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)


def _overlap(one: Bounds, other: Bounds) -> Bounds | None:
    west, south = max(one[0], other[0]), max(one[1], other[1])
    east, north = min(one[2], other[2]), min(one[3], other[3])
    return (west, south, east, north) if west <= east and south <= north else None


def _size(box: Bounds) -> float:
    return max(box[2] - box[0], box[3] - box[1])


def _widened(box: Bounds, part: float) -> Bounds:
    """Widen bounds on each side by a part of their size, and to a size that can be shown."""
    west, south, east, north = box
    more_x = max((east - west) * part, (_LEAST - (east - west)) / 2)
    more_y = max((north - south) * part, (_LEAST - (north - south)) / 2)
    return west - more_x, south - more_y, east + more_x, north + more_y


def _scale_bar(metres_per_unit: float) -> tuple[float, str]:
    """Choose a round length of at most a fifth of the map."""
    longest = metres_per_unit * WIDTH / 5
    power = 10 ** math.floor(math.log10(longest))
    metres = max(step * power for step in _ROUND if step * power <= longest)
    return (
        round(metres / metres_per_unit, 1),
        f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m",
    )
