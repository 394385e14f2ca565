"""Numbers as departments write them, with units in the cell, are brought to the city's own."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Float

from cim.model import about, columns_of, layer_named
from cim.settings import forget_settings
from layers.findings import Findings
from layers.mapping import MappingError
from layers.values import Reading, convert, read_values
from layers.values.cells import NOTHING
from layers.values.quantities import ratio


def read(field: str, *cells: object, unit: str | None = None) -> tuple[Reading, Findings]:
    """Read cells as a field, ``layer.name``, would be."""
    layer, name = field.split(".")
    findings = Findings()
    reading = read_values(
        pd.Series(list(cells), dtype=object), columns_of(layer_named(layer))[name], findings, unit
    )
    return reading, findings


WRITINGS: list[tuple[str, str, float]] = [
    ("office.gross_floor_area", "1,234.5", 1234.5),
    ("office.gross_floor_area", "１２００", 1200),
    ("office.gross_floor_area", "1200 平方米", 1200),
    ("office.gross_floor_area", "1200㎡", 1200),
    ("office.gross_floor_area", "1,200 m²", 1200),
    ("office.gross_floor_area", "1.2万㎡", 12_000),
    ("office.gross_floor_area", "1.2万", 12_000),
    ("office.gross_floor_area", "1.1 万平方米", 11_000),
    ("office.gross_floor_area", "12,000 sq ft", 1114.83648),
    ("office.gross_floor_area", "12000 SQFT", 1114.83648),
    ("office.gross_floor_area", "3亩", 2000),
    ("office.gross_floor_area", "2公顷", 20_000),
    ("office.rent_min", "3.5元/㎡/天", 3.5 * 365 / 12),
    ("office.rent_min", "3.5元/平方米·天", 3.5 * 365 / 12),
    ("office.rent_min", "3.5元/平/日", 3.5 * 365 / 12),
    ("office.rent_min", "25元/㎡·月", 25),
    ("office.rent_min", "25元/（㎡·月）", 25),
    ("office.rent_min", "25元每平方米每月", 25),
    ("office.rent_min", "￥25/㎡/月", 25),
    ("office.rent_min", "RMB 25 per sqm per month", 25),
    ("office.rent_min", "1200元/㎡/年", 100),
    ("office_unit.sale_price", "5.5万元/㎡", 55_000),
    ("office_unit.rent_free", "2个月", 61),
    ("office_unit.rent_free", "60天", 60),
    ("office_unit.deposit", "押2付1", 2),
    ("office_unit.deposit", "3个月", 3),
    ("office.efficiency", "70%", 70),
    ("office.efficiency", "７０％", 70),
    ("building.height", "99.5米", 99.5),
    ("building.height", "100 m", 100),
    ("building.height", "328 ft", 99.9744),
    ("office.floor_load", "350kg/㎡", 3.4323275),
    ("office.floor_load", "3.5 KN/㎡", 3.5),
    ("building.floors_above", "地上30层", 30),
    ("building.floors_above", "30层", 30),
    ("building.floors_above", "30F", 30),
    ("building.floors_above", "共 30 层", 30),
    ("building.floors_below", "地下3层", 3),
    ("building.floors_below", "B3", 3),
    ("building.year", "1998年建成", 1998),
    ("office_unit.floor_order", "-2层", -2),
    ("parking.spaces", "120个车位", 120),
    ("area.population", "9.6万人", 96_000),
]


@pytest.mark.parametrize(("field", "written", "stored"), WRITINGS)
def test_a_number_is_read_with_what_it_is_measured_in(
    field: str, written: str, stored: float
) -> None:
    reading, findings = read(field, written)
    assert not findings.counts
    assert reading.values[0] == pytest.approx(stored, rel=1e-9)


YEARS: list[tuple[Any, int | None]] = [
    ("1992年5月", 1992),
    ("1992年5月1日", 1992),
    ("1992-05", 1992),
    ("1992-5-1", 1992),
    ("1992/05/01", 1992),
    ("1992.05.01", 1992),
    ("1992.5", 1992),
    (1992.1, 1992),
    ("19920501", 1992),
    ("25/3/1992", 1992),
    (pd.Timestamp("1992-05-01"), 1992),
    ("1992", 1992),
    ("1992年建成", 1992),
    # a span of years, what has no such day or month, a serial number of a spreadsheet
    ("1992-1995", None),
    ("1992-95", None),
    ("1992.75", None),
    ("92年5月", None),
    ("33725", None),
]


@pytest.mark.parametrize(("written", "stored"), YEARS)
def test_of_a_date_a_field_of_years_takes_the_year(written: Any, stored: int | None) -> None:
    for field in ("building.year", "office.completed"):
        reading, findings = read(field, written)
        assert (reading.values[0] if findings.counts.total() == 0 else None) == stored
        bare = stored is None or written in ("1992", "1992年建成")
        assert [words for words, _ in reading.assumed] == ([] if bare else ["写成日期的只取年份"])


def test_a_column_of_dates_and_one_of_decimals_are_read_as_years_beside_what_is_missing() -> None:
    year, findings = columns_of(layer_named("building"))["year"], Findings()
    days = pd.Series(["1992-05-01", None, "2003-01-01"], dtype="datetime64[s]")
    months = pd.Series([1992.5, None, 2003.0])
    for values in (days, months):
        found = read_values(values, year, findings).values
        assert found.tolist() == [1992, pd.NA, 2003]
    assert not findings.counts


@pytest.mark.parametrize("word", ["面议", "电议", "租金面议", "Negotiable"])
def test_a_price_that_is_to_be_agreed_is_unknown(word: str) -> None:
    reading, findings = read("office.rent_min", word, "100")
    assert not findings.counts
    assert reading.values.isna().tolist() == [True, False]


UNREADABLE = [
    ("office.gross_floor_area", "1000-2000", "是一个范围"),
    ("office.gross_floor_area", "1000㎡～2000㎡", "是一个范围"),
    ("office.gross_floor_area", "约1000至2000平方米", "是一个范围"),
    ("office.rent_min", "25-30元/㎡/月", "是一个范围"),
    ("office.gross_floor_area", "1000㎡以上", "是一个界限"),
    ("office.gross_floor_area", ">1000", "是一个界限"),
    ("office.rent_min", "25元/㎡/月起", "是一个界限"),
    ("office.gross_floor_area", "30米", "单位“米”量的不是该字段（m2）"),
    ("office.gross_floor_area", "25元/㎡", "量的不是该字段"),
    ("office.rent_min", "12000元/月", "量的不是该字段"),
    ("office.rent_min", "120元", "量的不是该字段"),
    ("building.height", "30层", "不是数字"),
    ("building.floors_above", "99.5米", "带有单位“米”"),
    ("building.floors_above", "地下3层", "不是数字"),
    ("building.floors_above", "地上30层/地下3层", "不是数字"),
    ("building.floors_above", "三十层", "不是数字"),
    ("building.floors_above", "2.5层", "不是整数"),
    ("parking.spaces", "1.25万个", None),
    ("parking.spaces", "1.23456万个", "不是整数"),
    ("office.gross_floor_area", "12,34", "不是数字"),
    ("office.gross_floor_area", "12 34", "不是数字"),
    ("office.gross_floor_area", "1200㎡（含地下）", "不是数字"),
    ("office.gross_floor_area", "2024-03-05 00:00:00", "不是数字"),
    ("office.gross_floor_area", "9**9**9**9", "不是数字"),
    ("office.gross_floor_area", "nan㎡", "不是数字"),
    ("office.efficiency", "七成", "不是数字"),
    ("office.efficiency", "170%", "大于最大值 100 % / is above 100 percent"),
]


@pytest.mark.parametrize(("field", "written", "reason"), UNREADABLE)
def test_what_is_not_one_number_of_the_field_is_refused_with_the_reason(
    field: str, written: str, reason: str | None
) -> None:
    _, findings = read(field, written)
    told = [one.reason for one in findings.errors()]
    if reason is None:
        assert told == []
    else:
        assert len(told) == 1
        assert reason in told[0]
        assert " / " in told[0]


@pytest.mark.parametrize(
    "word", ["无", "-", "—", "/", "／", "N/A", "n/a", "未知", "暂无", "待定", ""]
)
def test_a_word_for_no_value_is_an_unknown_number_and_no_zero(word: str) -> None:
    reading, findings = read("parking.spaces", word, " 7 ")
    assert not findings.counts
    assert pd.isna(reading.values[0])
    assert reading.values[1] == 7


APPROXIMATE = [
    "约1200㎡",
    "大约 1200",
    "1200左右",
    "~1200",
    "≈1200㎡",
    "近1200平方米",
    "1200余㎡",
    "about 1200 sqm",
]


@pytest.mark.parametrize("written", APPROXIMATE)
def test_an_approximate_number_is_read_and_marked(written: str) -> None:
    reading, findings = read("office.gross_floor_area", "800", written)
    assert reading.estimated is not None
    assert list(reading.values) == [800, 1200]
    assert list(reading.estimated) == [False, True]
    assert [(one.code, one.row, one.value) for one in findings.remarks] == [
        ("value-approximate", 1, written)
    ]
    assert findings.errors() == []


def test_the_unit_in_a_cell_goes_before_that_of_the_title_and_a_bare_number_takes_the_latter() -> (
    None
):
    reading, findings = read("office.rent_min", "4", "4元", "120元/㎡/月", 4.0, unit="元/㎡/天")
    assert not findings.counts
    a_day = 4 * 365 / 12
    assert list(reading.values) == pytest.approx([a_day, a_day, 120, a_day])
    assert {zh for zh, _ in reading.assumed} == {"日租金按 365/12 天折算为月租金"}


def test_the_days_of_a_month_are_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CIM_DAYS_PER_MONTH", "30")
    forget_settings()
    reading, _ = read("office.rent_min", "3元/㎡/天", "360元/㎡/年")
    monkeypatch.undo()
    forget_settings()
    assert list(reading.values) == pytest.approx([90, 30])
    assert {zh for zh, _ in reading.assumed} == {"日租金按 30 天折算为月租金"}


def test_a_unit_for_a_field_without_one_is_a_fault_of_the_mapping() -> None:
    with pytest.raises(MappingError, match="没有单位"):
        read("parking.spaces", "1", unit="m2")


def test_a_ratio_of_one_space_to_so_many_square_metres_is_spaces_for_a_hundred() -> None:
    written = ["1:150", "1：100", " 1 : 80㎡ ", "1:0", "2:100", "150", "01:50:00", None]
    found = ratio(pd.Series(written, dtype="string"))
    assert list(found[:3]) == pytest.approx([100 / 150, 1, 1.25])
    assert found[3:].isna().all()


def test_a_field_of_spaces_for_a_hundred_square_metres_takes_ratios_and_numbers() -> None:
    column = Column(
        "ratio", Float, info=about("车位配比", "Parking ratio", unit="per100m2", minimum=0)
    )
    findings = Findings()
    values = convert(pd.Series(["1:200", "0.67", "约1:100", "一比二"]), column, findings)
    assert list(values[:2]) == pytest.approx([0.5, 0.67])
    assert [one.value for one in findings.errors()] == ["约1:100", "一比二"]


numbers = st.decimals(0, 9_000_000, places=2).map(Decimal)


@given(numbers)
def test_a_number_is_the_same_however_it_is_written(number: Decimal) -> None:
    full_width = str(number).translate(str.maketrans("0123456789.", "０１２３４５６７８９．"))
    written = [
        str(number),
        f"{number:,}",
        full_width,
        f" {number} ",
        f"{number}㎡",
        f"{number:,} 平方米",
        f"{number / 10_000:f}万㎡",
        f"约{number}",
        float(number),
    ]
    reading, findings = read("office.gross_floor_area", *written)
    assert findings.errors() == []
    assert set(reading.values) == {float(number)}


UNITS = {
    "亩": 2000 / 3,
    "公顷": 10_000.0,
    "平方英尺": 0.09290304,
    "km2": 1e6,
    "sqm": 1.0,
    "m²": 1.0,
}


@given(st.floats(0.01, 9_000_000), st.sampled_from(sorted(UNITS)))
def test_another_unit_changes_the_writing_and_not_the_area(area: float, unit: str) -> None:
    size = area / UNITS[unit]
    in_cell, _ = read("office.gross_floor_area", f"{size!r}{unit}")
    in_title, _ = read("office.gross_floor_area", repr(size), unit=unit)
    assert in_cell.values[0] == pytest.approx(area, rel=1e-9)
    assert in_title.values[0] == pytest.approx(area, rel=1e-9)


@given(
    st.text(
        st.sampled_from(list("0123456789.,-~约万千㎡元/天月%层F()至 eE+>*无"))
        | st.characters(exclude_categories=["Cs"]),
        max_size=12,
    ),
    st.sampled_from(["office.gross_floor_area", "office.rent_min", "building.floors_above"]),
)
def test_no_cell_is_dropped_in_silence(cell: str, field: str) -> None:
    reading, findings = read(field, cell)
    if pd.notna(reading.values[0]) or findings.errors():
        return
    plain = pd.Series([cell.replace("\0", "")], dtype="string").str.normalize("NFKC")[0]
    spaceless = "".join(plain.split()).casefold().replace("−", "-")
    assert spaceless == "" or spaceless in NOTHING or set(spaceless) <= set("-—–")
