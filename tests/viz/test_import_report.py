"""A report that goes back to whoever sent the data: everything wrong can be found in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, expect
from shapely.geometry import Point
from sqlalchemy import Engine

from cim.model import COMMON
from tests.viz.census import (
    Census,
    middle_of,
    opened,
    samples_of,
    take_census,
    visible_lines,
)
from tests.viz.planted_problems import SPOILS
from viz.import_report import report_html

if TYPE_CHECKING:
    from tests.conftest import Bring


@pytest.fixture(scope="module")
def census(
    shared_city: Engine,
    bring_into: Callable[[Engine], Bring],
    tmp_path_factory: pytest.TempPathFactory,
) -> Census:
    return take_census(shared_city, bring_into(shared_city), tmp_path_factory.mktemp("census"))


# --- all that is wrong can be found ------------------------------------------------------------


def test_more_than_a_hundred_problems_of_many_kinds_are_planted(census: Census) -> None:
    kinds = Counter(one.code for one in census.planted)
    assert len(census.planted) == 120
    assert kinds.keys() == {spoil.code for spoil in SPOILS}
    reported = {(one["row"], one["code"]) for one in samples_of(census.imported)}
    assert set(census.planted) <= reported


@pytest.mark.parametrize("fate", ["imported", "tried", "refused"])
def test_each_planted_problem_shows_when_its_row_is_typed(
    browser: Browser, census: Census, fate: str
) -> None:
    report = getattr(census, fate)
    reasons = {(one["row"], one["code"]): one["reason"] for one in samples_of(report)}
    errors = {one["row"] for one in report["rejects"]}
    with opened(browser, report_html(report, census.context)) as page:
        for planted in census.planted:
            page.fill("#filter [type=search]", str(planted.row))
            reason = reasons[planted].split(" / ")[0]
            lines = [text for row, text in visible_lines(page) if row == str(planted.row)]
            assert any(reason in text for text in lines), planted
            expect(page.locator(f".rule:visible code:text-is('{planted.code}')")).to_be_visible()
            if planted.row in errors:
                row = page.locator(f"#r{planted.row}")
                expect(row).to_be_visible()
                expect(row).to_contain_text(reason)


def test_each_planted_problem_can_be_found_with_the_browsers_own_search(
    browser: Browser, census: Census
) -> None:
    with opened(browser, report_html(census.imported, census.context)) as page:
        for planted in census.planted:
            assert page.evaluate("(row) => find(row, false, false, true)", str(planted.row)), (
                planted
            )


def test_the_filter_finds_by_number_field_and_rule_and_gives_all_back(
    browser: Browser, census: Census
) -> None:
    with opened(browser, report_html(census.imported, census.context)) as page:
        before = visible_lines(page)
        page.fill("#filter [type=search]", "P0004")
        assert {row for row, _ in visible_lines(page)} == {"6"}
        page.fill("#filter [type=search]", "spaces value-range")
        ranged = {str(one.row) for one in census.planted if one.code == "value-range"}
        assert {row for row, _ in visible_lines(page)} == ranged
        page.fill("#filter [type=search]", "没有这样的问题")
        assert visible_lines(page) == []
        expect(page.locator(".no-hit")).to_be_visible()
        page.fill("#filter [type=search]", "")
        assert visible_lines(page) == before


def test_a_rule_is_told_by_what_is_wrong_and_a_field_by_the_column_that_fills_it(
    browser: Browser, census: Census
) -> None:
    report = {**census.imported, "columns": {**census.imported["columns"], "spaces": "泊位"}}
    with opened(browser, report_html(report, census.context)) as page:
        rule = page.locator(".rule", has=page.locator("code:text-is('geometry-repaired')"))
        expect(rule.locator("summary")).to_contain_text("面的边界自相交，已修复")
        ranged = page.locator(".rule", has=page.locator("code:text-is('value-range')"))
        expect(ranged.locator("tbody tr").first).to_contain_text("列“泊位”")
        wrong = next(one.row for one in census.planted if one.code == "value-range")
        expect(page.locator(f"#r{wrong}")).to_contain_text("列“泊位”")


def test_a_severity_that_is_switched_off_leaves_table_and_map(
    browser: Browser, census: Census
) -> None:
    with opened(browser, report_html(census.imported, census.context)) as page:
        page.locator("#filter [value=error]").uncheck()
        expect(page.locator(".rule.error:visible")).to_have_count(0)
        expect(page.locator("#marks .error path:visible")).to_have_count(0)
        assert page.locator("#marks .note path:visible").count() > 0


# --- what became of it -------------------------------------------------------------------------


def test_the_head_says_what_became_of_the_file(browser: Browser, census: Census) -> None:
    batch = census.imported["outcome"]["batch"]
    told = {
        "imported": ["已导入", f"cim rollback {batch}"],
        "tried": ["试运行", "没有写入任何数据"],
        "refused": ["已拒绝", census.refused["refused"].split(" / ")[0]],
    }
    for fate, words in told.items():
        report = getattr(census, fate)
        with opened(browser, report_html(report, census.context)) as page:
            head = page.locator("header")
            for word in (*words, "停车场普查.csv", "census", report["sha256"]):
                expect(head).to_contain_text(word)
            assert ("rollback" in head.inner_text()) == (fate == "imported")


def test_a_batch_that_was_taken_back_is_not_told_as_imported(
    browser: Browser, census: Census
) -> None:
    report = {**census.imported, "taken_back_by": 77}
    with opened(browser, report_html(report, census.context)) as page:
        expect(page.locator("header .verdict")).to_contain_text("已撤回")
        expect(page.locator("header .sentence")).to_contain_text("已由批次 77 撤回")
        head = page.locator("header").inner_text()
    assert "已导入" not in head
    assert f"cim rollback {report['outcome']['batch']}" not in head
    assert "cim rollback 77 --redo" in head


def test_when_it_was_is_told_by_the_clock_of_the_city(browser: Browser, census: Census) -> None:
    moment = "2026-11-25T01:20:49.896096+00:00"
    report = {**census.imported, "made_by": "王规划", "made_at": moment}
    with opened(browser, report_html(report, census.context)) as page:
        when = page.locator("header time")
        expect(when).to_have_text("2026-11-25 09:20")
        expect(when).to_have_attribute("datetime", moment)


def test_the_figures_are_those_of_the_file(browser: Browser, census: Census) -> None:
    errors = {one.row for one in census.planted if COMMON[one.code].severity == "error"}
    with opened(browser, report_html(census.imported, census.context)) as page:
        numbers = page.locator(".figures strong").all_inner_texts()
    fit = 600 - len(errors)
    mended = sum(one.code == "geometry-repaired" for one in census.planted)
    assert numbers[:4] == ["600", "600", str(fit), str(len(errors))]
    assert int(numbers[4]) >= mended
    assert numbers[5:] == [str(fit), "0", "0", "0"]


def test_a_thousand_problems_stay_under_a_megabyte(census: Census) -> None:
    findings = [
        {**one, "row": 10 + number, "id": f"census:P{number:04}"}
        for number, one in enumerate((samples_of(census.imported) * 10)[:1000])
    ]
    check = {"code": "x", "severity": "error", "zh": "规则", "en": "rule", "count": 40_000}
    report = {
        **census.imported,
        "checks": [{**check, "samples": findings}],
        "rejects": findings,
        "rejected": 1000,
    }
    html = report_html(report, census.context)
    assert len(html.encode()) < 1_000_000
    assert "列出前 1,000 处，共 40,000 处" in html


def test_a_doubtful_coordinate_system_is_told_at_the_head_and_drawn(
    browser: Browser, census: Census
) -> None:
    evidence = {
        **census.imported["whereabouts"],
        "verdict": "doubtful",
        "proposed": "GCJ-02",
        "pairs": 124,
        "east": 493.2,
        "north": -266.1,
        "theory_east": 488.0,
        "theory_north": -271.5,
        "words": ["偏移正如 GCJ-02 / the shift is that of GCJ-02"],
    }
    report = {**census.imported, "whereabouts": evidence}
    with opened(browser, report_html(report, census.context)) as page:
        expect(page.locator("header .also").last).to_contain_text("更可能是 GCJ-02")
        where = page.locator("#where")
        for words in (
            "可疑",
            "124 对要素",
            "--crs GCJ-02",
            "偏移正如 GCJ-02",
            "+493.2 m",
            "560.4 m",
        ):
            expect(where).to_contain_text(words)
        # south-east of where it ought to be: right of the middle, and below
        origin, arrow = (where.locator(f".shift {part}") for part in (".origin", "path.measured"))
        (x, y), (east, south) = middle_of(origin), middle_of(arrow)
        assert east > x + 20
        assert south > y + 10
        expect(where.locator("path.theory")).to_have_count(1)


def test_what_changed_is_listed_value_by_value_and_what_is_not_listed_is_counted(
    browser: Browser, shared_city: Engine, bring_into: Callable[[Engine], Bring]
) -> None:
    bring = bring_into(shared_city)
    rows = [
        {"id": f"{n:03}", "name": "旧", "spaces": 7, "geom": Point(114.1, 22.5)} for n in range(250)
    ]
    bring("parking", *rows, dataset="changing")
    newer = [{**row, "name": "新"} for row in rows[:230]] + [
        {**rows[0], "id": f"N{n}"} for n in range(3)
    ]
    newer[0]["spaces"] = 8
    report = bring("parking", *newer, dataset="changing", mode="replace").as_dict()
    with opened(browser, report_html(report)) as page:
        changes = page.locator("#changes")
        counts = changes.locator(".bars tr").all_inner_texts()
        assert [" ".join(one.split()) for one in counts] == ["名称 name 230", "车位数 spaces 1"]
        changes.locator(".changed summary").click()
        expect(changes.locator(".changed summary")).to_contain_text("列出 200 / 230")
        first = changes.locator(".diff tbody").first
        expect(first.locator("th")).to_have_text("changing:000")
        assert first.locator(".before").all_inner_texts() == ["旧", "7"]
        assert first.locator(".after").all_inner_texts() == ["新", "8"]
        changes.locator(".ids summary").first.click()
        assert changes.locator(".ids").first.locator("p code").all_inner_texts() == [
            "changing:N0",
            "changing:N1",
            "changing:N2",
        ]
        expect(changes.locator(".ids summary").last).to_contain_text("20")


def test_the_columns_say_what_fills_what_and_what_is_left_over(
    browser: Browser, census: Census
) -> None:
    report = {
        **census.imported,
        "suggestions": [{"column": "备注", "field": "fee", "title": "收费标准", "likeness": 71.4}],
        "assumed": ["空白记为未知 / blanks are unknown"],
    }
    with opened(browser, report_html(report)) as page:
        columns = page.locator("#columns")
        row = columns.locator(".mapping tr:has(code:text-is('spaces'))")
        assert " ".join(row.inner_text().split()) == "车位数 Spaces spaces 车位数"
        expect(columns.locator(".unused code")).to_have_text("备注")
        expect(columns.locator(".suggestions")).to_contain_text("相似 71%")
        expect(columns.locator(".sentences")).to_contain_text("空白记为未知")
