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

from cim.matching.combining import with_combinations
from cim.matching.funnel import of_offices, space_bounds
from cim.matching.market import Market
from cim.matching.musts import MUSTS, Choice, Must, asked, minutes_to_line, stated
from cim.matching.need import LARGEST, MOST_WORDS, Request
from cim.matching.offers import SPACE, Offers, cost_most, offers_of
from cim.matching.patching import Patch, dropped, patch_of, patched, together
from cim.matching.truth import YES, Numbers, Truth, every, of_group

_HALF = 0.5
"""Share of a bound beyond which moving it is a large change."""

_WORD = 0.25
"""Size of one more word (each step down a grade), one less that must hold, no bound at all."""

_POINTS_IN_TIME = ("need.move_in", "must.completed_min")
"""Bounds of which no half can be taken."""


@dataclass(frozen=True)
class Found:
    """A change of one or two bounds, and the offices (places in the market) that it brings.

    It is `large` where it moves a number by more than half of it.
    """

    paths: tuple[str, ...]
    patch: Patch
    size: float
    brings: NDArray[np.intp]
    large: bool


def _most_affordable(offers: Offers, request: Request) -> Numbers:
    """Return the largest least area that an offer still meets, m²."""
    budget = request.need.budget_per_month
    bound = request.need.area.max
    most = offers.area if bound is None else np.minimum(offers.area, bound)
    if budget is None:
        return most
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.minimum(most, budget / offers.rate_most)


_LEAST_FREE = np.float64(dt.date.min.toordinal())

_SPACE: dict[str, tuple[bool, int, Callable[[Offers, Request], Numbers]]] = {
    "need.area.min": (False, 0, _most_affordable),
    "need.area.max": (True, 0, lambda o, _: o.smallest),
    "need.budget_per_month": (True, 0, cost_most),
    "must.rent_max": (True, 1, lambda o, _: o.rent_most),
    "need.move_in": (True, 0, lambda o, _: np.maximum(o.free, _LEAST_FREE)),
}
"""For bounds on space: whether it is the most that will do, its decimals, what it is held to."""


def _outward(value: float, digits: int, *, most: bool) -> float:
    """Round a bound so that what stands at `value` still meets it."""
    scale = 10.0**digits
    scaled = round(value * scale, 6)
    return (math.ceil(scaled) if most else math.floor(scaled)) / scale


def critical_space(
    market: Market, offers: Offers, truth: Truth, loose: Request, path: str, least: float
) -> Numbers:
    """Return the bound at which each office's space is in; NaN where none would do.

    Parameters
    ----------
    offers, truth
        The space, and how it stands to `loose`.
    loose
        The request without the bound.
    least
        The bound on the least area as it is, m²; what is put together counts up to there.
    """
    most, _, measure = _SPACE[path]
    held = measure(offers, loose)
    usable = (truth == YES) & np.isfinite(held)
    best = np.full(len(market), np.inf if most else -np.inf)
    (np.minimum if most else np.maximum).at(best, offers.office[usable], held[usable])
    if path == "need.area.min":
        total = _put_together(market, offers, truth, loose)
        best = np.maximum(best, np.where(total < least, total, -np.inf))
    return np.where(np.isfinite(best), best, np.nan)


def market_values(market: Market, must: Must) -> Numbers:
    """Return what a bound is held to; NaN where unknown or beyond reach."""
    values = market.numbers(must.fact, must.beyond)
    return np.where(np.isfinite(values), values, np.nan)


def _put_together(market: Market, offers: Offers, truth: Any, loose: Request) -> Numbers:
    """Return what the free units of each office that meet a request add up to, m²."""
    single = (truth == YES) & (offers.unit_count == 1)
    total = np.zeros(len(market))
    area = offers.area[single]
    np.add.at(total, offers.office[single], area)
    if loose.need.budget_per_month is not None:
        cost = np.zeros(len(market))
        np.add.at(cost, offers.office[single], offers.monthly_most[single])
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


def _can_be_asked(path: str, value: float) -> bool:
    """Tell whether a request may state such a bound."""
    return value <= LARGEST and (value > 0 or path != "need.area.min")


def _number(bound: Any) -> float:
    """Return a bound as what it is held to: a day as its number."""
    return float(bound.toordinal() if isinstance(bound, dt.date) else bound)


