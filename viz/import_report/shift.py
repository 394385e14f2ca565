"""How far the source lies from what the base holds, as a figure of two arrows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

REACH = 84
"""Units from the middle of the figure to the tip of the longest arrow."""

_NICE = (1, 2, 5)


@dataclass(frozen=True)
class Arrow:
    """A displacement: metres east and north, its length, and the tip, x right and y down."""

    east: float
    north: float
    metres: float
    x: float
    y: float


@dataclass(frozen=True)
class Shift:
    """What is drawn; ring is the radius of a circle of `ring_metres`."""

    measured: Arrow | None
    theory: Arrow | None
    ring: float
    ring_metres: float


def shift_of(whereabouts: dict[str, Any]) -> Shift | None:
    """Return the arrows of the evidence; None where nothing was measured.

    Parameters
    ----------
    whereabouts
        Of the report: ``east``, ``north``, ``theory_east`` and ``theory_north`` in metres.
    """
    given = [_pair(whereabouts, prefix) for prefix in ("", "theory_")]
    longest = max((math.hypot(*pair) for pair in given if pair is not None), default=0.0)
    if given[0] is None:
        return None
    # below a metre the arrows are as good as nothing, and are drawn so
    scale = REACH / max(longest, 1.0)
    measured, theory = (None if pair is None else _arrow(pair, scale) for pair in given)
    metres = _nice(max(longest, 1.0))
    return Shift(measured, theory, round(metres * scale, 1), metres)


def _pair(whereabouts: dict[str, Any], prefix: str) -> tuple[float, float] | None:
    east, north = whereabouts.get(f"{prefix}east"), whereabouts.get(f"{prefix}north")
    if east is None or north is None or not math.isfinite(east) or not math.isfinite(north):
        return None
    return float(east), float(north)


def _arrow(pair: tuple[float, float], scale: float) -> Arrow:
    east, north = pair
    return Arrow(
        east, north, math.hypot(east, north), round(east * scale, 1), round(-north * scale, 1)
    )


def _nice(metres: float) -> float:
    """Return the largest round length that is not longer."""
    power = 10 ** math.floor(math.log10(metres))
    return float(max(step * power for step in _NICE if step * power <= metres))
