"""Values: what people write is read as they mean it, or the row stays out with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from shapely.geometry import Point
from sqlalchemy import Engine

from layers.findings import Finding

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
    ({"spaces": "约120"}, "spaces", "不是数字"),
    ({"spaces": "-3"}, "spaces", "小于最小值 0"),
    ({"spaces": "12.5"}, "spaces", "不是整数"),
    ({"spaces": "1e+300"}, "spaces", "大于"),
    ({"spaces": "3000000000"}, "spaces", "大于"),
    ({"spaces": "inf"}, "spaces", "不是数字"),
    ({"public": "也许"}, "public", "不是“是/否”"),
    ({"kind": "天上"}, "kind", "不在允许的取值内（surface、multi_storey"),
    ({"source_date": "昨天"}, "source_date", "不是日期"),
    ({"source_date": "2024-02-30"}, "source_date", "不是日期"),
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


GOOD_WRITINGS: list[tuple[str, str, Any]] = [
    ("spaces", "1,205", 1205),
    ("spaces", "１２０", 120),
    ("spaces", " 80 ", 80),
    ("spaces", "80.0", 80),
    ("spaces", "", None),
    ("public", "是", True),
    ("public", "No", False),
    ("public", "1", True),
    ("kind", "地下", "underground"),
    ("source_date", "2024年3月5日", "2024-03-05"),
    ("source_date", "2024/3/5", "2024-03-05"),
    ("source_date", "20240305", "2024-03-05"),
    ("source_date", "2024-03-05T08:00:00+08:00", "2024-03-05"),
    ("fee", "  首小时 10 元  ", "首小时 10 元"),
    ("fee", "a\0b", "ab"),
    ("exceptions", '{"spaces": "estimated"}', {"spaces": "estimated"}),
    ("name", '=cmd|"/c calc"!A1,\'"\\', '=cmd|"/c calc"!A1,\'"\\'),
    ("name", "𠮷野家🍜", "𠮷野家🍜"),
]


@pytest.mark.parametrize(("field", "written", "stored"), GOOD_WRITINGS)
def test_values_are_read_as_people_write_them(
    bring: Bring, content_of: ContentOf, field: str, written: str, stored: Any
) -> None:
    assert bring("parking", car_park("W", **{field: written})).rejects == []
    assert content_of("parking")["t:W"][field] == stored


def test_lists_are_read_whatever_separates_them(bring: Bring, content_of: ContentOf) -> None:
    for i, written in enumerate(("1号线、9号线", "1号线|9号线", "1号线, 9号线", "1号线/9号线")):
        station = {"id": f"{i}", "name": "x", "kind": "metro", "status": "operating"}
        bring("station", {**station, "lines": written, "geom": HERE})
    assert {tuple(row["lines"]) for row in content_of("station").values()} == {("1号线", "9号线")}
