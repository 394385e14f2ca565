"""Footprints that cover the same ground."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from cim.checks.candidates import candidates
from cim.checks.places import first_of_each
from cim.measures import square_metres

TOLERANCE = 1.0
"""Square metres that two footprints may share: a common wall is never drawn twice alike."""


def overlapping(staged: pd.Series, others: pd.Series) -> tuple[pd.DataFrame, bool]:
    """Return the pairs of areas that overlap by more than `TOLERANCE`.

    In a crowd, where thousands of outlines lie on the same ground, every area is compared with
    some of the others only.

    Parameters
    ----------
    staged
        Areas in stored degrees, by row number.
    others
        Areas of the layer, by identifier.

    Returns
    -------
    tuple
        DataFrame with the columns ``row``, ``other_row`` (the later row, or missing),
        ``other_id`` (or missing) and ``value``, in the order of the rows; and whether these are
        all pairs.
    """
    # the same outline many times is another rule's affair, and every pair of it would count
    staged = staged[~_again(staged.to_numpy(dtype=object))]
    areas = staged.to_numpy(dtype=object)
    pairs, complete = candidates(areas)
    within = _shared(areas, areas, *pairs)
    numbers = staged.index.to_numpy()
    found = pd.DataFrame({"row": numbers[within["one"]], "area": within["area"]})
    found["other_row"] = pd.array(numbers[within["other"]], dtype="Int64")
    found["other_id"] = None
    if len(others):
        there = others.to_numpy(dtype=object)
        pairs, all_across = candidates(areas, there)
        across, complete = _shared(areas, there, *pairs), complete and all_across
        more = pd.DataFrame({"row": numbers[across["one"]], "area": across["area"]})
        more["other_row"] = pd.array([pd.NA] * len(more), dtype="Int64")
        more["other_id"] = others.index.to_numpy()[across["other"]]
        found = pd.concat([found, more], ignore_index=True)
    found["value"] = found.pop("area").map("{:.1f} m²".format)
    return found.sort_values(["row", "other_row", "other_id"], ignore_index=True), complete


def _again(areas: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Mark the areas that an earlier one equals."""
    boxes = pd.DataFrame(shapely.bounds(areas))
    shared = np.flatnonzero(boxes.duplicated(keep=False).to_numpy())
    marked = np.zeros(len(areas), dtype=bool)
    marked[shared] = first_of_each(areas[shared]) != np.arange(len(shared))
    return marked


def _shared(
    areas: NDArray[np.object_],
    there: NDArray[np.object_],
    one: NDArray[np.int64],
    other: NDArray[np.int64],
) -> pd.DataFrame:
    """Return the candidates that share ground, and how many m²."""
    # boxes that meet are common, areas that do are not
    meet = shapely.intersects(areas[one], there[other])
    one, other = one[meet], other[meet]
    area = square_metres(shapely.intersection(areas[one], there[other]))
    large = area > TOLERANCE
    return pd.DataFrame({"one": one[large], "other": other[large], "area": area[large]})
