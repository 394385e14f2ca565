"""What goes back with a rejected row, in each form of file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely

from cim.model import layer_named
from layers.importing import import_source
from layers.mapping import Mapping
from layers.order import Order
from layers.reading import open_source
from layers.report import Report
from layers.returning import write_rejected
from layers.source import FID, Source, SourceError, rows_of
from tests.layers.test_returning import (
    CODES,
    GOOD,
    REASON,
    ROW,
    WRITERS,
    all_good,
    bring,
    some_bad,
    write_gbk_shapefile,
)

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from tests.conftest import ContentOf


@pytest.fixture(autouse=True)
def _tolerant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CIM_REJECT_SHARE", "1")


@pytest.fixture
def returned(city: Engine, tmp_path: Path) -> Callable[[Path], Path]:
    """Give the way back for the rejected rows of a file."""

    def give_back(path: Path) -> Path:
        source = open_source(path)
        report = bring(city, source, dry_run=True)
        return write_rejected(source, report.reasons, tmp_path / f"returned{path.suffix}")

    return give_back


def test_a_csv_goes_back_in_its_encoding_with_its_separator_and_its_text(
    returned: Callable[[Path], Path], tmp_path: Path
) -> None:
    lines = ["编码;楼名; 高度 ;日期;wkt;备注"]
    outline = shapely.box(114.1, 22.5, 114.2, 22.6).wkt
    lines += [f'{code};"东;门";10.50;2024/3/5;"{outline}";007' for code in CODES]
    lines[5] = lines[5].replace("10.50", "很高")
    lines[0] = lines[0].replace(" 高度 ", "高度")
    path = tmp_path / "b.csv"
    path.write_text("\n".join(lines), encoding="gbk")
    text = returned(path).read_text(encoding="gbk").splitlines()
    assert text[0] == f"编码;楼名;高度;日期;wkt;备注;{ROW};{REASON}"
    (row,) = text[1:]
    assert row.startswith(f'{CODES[4]};"东;门";很高;2024/3/5;{outline};007;6;')
    assert "height：不是数字" in row


def test_all_reasons_of_a_row_stand_in_one_cell(
    returned: Callable[[Path], Path], tmp_path: Path
) -> None:
    WRITERS["b.csv"](some_bad(), tmp_path / "b.csv")
    rows = pd.read_csv(returned(tmp_path / "b.csv"), dtype=str, sep=";", encoding="gbk")
    assert list(rows[ROW]) == ["5", "9", "22"]
    reasons = rows[REASON][1].split("；")
    assert [reason.partition("：")[0] for reason in reasons] == ["height", "source_date"]


def test_a_workbook_goes_back_with_text_as_text_and_dates_as_dates(
    returned: Callable[[Path], Path], tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    page = book.active
    page.title = "楼宇"
    page.append(["一览表"])
    page.append(["编码", "楼名", "高度", "日期", "wkt"])
    day = pd.Timestamp("2024-03-05").to_pydatetime()
    for code in CODES:
        page.append([code, "=东门", 10.5, day, shapely.box(114.1, 22.5, 114.2, 22.6).wkt])
    page["C6"] = "很高"
    for row in page.iter_rows(min_col=2, max_col=2):
        row[0].data_type = "s"
    book.save(tmp_path / "b.xlsx")
    back = openpyxl.load_workbook(returned(tmp_path / "b.xlsx"))["楼宇"]
    assert [cell.value for cell in back[1]] == ["编码", "楼名", "高度", "日期", "wkt", ROW, REASON]
    assert [cell.value for cell in back[2]][:4] == [CODES[3], "=东门", "很高", day]
    assert [cell.data_type for cell in back[2]][:4] == ["s", "s", "s", "d"]
    assert back[2][0].number_format == "@"
    assert back[2][5].value == "6"
    assert back.max_row == 2


def test_the_system_stated_on_a_template_s_notes_goes_back_with_the_rows(
    city: Engine, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    book.active.title = "数据"
    book.active.append(["编号", "类别", "经度", "纬度"])
    book.active.append(["1", "酒吧", 114.1, 22.5])
    for i in range(2, 40):
        book.active.append([f"{i}", "银行", 114.1, 22.5])
    book.create_sheet("说明").append(["坐标系 CRS", "BD-09"])
    book.save(tmp_path / "t.xlsx")
    source = open_source(tmp_path / "t.xlsx")
    report = import_source(city, layer_named("amenity"), source, None, Order(dataset="t"))
    back = open_source(write_rejected(source, report.reasons, tmp_path / "r.xlsx"))
    assert back.crs == "BD-09"
    assert [len(frame) for frame in rows_of(back)] == [1]


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".shp", ".fgb"])
def test_a_feature_that_is_known_by_its_number_keeps_it(
    suffix: str, city: Engine, content_of: ContentOf, tmp_path: Path
) -> None:
    rules = Mapping.model_validate({"dataset": "t", "fields": {"height": "高度"}})
    path = tmp_path / f"b{suffix}"
    some_bad()[["高度", "geometry"]].to_crs(4326).to_file(path)
    source = open_source(path)
    (frame,) = rows_of(source)
    numbers = [int(fid) for fid in frame[FID]]
    wrong = frame["高度"].isin(["很高", "比邻楼高", "-3"])
    rejected = [int(fid) for fid in frame[FID][wrong]]
    assert len(rejected) == 3

    def take(opened: Source, **order: Any) -> Report:
        rules_of_order = Order(dataset="t", **order)
        return import_source(city, layer_named("building"), opened, rules, rules_of_order)

    report = take(source)
    back = write_rejected(source, report.reasons, tmp_path / f"r{suffix}")
    (frame,) = rows_of(open_source(back))
    assert [int(fid) for fid in frame[FID]] == rejected
    if back.suffix == ".gpkg":
        rows = pyogrio.read_dataframe(back, fid_as_index=True).assign(高度="33").reset_index()
        back.unlink()
        pyogrio.write_dataframe(rows, back)
    else:
        text = back.read_text(encoding="utf-8")
        for height in ("很高", "比邻楼高", "-3"):
            text = text.replace(f'"高度": "{height}"', '"高度": "33"')
        back.write_text(text, encoding="utf-8")
    take(open_source(back), strict=True)
    content = content_of("building")
    assert set(content) == {f"t:{number}" for number in numbers}
    assert {content[f"t:{number}"]["height"] for number in rejected} == {33.0}


def test_geometries_go_back_as_they_are_however_broken(city: Engine, tmp_path: Path) -> None:
    point, line = shapely.Point(114.1, 22.5), shapely.LineString([(114.1, 22.5), (114.2, 22.6)])
    bowtie = shapely.from_wkt("POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))")
    frame = all_good()
    frame["n"] = np.arange(GOOD) + 0.1
    frame["moment"] = pd.Timestamp("2024-03-05T08:00:00.123Z")
    shapes = [point, line, None, bowtie]
    for at, shape in enumerate(shapes):
        frame.loc[at, "geometry"] = shape
    frame.loc[3, "高度"] = "x"
    for name in ("b.gpkg", "b.parquet"):
        path = tmp_path / name
        WRITERS[name](frame, path)
        source = open_source(path)
        report = bring(city, source, dry_run=True)
        back = write_rejected(source, report.reasons, tmp_path / f"r-{name}")
        rows = gpd.read_parquet(back) if name == "b.parquet" else gpd.read_file(back)
        assert list(rows.geometry) == shapes
        assert list(rows["n"]) == list(frame["n"][:4])
        assert (rows["moment"] == frame["moment"][0]).all()
        assert rows.crs == frame.crs
        titles = [title for title in frame.columns if title != "geometry"]
        assert [title for title in rows.columns if title in titles] == titles


def test_a_shapefile_goes_back_as_a_geopackage_since_its_cells_are_too_small_for_reasons(
    returned: Callable[[Path], Path], tmp_path: Path
) -> None:
    write_gbk_shapefile(some_bad(), tmp_path / "b.shp")
    back = returned(tmp_path / "b.shp")
    assert back.name == "returned.gpkg"
    rows = gpd.read_file(back)
    assert list(rows["高度"]) == ["很高", "比邻楼高", "-3"]
    assert rows[REASON].str.len().max() > 60


def test_a_file_that_went_back_and_is_still_bad_goes_back_again(
    city: Engine, returned: Callable[[Path], Path], tmp_path: Path
) -> None:
    WRITERS["b.parquet"](some_bad(), tmp_path / "b.parquet")
    first = returned(tmp_path / "b.parquet").rename(tmp_path / "again.parquet")
    source = open_source(first)
    errors = bring(city, source, dry_run=True).reasons
    second = pq.read_table(write_rejected(source, errors, tmp_path / "second.parquet"))
    assert second.column_names.count(ROW) == 1
    assert second[ROW].to_pylist() == ["1", "2", "3"]


def test_a_source_is_never_overwritten_by_its_own_rejects(city: Engine, tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    WRITERS["b.csv"](some_bad(), path)
    source = open_source(path)
    errors = bring(city, source, dry_run=True).reasons
    with pytest.raises(SourceError, match="不能覆盖原文件"):
        write_rejected(source, errors, path)
    with pytest.raises(SourceError, match="没有不合格的行"):
        write_rejected(source, {}, tmp_path / "r.csv")
