"""A report in the hands of a person: map and tables together, on a phone, on paper."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Locator, expect
from sqlalchemy import Engine

from tests.viz.census import (
    PHONE,
    Census,
    mark_of_row,
    middle_of,
    opened,
    samples_of,
    take_census,
    visible_lines,
)
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


# --- the map -----------------------------------------------------------------------------------


def test_every_finding_with_a_place_has_its_mark_and_no_other(
    browser: Browser, census: Census
) -> None:
    placed = Counter(
        next(check["severity"] for check in census.imported["checks"] if check["code"] == code)
        for code in (one["code"] for one in samples_of(census.imported) if one["place"])
    )
    in_the_city = {"value-unreadable", "value-range", "value-unknown", "id-missing"}
    with opened(browser, report_html(census.imported, census.context)) as page:
        for severity in ("error", "warning", "note"):
            marks = page.locator(f"#marks .{severity} path")
            assert marks.count() == placed[severity]
            if placed[severity]:
                legend = page.locator(f".legend li:has(.{severity}) b")
                assert legend.inner_text() == f"{placed[severity]:,}"
        for planted in census.planted:
            if planted.code in in_the_city:
                expect(mark_of_row(page, planted.row)).to_be_visible()


def test_the_severities_differ_in_shape_and_not_only_in_colour(
    browser: Browser, census: Census
) -> None:
    with opened(browser, report_html(census.imported, census.context)) as page:
        shapes = [
            page.locator(f"defs #{severity}").get_attribute("d")
            for severity in ("error", "warning", "note")
        ]
    assert len(set(shapes)) == 3


def test_a_click_on_a_mark_lights_its_row_up(browser: Browser, census: Census) -> None:
    chosen = [one for one in census.planted if one.code == "value-unknown"][3]
    with opened(browser, report_html(census.imported, census.context)) as page:
        mark = mark_of_row(page, chosen.row)
        mark.scroll_into_view_if_needed()
        page.mouse.click(*middle_of(mark))
        line = page.locator(".findings tr.picked")
        expect(line).to_be_visible()
        expect(line).to_be_in_viewport()
        assert line.get_attribute("data-row") == str(chosen.row)
        expect(page.locator(f"#r{chosen.row}.picked")).to_have_count(1)
        expect(page.locator("#card")).to_contain_text(f"第 {chosen.row} 行")


def test_a_click_on_a_row_brings_its_mark_into_the_map(browser: Browser, census: Census) -> None:
    # the first and the last: in opposite corners of the grid
    first, *_, last = (one for one in census.planted if one.code == "value-range")
    with opened(browser, report_html(census.imported, census.context)) as page:
        page.locator("#plane").scroll_into_view_if_needed()
        mark = mark_of_row(page, first.row)
        page.mouse.move(*middle_of(mark))
        for _ in range(6):
            page.mouse.wheel(0, -300)
            page.wait_for_timeout(60)
        page.fill("#filter [type=search]", str(last.row))
        page.locator(f".findings tr[data-row='{last.row}'] td").first.click()
        x, y = middle_of(mark_of_row(page, last.row))
        plane = page.locator("#plane").bounding_box()
        assert plane is not None
        assert plane["x"] < x < plane["x"] + plane["width"]
        assert plane["y"] < y < plane["y"] + plane["height"]
        ring = middle_of(page.locator("#ring"))
        assert ring == pytest.approx((x, y), abs=1.5)


def test_the_map_comes_nearer_under_the_wheel_and_marks_keep_their_size(
    browser: Browser, census: Census
) -> None:
    with opened(browser, report_html(census.imported, census.context)) as page:
        page.locator("#plane").scroll_into_view_if_needed()
        page.wait_for_timeout(500)
        marks = page.locator("#marks .error path")
        apart, size = _apart(marks.nth(0), marks.nth(1)), marks.nth(0).bounding_box()
        page.mouse.move(*middle_of(marks.nth(0)))
        page.mouse.wheel(0, -500)
        page.wait_for_timeout(200)
        assert _apart(marks.nth(0), marks.nth(1)) > 2 * apart
        after = marks.nth(0).bounding_box()
        assert size is not None
        assert after is not None
        assert after["width"] == pytest.approx(size["width"], abs=0.5)
        page.locator("[data-zoom=home]").click()
        assert _apart(marks.nth(0), marks.nth(1)) == pytest.approx(apart, abs=0.5)


def test_a_drag_moves_the_map_and_picks_nothing(browser: Browser, census: Census) -> None:
    with opened(browser, report_html(census.imported, census.context)) as page:
        page.locator("#plane").scroll_into_view_if_needed()
        mark = page.locator("#marks .error path").nth(4)
        x, y = middle_of(mark)
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 60, y - 40, steps=6)
        page.mouse.up()
        assert middle_of(mark) == pytest.approx((x + 60, y - 40), abs=6)
        expect(page.locator("tr.picked")).to_have_count(0)


def test_two_fingers_bring_the_map_nearer_without_moving_the_page(
    browser: Browser, census: Census
) -> None:
    with opened(browser, report_html(census.imported, census.context), PHONE) as page:
        page.locator("#plane").scroll_into_view_if_needed()
        marks = page.locator("#marks .error path")
        apart, scrolled = _apart(marks.nth(0), marks.nth(1)), page.evaluate("scrollY")
        x, y = middle_of(page.locator("#plane"))
        hand = page.context.new_cdp_session(page)

        def touch(kind: str, *reaches: float) -> None:
            fingers = [{"x": x + reach, "y": y, "id": n} for n, reach in enumerate(reaches)]
            hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})

        touch("touchStart", -20, 20)
        for reach in range(24, 81, 4):
            touch("touchMove", -reach, reach)
        touch("touchEnd")
        assert _apart(marks.nth(0), marks.nth(1)) > 2.5 * apart
        assert page.evaluate("scrollY") == scrolled
        assert page.evaluate("visualViewport.scale") == 1


def _apart(one: Locator, other: Locator) -> float:
    (x, y), (east, south) = middle_of(one), middle_of(other)
    return float(((x - east) ** 2 + (y - south) ** 2) ** 0.5)


# --- wherever it is read -----------------------------------------------------------------------


@pytest.mark.parametrize("fate", ["imported", "tried", "refused"])
def test_nothing_runs_over_the_edge_of_a_phone(browser: Browser, census: Census, fate: str) -> None:
    with opened(browser, report_html(getattr(census, fate), census.context), PHONE) as page:
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


def test_on_a_phone_a_tap_on_a_mark_tells_its_problem_on_the_map(
    browser: Browser, census: Census
) -> None:
    chosen = next(one for one in census.planted if one.code == "value-range")
    with opened(browser, report_html(census.imported, census.context), PHONE) as page:
        mark = mark_of_row(page, chosen.row)
        mark.scroll_into_view_if_needed()
        for _ in range(4):
            page.locator("[data-zoom=in]").click()
        page.fill("#filter [type=search]", str(chosen.row))
        page.locator(f".findings tr[data-row='{chosen.row}'] a").first.click()
        page.mouse.click(*middle_of(mark))
        told = page.locator("#card button").first
        expect(told).to_contain_text(f"第 {chosen.row} 行")
        expect(told).to_be_in_viewport()
        told.click()
        expect(page.locator(".findings tr.picked")).to_be_in_viewport()


def test_on_paper_every_list_is_open_and_every_problem_stands(
    browser: Browser, census: Census
) -> None:
    with opened(browser, report_html(census.imported, census.context)) as page:
        page.evaluate(
            """() => addEventListener("beforeprint", () => {
                window.openOnPaper = document.querySelectorAll("details:not([open])").length;
            })"""
        )
        paper = page.pdf(prefer_css_page_size=True)
        assert paper.startswith(b"%PDF")
        assert paper.count(b"/Type /Page\n") > 3
        assert page.evaluate("openOnPaper") == 0
        page.emulate_media(media="print")
        assert len(visible_lines(page)) == len(samples_of(census.imported))
        expect(page.locator("#filter")).to_be_hidden()


def test_without_scripts_it_is_a_picture_with_tables(browser: Browser, census: Census) -> None:
    html = report_html(census.imported, census.context)
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 1440, "height": 900}
    )
    try:
        page = context.new_page()
        page.route("**/*", lambda route: route.fulfill(body=html, content_type="text/html"))
        page.goto("http://scene.invalid/")
        expect(page.locator("#marks .error path").first).to_be_visible()
        expect(page.locator("#filter")).to_be_hidden()
        first = next(one for one in samples_of(census.imported) if one["row"])
        expect(page.locator(f".findings tr[data-row='{first['row']}']").first).to_be_visible()
    finally:
        context.close()
