"""Values: what people write is read as they mean it, or the row stays out with the reason."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point
from sqlalchemy import Engine

from cim.model import columns_of, layer_named
from layers.findings import Finding, Findings
from layers.values import convert

if TYPE_CHECKING:
    from tests.conftest import Bring, ContentOf

HERE = Point(114.1183, 22.5405)


@pytest.fixture(scope="module")
def city(shared_city: Engine) -> Engine:
    return shared_city


def car_park(code: Any, **fields: Any) -> dict[str, Any]:
    return {"id": code, "geom": HERE, **fields}


GOOD = [car_park(f"G{i}", spaces=100) for i in range(40)]


def rejected(bring: Bring, layer: str, *rows: dict[str, Any], good: Any = GOOD) -> list[Finding]:
    """Import good rows and then the given ones; they are few enough to be let pass."""
    report = bring(layer, *good, *rows)
    return report.rejects


BAD_CAR_PARKS: list[tuple[dict[str, Any], str, str]] = [
    ({"spaces": "一百二"}, "spaces", "不是数字"),
    ({"spaces": "-3"}, "spaces", "小于最小值 0"),
    ({"spaces": "12.5"}, "spaces", "不是整数"),
    ({"spaces": "1e+300"}, "spaces", "大于"),
    ({"spaces": "3000000000"}, "spaces", "大于"),
    ({"spaces": "inf"}, "spaces", "不是数字"),
    ({"public": "也许"}, "public", "不是“是/否”"),
    ({"kind": "天上"}, "kind", "不在允许的取值内（surface、multi_storey"),
    ({"source_date": "昨天"}, "source_date", "不是日期"),
    ({"source_date": "2024-02-30"}, "source_date", "没有这一天"),
    ({"source_date": "2023年2月29日"}, "source_date", "没有这一天"),
    ({"source_date": "20241301"}, "source_date", "没有这一天"),
    ({"source_date": "05/03/2024"}, "source_date", "分不清日和月"),
    ({"source_date": "5.3.2024"}, "source_date", "分不清日和月"),
    ({"source_date": "45352"}, "source_date", "日期序号"),
    ({"source_date": 45352}, "source_date", "日期序号"),
    ({"source_date": "24-3-5"}, "source_date", "年份只有两位"),
    ({"source_date": "2024年"}, "source_date", "只有年份"),
    ({"site_id": "4.40303E+18"}, "site_id", "超过 15 位"),
    ({"id": "4.40303E+18"}, "id", "超过 15 位"),
    ({"provenance": "certain"}, "provenance", "不在允许的取值内"),
    ({"exceptions": "{bad"}, "exceptions", "JSON"),
    ({"exceptions": '{"spaces": "certain"}'}, "exceptions", "JSON"),
    ({"exceptions": '{"no_field": "measured"}'}, "exceptions", "JSON"),
    ({"exceptions": '["spaces"]'}, "exceptions", "JSON"),
    ({"site_id": "S404"}, "site_id", "图层 site 中没有此编号"),
    ({"geom": None}, "geom", "没有几何"),
    ({"id": ""}, "id", "没有编号"),
    ({"id": None}, "id", "没有编号"),
    ({"id": "G7"}, "id", "编号与第 8 行重复"),
]


@pytest.mark.parametrize(("fields", "name", "reason"), BAD_CAR_PARKS)
def test_a_bad_value_rejects_its_row_and_is_named_with_the_reason(
    bring: Bring, content_of: ContentOf, fields: dict[str, Any], name: str, reason: str
) -> None:
    (reject,) = rejected(bring, "parking", car_park("B", **{"spaces": 1, **fields}))
    assert (reject.row, reject.field) == (41, name)
    assert reason in reject.reason
    assert " / " in reject.reason
    if name in fields and isinstance(fields[name], str):
        assert fields[name] in str(reject)
    assert "t:B" not in content_of("parking")


def test_an_infinite_number_of_a_binary_file_is_no_number(bring: Bring) -> None:
    good = [{"id": f"{i}", "geom": HERE.buffer(0.001), "height": 10.0} for i in range(40)]
    (reject,) = rejected(bring, "building", {**good[0], "id": "B", "height": np.inf}, good=good)
    assert (reject.field, reject.value) == ("height", "inf")


GOOD_WRITINGS: list[tuple[str, Any, Any]] = [
    ("spaces", "1,205", 1205),
    ("spaces", "１２０", 120),
    ("spaces", " 80 ", 80),
    ("spaces", "80.0", 80),
    ("spaces", "", None),
    ("public", "是", True),
    ("public", "No", False),
    ("public", "1", True),
    ("public", "√", True),
    ("public", "×", False),
    ("public", "无", False),
    ("public", "对外开放", True),
    ("public", "不对外", False),
    ("public", "未知", None),
    ("kind", "地下", "underground"),
    ("kind", "地下 车库", "underground"),
    ("kind", "Multi-Storey", "multi_storey"),
    ("kind", "-", None),
    ("provenance", "待核实", "unverified"),
    ("site_id", "无", None),
    ("name", "无", "无"),
    ("name", "暂无", None),
    ("name", "/", None),
    ("fee", "无名路 / 1E+05", "无名路 / 1E+05"),
    ("source_date", "2024年3月5日", "2024-03-05"),
    ("source_date", "2024/3/5", "2024-03-05"),
    ("source_date", "20240305", "2024-03-05"),
    ("source_date", "2024.3.5", "2024-03-05"),
    ("source_date", "２０２４年３月５日", "2024-03-05"),
    ("source_date", "2024年3月", "2024-03-01"),
    ("source_date", "2024-03", "2024-03-01"),
    ("source_date", "25/03/2024", "2024-03-25"),
    ("source_date", "03/25/2024", "2024-03-25"),
    ("source_date", "05/05/2024", "2024-05-05"),
    ("source_date", "2024/3/5 0:00", "2024-03-05"),
    ("source_date", dt.datetime(2024, 3, 5, 8, 30, tzinfo=dt.UTC), "2024-03-05"),
    ("source_date", pd.Timestamp(2024, 3, 5), "2024-03-05"),
    ("source_date", dt.date(2024, 2, 29), "2024-02-29"),
    ("source_date", "—", None),
    ("source_date", "2024-03-05T08:00:00+08:00", "2024-03-05"),
    ("fee", "  首小时 10 元  ", "首小时 10 元"),
    ("fee", "a\0b", "ab"),
    ("exceptions", '{"spaces": "estimated"}', {"spaces": "estimated"}),
    ("name", '=cmd|"/c calc"!A1,\'"\\', '=cmd|"/c calc"!A1,\'"\\'),
    ("name", "𠮷野家🍜", "𠮷野家🍜"),
]


@pytest.mark.parametrize(("field", "written", "stored"), GOOD_WRITINGS)
def test_values_are_read_as_people_write_them(
    bring: Bring, content_of: ContentOf, field: str, written: Any, stored: Any
) -> None:
    assert bring("parking", car_park("W", **{field: written})).rejects == []
    assert content_of("parking")["t:W"][field] == stored


def test_lists_are_read_whatever_separates_them(bring: Bring, content_of: ContentOf) -> None:
    for i, written in enumerate(("1号线、9号线", "1号线|9号线", "1号线, 9号线", "1号线/9号线")):
        station = {"id": f"{i}", "name": "x", "kind": "metro", "status": "operating"}
        bring("station", {**station, "lines": written, "geom": HERE})
    assert {tuple(row["lines"]) for row in content_of("station").values()} == {("1号线", "9号线")}


def test_what_is_nothing_in_a_list_is_no_part_of_it(bring: Bring, content_of: ContentOf) -> None:
    station = {"id": "A", "name": "x", "kind": "metro", "status": "operating", "geom": HERE}
    bring("station", {**station, "lines": '["1号线", null, "", "9号线"]'})
    assert content_of("station")["t:A"]["lines"] == ["1号线", "9号线"]


def test_a_code_that_a_spreadsheet_rounded_is_refused_as_cell_and_as_text() -> None:
    column = columns_of(layer_named("building"))["id"]
    cells: list[Any] = [
        4.40303e18,
        440303001001000_0001,
        "4.40303E+18",
        "4403030010010000001",
        17.0,
    ]
    findings = Findings()
    read = convert(pd.Series(cells, dtype=object), column, findings)
    assert [(one.row, one.code) for one in findings.errors()] == [
        (row, "value-rounded") for row in (0, 1, 2)
    ]
    assert list(read[3:]) == ["4403030010010000001", "17"]


def test_a_code_that_a_file_format_keeps_as_a_fraction_is_refused_and_a_whole_number_is_not() -> (
    None
):
    column = columns_of(layer_named("building"))["id"]
    findings = Findings()
    convert(pd.Series([4403030010010000001.0, 5.0]), column, findings)
    assert [one.row for one in findings.errors()] == [0]
    read = convert(pd.Series([4403030010010000001], dtype="Int64"), column, findings)
    assert read[0] == "4403030010010000001"


FORMS = ["{y}-{m:02}-{d:02}", "{y}/{m}/{d}", "{y}.{m}.{d}", "{y}年{m}月{d}日", "{y}{m:02}{d:02}",
         "{y} 年 {m} 月 {d} 日", "{y}-{m:02}-{d:02}T08:00:00Z"]  # fmt: skip


@given(st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)), st.sampled_from(FORMS))
def test_a_day_is_the_same_however_it_is_written(day: dt.date, form: str) -> None:
    findings = Findings()
    column = columns_of(layer_named("parking"))["source_date"]
    written = form.format(y=day.year, m=day.month, d=day.day)
    assert convert(pd.Series([written]), column, findings)[0] == day.isoformat()
    assert not findings.counts


def test_a_moment_after_the_year_9999_is_refused_by_its_row() -> None:
    findings = Findings()
    column = columns_of(layer_named("parking"))["source_date"]
    moments = np.array(["2024-05-06", "12001-01-01"], dtype="datetime64[s]")
    read = convert(pd.Series(moments, index=[7, 8]), column, findings)
    assert read[7] == "2024-05-06"
    assert pd.isna(read[8])
    assert [(one.row, one.code) for one in findings.errors()] == [(8, "value-unreadable")]


def test_an_approximate_value_is_an_exception_of_its_row(
    bring: Bring, content_of: ContentOf
) -> None:
    report = bring(
        "parking",
        car_park("A1", spaces="约120"),
        car_park("A2", spaces="120"),
        car_park("A3", spaces="约120", provenance="估算"),
        car_park("A4", spaces="约120", exceptions='{"spaces": "published", "fee": "measured"}'),
    )
    assert report.rejects == []
    (check,) = [check for check in report.checks if check.code == "value-approximate"]
    assert (check.severity, check.count) == ("note", 3)
    held = {key: content_of("parking")[f"t:{key}"] for key in ("A1", "A2", "A3", "A4")}
    assert {row["spaces"] for row in held.values()} == {120}
    assert {key: row["exceptions"] for key, row in held.items()} == {
        "A1": {"spaces": "estimated"},
        "A2": None,
        "A3": None,
        "A4": {"spaces": "published", "fee": "measured"},
    }


def test_what_was_said_of_a_value_goes_when_an_exact_one_replaces_it(
    bring: Bring, content_of: ContentOf
) -> None:
    bring("parking", car_park("E", spaces="约120", fee="免费", exceptions='{"fee": "measured"}'))
    told = {"spaces": "estimated", "fee": "measured"}
    assert content_of("parking")["t:E"]["exceptions"] == told
    bring("parking", car_park("E", spaces="约120"))
    assert content_of("parking")["t:E"]["exceptions"] == told
    bring("parking", car_park("E", spaces="131"))
    assert content_of("parking")["t:E"]["exceptions"] == {"fee": "measured"}
    bring("parking", car_park("E", spaces="约140"))
    assert content_of("parking")["t:E"]["exceptions"] == told
