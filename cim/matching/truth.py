"""Three-valued truth over arrays: no, unknown, yes.

The numbers are in that order, so that *and* is the minimum and *or* the maximum (Kleene).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

NO, UNKNOWN, YES = 0, 1, 2

Truth = NDArray[np.int8]
Numbers = NDArray[np.float64]


def exact(values: Numbers) -> Numbers:
    """Round to a millionth, so that no sum misses a bound by the last bit."""
    return np.round(values, 6)


def truth_of(holds: NDArray[np.bool_], known: NDArray[np.bool_]) -> Truth:
    """Return yes and no where it is known, else unknown."""
    return np.where(known, np.where(holds, YES, NO), UNKNOWN).astype(np.int8)


def either(surely: NDArray[np.bool_], never: NDArray[np.bool_]) -> Truth:
    """Return yes and no where that is certain, else unknown."""
    return np.where(surely, YES, np.where(never, NO, UNKNOWN)).astype(np.int8)


def at_most(values: Numbers, bound: float | Numbers) -> Truth:
    """Compare; NaN is unknown."""
    return truth_of(values <= bound, ~np.isnan(values))


def at_least(values: Numbers, bound: float | Numbers) -> Truth:
    """Compare; NaN is unknown."""
    return truth_of(values >= bound, ~np.isnan(values))


def every(parts: Iterable[Truth], size: int) -> Truth:
    """Return the truth of all parts together; yes where there is none."""
    found = np.full(size, YES, np.int8)
    for part in parts:
        found = np.minimum(found, part)
    return found


def some(parts: Iterable[Truth], size: int) -> Truth:
    """Return whether any part holds; no where there is none."""
    found = np.full(size, NO, np.int8)
    for part in parts:
        found = np.maximum(found, part)
    return found


def of_group(truth: Truth, group: NDArray[Any], groups: int) -> Truth:
    """Return whether any member of each group holds; no for a group without members."""
    found = np.full(groups, NO, np.int8)
    np.maximum.at(found, group, truth)
    return found
