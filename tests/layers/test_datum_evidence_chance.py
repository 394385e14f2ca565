"""What chance can do to the evidence for a datum, and what it cannot."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.report import Whereabouts
from layers.whereabouts.datum import Evidence, judge
from tests.layers.disguises import TOWERS, gcj02


def weighed(places: Any, base: Any, declared: str | None = None) -> Whereabouts:
    pairs = pd.DataFrame(np.hstack([places, base]), columns=["lon", "lat", "base_lon", "base_lat"])
    believed = Whereabouts(declared or "EPSG:4326", "")
    return judge(Evidence(pairs, exact=False, own=False), declared, believed)


@given(
    seed=st.integers(0, 2**32),
    count=st.integers(5, 27),
    declared=st.sampled_from([None, "GCJ-02", "BD-09"]),
)
@settings(deadline=None, derandomize=True)
def test_names_given_out_by_chance_never_cast_doubt(
    seed: int, count: int, declared: str | None
) -> None:
    chance = np.random.default_rng(seed)
    base = chance.permutation(TOWERS[["lon", "lat"]].to_numpy())[:count]
    noise = chance.normal(0, 0.001, base.shape)
    assert weighed(chance.permutation(base) + noise, base, declared).verdict != "doubtful"


@given(seed=st.integers(0, 2**32), count=st.integers(5, 27))
@settings(deadline=None, derandomize=True)
def test_places_known_only_roughly_never_cast_doubt_where_they_are_right(
    seed: int, count: int
) -> None:
    chance = np.random.default_rng(seed)
    base = chance.permutation(TOWERS[["lon", "lat"]].to_numpy())[:count]
    # up to some 200 m in either direction
    assert weighed(base + chance.uniform(-0.002, 0.002, base.shape), base).verdict != "doubtful"


@given(seed=st.integers(0, 2**32), count=st.integers(5, 27))
@settings(deadline=None, derandomize=True)
def test_disguised_places_are_noticed_though_a_few_names_are_wrong(seed: int, count: int) -> None:
    chance = np.random.default_rng(seed)
    base = chance.permutation(TOWERS[["lon", "lat"]].to_numpy())[:count]
    # some 50 m off at most, as a car park lies beside its tower
    true = base + chance.uniform(-0.0004, 0.0004, base.shape)
    sent_places = np.array([gcj02(*place) for place in true])
    wrong = count // 5
    sent_places[:wrong] = sent_places[:wrong][::-1] + 0.03
    found = weighed(sent_places, base)
    assert (found.verdict, found.proposed) == ("doubtful", "GCJ-02")
