"""Smooth courses through a few hand-set points."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

_STEP = 25.0


def smooth(points: NDArray[np.float64], closed: bool = False) -> NDArray[np.float64]:
    """Run a curve through `points` (metres), with a vertex about every 25 m.

    The curve is a centripetal cubic spline: it passes through every given point and does not
    overshoot at uneven spacing as one over plain arc length does.
    """
    if closed and not np.array_equal(points[0], points[-1]):
        points = np.vstack([points, points[:1]])
    if len(points) < 3:
        return points
    legs = np.hypot(*np.diff(points, axis=0).T)
    knots = np.concatenate([[0.0], np.cumsum(np.sqrt(legs))])
    course = CubicSpline(knots, points, bc_type="periodic" if closed else "natural")
    parts = [
        np.linspace(a, b, max(2, int(leg / _STEP) + 1), endpoint=False)
        for a, b, leg in zip(knots[:-1], knots[1:], legs, strict=True)
    ]
    run: NDArray[np.float64] = course(np.concatenate([*parts, knots[-1:]]))
    run[0], run[-1] = points[0], points[-1]
    return run


def smoothed(shape: Any) -> Any:
    """Return a line or the outer ring of a polygon with its course smoothed."""
    if shape.geom_type == "Polygon":
        return shapely.Polygon(smooth(np.asarray(shape.exterior.coords), closed=True))
    return shapely.LineString(smooth(np.asarray(shape.coords)))
