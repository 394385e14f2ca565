"""Footprints that lie on each other by the thousand, as a copied or misplaced layer has them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from cim.checks.candidates import NAMED, candidates
from cim.checks.overlaps import overlapping

NOBODY = pd.Series([], dtype=object)


def houses(count: int, west: float, step: float, width: float) -> pd.Series:
    """Return houses of `width` degrees, one `step` beside the other, by row number."""
    left = west + step * np.arange(count)
    boxes = shapely.box(left, 22.54, left + width, 22.54 + width)
    return pd.Series(list(boxes), index=np.arange(count) + 1, dtype=object)


def pairs_of_geopandas(areas: pd.Series) -> set[tuple[int, int]]:
    frame = gpd.GeoDataFrame({"row": areas.index}, geometry=list(areas), crs=4490).to_crs(4547)
    met = frame.sjoin(frame, predicate="intersects")
    met = met[met["row_left"] < met["row_right"]]
    place = frame.set_index("row").geometry
    shared = place[met["row_left"]].intersection(place[met["row_right"]], align=False).area
    return set(
        zip(
            met["row_left"][(shared > 1).to_numpy()],
            met["row_right"][(shared > 1).to_numpy()],
            strict=True,
        )
    )


def told(found: pd.DataFrame) -> set[tuple[int, int]]:
    assert not found.duplicated(["row", "other_row"]).any()
    return set(zip(found["row"], found["other_row"], strict=True))


def test_of_a_crowd_some_overlaps_are_told_all_of_them_true_and_each_house_among_them() -> None:
    crowd = houses(400, west=114.1, step=0.000001, width=0.001)
    found, complete = overlapping(crowd, NOBODY)
    assert not complete
    assert told(found) < pairs_of_geopandas(crowd)
    assert {row for pair in told(found) for row in pair} == set(crowd.index)
    assert len(found) <= 2 * NAMED * len(crowd)


def test_a_slab_over_hundreds_of_houses_and_rows_of_houses_are_told_to_the_last_pair() -> None:
    # every tenth house leans on the next, and a slab of a quarter is drawn over them all
    row = houses(600, west=114.1, step=0.0002, width=0.0001)
    row.iloc[::10] = list(houses(60, west=114.1, step=0.002, width=0.00025))
    slab = shapely.box(114.1, 22.5395, 114.18, 22.545)
    all_of_it = pd.Series([*row, slab], index=np.arange(601) + 1, dtype=object)
    found, complete = overlapping(all_of_it, NOBODY)
    assert complete
    assert told(found) == pairs_of_geopandas(all_of_it)
    assert len(found) > 400


def test_new_houses_over_a_slab_of_the_layer_and_a_new_slab_over_its_houses_are_all_told() -> None:
    row = houses(300, west=114.1, step=0.0002, width=0.0001)
    slab = pd.Series([shapely.box(114.1, 22.5395, 114.17, 22.545)], index=[1], dtype=object)
    for new, there in ((row, slab), (slab, row)):
        layer = there.set_axis([f"L{n}" for n in there.index])
        found, complete = overlapping(new, layer)
        assert complete
        assert len(found) == 300
        assert set(found["other_id"]) == set(layer.index)


@pytest.mark.parametrize("count", [0, 1, 2_500])
def test_without_a_crowd_all_envelopes_that_meet_are_found(count: int) -> None:
    chance = np.random.default_rng(count)
    west, south = chance.random((2, count))
    areas = shapely.box(west, south, west + 0.01, south + 0.01)
    (one, other), complete = candidates(areas)
    everyone = shapely.STRtree(areas).query(areas)
    assert complete
    assert set(zip(one, other, strict=True)) == {
        (a, b) for a, b in zip(*everyone, strict=True) if a < b
    }
