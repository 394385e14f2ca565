"""What to give up where too little is left: the smallest change that brings offices."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cim.matching.changing import (
    WORD,
    bound_of,
    can_be_asked,
    is_large,
    number,
    size_of,
    steps_between,
    written,
)
from cim.matching.combining import with_combinations
from cim.matching.critical import critical_space, market_values, numeric, outward
from cim.matching.funnel import of_offices, space_bounds
from cim.matching.holding import minutes_to_line
from cim.matching.market import Market
from cim.matching.musts import MUSTS, Choice, Must, stated
from cim.matching.need import Request
from cim.matching.offers import SPACE, Offers, offers_of
from cim.matching.patching import Patch, dropped, patch_of, patched, together
from cim.matching.truth import YES, Numbers, Truth, every, of_group
from cim.offices.areas import MOST_WORDS


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
        kind = numeric(path)
        if kind is None:
            yield from self._choices(request, path, self._others(*paths))
            return
        most, digits = kind
        bound = number(bound_of(request, path))
        held = self._critical(request, path, self._others(*paths))
        # only a looser bound is a relaxation
        held = np.sort(held[(self.state != YES) & (held > bound if most else held < bound)])
        held = held if most else held[::-1]
        seen: set[float] = set()
        for place in sorted({0, min(wanted, len(held)) - 1}) if len(held) else ():
            exact = float(held[place])
            value = outward(exact, digits, most=most)
            if path == "need.area.min" and value <= 0:
                # half a square metre is no bound of 0
                value = exact
            if value not in seen and can_be_asked(path, value):
                seen.add(value)
                yield patch_of(path, written(path, value)), size_of(path, request, value)

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
            held = np.maximum(held, number(self.day))
        return np.where(state == YES, held, np.nan)

    def _choices(self, request: Request, path: str, others: int) -> Iterator[tuple[Patch, float]]:
        """Go through one more word, one label less, or the bound taken away."""
        must = MUSTS.get(path)
        given = bound_of(request, path)
        given = given if isinstance(given, list) else [given]
        if isinstance(must, Choice) and must.together:
            for word in given:
                yield patch_of(path, [w for w in given if w != word] or None), WORD
        elif isinstance(must, Choice) and (words := [*must.words(self.market)]):
            if len(given) >= MOST_WORDS:
                return
            words = [word for word in words if word not in given]
            loose = dropped(request, path)
            near = np.minimum(self._within(loose), self.space(loose, others)[0]) == YES
            near &= self.state != YES
            # the next lower grade comes first, then the next higher one
            for word in sorted(words, key=lambda word: steps_between(must, word, given)):
                if (must.word(self.market, word, request)[near] == YES).any():
                    size = WORD * steps_between(must, word, given)[0]
                    yield patch_of(path, [*given, word]), size
        else:
            yield patch_of(path, None), WORD

    def _found(self, paths: tuple[str, ...], patch: Patch, size: float) -> Iterator[Found]:
        """Return a change if it brings anything."""
        brings = self.brought(patch, *paths)
        if len(brings):
            after = patched(self.request, patch)
            large = any(is_large(self.request, after, path) for path in paths)
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


def _worthwhile(found: list[Found]) -> list[Found]:
    """Return changes the smallest first, without those that bring no more than a smaller one."""
    kept: dict[tuple[tuple[str, ...], frozenset[int]], Found] = {}
    for one in sorted(found, key=lambda one: (one.large, one.size, one.paths)):
        kept.setdefault((one.paths, frozenset(one.brings.tolist())), one)
    return list(kept.values())


def relax(
    market: Market, request: Request, state: Truth, wanted: int, day: dt.date, most: int = 12
) -> list[Found]:
    """Return the smallest changes that bring offices, the smallest first and large ones last.

    Two bounds give way only where no small change of one is enough.

    Parameters
    ----------
    wanted
        How many offices are missing.
    day
        The day of the answer; no date before it is offered.
    """
    relaxing = Relaxing(market, request, state, day)
    found = relaxing.singles(wanted)
    if not _small(found):
        pairs = relaxing.pairs()
        found = [*_small(pairs), *found] or pairs
    return _worthwhile(found)[:most]
