"""The first page in a real browser, over the example city, with every outside request recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import Browser, expect
from sqlalchemy import Engine
from starlette.testclient import TestClient

from tests.api.visits import count_in_database, matching, open_page

if TYPE_CHECKING:
    pass

DRAWN = 120_000
"""Milliseconds that a scene may take without a graphics card, on a busy machine."""


def test_an_officer_finds_opens_and_leaves_an_office(
    browser: Browser, home: str, luohu: Engine
) -> None:
    visit = open_page(browser, home, scene=True)
    page = visit.page
    page.goto(home)
    assert matching(page) == count_in_database(luohu, "true")

    page.select_option("[name=metro_walk_max]", "5")
    within = count_in_database(luohu, "n.walk_min <= 5")
    expect(page.locator("#answer strong")).to_have_text(str(within))
    assert "metro_walk_max=5" in page.url

    # the scene beside the list lights up what matches, and the office that is opened
    page.wait_for_selector("#waiting", state="hidden", timeout=DRAWN)
    scene = page.frame_locator("#scene").locator("html")
    first = page.locator(".office").first
    identifier, name = first.get_attribute("data-id"), first.locator("h2").inner_text()
    first.click()
    expect(page.locator("#detail h2")).to_contain_text(name.splitlines()[0])
    expect(scene).to_have_attribute("data-selected", str(identifier), timeout=DRAWN)

    # what is closed in the scene is closed beside it
    page.frame_locator("#scene").get_by_role("button", name="关闭").click()
    expect(page.locator("#detail")).to_be_hidden()
    expect(page.locator(".office").first).to_be_visible()
    assert matching(page) == within
    assert visit.outside == []
    assert visit.faults == []


def test_a_link_repeats_the_question_and_the_open_office(browser: Browser, home: str) -> None:
    visit = open_page(browser, home)
    visit.page.goto(f"{home}/?q=国贸大厦&office=luohu-example:B003")
    expect(visit.page.locator("#detail h2")).to_contain_text("国贸大厦")
    expect(visit.page.locator("[name=q]")).to_have_value("国贸大厦")
    # a real tower is published; what is from memory says so value by value
    expect(visit.page.locator("#detail h2 .tag")).to_have_text("公开资料")


def test_back_and_escape_leave_an_office_for_the_list(browser: Browser, home: str) -> None:
    visit = open_page(browser, home)
    page = visit.page
    page.goto(f"{home}/?q=国贸")
    page.locator(".office", has_text="国贸大厦").first.click()
    name = page.locator("#detail h2")
    expect(name).to_contain_text("国贸大厦")

    page.go_back()
    expect(page.locator("#detail")).to_be_hidden()
    expect(page.locator(".office").first).to_be_visible()
    assert "office=" not in page.url
    page.go_forward()
    expect(name).to_contain_text("国贸大厦")
    page.keyboard.press("Escape")
    expect(page.locator("#detail")).to_be_hidden()
    expect(page.locator("[name=q]")).to_have_value("国贸")

    # a new question begins a new list, and the way back leads to the one before
    page.locator(".office").first.click()
    expect(name).to_be_visible()
    page.fill("[name=q]", "水贝")
    expect(page.locator("#detail")).to_be_hidden()
    page.go_back()
    expect(page.locator("[name=q]")).to_have_value("国贸")
    assert visit.faults == []


def test_a_link_with_strange_values_says_what_it_does_instead(
    browser: Browser, home: str, luohu: Engine
) -> None:
    visit = open_page(browser, home)
    page = visit.page
    page.goto(f"{home}/?sort=hack&parking_ratio_min=zzz&metro_walk_max=7")
    # a number between those on offer is a bound like any other
    assert matching(page) == count_in_database(luohu, "n.walk_min <= 7")
    expect(page.locator("#strange")).to_contain_text("车位配比 ≥：zzz、排序：hack")
    expect(page.locator("[name=sort]")).to_have_value("-parking_ratio")
    assert "hack" not in page.url


def test_a_link_to_an_office_that_is_gone_says_so(browser: Browser, home: str) -> None:
    visit = open_page(browser, home)
    page = visit.page
    page.goto(f"{home}/?office=nowhere")
    expect(page.locator("#detail")).to_contain_text("没有编号为“nowhere”的楼宇")
    expect(page.locator("#detail")).to_contain_text("There is no office")
    page.get_by_role("button", name="返回列表").click()
    assert matching(page) > 0


def test_a_least_area_above_the_most_is_said_at_the_field(browser: Browser, home: str) -> None:
    visit = open_page(browser, home)
    page = visit.page
    page.goto(f"{home}/?area_min=900&area_max=100")
    expect(page.locator("#need-note")).to_contain_text("面积下限大于上限")
    expect(page.locator("[name=area_min]")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("button", name="重试")).to_have_count(0)
    page.fill("[name=area_max]", "2000")
    assert matching(page) > 0
    expect(page.locator("[name=area_min]")).to_have_attribute("aria-invalid", "false")


def test_an_entry_says_what_of_it_meets_the_need(
    browser: Browser, home: str, rest: TestClient
) -> None:
    visit = open_page(browser, home)
    page = visit.page
    page.goto(f"{home}/?area_min=800")
    page.wait_for_selector(".office")
    found = rest.get("/offices", params={"area_min": 800, "limit": 1000}).json()["features"]
    words = {
        "unit": "符合：{n} 个单元",
        "block": "符合：相邻 {n} 个单元合并",
    }
    assert {feature["properties"]["matching_as"] for feature in found} == set(words)
    for kind, pattern in words.items():
        office = next(f["properties"] for f in found if f["properties"]["matching_as"] == kind)
        entry = page.locator(f".office[data-id='{office['id']}']")
        expect(entry).to_contain_text(pattern.format(n=office["matching_units"]))
        expect(entry).to_contain_text(f"{office['free_units']} 个单元")


def test_only_offices_with_free_space(browser: Browser, home: str, rest: TestClient) -> None:
    visit = open_page(browser, home)
    page = visit.page
    page.goto(home)
    matching(page)
    page.check("[name=free]")
    expect(page.locator("#answer")).to_contain_text("栋有可租空间且符合")
    assert matching(page) == rest.get("/offices", params={"area_min": 1}).json()["numberMatched"]
    assert "free=1" in page.url


def test_a_need_that_nothing_meets_says_what_to_do(browser: Browser, home: str) -> None:
    visit = open_page(browser, home)
    visit.page.goto(f"{home}/?rent_max=1")
    expect(visit.page.locator(".empty")).to_contain_text("放宽")
    assert matching(visit.page) == 0


def test_without_an_answer_the_page_says_so_and_tries_again(browser: Browser, home: str) -> None:
    visit = open_page(browser, home)
    page = visit.page
    page.goto(home)
    matching(page)
    expect(page.locator("#more")).to_be_visible()
    page.route("**/offices?*", lambda route: route.abort())
    page.fill("[name=rent_max]", "100")
    expect(page.locator("#answer")).to_contain_text("没有得到答案")
    expect(page.locator("#answer")).to_contain_text("服务没有回应")
    expect(page.locator("#more")).to_be_hidden()
    page.unroute("**/offices?*")
    page.get_by_role("button", name="重试").click()
    assert matching(page) > 0


def test_simulated_data_is_said_to_be_simulated(browser: Browser, home: str) -> None:
    visit = open_page(browser, home)
    visit.page.goto(f"{home}/?q=模拟")
    matching(visit.page)
    expect(visit.page.locator("#warnings")).to_contain_text("模拟")
    tags = visit.page.locator(".office h2 .tag").all_inner_texts()
    assert tags
    assert set(tags) == {"模拟"}


def test_the_page_fits_a_phone(browser: Browser, home: str) -> None:
    visit = open_page(browser, home, width=390, height=844)
    visit.page.goto(home)
    matching(visit.page)
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 390
    # the form is folded, so that the list is on the first screen
    expect(visit.page.locator("[name=rent_max]")).to_be_hidden()
    expect(visit.page.locator(".office").first).to_be_in_viewport()
    visit.page.locator(".office").nth(4).click()
    expect(visit.page.locator("#detail h2")).to_be_in_viewport()
    expect(visit.page.locator("#scene")).to_be_in_viewport(ratio=0.9)


def test_on_a_phone_the_scene_takes_a_third_at_most_and_can_be_folded_away(
    browser: Browser, home: str
) -> None:
    visit = open_page(browser, home, width=390, height=844)
    page = visit.page
    page.goto(home)
    matching(page)
    city = page.locator("#picture")
    box = city.bounding_box()
    assert box is not None
    assert 0 < box["height"] <= 844 / 3
    page.get_by_role("button", name="收起地图").click()
    expect(city).to_be_hidden()
    expect(page.locator(".office").nth(1)).to_be_in_viewport()
    # it stays so
    page.reload()
    matching(page)
    expect(city).to_be_hidden()
    page.get_by_role("button", name="展开地图").click()
    expect(page.locator("#scene")).to_be_in_viewport(ratio=0.9)


def test_on_a_phone_the_need_is_open_until_it_was_answered(browser: Browser, home: str) -> None:
    visit = open_page(browser, home, width=390, height=844)
    page = visit.page
    page.goto(home)
    matching(page)
    page.get_by_role("tab", name="推荐").click()
    heads = page.locator("[data-path='need.headcount']")
    expect(heads).to_be_in_viewport()
    heads.fill("60")
    page.get_by_role("button", name="推荐 recommend").click()
    page.wait_for_selector("#advice:not([aria-busy]) .answer strong")
    expect(heads).to_be_hidden()
    # as a link to the form alone opens it, and one that asks does not
    page.goto(f"{home}/?way=recommend")
    expect(heads).to_be_visible()
    page.goto(f"{home}/?way=recommend&need.headcount=60")
    page.wait_for_selector("#advice:not([aria-busy]) .answer strong")
    expect(heads).to_be_hidden()


def test_the_documentation_asks_nobody_outside(browser: Browser, home: str) -> None:
    visit = open_page(browser, home)
    visit.page.goto(f"{home}/docs")
    visit.page.wait_for_selector("text=/offices", timeout=60_000)
    assert visit.outside == []
