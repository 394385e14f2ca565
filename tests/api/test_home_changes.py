"""What follows an officer's change on the first page: warnings, the way back, the scene."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.sync_api import Browser, Page, Route, expect
from shapely.geometry import Point
from sqlalchemy import Engine, text

from tests.api.visits import Visit, open_page, serving, visiting
from tests.cim.small_city import HERE, METRE_NORTH, office, unit

if TYPE_CHECKING:
    from tests.conftest import Bring

DRAWN = 120_000
"""Milliseconds that a scene may take without a graphics card, on a busy machine."""

TODAY = dt.datetime.now(ZoneInfo("Asia/Shanghai")).date()
NEXT_YEAR = TODAY + dt.timedelta(days=365)
STATES = {
    "vacant": "空置",
    "let": "已租",
    "own_use": "自用",
    "reserved": "已预订",
    "coming": "即将入市",
}


@pytest.fixture
def address(city: Engine, bring: Bring) -> Iterator[str]:
    """Serve an office with a unit free since long, one free in a year, and one that is let."""
    bring("office", office("O"))
    bring(
        "office_unit",
        unit(
            "101",
            area=300,
            rent=90,
            min_divisible_area=400,
            available_from="2020-02-02",
            verified_on=TODAY.isoformat(),
        ),
        unit("102", area=500, rent=90, status="coming", available_from=NEXT_YEAR.isoformat()),
        unit("103", area=200, status="let", available_from="2021-03-03"),
    )
    with serving() as address:
        yield address


@pytest.fixture
def visit(address: str, browser: Browser) -> Iterator[Visit]:
    with visiting(browser, address, "/?office=t:O") as visit:
        yield visit


def save(page: Page, unit_no: str, **fields: str) -> None:
    """Change a unit in its form: `state` and `rent`."""
    page.get_by_role("button", name=f"更新单元 {unit_no}").click()
    form = page.locator(".daily")
    if "state" in fields:
        form.locator("label", has_text=fields["state"]).click()
    if "rent" in fields:
        form.get_by_label("租金").fill(fields["rent"])
    form.get_by_label("谁").fill("招商一组")
    form.get_by_role("button", name="保存").click()


def test_a_day_that_has_passed_is_now(visit: Visit) -> None:
    page = visit.page
    page.get_by_label("也显示已租").check()
    rows = page.locator(".units tbody tr:not(.below)")
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_contain_text("现在可入驻")
    expect(rows.nth(1)).to_contain_text(f"{NEXT_YEAR} 起可入驻")
    # of what is let nobody says so, whatever day was left in its row
    expect(rows.nth(2)).not_to_contain_text("入驻")
    expect(rows.nth(2)).not_to_contain_text("2021-03-03")
    page.goto(f"{visit.address}/?way=recommend&need.area.min=200&need.area.max=300")
    offer = page.locator(".cards .offer")
    expect(offer).to_contain_text("现在可入驻")
    expect(offer).not_to_contain_text("2020-02-02")


def test_the_table_of_units_fits_beside_the_city_and_on_a_phone(visit: Visit, bring: Bring) -> None:
    page = visit.page
    wide: dict[str, Any] = {
        "area": 211.47,
        "rent": 175.5,
        "rent_includes_fee": "false",
        "fit_out": "带家具",
    }
    bring(
        "office_unit",
        unit("3201", rent_area_base="套内面积", verified_on="2025-01-01", floor_label="32", **wide),
        unit("3304", **{**wide, "status": "coming"}, available_from=NEXT_YEAR.isoformat()),
    )
    page.reload()
    page.get_by_label("也显示已租").check()
    # the list is drawn anew with the unit that is let
    expect(page.locator(".units tbody tr", has_text="已租")).to_be_visible()
    page.wait_for_load_state("networkidle")
    for width, height in ((1440, 900), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        table = page.locator("#detail .scroll")
        expect(table).to_be_visible()
        assert table.evaluate("e => e.scrollWidth <= e.clientWidth")
        # the last column is inside as well
        last = page.locator(".units tbody td", has_text=f"核验 {TODAY}").first
        expect(last).to_be_visible()
        box = last.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= min(width, 432)


def test_every_state_that_the_city_knows_is_offered(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("button", name="更新单元 101").click()
    states = page.locator(".daily [name=status]")
    told = states.evaluate_all(
        "boxes => boxes.map((b) => [b.value, b.parentNode.innerText.trim()])"
    )
    assert dict(told) == STATES
    page.get_by_role("button", name="更新单元 101").click()
    save(page, "101", state="自用")
    expect(page.locator("#saved")).to_contain_text("单元 101 已保存")
    page.get_by_label("也显示已租").check()
    expect(page.locator(".units tbody tr:not(.below)").first).to_contain_text("自用")


def test_a_rule_that_the_unit_breaks_is_said_beside_what_was_saved(visit: Visit) -> None:
    page = visit.page
    save(page, "101", rent="85")
    expect(page.locator("#saved")).to_contain_text("单元 101 已保存")
    expect(page.locator("#saved .cautions li")).to_contain_text("最小可分割面积")
    save(page, "102", rent="85")
    expect(page.locator("#saved")).to_contain_text("单元 102 已保存")
    expect(page.locator("#saved .cautions")).to_have_count(0)


def test_a_change_is_taken_back_by_one_more_batch(visit: Visit, city: Engine) -> None:
    page = visit.page
    asked = text("select status, rent, verified_on, area from office_unit where unit_no = '101'")
    with city.connect() as connection:
        before = connection.execute(asked).one()
    save(page, "101", state="已租", rent="120")
    expect(page.locator("h3", has_text="可租单元 1 / 3")).to_be_visible()
    with city.connect() as connection:
        made = connection.scalar(text("select max(id) from batch"))
        assert connection.execute(asked).one() != before

    # it can still be taken back after the reader was elsewhere
    page.get_by_role("button", name="返回列表").click()
    page.locator("#list .office").click()
    page.locator("#saved").get_by_role("button", name="撤销").click()
    expect(page.locator("#saved")).to_contain_text(f"批次 {made} 已撤销")
    expect(page.locator("h3", has_text="可租单元 2 / 3")).to_be_visible()
    with city.connect() as connection:
        assert connection.execute(asked).one() == before
        batch = connection.execute(
            text("select made_by, reason from batch order by id desc limit 1")
        ).one()
    assert tuple(batch) == ("招商一组", f"撤销 批次 {made} / undo of batch {made}")
    expect(page.locator("#saved").get_by_role("button")).to_have_count(0)


def rent_of(city: Engine, unit_no: str) -> float | None:
    asked = text("select rent from office_unit where unit_no = :unit")
    with city.connect() as connection:
        found: float | None = connection.scalar(asked, {"unit": unit_no})
    return found


def test_what_somebody_changed_since_is_not_overwritten(visit: Visit, city: Engine) -> None:
    page = visit.page
    save(page, "102", rent="120")
    undo = page.locator("#saved").get_by_role("button", name="撤销")
    expect(undo).to_be_visible()
    httpx.patch(f"{visit.address}/units/t:102", json={"rent": 130}).raise_for_status()
    undo.click()
    expect(page.locator("#saved").get_by_role("alert")).to_contain_text("此后又有改动，没有撤销")
    assert rent_of(city, "102") == 130


@pytest.mark.parametrize(("press", "kept"), [("撤销", "没有撤销"), ("保存", "没有保存")])
def test_nobody_slips_in_between_looking_and_writing(
    visit: Visit, city: Engine, press: str, kept: str
) -> None:
    page = visit.page
    save(page, "102", rent="120")
    expect(page.locator("#saved")).to_contain_text("单元 102 已保存")

    def somebody_is_faster(route: Route) -> None:
        if route.request.method == "PATCH":
            httpx.patch(f"{visit.address}/units/t:102", json={"rent": 130}).raise_for_status()
        route.continue_()

    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
    page.route("**/units/*", somebody_is_faster)
    if press == "撤销":
        page.locator("#saved").get_by_role("button", name="撤销").click()
    else:
        save(page, "102", rent="125")
    expect(page.locator("#detail").get_by_role("alert").filter(has_text=kept)).to_be_visible()
    assert rent_of(city, "102") == 130
    if press == "撤销":
        # one request looks and writes
        assert asked == [f"PATCH {visit.address}/units/t%3A102"]


def test_the_scene_shows_a_change_without_losing_its_place(
    browser: Browser, address: str, bring: Bring
) -> None:
    bring("office", office("P", geom=Point(HERE.x, HERE.y + 200 * METRE_NORTH)), dataset="other")
    visit = open_page(browser, address, scene=True)
    page = visit.page
    page.goto(f"{address}/?office=t:O")
    page.wait_for_selector("#waiting", state="hidden", timeout=DRAWN)
    scene = page.frame_locator("#scene")
    root = scene.locator("html")
    scene.get_by_role("button", name="租金").click()
    expect(root).to_have_attribute("data-measure", "rent")
    classes = scene.locator("#legend .classes")
    dear = classes.locator("li", has_text="≥ 180").locator(".count")
    expect(dear).to_have_text("0")
    expect(scene.locator("#pinned")).to_contain_text("90")
    page.wait_for_timeout(1500)
    camera = root.get_attribute("data-camera")

    # 500 m² coming and 300 m² vacant: both asked dearly
    for number in ("101", "102"):
        save(page, number, rent="200")
        expect(page.locator("#saved")).to_contain_text(f"单元 {number} 已保存")
    expect(scene.locator("#pinned")).to_contain_text("200", timeout=DRAWN)
    expect(dear).to_have_text("1")
    assert root.get_attribute("data-measure") == "rent"
    assert root.get_attribute("data-camera") == camera
    assert visit.faults == []

    # where it cannot be fetched, the page says so and loads it when asked
    page.route("**/scenes/**", lambda route: route.abort())
    save(page, "102", rent="60")
    expect(page.locator("#aged")).to_contain_text("地图还没有画出")
    page.unroute("**/scenes/**")
    page.locator("#aged button").click()
    expect(page.locator("#aged")).to_be_hidden()
    page.wait_for_selector("#waiting", state="hidden", timeout=DRAWN)
    expect(scene.locator("#pinned")).to_contain_text("60", timeout=DRAWN)
    page.context.close()
