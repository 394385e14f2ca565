"""Cut a measure of the subject layer into the classes of its legend."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from viz.palette import UNKNOWN, UNKNOWN_EDGE, ramp
from viz.scene import LegendEntry, Measure, Text


def cut_measure(
    key: str,
    title: Text,
    unit: Text,
    values: pd.Series[float],
    breaks: Sequence[float],
) -> tuple[Measure, npt.NDArray[np.int64]]:
    """Cut values into classes ``< b₀, b₀ – b₁, …, ≥ bₙ, unknown`` and count them.

    Parameters
    ----------
    key, title, unit
        As in :class:`~viz.scene.Measure`.
    values
        One number per feature; a missing one is unknown and never counted as low.
    breaks
        Rising class limits; a value equal to a limit belongs to the class above it.

    Returns
    -------
    tuple
        The measure, and the class of each feature, to be stored in the records under the
        measure's ``class_field``.

    Raises
    ------
    ValueError
        If the breaks do not rise.
    """
    if list(breaks) != sorted(set(breaks)) or not breaks:
        raise ValueError(f"class limits must rise: {breaks}")
    numbers = pd.to_numeric(values, errors="raise").to_numpy(dtype=float, na_value=np.nan)
    classes = np.searchsorted(np.asarray(breaks, dtype=float), numbers, side="right")
    unknown = len(breaks) + 1
    classes = np.where(np.isnan(numbers), unknown, classes).astype(np.int64)

    counts = np.bincount(classes, minlength=unknown + 1)
    colours = ramp(unknown)
    entries = [
        LegendEntry(Text(label), colour, int(count))
        for label, colour, count in zip(_class_labels(breaks), colours, counts, strict=False)
    ]
    entries.append(
        LegendEntry(Text("未知", "unknown"), UNKNOWN, int(counts[unknown]), edge=UNKNOWN_EDGE)
    )
    return Measure(key, title, unit, tuple(entries), f"{key}_class"), classes


def _class_labels(breaks: Sequence[float]) -> list[str]:
    names = [f"{limit:g}" for limit in breaks]
    between = [f"{low} – {high}" for low, high in pairwise(names)]
    return [f"< {names[0]}", *between, f"≥ {names[-1]}"]
