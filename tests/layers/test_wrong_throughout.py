"""Files in which every row is wrong: all is counted, the first is told, everything goes back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely

from cim.model import layer_named
from layers.importing import import_source
from layers.mapping import Mapping
from layers.order import Order
from layers.reading import open_source
from layers.report import RefusedError, Report
from layers.returning import write_rejected

if TYPE_CHECKING:
    from sqlalchemy import Engine

ROWS = 3_000
LAST = ROWS - 1


@pytest.fixture
def outlines(tmp_path: Path) -> Path:
    """Return buildings none of which is on the globe; the last one has a strange height as well."""
    west = 500 + 0.001 * np.arange(ROWS)
    round_ones = shapely.buffer(shapely.points(west, 122.5), 0.0002, quad_segs=24)
    frame = gpd.GeoDataFrame(
        {"编号": [f"W{n}" for n in range(ROWS)], "高度": ["12"] * LAST + ["很高"]},
        geometry=round_ones,
        crs=4490,
    )
    frame.to_file(tmp_path / "wrong.gpkg")
    return tmp_path / "wrong.gpkg"


def refused(city: Engine, path: Path) -> Report:
    with pytest.raises(RefusedError) as refusal:
        import_source(
            city,
            layer_named("building"),
            open_source(path),
            Mapping(),
            Order(dataset="t", dry_run=True),
        )
    return refusal.value.report


def test_all_rows_are_counted_and_the_first_thousand_told_with_one_of_every_cause(
    city: Engine, outlines: Path
) -> None:
    report = refused(city, outlines)
    assert report.rejected == len(report.reasons) == ROWS
    assert [(one.code, one.count) for one in report.causes] == [
        ("coordinates-impossible", ROWS),
        ("value-unreadable", 1),
    ]
    rows = sorted({one.row for one in report.rejects if one.row is not None})
    first = min(report.reasons)
    assert rows == [*range(first, first + 1_000), first + LAST]
    # the reasons of one row stay together, however far down it stands
    assert {one.field for one in report.rejects if one.row == rows[-1]} == {"height", "geom"}
    counted = {check.code: check.count for check in report.checks}
    assert (counted["coordinates-impossible"], counted["value-unreadable"]) == (ROWS, 1)


def test_long_values_are_told_by_their_beginning_and_go_back_whole(
    city: Engine, outlines: Path, tmp_path: Path
) -> None:
    report = refused(city, outlines)
    assert max(len(one.value) for one in report.rejects) == len("…") + 200
    assert report.rejects[0].value.startswith("POLYGON ((500.0002 122.5")
    assert "reasons" not in report.as_dict()

    back = write_rejected(open_source(outlines), report.reasons, tmp_path / "back.gpkg")
    given, returned = gpd.read_file(outlines), gpd.read_file(back)
    assert given.geometry.equals(returned.geometry)
    assert returned["编号"].tolist() == given["编号"].tolist()
    assert "不是数字" in returned["原因 reason"].iloc[-1]
    assert returned["原因 reason"].str.contains("坐标不可能").all()
