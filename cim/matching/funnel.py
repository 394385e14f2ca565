"""What must hold, step by step: which offices meet it, fail it, or cannot be judged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cim.matching.combining import CONTIGUOUS, OF_THE_WHOLE, reachable, with_combinations
from cim.matching.market import Market
from cim.matching.musts import MUSTS, asked
from cim.matching.need import Request
from cim.matching.offers import SPACE, Offers, judge_offers
from cim.matching.truth import NO, UNKNOWN, YES, Truth, of_group
from cim.matching.unseen import unseen_truth

ALL, FREE = "all", "free"
"""Names of the first step, and of the one that asks for anything free at all."""


@dataclass(frozen=True)
class Stage:
    """One step of the funnel.

    `own` is what this step alone says of each office (of its space: together with the steps
    before it), `state` what all steps so far say.
    """

    path: str
    own: Truth
    state: Truth


@dataclass(frozen=True)
class Judged:
    """How each office stands to a request.

    Attributes
    ----------
    stages
        In order; the last state counts.
    offers
        All space, combinations included.
    offer_truth
        Whether each offer meets every bound on space.
    """

    stages: list[Stage]
    offers: Offers
    offer_truth: Truth

    @property
    def state(self) -> Truth:
        """How each office stands in the end."""
        return self.stages[-1].state


def _not_on_record(market: Market, request: Request, bounds: tuple[str, ...]) -> Truth:
    """Return unknown for offices without units on record, or with blocks that are not kept."""
    nothing = np.isnan(market.numbers("units"))
    unseen = unseen_truth(market, request, bounds)
    return np.where(nothing, UNKNOWN, unseen).astype(np.int8)


def of_offices(market: Market, request: Request) -> Iterator[tuple[str, Truth]]:
    """Go through the bounds on the office itself."""
    for path, must in MUSTS.items():
        if asked(request, path) is not None:
            yield path, must.truth(market, request)


def space_bounds(request: Request) -> tuple[str, ...]:
    """Return the bounds on space that a request states."""
    return tuple(path for path, (stated, _) in SPACE.items() if stated(request) is not None)


def space_truth(
    market: Market, offers: Offers, request: Request, offices: NDArray[np.bool_]
) -> tuple[Truth, Offers, Truth]:
    """Judge the space of some offices by all bounds on it.

    Parameters
    ----------
    offices
        (offices,), those for which combinations are looked for.

    Returns
    -------
    truth
        (offices,), whether one offer of it meets all bounds.
    offers, offer_truth
        The offers with combinations, and how each of them stands.
    """
    bounds = space_bounds(request)
    found, truth = with_combinations(offers, request, bounds, offices)
    own = of_group(truth, found.office, len(market))
    return np.maximum(own, _not_on_record(market, request, bounds)), found, truth


def _step_truth(
    market: Market, offers: Offers, request: Request, bounds: tuple[str, ...], state: Truth
) -> Truth:
    """Judge the space by the first of the bounds, without keeping what was put together."""
    if set(bounds) & set(OF_THE_WHOLE):
        found, truth = with_combinations(offers, request, bounds, state > NO)
        own = of_group(truth, found.office, len(market))
    else:
        own = of_group(judge_offers(offers, request, bounds), offers.office, len(market))
        if "need.area.min" in bounds and CONTIGUOUS not in bounds:
            own = np.maximum(own, reachable(offers, request, bounds, len(market)))
    return np.maximum(own, _not_on_record(market, request, bounds))


def judge(market: Market, offers: Offers, request: Request) -> Judged:
    """Send all offices through the funnel."""
    state = np.full(len(market), YES, np.int8)
    stages = [Stage(ALL, state, state)]
    for path, own in of_offices(market, request):
        state = np.minimum(state, own)
        stages.append(Stage(path, own, state))
    bounds = space_bounds(request)
    final, found, truth = space_truth(market, offers, request, state > NO)
    for count in range(len(bounds)):
        own = _step_truth(market, offers, request, bounds[:count], state)
        # what meets all bounds meets the first of them, whatever was put together at this step
        own = np.maximum(own, final)
        state = np.minimum(state, own)
        stages.append(Stage(bounds[count - 1] if count else FREE, own, state))
    stages.append(Stage(bounds[-1] if bounds else FREE, final, np.minimum(state, final)))
    return Judged(stages, found, truth)
