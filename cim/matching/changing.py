"""What a request states under a path, and how large a change of it is."""

from __future__ import annotations

import datetime as dt
from typing import Any

from cim.matching.critical import numeric
from cim.matching.musts import MUSTS, Choice, asked
from cim.matching.need import LARGEST, Request

_HALF = 0.5
"""Share of a bound beyond which moving it is a large change."""

WORD = 0.25
"""Size of one more word (each step down a grade), one less that must hold, no bound at all."""

_POINTS_IN_TIME = ("need.move_in", "must.completed_min")
"""Bounds of which no half can be taken."""


def bound_of(request: Request, path: str) -> Any:
    """Return what a request states under a path."""
    if path == "need.area.min":
        return request.area_min
    if path == "need.area.max":
        return request.need.area.max
    if path in MUSTS:
        return asked(request, path)
    part, _, name = path.partition(".")
    return getattr(getattr(request, part), name, None)


def number(bound: Any) -> float:
    """Return a bound as what it is held to: a day as its number."""
    return float(bound.toordinal() if isinstance(bound, dt.date) else bound)


def written(path: str, value: float) -> Any:
    """Return a bound as a request writes it."""
    if path == "need.move_in":
        return dt.date.fromordinal(int(value)).isoformat()
    return value


def can_be_asked(path: str, value: float) -> bool:
    """Tell whether a request may state such a bound."""
    return value <= LARGEST and (value > 0 or path != "need.area.min")


def size_of(path: str, request: Request, value: float) -> float:
    """Return how large a change is, relative to the bound; a day counts a hundredth."""
    bound = number(bound_of(request, path))
    if path == "need.move_in":
        return abs(value - bound) / 100
    return float(abs(value - bound) / max(bound, value, 1e-9))


def is_large(before: Request, after: Request, path: str) -> bool:
    """Tell whether a bound is moved by more than half of it."""
    if numeric(path) is None or path in _POINTS_IN_TIME:
        return False
    old, new = bound_of(before, path), bound_of(after, path)
    return bool(abs(new - old) > _HALF * old)


def steps_between(must: Choice, word: Any, given: list[Any]) -> tuple[int, bool, int]:
    """Return how far a word lies from the nearest one given, whether above it, and its place."""
    if not must.order:
        return 1, False, 0
    place = must.order.index(word)
    away = [place - must.order.index(one) for one in given]
    return min((abs(steps), steps < 0, place) for steps in away)
