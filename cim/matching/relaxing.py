"""What to give up where too little is left: the smallest change that brings offices."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cim.matching.funnel import final_state, of_offices, space_bounds, space_truth
from cim.matching.market import Market
from cim.matching.musts import MUSTS, Choice, Must, asked
from cim.matching.need import Request
from cim.matching.offers import Offers, least_area, offers_of
from cim.matching.truth import YES, Numbers, every, some

Patch = dict[str, Any]
"""Change of a request, merged into it as RFC 7396 says."""


@dataclass(frozen=True)
class Found:
    """A change of one or two bounds, and the offices (places in the market) that it brings."""

    paths: tuple[str, ...]
    patch: Patch
    size: float
    brings: NDArray[np.intp]


def patch_of(path: str, value: Any) -> Patch:
    """Return the patch that states a value under a path."""
    patch: Any = value
    for name in reversed(path.split(".")):
        patch = {name: patch}
    found: Patch = patch
    return found


def merge(document: Any, patch: Any) -> Any:
    """Merge a patch into a document (RFC 7396)."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(document) if isinstance(document, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge(merged.get(name), value)
    return merged


def patched(request: Request, *patches: Patch) -> Request:
    """Return a request with changes."""
    document = request.model_dump(mode="json", exclude_unset=True)
    for patch in patches:
        document = merge(document, patch)
    return Request.model_validate(document)


_DROPPED = {"need.area.min": {"need": {"area": {"min": None}, "headcount": None}}}
"""Patches that take a bound away, where more than its own value states it."""


def dropped(request: Request, path: str) -> Request:
    """Return a request without a bound."""
    if path == "need.use":
        return patched(request, patch_of(path, ["全部"]))
    return patched(request, _DROPPED.get(path, patch_of(path, None)))


def _most_affordable(offers: Offers, request: Request) -> Numbers:
    """Return the largest least area that an offer still meets, m²."""
    budget = request.need.budget_per_month
    bound = request.need.area.max
    most = offers.area if bound is None else np.minimum(offers.area, bound)
    if budget is None:
        return most
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.minimum(most, budget / offers.rate)


_LEAST_FREE = np.float64(dt.date.min.toordinal())

_SPACE: dict[str, tuple[bool, int, Callable[[Offers, Request], Numbers]]] = {
    "need.area.min": (False, 0, _most_affordable),
    "need.area.max": (True, 0, lambda o, _: o.smallest),
    "need.budget_per_month": (True, 0, lambda o, r: o.rate * least_area(o, r)),
    "must.rent_max": (True, 1, lambda o, _: o.rent),
    "need.move_in": (True, 0, lambda o, _: np.maximum(o.free, _LEAST_FREE)),
}
"""For bounds on space: whether it is the most that will do, its decimals, what it is held to."""


def _outward(value: float, digits: int, *, most: bool) -> float:
    """Round a bound so that what stands at `value` still meets it."""
    scale = 10.0**digits
    scaled = round(value * scale, 6)
    return (math.ceil(scaled) if most else math.floor(scaled)) / scale


def critical(
    market: Market,
    offers: Offers,
    loose: Request,
    path: str,
    others: NDArray[np.int8],
    least: float,
) -> Numbers:
    """Return the bound at which each office is in, all else being met; NaN where none would do.

    Parameters
    ----------
    loose
        The request without the bound.
    others
        (offices,), how each stands to `loose` but for its space.
    least
        The bound on the least area as it is, m²; what is put together counts up to there.
    """
    must = MUSTS.get(path)
    own, found, truth = space_truth(market, offers, loose, space_bounds(loose), others)
    state = np.minimum(others, own)
    if isinstance(must, Must):
        values = market.numbers(must.fact, must.beyond)
        return np.where((state == YES) & np.isfinite(values), values, np.nan)
    most, _, measure = _SPACE[path]
    held = measure(found, loose)
    usable = (truth == YES) & (state[found.office] == YES) & np.isfinite(held)
    best = np.full(len(market), np.inf if most else -np.inf)
    (np.minimum if most else np.maximum).at(best, found.office[usable], held[usable])
    if path == "need.area.min":
        total = _put_together(market, found, truth, loose)
        best = np.maximum(best, np.where(total < least, total, -np.inf))
    return np.where(np.isfinite(best), best, np.nan)


def _put_together(market: Market, offers: Offers, truth: Any, loose: Request) -> Numbers:
    """Return what the free units of each office that meet a request add up to, m²."""
    single = (truth == YES) & (offers.unit_count == 1)
    total = np.zeros(len(market))
    area = offers.area[single]
    np.add.at(total, offers.office[single], area)
    if loose.need.budget_per_month is not None:
        cost = np.zeros(len(market))
        np.add.at(cost, offers.office[single], offers.rate[single] * area)
        total = np.where(cost <= loose.need.budget_per_month, total, 0)
    return np.where(total > 0, total, -np.inf)


