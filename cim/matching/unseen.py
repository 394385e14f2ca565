"""Blocks that are not kept of dense runs of adjacent units: where one of them may serve a need."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cim.blocks import Unseen
from cim.matching.market import Market
from cim.matching.need import Request
from cim.matching.offers import Offers, judge_offers, offers_of
from cim.matching.truth import NO, UNKNOWN, Truth, of_group

_OF_EACH_UNIT = ("must.rent_max", "need.move_in", "need.fit_out")
"""Bounds of `cim.matching.offers.SPACE` that each unit of a block meets for itself."""

LOWER = ("need.area.min", "need.parking_spaces")
"""Those that a block may meet where none of its units does."""


def _of_dense_runs(market: Market) -> tuple[Offers, NDArray[np.int64]]:
    """Return what is kept of runs of which not every block is, and what is unseen of them."""

    def make() -> tuple[Offers, NDArray[np.int64]]:
        unseen = market.options["unseen"].to_numpy(dtype=np.int64)
        rows = np.flatnonzero(unseen > Unseen.NOTHING)
        return offers_of(market).take(rows), unseen[rows]

    found: tuple[Offers, NDArray[np.int64]] = market.once("dense runs", make)
    return found


def unseen_truth(market: Market, request: Request, bounds: tuple[str, ...]) -> Truth:
    """Return unknown for offices where a block that is not kept may meet some bounds, else no.

    Such a block lies within what is left under the bounds on each unit, which is kept
    (`cim.blocks`) and no smaller; and one of its units is no larger, and no dearer per m².
    Without a least area or car parking one of its units meets all that it meets.

    Parameters
    ----------
    bounds
        Names of `cim.matching.offers.SPACE`.
    """
    found = np.full(len(market), NO, np.int8)
    lower = tuple(bound for bound in bounds if bound in LOWER)
    offers, unseen = _of_dense_runs(market)
    if not lower or not len(offers):
        return found
    of_each = tuple(bound for bound in bounds if bound in _OF_EACH_UNIT)
    left = (judge_offers(offers, request, of_each) > NO) | (unseen == Unseen.LEFT)
    large = left & (judge_offers(offers, request, lower) > NO)
    others = tuple(bound for bound in bounds if bound not in LOWER)
    small = judge_offers(offers, request, others) > NO
    both = [of_group(one.astype(np.int8), offers.office, len(market)) for one in (large, small)]
    found[(both[0] > NO) & (both[1] > NO)] = UNKNOWN
    return found
