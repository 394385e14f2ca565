"""Features that are registered twice in the same place."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray


def repeated(staged: pd.Series, others: pd.Series) -> pd.DataFrame:
    """Return the rows whose geometry is exactly that of an earlier row or of another feature.

    Parameters
    ----------
    staged
        Geometries in stored degrees, by row number.
    others
        Geometries of the layer, by identifier.

    Returns
    -------
    DataFrame
        Columns ``row``, ``other_row`` (the first row in that place, or missing), ``other_id``
        (or missing) and ``value``, in the order of the rows.
    """
    places = np.concatenate([others.to_numpy(dtype=object), staged.to_numpy(dtype=object)])
    # the envelope tells nearly all apart; what shares it is compared in full
    boxes = pd.DataFrame(shapely.bounds(places), columns=["west", "south", "east", "north"])
    shared = np.flatnonzero(boxes.duplicated(keep=False).to_numpy())
    first = first_of_each(places[shared])
    # those of the layer stand before the rows, so a row is never the first where one of them is
    again = (first != np.arange(len(shared))) & (shared >= len(others))
    before = shared[first[again]]
    row, earlier = staged.index.to_numpy()[shared[again] - len(others)], before - len(others)
    known = earlier < 0
    other_row = pd.array([pd.NA] * len(row), dtype="Int64")
    other_row[~known] = staged.index.to_numpy()[earlier[~known]]
    other_id = np.full(len(row), None, dtype=object)
    other_id[known] = others.index.to_numpy()[before[known]]
    found = pd.DataFrame({"row": row, "other_row": other_row, "other_id": other_id})
    return found.assign(value="同一位置 same place").sort_values("row", ignore_index=True)


def first_of_each(places: NDArray[np.object_]) -> NDArray[np.int64]:
    """Return for each geometry the index of the first one in exactly the same place.

    Where an outline begins, which way it runs and whether it is called the only one of several
    parts does not matter; of a line it matters which way it runs.
    """
    plain = places.copy()
    alone = shapely.get_num_geometries(places) == 1
    plain[alone] = shapely.get_geometry(places[alone], 0)
    areas = shapely.get_dimensions(plain) == 2
    plain[areas] = shapely.normalize(plain[areas])
    written = pd.Series(shapely.to_wkb(plain), dtype=object)
    first = pd.Series(np.arange(len(places))).groupby(written, sort=False).transform("first")
    found: NDArray[np.int64] = first.to_numpy(dtype=np.int64)
    return found