def _size(path: str, request: Request, value: float) -> float:
    """Return how large a change is, relative to the bound; a day counts a hundredth."""
    bound = _number(bound_of(request, path))
    if path == "need.move_in":
        return abs(value - bound) / 100
    return float(abs(value - bound) / max(bound, value, 1e-9))


def _is_large(before: Request, after: Request, path: str) -> bool:
    """Tell whether a bound is moved by more than half of it."""
    if _numeric(path) is None or path in _POINTS_IN_TIME:
        return False
    old, new = bound_of(before, path), bound_of(after, path)
    return bool(abs(new - old) > _HALF * old)


def _steps(must: Choice, word: Any, given: list[Any]) -> tuple[int, bool, int]:
    """Return how far a word lies from the nearest one given, whether above it, and its place."""
    if not must.order:
        return 1, False, 0
    place = must.order.index(word)
    away = [place - must.order.index(one) for one in given]
    return min((abs(steps), steps < 0, place) for steps in away)


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

    The space is judged once for all bounds that do not speak of it.

    Parameters
    ----------
    state
        (offices,), how each stands to the request as it is.
    day
        The day of the answer; no date before it is offered.
    """

    def __init__(self, market: Market, request: Request, state: Truth, day: dt.date) -> None:
        self.market = market
        self.day = day
        self.request = request
        self.offers = offers_of(market)
        self.state = state
        self.own = dict(of_offices(market, request))
        self._space: dict[str, tuple[Truth, Offers, Truth]] = {}

    def bounds(self) -> list[str]:
        """Return the bounds that can be relaxed, in the order of the funnel."""
        return [*self.own, *space_bounds(self.request)]

    def _within(self, request: Request) -> Truth:
        """Return how each office stands to the bounds that do not speak of space."""
        return every((truth for _, truth in self._of_offices(request)), len(self.market))

    def _of_offices(self, request: Request) -> Iterator[tuple[str, Truth]]:
        for path in self.own:
            bound = stated(request, path)
            if bound == stated(self.request, path):
                yield path, self.own[path]
            elif bound is not None:
                yield path, MUSTS[path].truth(self.market, request)

    def space(self, request: Request, others: int) -> tuple[Truth, Offers, Truth]:
        """Judge the space of the offices that fail no more than some of the other bounds.

        Parameters
        ----------
        others
            How many bounds that do not speak of space a change gives way in.
        """
        asked_for = {path: SPACE[path][0](request) for path in space_bounds(request)}
        key = repr((asked_for, request.area_wanted, others))
        if key not in self._space:
            failed = sum(((truth != YES).astype(int) for truth in self.own.values()), 0)
            near = (np.zeros(len(self.market), dtype=int) + failed <= others) & (self.state != YES)
            found, truth = with_combinations(
                self.offers, request, tuple(asked_for), near, certain=True
            )
            own = of_group(truth, found.office, len(self.market))
            self._space[key] = own, found, truth
        return self._space[key]

    def brought(self, patch: Patch, *paths: str) -> NDArray[np.intp]:
        """Return the offices that a change really brings: all bounds are asked again."""
        after = patched(self.request, patch)
        state = np.minimum(self._within(after), self.space(after, self._others(*paths))[0])
        return np.flatnonzero((state == YES) & (self.state != YES))

    def _others(self, *paths: str) -> int:
        return sum(path in self.own for path in paths)

    def changes(
        self, request: Request, path: str, wanted: int, beside: str | None = None
    ) -> Iterator[tuple[Patch, float]]:
        """Go through the changes of one bound that may bring one office, then `wanted`.

        Parameters
        ----------
        beside
            The bound that gives way with it.
        """
        paths = (path,) if beside is None else (path, beside)
        numeric = _numeric(path)
        if numeric is None:
            yield from self._choices(request, path, self._others(*paths))
            return
        most, digits = numeric
        bound = _number(bound_of(request, path))
        held = self._critical(request, path, self._others(*paths))
        # only a looser bound is a relaxation
        held = np.sort(held[(self.state != YES) & (held > bound if most else held < bound)])
        held = held if most else held[::-1]
        seen: set[float] = set()
        for place in sorted({0, min(wanted, len(held)) - 1}) if len(held) else ():
            exact = float(held[place])
            value = _outward(exact, digits, most=most)
            if path == "need.area.min" and value <= 0:
                # half a square metre is no bound of 0
                value = exact
            if value not in seen and _can_be_asked(path, value):
                seen.add(value)
                yield patch_of(path, _written(path, value)), _size(path, request, value)

    def _critical(self, request: Request, path: str, others: int) -> Numbers:
        """Return the bound at which each office is in, all else being met; NaN for none."""
        loose = dropped(request, path)
        lines = request.need.lines if path == "must.metro_walk_max" else None
        if lines:
            # the walk bounds the way to the lines, too
            loose = dropped(loose, "need.lines")
        space, offers, truth = self.space(loose, others)
        state = np.minimum(self._within(loose), space)
        must = MUSTS.get(path)
        if isinstance(must, Must):
            held = market_values(self.market, must)
            if lines:
                ways = [minutes_to_line(self.market, line) for line in lines]
                held = np.maximum(held, np.fmin.reduce(ways))
                held = np.where(np.isfinite(held), held, np.nan)
        else:
            least = request.area_min or 0.0
            held = critical_space(self.market, offers, truth, loose, path, least)
        if path == "need.move_in":
            held = np.maximum(held, _number(self.day))
        return np.where(state == YES, held, np.nan)

    def _choices(self, request: Request, path: str, others: int) -> Iterator[tuple[Patch, float]]:
        """Go through one more word, one label less, or the bound taken away."""
        must = MUSTS.get(path)
        given = bound_of(request, path)
        given = given if isinstance(given, list) else [given]
        if isinstance(must, Choice) and must.together:
            for word in given:
                yield patch_of(path, [w for w in given if w != word] or None), _WORD
        elif isinstance(must, Choice) and (words := [*must.words(self.market)]):
            if len(given) >= MOST_WORDS:
                return
            words = [word for word in words if word not in given]
            loose = dropped(request, path)
            near = np.minimum(self._within(loose), self.space(loose, others)[0]) == YES
            near &= self.state != YES
            # the next lower grade comes first, then the next higher one
            for word in sorted(words, key=lambda word: _steps(must, word, given)):
                if (must.word(self.market, word, request)[near] == YES).any():
                    size = _WORD * _steps(must, word, given)[0]
                    yield patch_of(path, [*given, word]), size
        else:
            yield patch_of(path, None), _WORD

    def _found(self, paths: tuple[str, ...], patch: Patch, size: float) -> Iterator[Found]:
        """Return a change if it brings anything."""
        brings = self.brought(patch, *paths)
        if len(brings):
            after = patched(self.request, patch)
            large = any(_is_large(self.request, after, path) for path in paths)
            yield Found(paths, patch, size, brings, large)

    def singles(self, wanted: int) -> list[Found]:
        """Return, for each bound, the smallest changes that bring one office, and enough."""
        found: list[Found] = []
        for path in self.bounds():
            for patch, size in self.changes(self.request, path, wanted):
                found += self._found((path,), patch, size)
        return found

    def pairs(self) -> list[Found]:
        """Return the smallest changes of two bounds; asked only where no single one helps."""
        found: list[Found] = []
        for first, second in itertools.combinations(self.bounds(), 2):
            loose = dropped(self.request, first)
            for patch, size in self.changes(loose, second, 1, first):
                # with the second as it must be, how little of the first is enough?
                for other, more in self.changes(patched(self.request, patch), first, 1, second):
                    found += self._found((first, second), together(patch, other), size + more)
        return found


def _small(found: list[Found]) -> list[Found]:
    return [one for one in found if not one.large]


def relax(
    market: Market, request: Request, state: Truth, wanted: int, day: dt.date, most: int = 12
) -> list[Found]:
    """Return the smallest changes that bring offices, the smallest first.

    Large ones only where nothing smaller brings any, two bounds only where one is not enough.

    Parameters
    ----------
    wanted
        How many offices are missing.
    day
        The day of the answer; no date before it is offered.
    """
    relaxing = Relaxing(market, request, state, day)
    singles = relaxing.singles(wanted)
    found = _small(singles)
    if not found:
        pairs = relaxing.pairs()
        found = _small(pairs) or singles or pairs
    return sorted(found, key=lambda one: (one.size, one.paths))[:most]
