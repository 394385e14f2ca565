"""Rejected rows go back in the form they came in, are mended there, and come in as if never bad."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely

from cim.model import layer_named
from layers.importing import import_source
from layers.mapping import Mapping
from layers.order import Order
from layers.reading import open_source
from layers.report import Report
from layers.returning import RETURN_COLUMNS, write_rejected
from layers.source import Source

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from tests.conftest import ContentOf

ROW, REASON = RETURN_COLUMNS
GOOD = 40
CODES = [f"44030300100100{i:05}" for i in range(GOOD)]
MAPPING = Mapping.model_validate(
    {
        "dataset": "t",
        "fields": {"id": "编码", "name": "楼名", "height": "高度", "source_date": "日期"},
    }
)


def all_good() -> gpd.GeoDataFrame:
    """Give buildings whose codes have nineteen digits, the heights as text."""
    west = 114.1 + 0.001 * np.arange(GOOD)
    return gpd.GeoDataFrame(
        {
            "编码": CODES,
            "楼名": [f"镕福{i:03}" for i in range(GOOD)],
            "高度": [f"{i + 10.5}" for i in range(GOOD)],
            "日期": ["2024-03-05"] * GOOD,
            "备注": ["0012"] * GOOD,
        },
        geometry=list(shapely.box(west, 22.54, west + 0.0005, 22.5405)),
        crs="EPSG:4490",
    )


BAD = {3: ("高度", "很高"), 7: ("日期", "去年"), 20: ("高度", "-3")}
"""Cells that are wrong, by place in the file."""


def some_bad() -> gpd.GeoDataFrame:
    frame = all_good()
    for at, (title, value) in BAD.items():
        frame.loc[at, title] = value
    # one row with two reasons
    frame.loc[7, "高度"] = "比邻楼高"
    return frame


def as_table(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    return pd.DataFrame(frame.drop(columns="geometry")).assign(wkt=frame.geometry.to_wkt())


def write_gbk_shapefile(frame: gpd.GeoDataFrame, path: Path) -> None:
    pyogrio.write_dataframe(frame, path, driver="ESRI Shapefile", encoding="GBK")
    path.with_suffix(".cpg").unlink()


WRITERS: dict[str, Callable[[gpd.GeoDataFrame, Path], object]] = {
    "b.csv": lambda f, p: as_table(f).to_csv(p, index=False, sep=";", encoding="gbk"),
    "b.xlsx": lambda f, p: as_table(f).to_excel(p, index=False, sheet_name="楼宇"),
    "b.gpkg": lambda f, p: f.to_file(p, layer="楼宇"),
    "b.shp": write_gbk_shapefile,
    "b.parquet": lambda f, p: f.to_parquet(p),
    "b.geojson": lambda f, p: f.to_crs(4326).to_file(p),
    "b.fgb": lambda f, p: f.to_file(p),
}


def mended(rows: Any) -> Any:
    """Mend the rows as the planner does: by their reasons, found by their codes."""
    good = all_good().set_index("编码")
    rows = rows.astype(dict.fromkeys(("高度", "日期"), object))
    for at in rows.index:
        code = rows.loc[at, "编码"]
        assert "高度" in good.columns
        for title in ("高度", "日期"):
            rows.loc[at, title] = good.loc[code, title]
    return rows


def mend_csv(path: Path) -> None:
    rows = pd.read_csv(path, dtype=str, sep=";", encoding="gbk")
    mended(rows).to_csv(path, index=False, sep=";", encoding="gbk")


def mend_workbook(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    page = book["楼宇"]
    titles = [cell.value for cell in page[1]]
    good = all_good().set_index("编码")
    for row in page.iter_rows(min_row=2):
        code = row[titles.index("编码")].value
        assert isinstance(code, str)
        for title in ("高度", "日期"):
            row[titles.index(title)].value = good.loc[code, title]
    book.save(path)


def mend_vectors(path: Path) -> None:
    rows = mended(gpd.read_file(path))
    path.unlink()
    rows.to_file(path)


def mend_parquet(path: Path) -> None:
    mended(gpd.read_parquet(path)).to_parquet(path)


MENDERS = {
    ".csv": mend_csv,
    ".xlsx": mend_workbook,
    ".gpkg": mend_vectors,
    ".parquet": mend_parquet,
    ".geojson": mend_vectors,
}


def bring(city: Engine, source: Source, **order: Any) -> Report:
    rules = Order(crs="EPSG:4490", **order)
    return import_source(city, layer_named("building"), source, MAPPING, rules)


def comparable(content: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {
        key: {**row, "geom": shapely.normalize(shapely.from_wkb(row["geom"]))}
        for key, row in content.items()
    }


@pytest.fixture(autouse=True)
def _tolerant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CIM_REJECT_SHARE", "1")


@pytest.mark.parametrize("name", WRITERS)
def test_rows_that_are_mended_in_the_returned_file_come_in_as_if_never_bad(
    name: str, city: Engine, content_of: ContentOf, tmp_path: Path
) -> None:
    for folder, frame in (("good", all_good()), ("bad", some_bad())):
        (tmp_path / folder).mkdir()
        WRITERS[name](frame, tmp_path / folder / name)
    source = open_source(tmp_path / "bad" / name)
    report = bring(city, source)
    assert report.rejected == len(BAD)
    returned = write_rejected(source, report.reasons, tmp_path / f"returned{Path(name).suffix}")
    assert returned.suffix in MENDERS
    MENDERS[returned.suffix](returned)
    second = bring(city, open_source(returned), strict=True)
    assert second.outcome is not None
    assert second.outcome.added == len(BAD)
    assert not set(RETURN_COLUMNS) & set(second.unused_columns)
    brought = comparable(content_of("building"))
    third = bring(city, open_source(tmp_path / "good" / name), mode="replace", strict=True)
    assert third.outcome is not None
    assert (third.outcome.batch, third.outcome.unchanged) == (None, GOOD)
    assert comparable(content_of("building")) == brought
    assert set(brought) == set(CODES)
