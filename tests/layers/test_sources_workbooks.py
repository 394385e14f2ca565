"""Workbooks as offices write them."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from layers.reading import open_source
from layers.source import SourceError, rows_of
from tests.layers.small_files import read

if TYPE_CHECKING:
    from tests.conftest import ContentOf
    from tests.layers.conftest import ImportFile


def sheet(folder: Path, *rows: list[Any], name: str = "表.xlsx") -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(folder / name)
    return folder / name


def test_titles_of_a_workbook_may_stand_below_its_name(tmp_path: Path) -> None:
    path = sheet(
        tmp_path,
        ["罗湖区楼宇一览表", None, None],
        [None, None, "单位：平方米"],
        ["编号", "名称", "面积"],
        ["0012", "国贸", 33.5],
        [None, None, None],
        ["0013", "东门", 20],
        ["合计", None, 53.5],
    )
    source = open_source(path)
    frame = read(source)
    assert source.first_row == 4
    assert dict(frame["编号"]) == {4: "0012", 6: "0013"}
    assert dict(frame["面积"]) == {4: 33.5, 6: 20}
    assert "第 3 行作为标题行" in source.notes[0]


def test_totals_and_what_stands_below_a_table_are_left_out_and_named(
    tmp_path: Path, import_file: ImportFile
) -> None:
    path = sheet(
        tmp_path,
        ["名称", "编号", "类别", "经度", "纬度"],
        ["国贸银行", "1", "银行", 114.1, 22.5],
        # a filling station of that brand, and a hotel with a strange name
        ["Total", "2", "餐饮", 114.12, 22.51],
        ["备注酒店", "3", "餐饮", 114.13, 22.52],
        ["东门街道小计", 3, None, None, None],
        [None, "总 计", None, 3, None],
        ["Total", None, None, 3, "3"],
        [None, None, None, None, None],
        ["备注：以上均为现场核实", None, None, None, None],
        ["制表人：", None, "审核：", None, "2024年3月"],
    )
    report = import_file("amenity", path, crs="EPSG:4490", strict=True)
    assert report.outcome is not None
    assert (report.outcome.added, report.rejected) == (3, 0)
    (check,) = [check for check in report.checks if check.code == "row-left-out"]
    assert [(one.row, one.value[:2]) for one in check.samples] == [
        (5, "东门"),
        (6, "总 "),
        (7, "To"),
        (9, "备注"),
        (10, "制表"),
    ]
    assert "合计行不是要素" in check.samples[0].reason
    assert "表尾的说明" in check.samples[-1].reason


def test_cells_merged_downwards_count_for_each_of_their_rows(tmp_path: Path) -> None:
    path = sheet(
        tmp_path,
        ["街道", "编号", "层数"],
        ["东门", "1", 3],
        [None, "2", None],
        [None, None, None],
        [None, "小计", 7],
        ["黄贝", "3", 5],
        [None, "4", 6],
    )
    book = openpyxl.load_workbook(path)
    for merged in ("A2:A5", "C2:C3"):
        book.active.merge_cells(merged)
    book.save(path)
    source = open_source(path)
    frame = read(source)
    # the last two are not merged: a gap there is a gap
    assert dict(frame["街道"].fillna("")) == {2: "东门", 3: "东门", 6: "黄贝", 7: ""}
    assert dict(frame["层数"]) == {2: 3, 3: 3, 6: 5, 7: 6}
    (told,) = source.notes
    assert told == (
        "2 处竖向合并的单元格，其值用于合并的每一行（第 2-5、2-3 行） / 2 cells merged downwards:"
        " their value counts for each of their rows (2-5, 2-3)"
    )


def test_a_number_shown_as_percent_is_read_as_it_is_seen(
    tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    head = ["编号", "名称", "用途", "得房率", "经度", "纬度"]
    shown = {"0%": 0.72, "0.00%": 0.6525, "General": 70, "0.0": 0.68}
    rows = [[f"{at}", "甲", "办公", rate, 114.1, 22.5] for at, rate in enumerate(shown.values())]
    path = sheet(tmp_path, head, *rows)
    book = openpyxl.load_workbook(path)
    for at, look in enumerate(shown, start=2):
        book.active.cell(at, 4).number_format = look
    book.save(path)
    report = import_file("office", path, crs="EPSG:4490")
    read_as = {key: row["efficiency"] for key, row in content_of("office").items()}
    # without a percent sign 0.68 is what stands there; it is asked about
    assert read_as == {"t:0": 72, "t:1": 65.25, "t:2": 70, "t:3": 0.68}
    (check,) = [check for check in report.checks if check.code == "efficiency-range"]
    assert [one.id for one in check.samples] == ["t:3"]


def test_merged_titles_in_two_rows_are_read_as_one(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    page.append(["编号", "位置", None, "面积", None])
    page.append([None, "经度", "纬度", "地上", "地下"])
    page.append(["1", 114.1, 22.5, 10, 20])
    for merged in ("A1:A2", "B1:C1", "D1:E1"):
        page.merge_cells(merged)
    book.save(tmp_path / "b.xlsx")
    frame = read(open_source(tmp_path / "b.xlsx"))
    assert frame.to_dict("index") == {
        3: {"编号": "1", "经度": 114.1, "纬度": 22.5, "地上": 10, "地下": 20}
    }


def test_lower_titles_that_repeat_carry_the_upper_one(tmp_path: Path) -> None:
    path = sheet(
        tmp_path,
        ["编号", "地上", None, "地下", None],
        [None, "层数", "面积", "层数", "面积"],
        ["1", 53, 10, 3, 20],
    )
    frame = read(open_source(path))
    assert list(frame.columns) == ["编号", "地上 层数", "地上 面积", "地下 层数", "地下 面积"]


def test_of_several_sheets_the_one_called_data_is_read_and_the_notes_state_the_system(
    tmp_path: Path, import_file: ImportFile
) -> None:
    book = openpyxl.Workbook()
    notes = book.active
    notes.title = "说明"
    notes.append(["图层", "amenity"])
    notes.append([None, "坐标系 CRS", "GCJ-02"])
    data = book.create_sheet("数据")
    data.append(["编号", "类别", "经度", "纬度"])
    data.append(["1", "银行", 114.1, 22.5])
    book.save(tmp_path / "t.xlsx")
    report = import_file("amenity", tmp_path / "t.xlsx")
    assert report.crs == "GCJ-02"
    assert report.whereabouts.because == "模板的“说明”页 / the template's notes"


def test_of_several_sheets_with_rows_one_is_to_be_chosen(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "空表"
    for title, count in (("一期", 1), ("二期", 3)):
        page = book.create_sheet(title)
        page.append(["编号", "名称"])
        for i in range(count):
            page.append([f"{i}", "a"])
    path = tmp_path / "b.xlsx"
    book.save(path)
    with pytest.raises(
        SourceError, match=r"空表（0 行 rows）、一期（1 行 rows）、二期（3 行 rows）"
    ):
        open_source(path)
    assert len(read(open_source(path, "二期"))) == 3
    assert len(read(open_source(path, called=("二期",)))) == 3
    with pytest.raises(SourceError, match="没有“三期”"):
        open_source(path, "三期")
    del book["二期"]
    book.save(path)
    assert len(read(open_source(path))) == 1


def with_cached(path: Path, values: dict[str, str]) -> None:
    """Put values behind formulas, as Excel itself stores them."""
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    part = "xl/worksheets/sheet1.xml"
    text = contents[part].decode()
    for formula, value in values.items():
        kind = "" if value.replace(".", "").isdigit() else ' t="str"'
        text, found = re.subn(
            rf"<c r=\"(\w+)\"([^>]*)><f>{re.escape(formula)}</f><v ?/?>(</v>)?</c>",
            rf'<c r="\1"\2{kind}><f>{formula}</f><v>{value}</v></c>',
            text,
        )
        assert found == 1
    contents[part] = text.encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)


def test_of_a_formula_the_value_is_read_even_where_it_is_empty_text(tmp_path: Path) -> None:
    path = sheet(tmp_path, ["编号", "面积", "备注"], ["1", "=6*7", '=IF(B2,"","x")'])
    with_cached(path, {"6*7": "42", 'IF(B2,"","x")': ""})
    frame = read(open_source(path))
    assert list(frame["面积"]) == [42]
    assert list(frame["备注"].isna()) == [True]


def test_a_formula_without_a_value_is_named_and_not_taken_for_an_empty_cell(
    tmp_path: Path,
) -> None:
    path = sheet(tmp_path, ["编号", "面积"], ["1", 5], ["2", "=6*7"])
    with pytest.raises(SourceError, match="单元格 B3 是公式"):
        read(open_source(path))


def test_text_that_looks_like_a_formula_is_text(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["编号", "名称"])
    book.active.append(["1", "=1+1"])
    book.active["B2"].data_type = "s"
    book.active.append(["2", "=6*7"])
    book.save(tmp_path / "b.xlsx")
    with_cached(tmp_path / "b.xlsx", {"6*7": "42"})
    assert list(read(open_source(tmp_path / "b.xlsx"))["名称"]) == ["=1+1", 42]


def test_an_error_in_a_cell_rejects_its_row(tmp_path: Path, import_file: ImportFile) -> None:
    rows = [[f"{i}", 8, 114.1, 22.5] for i in range(30)]
    path = sheet(tmp_path, ["编号", "车位数", "经度", "纬度"], *rows, ["99", "#REF!", 114.1, 22.5])
    report = import_file("parking", path, crs="EPSG:4490")
    assert [(reject.row, reject.field, reject.value) for reject in report.rejects] == [
        (32, "spaces", "#REF!")
    ]


def test_dates_and_text_come_through_as_they_are(tmp_path: Path) -> None:
    day = dt.datetime(2024, 3, 5)  # noqa: DTZ001  (Excel knows no zone)
    path = sheet(tmp_path, ["编号", "日期", "是否", "空"], ["0012", day, True, ""])
    assert list(read(open_source(path)).iloc[0])[:3] == ["0012", day, True]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("b.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧版"),
        ("b.et", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧版"),
        ("b.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "密码"),
        ("b.xls", b"<html><table>", "不是 Excel 工作簿"),
        ("b.ods", b"PK\3\4", "另存为 .xlsx"),
    ],
)
def test_an_old_or_locked_workbook_is_to_be_saved_anew(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=said):
        open_source(tmp_path / name)


def test_a_workbook_under_the_old_ending_is_read(tmp_path: Path) -> None:
    path = sheet(tmp_path, ["编号", "名称"], ["1", "a"]).rename(tmp_path / "b.xls")
    assert list(read(open_source(path))["名称"]) == ["a"]


def test_a_long_workbook_is_read_in_parts(tmp_path: Path) -> None:
    path = sheet(tmp_path, ["编号", "名称"], *[[f"{i}", "a"] for i in range(10_001)])
    frames = list(rows_of(open_source(path)))
    assert [len(frame) for frame in frames] == [10_000, 1]
    assert frames[1].index[0] == 10_002