def _numeric(path: str) -> tuple[bool, int] | None:
    must = MUSTS.get(path)
    if isinstance(must, Must):
        return must.most, must.digits
    return _SPACE[path][:2] if path in _SPACE else None


def _written(path: str, value: float) -> Any:
    if path == "need.move_in":
        return dt.date.fromordinal(int(value)).isoformat()
    return value


def _number(bound: Any) -> float:
    """Return a bound as what it is held to: a day as its number."""
    return float(bound.toordinal() if isinstance(bound, dt.date) else bound)


def _size(path: str, request: Request, value: float) -> float:
    """Return how large a change is, relative to the bound; a day counts a hundredth."""
    bound = _number(bound_of(request, path))
    if path == "need.move_in":
        return abs(value - bound) / 100
    return float(abs(value - bound) / max(bound, value, 1e-9))


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


class Relaxing:
    """Looks for the smallest changes of one request.

    Parameters
    ----------
    state
        (offices,), how each stands to the request as it is.
    """

    def __init__(self, market: Market, request: Request, state: NDArray[np.int8]) -> None:
        self.market = market
        self.request = request
        self.offers = offers_of(market)
        self.state = state

    def bounds(self) -> list[str]:
        """Return the bounds that can be relaxed, in the order of the funnel."""
        return [
            *(path for path in MUSTS if asked(self.request, path) is not None),
            *space_bounds(self.request),
        ]

    def brought(self, *patches: Patch) -> NDArray[np.intp]:
        """Return the offices that a change really brings: the whole funnel is asked again."""
        after = final_state(self.market, self.offers, patched(self.request, *patches))
        return np.flatnonzero((after == YES) & (self.state != YES))

    def changes(self, request: Request, path: str, wanted: int) -> Iterator[tuple[Patch, float]]:
        """Go through the changes of one bound that may bring one office, then `wanted`."""
        numeric = _numeric(path)
        if numeric is None:
            yield from self._choices(request, path)
            return
        loose = dropped(request, path)
        others = every((truth for _, truth in of_offices(self.market, loose)), len(self.market))
        held = critical(self.market, self.offers, loose, path, others, request.area_min or 0)
        most, digits = numeric
        bound = _number(bound_of(request, path))
        # only a looser bound is a relaxation
        looser = held > bound if most else held < bound
        held = np.sort(held[(self.state != YES) & looser])
        held = held if most else held[::-1]
        seen: set[float] = set()
        for place in sorted({0, min(wanted, len(held)) - 1}) if len(held) else ():
            value = _outward(float(held[place]), digits, most=most)
            if value not in seen:
                seen.add(value)
                yield patch_of(path, _written(path, value)), _size(path, request, value)

    def _choices(self, request: Request, path: str) -> Iterator[tuple[Patch, float]]:
        """Go through one more word, one label less, or the bound taken away."""
        must = MUSTS.get(path)
        given = bound_of(request, path)
        given = given if isinstance(given, list) else [given]
        if isinstance(must, Choice) and must.together:
            for word in given:
                yield patch_of(path, [w for w in given if w != word] or None), 0.25
        elif isinstance(must, Choice) and (words := [*must.words(self.market)]):
            outside = some([self.state], len(self.market)) != YES
            for word in words:
                if word not in given and (must.truths(self.market, word)[outside] == YES).any():
                    yield patch_of(path, [*given, word]), 0.25
        else:
            yield patch_of(path, None), 0.25

    def singles(self, wanted: int) -> list[Found]:
        """Return, for each bound, the smallest changes that bring one office, and enough."""
        found = []
        for path in self.bounds():
            for patch, size in self.changes(self.request, path, wanted):
                brings = self.brought(patch)
                if len(brings):
                    found.append(Found((path,), patch, size, brings))
        return found

    def pairs(self) -> list[Found]:
        """Return the smallest changes of two bounds; asked only where no single one helps."""
        found = []
        for first, second in itertools.combinations(self.bounds(), 2):
            loose = dropped(self.request, first)
            for patch, size in self.changes(loose, second, 1):
                # with the second as it must be, how little of the first is enough?
                for other, more in self.changes(patched(self.request, patch), first, 1):
                    both = merge(patch, other)
                    brings = self.brought(both)
                    if len(brings):
                        found.append(Found((first, second), both, size + more, brings))
        return found


def relax(
    market: Market, request: Request, state: NDArray[np.int8], wanted: int, most: int = 12
) -> list[Found]:
    """Return the smallest changes that bring offices, the smallest first.

    Parameters
    ----------
    wanted
        How many offices are missing.
    """
    relaxing = Relaxing(market, request, state)
    found = relaxing.singles(wanted) or relaxing.pairs()
    return sorted(found, key=lambda one: (one.size, one.paths))[:most]
