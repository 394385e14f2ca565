"""Any table of the model comes back from a GeoPackage or GeoParquet as it was."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from cim.history import roll_back
from layers.report import Report
from tests.layers.any_tables import LAYERS, anything, begin_anew, brought_back, tables, written

if TYPE_CHECKING:
    from tests.conftest import Bring, ContentOf


def without_batches(report: Report) -> None:
    assert report.outcome is not None
    assert report.outcome.batch is None


@pytest.mark.parametrize("suffix", [".gpkg", ".parquet"])
@given(data=st.data())
@anything
def test_any_layer_comes_back_the_same_in_another_city_and_in_another_dataset(
    suffix: str, data: st.DataObject, city: Engine, bring: Bring, content_of: ContentOf
) -> None:
    name = data.draw(st.sampled_from(LAYERS))
    begin_anew(city)
    bring(name, *data.draw(tables(name)))
    before = content_of(name)
    with tempfile.TemporaryDirectory() as folder:
        path = written(city, name, Path(folder) / f"layer{suffix}")
        # nothing to do where all is there already
        without_batches(brought_back(city, name, path))
        other = brought_back(city, name, path, dataset="u")
        twin = content_of(name)
        assert {
            code.removeprefix("u:"): {**row, "id": code.removeprefix("u:"), "dataset": "t"}
            for code, row in twin.items()
            if row["dataset"] == "u"
        } == before
        with city.begin() as connection:
            assert other.outcome is not None
            assert other.outcome.batch is not None
            roll_back(connection, other.outcome.batch)
        assert content_of(name) == before
        begin_anew(city)
        brought_back(city, name, path)
        assert content_of(name) == before
        without_batches(brought_back(city, name, path))


@given(data=st.data())
@anything
def test_an_import_that_is_taken_back_leaves_the_layer_as_it_was(
    data: st.DataObject, city: Engine, bring: Bring, content_of: ContentOf
) -> None:
    name = data.draw(st.sampled_from(LAYERS))
    begin_anew(city)
    with tempfile.TemporaryDirectory() as folder:
        bring(name, *data.draw(tables(name)))
        path = written(city, name, Path(folder) / "layer.gpkg")
        begin_anew(city)
        bring(name, *data.draw(tables(name)))
        before = content_of(name)
        outcome = brought_back(city, name, path).outcome
    assert outcome is not None
    if outcome.batch is not None:
        assert content_of(name) != before
        with city.begin() as connection:
            roll_back(connection, outcome.batch)
    assert content_of(name) == before
