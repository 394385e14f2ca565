"""What a search asks of one unit or block: budget, date, fit-out; and what it flags."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from api.tables import table_answer

if TYPE_CHECKING:
    from tests.conftest import Bring

from tests.cim.small_city import found, office, unit, unknown


def test_a_budget_pays_for_the_least_area_that_meets_the_need(bring: Bring) -> None:
    bring("office", office("O"), office("W"))
    bring(
        "office_unit",
        # 1,000 m² at 100 a month, to be divided down to 200 m²
        unit("O-1", area=1000, rent=100, min_divisible_area=200),
        unit("W-1", "W", area=1000, rent=100),
    )
    assert set(found(budget_max=20_000)) == {"O"}
    assert set(found(budget_max=19_999)) == set()
    assert set(found(area_min=500, budget_max=50_000)) == {"O"}
    assert set(found(area_min=500, budget_max=49_999)) == set()
    assert set(found(area_min=500, budget_max=100_000)) == {"O", "W"}


def test_rent_by_net_area_costs_less_a_month_and_an_unknown_rent_is_unknown(bring: Bring) -> None:
    bring("office", office("O"), office("U"))
    bring(
        "office_unit",
        unit("O-1", area=100, net_area=70, rent=100, rent_area_base="套内面积"),
        unit("U-1", "U", area=100),
    )
    assert set(found(budget_max=7_000)) == {"O"}
    assert unknown(budget_max=7_000) == {"space": 1}


def test_a_company_moves_in_when_the_last_unit_of_the_block_is_free(bring: Bring) -> None:
    bring("office", *(office(code) for code in "ABCD"))
    bring(
        "office_unit",
        unit("A-1", "A", area=100, adjacent_to=["t:A-2"]),
        unit("A-2", "A", area=100, available_from=dt.date(2027, 3, 1)),
        unit("B-1", "B", area=200, status="coming", available_from=dt.date(2027, 1, 1)),
        # nobody knows when
        unit("C-1", "C", area=200, status="coming"),
        unit("D-1", "D", area=200, status="let"),
    )
    assert set(found(area_min=200, move_in="2027-01-01")) == {"B"}
    assert set(found(area_min=200, move_in="2027-03-01")) == {"A", "B"}
    assert unknown(area_min=200, move_in="2027-03-01") == {"space": 1}
    assert set(found(move_in="2026-01-01")) == {"A"}


def test_budget_date_and_fit_out_must_hold_for_the_same_unit(bring: Bring) -> None:
    bring("office", office("O"), office("S"))
    bring(
        "office_unit",
        unit("O-1", area=100, rent=50, fit_out="毛坯"),
        unit("O-2", area=100, rent=500, fit_out="精装"),
        unit("S-1", "S", area=100, rent=50, fit_out="精装"),
    )
    assert set(found(budget_max=6_000, fit_out="精装")) == {"S"}
    assert set(found(fit_out="精装,带家具")) == {"O", "S"}


def test_units_never_verified_or_long_ago_are_flagged(bring: Bring) -> None:
    today = dt.datetime.now(dt.UTC).date()
    bring("office", *(office(code) for code in ("fresh", "old", "never", "let")))
    bring(
        "office_unit",
        unit("1", "fresh", verified_on=today - dt.timedelta(days=80)),
        unit("2", "old", verified_on=today - dt.timedelta(days=100)),
        unit("3", "never"),
        unit("4", "never", verified_on=today),
        unit("5", "let", status="let"),
    )
    flags = {code: told["unverified"] for code, told in found().items()}
    assert flags == {"fresh": False, "old": True, "never": True, "let": None}


HOSTILE = "=HYPERLINK(1)"


@pytest.mark.parametrize("text", [HOSTILE, "+1", "-1", "@SUM", "\tx"])
def test_text_that_looks_like_a_formula_stays_text(text: str) -> None:
    written = bytes(table_answer("csv", "t", ["名称"], [[text]]).body).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(written)))[1] == [f"'{text}"]
    book = load_workbook(io.BytesIO(bytes(table_answer("xlsx", "t", ["名称"], [[text]]).body)))
    cell = book.worksheets[0]["A2"]
    assert cell is not None
    assert (cell.data_type, cell.value) == ("s", text)


def test_codes_are_not_taken_for_numbers_and_numbers_stay_numbers() -> None:
    code = "4403030010010000001"
    rows = [[code, -1.5, None, True]]
    titles = ["编号", "差", "无", "可注册"]
    written = bytes(table_answer("csv", "t", titles, rows).body).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(written)))[1] == [f"'{code}", "-1.5", "", "是"]
    book = load_workbook(io.BytesIO(bytes(table_answer("xlsx", "t", titles, rows).body)))
    values = [cell.value for cell in next(iter(book.worksheets[0].iter_rows(min_row=2)))]
    assert values == [code, -1.5, None, "是"]


def test_towers_are_found_by_part_alias_and_with_one_character_wrong_missing_or_swapped(
    bring: Bring,
) -> None:
    bring(
        "office",
        office("K", name="京基一百大厦", aliases=["KK100", "ＫＫ　Ｍａｌｌ"]),
        office("C", name="佳宁娜广场", address="人民南路2002号"),
        office("N", name="新都酒店", address="佳宁娜广场东侧"),
    )
    for typed in (
        "京基一佰",
        "京基百大",
        "京一基百",
        "kk100",
        "KK mall",
        "ｋｋ１００",
        "一百 京基",
    ):
        assert set(found(q=typed)) == {"K"}, typed
    assert list(found(q="佳宁那广场")) == ["C", "N"]
    assert list(found(q="佳宁娜广场")) == ["C", "N"]
    assert set(found(q="佳宁娜 人民南")) == {"C"}
    assert set(found(q="佳宁娜 东门")) == set()
