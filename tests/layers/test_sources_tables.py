"""Tables of text as offices write them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.mapping import MappingError
from layers.reading import open_source
from layers.reading.titles import titles_of
from layers.source import SourceError
from tests.layers.small_files import read

if TYPE_CHECKING:
    from tests.layers.conftest import ImportFile


def csv(folder: Path, text: str, encoding: str = "utf-8", name: str = "表.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_text_is_read_in_any_encoding_of_the_country(tmp_path: Path, encoding: str) -> None:
    text = "编号,名称\n001,镕福·珠宝城\n"
    # what Python writes for a stated byte order has no mark
    mark = "\ufeff" if encoding in ("utf-16-le", "utf-16-be") else ""
    frame = read(open_source(csv(tmp_path, mark + text, encoding)))
    assert frame.to_dict("records") == [{"编号": "001", "名称": "镕福·珠宝城"}]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", "，"])
@pytest.mark.parametrize("name", ["表.csv", "表.txt"])
def test_cells_are_separated_by_whatever_the_titles_are(
    tmp_path: Path, separator: str, name: str
) -> None:
    text = separator.join(["编号", "名称", "租金"]) + "\n" + separator.join(["1", "东门", "3.5"])
    frame = read(open_source(csv(tmp_path, text, name=name)))
    assert frame.to_dict("records") == [{"编号": "1", "名称": "东门", "租金": "3.5"}]


def test_rows_are_numbered_as_a_spreadsheet_shows_them(tmp_path: Path) -> None:
    text = '编号,名称\n1,"东门\n老街"\n\n,\n2,国贸'
    source = open_source(csv(tmp_path, text))
    frame = read(source)
    assert source.first_row == 2
    assert dict(frame["名称"]) == {2: "东门\n老街", 5: "国贸"}


def test_the_number_of_a_rejected_row_is_that_of_the_spreadsheet(
    tmp_path: Path, import_file: ImportFile
) -> None:
    good = "".join(f"{i},bank,114.1,22.5\n" for i in range(30))
    path = csv(tmp_path, f"id,kind,lon,lat\n\n{good}\n99,pub,114.1,22.5\n")
    report = import_file("amenity", path, crs="EPSG:4490")
    # the titles, a blank line, thirty rows, a blank line
    assert [(reject.row, reject.value) for reject in report.rejects] == [(34, "pub")]


def test_titles_that_repeat_or_are_missing_get_a_name_of_their_own(tmp_path: Path) -> None:
    frame = read(open_source(csv(tmp_path, "名称,名称,,备注,\na,b,c,d,e\n")))
    assert list(frame.columns) == ["名称", "名称.1", "第 3 列", "备注", "第 5 列"]
    assert list(frame.iloc[0]) == ["a", "b", "c", "d", "e"]


@given(st.lists(st.one_of(st.none(), st.text(alphabet="ab. 第列1"), st.integers()), max_size=8))
def test_every_column_has_one_title_whatever_stands_above_it(cells: list[object]) -> None:
    titles = titles_of(cells)
    assert len(set(titles)) == len(titles) == len(cells)
    assert all(title.strip() for title in titles)


def test_empty_cells_beyond_the_titles_do_no_harm(tmp_path: Path) -> None:
    frame = read(open_source(csv(tmp_path, "编号,名称\n1,东门,,\n2,国贸,,\n")))
    assert list(frame["名称"]) == ["东门", "国贸"]


@pytest.mark.parametrize("row", [3, 40])
def test_a_row_with_too_many_cells_is_named(tmp_path: Path, row: int) -> None:
    lines = [f"{i},地址" for i in range(2, 60)]
    lines[row - 2] = f"{row},深南东路,5002号"
    source = csv(tmp_path, "\n".join(["编号,地址", *lines]))
    with pytest.raises(SourceError, match=f"第 {row} 行有 3 格，标题行只有 2 格"):
        read(open_source(source))


def test_a_quote_that_is_never_closed_is_named(tmp_path: Path) -> None:
    path = csv(tmp_path, '编号,名称\n1,东门\n2,"国贸\n3,老街\n')
    with pytest.raises(SourceError, match="第 3 行的双引号没有结束"):
        read(open_source(path))


def test_a_line_that_is_no_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "表.csv"
    path.write_bytes("编号,名称\n1,东门\n2,".encode() + b"\xff\xff\n3,x\n")
    with pytest.raises(SourceError, match=r"第 3 行的文字编码不是 UTF-8 或 GB18030"):
        open_source(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_file_that_ends_within_a_character_is_said_to_be_cut_off(
    tmp_path: Path, encoding: str
) -> None:
    path = csv(tmp_path, "编号,名称\n1,东门\n2,国贸", encoding)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(SourceError, match=r"第 3 行在一个字的中间断开.*seems cut off"):
        open_source(path)


def test_a_table_without_rows_is_not_asked_where_it_lies(
    tmp_path: Path, import_file: ImportFile
) -> None:
    for text in ("编号,经度,纬度", "编号,经度,纬度\n", "编号,经度,纬度\n\n,,\n"):
        with pytest.raises(MappingError, match="没有数据行 / has no rows"):
            import_file("parking", csv(tmp_path, text))


def test_a_line_with_the_table_s_name_above_the_titles_is_left_out(tmp_path: Path) -> None:
    source = open_source(csv(tmp_path, "罗湖区楼宇一览表,,\n编号,名称,租金\n1,东门,3\n"))
    assert read(source).to_dict("index") == {3: {"编号": "1", "名称": "东门", "租金": "3"}}
    assert "第 2 行作为标题行" in source.notes[0]


def test_a_table_is_not_asked_for_a_table_within(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="只有一个表"):
        open_source(csv(tmp_path, "a,b\n1,2\n"), "x")


def test_totals_and_what_stands_below_a_table_of_text_are_left_out_and_named(
    tmp_path: Path, import_file: ImportFile
) -> None:
    rows = [
        "名称,编号,类别,经度,纬度",
        "国贸银行,1,银行,114.1,22.5",
        # a filling station of that brand, and shops with such words in their names
        "Total,2,餐饮,114.12,22.51",
        "东门总计算所,3,餐饮,114.13,22.52",
        "店：老街,4,餐饮,114.13,22.53",
        "东门街道小计,4,,,",
        " ,总 计,,4,",
        "TOTAL,,,4,4",
        ",,,,",
        "备注：以上均为现场核实,,,,",
        "制表人：,,审核：,,2024年3月",
    ]
    report = import_file("amenity", csv(tmp_path, "\n".join(rows)), crs="EPSG:4490", strict=True)
    assert report.outcome is not None
    assert (report.outcome.added, report.rejected) == (4, 0)
    (check,) = [check for check in report.checks if check.code == "row-left-out"]
    assert [(one.row, one.value[:2]) for one in check.samples] == [
        (6, "东门"),
        (7, "总 "),
        (8, "TO"),
        (10, "备注"),
        (11, "制表"),
    ]


def test_every_reading_of_a_table_tells_of_its_totals_once(tmp_path: Path) -> None:
    source = open_source(csv(tmp_path, "编号,面积\n1,30\n2,23.5\n合计,53.5\n"))
    for _ in range(2):
        assert list(read(source)["面积"]) == ["30", "23.5"]
        assert [remark.row for remark in source.remarks] == [4]
