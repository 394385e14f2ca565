"""Scores are a weighted sum of fixed value functions: what that promises, for any numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from pymcdm.methods import WSM

from cim.matching.criteria import criteria, presets, weights_of
from cim.matching.scoring import (
    in_tenths,
    points_of,
    ranking,
    scaled,
    score,
    undominated,
    value_of,
)
from cim.matching.truth import Numbers

ALWAYS = settings(derandomize=True, max_examples=100, deadline=None)
GOOD = 0.5

share = st.floats(0, 1)
known_or_not = share | st.just(np.nan)


@st.composite
def tables(draw: st.DrawFn, cells: st.SearchStrategy[float] = known_or_not) -> tuple[Numbers, ...]:
    """Values of up to twelve offices under up to six criteria, and weights."""
    rows, columns = draw(st.integers(2, 12)), draw(st.integers(1, 6))
    values = draw(arrays.arrays(float, (rows, columns), elements=cells))
    weights = draw(arrays.arrays(float, columns, elements=st.floats(0.5, 100)))
    return values, scaled(weights)


def ranked(values: Numbers, weights: Numbers) -> list[int]:
    return [int(place) for place in ranking(score(values, weights))]


@ALWAYS
@given(tables(), st.data())
def test_removing_an_office_never_reorders_the_others(
    table: tuple[Numbers, ...], data: st.DataObject
) -> None:
    values, weights = table
    gone = data.draw(st.integers(0, len(values) - 1))
    left = [place for place in range(len(values)) if place != gone]
    before = [place for place in ranked(values, weights) if place != gone]
    assert [left[place] for place in ranked(values[left], weights)] == before


@ALWAYS
@given(tables(), st.data())
def test_an_office_that_gets_better_in_one_criterion_never_ranks_lower(
    table: tuple[Numbers, ...], data: st.DataObject
) -> None:
    values, weights = table
    row = data.draw(st.integers(0, values.shape[0] - 1))
    column = data.draw(st.integers(0, values.shape[1] - 1))
    if np.isnan(values[row, column]):
        values[row, column] = 0.3
    better = values.copy()
    better[row, column] = data.draw(st.floats(values[row, column], 1))
    assert ranked(better, weights).index(row) <= ranked(values, weights).index(row)


@ALWAYS
@given(tables(), st.floats(GOOD, 1), st.data())
def test_an_unknown_value_never_beats_the_same_office_with_a_known_good_one(
    table: tuple[Numbers, ...], good: float, data: st.DataObject
) -> None:
    values, weights = table
    row = data.draw(st.integers(0, values.shape[0] - 1))
    column = data.draw(st.integers(0, values.shape[1] - 1))
    known, unknown = values[row].copy(), values[row].copy()
    known[column], unknown[column] = good, np.nan
    # side by side, the unknown one first in the order of ids
    both = np.vstack([unknown, known])
    assert ranked(both, weights) == [1, 0]
    # the same where something is counted already: good is the upper half of what is left
    least = np.zeros(both.shape)
    least[0, column] = counted = data.draw(st.floats(0, 1))
    both[1, column] = counted + good * (1 - counted)
    assert [int(place) for place in ranking(score(both, weights, least))] == [1, 0]


@ALWAYS
@given(tables())
def test_the_parts_of_a_score_add_up_to_it_after_rounding(table: tuple[Numbers, ...]) -> None:
    values, weights = table
    points = points_of(values, weights)
    tenths = in_tenths(points)
    exact = points.sum(axis=1) * 10
    # the score is the nearest tenth, and no part is further than a tenth from its exact value
    assert (np.abs(tenths.sum(axis=1) - exact) <= 0.5 + 1e-6).all()
    assert (np.abs(tenths - points * 10) < 1 + 1e-6).all()
    assert np.allclose(exact / 10, score(values, weights).middle)


@ALWAYS
@given(tables())
def test_no_criterion_brings_more_than_its_weight(table: tuple[Numbers, ...]) -> None:
    values, weights = table
    whole = in_tenths(weights[None])[0]
    assert whole.sum() == 1000
    assert (in_tenths(points_of(values, whole / 10)) <= whole).all()


@ALWAYS
@given(tables())
def test_the_range_holds_whatever_the_unknowns_turn_out_to_be(table: tuple[Numbers, ...]) -> None:
    values, weights = table
    found = score(values, weights)
    for outcome in (0.0, 0.25, 0.8, 1.0):
        turned_out = score(np.where(np.isnan(values), outcome, values), weights).middle
        assert (found.low <= turned_out + 1e-9).all()
        assert (turned_out <= found.high + 1e-9).all()
    # the share that is known is what the range leaves
    assert np.allclose(found.high - found.low, 100 * (1 - found.known))


@ALWAYS
@given(st.sampled_from([n for n, c in criteria().items() if c.points]), st.floats(0.01, 100))
def test_a_change_of_unit_changes_nothing(name: str, factor: float) -> None:
    points = np.array(criteria()[name].points)
    x = np.linspace(points[0, 0] - 5, points[-1, 0] * 1.2, 50)
    assert np.allclose(
        value_of(x * factor, points[:, 0] * factor, points[:, 1]), criteria()[name].value(x)
    )


def _as_it_is(column: Numbers, cost: bool) -> Numbers:
    return column


@ALWAYS
@given(tables(share))
def test_scores_and_order_are_those_of_pymcdm(table: tuple[Numbers, ...]) -> None:
    values, weights = table
    types = np.ones(len(weights))
    # the values are normalised already; pymcdm would else scale them by what is at hand
    theirs = WSM(_as_it_is)(values, weights, types, validation=False)
    ours = score(values, weights)
    assert np.allclose(theirs, ours.middle)
    assert (np.diff(np.asarray(theirs)[ranking(ours)]) <= 1e-9).all()


def test_an_office_that_another_beats_in_everything_is_not_on_the_pareto_front() -> None:
    values = np.array([[0.9, 0.2], [0.2, 0.9], [0.2, 0.2], [0.9, 0.2]])
    assert undominated(values).tolist() == [True, True, False, True]


def test_between_two_points_a_value_lies_on_the_line_and_outside_it_stays() -> None:
    walk = criteria()["metro_walk"]
    minutes = np.array([0.0, 3.0, 7.5, 10.0, 25.0, np.inf, np.nan])
    # 7.5 lies half way between (5, 0.9) and (10, 0.5)
    assert walk.value(minutes)[:6] == pytest.approx([1.0, 1.0, 0.7, 0.5, 0.0, 0.0])
    assert np.isnan(walk.value(minutes)[6])


@pytest.mark.parametrize("name", presets())
def test_the_weights_of_a_preset_add_up_to_a_hundred(name: str) -> None:
    assert sum(presets()[name].weights.values()) == 100


def test_a_stated_weight_replaces_that_of_the_preset_and_leaves_the_others() -> None:
    finance = presets()["finance"].weights
    assert weights_of("finance", {"rent": 50}) == {**finance, "rent": 50}
    assert "grade" not in weights_of("finance", {"grade": 0})


def test_without_a_preset_only_the_stated_weights_count() -> None:
    assert weights_of(None, {"rent": 2, "metro_walk": 1}) == {"metro_walk": 1, "rent": 2}
    assert weights_of(None, {}) == presets()["default"].weights
