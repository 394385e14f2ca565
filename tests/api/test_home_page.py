"""The first page in a real browser, over the example city, with every outside request recorded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest
from playwright.sync_api import Browser, expect
from shapely import Polygon
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from tests.api.visits import matching, open_page, serving

if TYPE_CHECKING:
    from tests.api.conftest import Tables

DRAWN = 120_000
"""Milliseconds that a scene may take without a graphics card, on a busy machine."""


@pytest.fixture(autouse=True)
def _leave(browser: Browser) -> Iterator[None]:
    """Close the pages of a test, for their scenes would go on drawing beside the next one."""
    yield
    for context in browser.contexts:
        context.close()


@pytest.fixture
def served(luohu: Engine) -> Iterator[str]:
    """Serve the example city on a port of its own."""
    with serving() as address:
        yield address


def count_in_database(engine: Engine, condition: str) -> int:
    with engine.connect() as connection:
        found = connection.scalar(
            text(
                "select count(*) from office o"
                " left join site s on s.id = o.site_id"
                " left join office_surroundings n on n.office_id = o.id"
                f" where o.use = '办公' and {condition}"
            )
        )
    return int(found or 0)


def test_an_officer_finds_opens_and_leaves_an_office(
    browser: Browser, served: str, luohu: Engine
) -> None:
    visit = open_page(browser, served, scene=True)
    page = visit.page
    page.goto(served)
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


def test_a_link_repeats_the_question_and_the_open_office(browser: Browser, served: str) -> None:
    visit = open_page(browser, served)
    visit.page.goto(f"{served}/?q=国贸大厦&office=luohu-example:B003")
    expect(visit.page.locator("#detail h2")).to_contain_text("国贸大厦")
    expect(visit.page.locator("[name=q]")).to_have_value("国贸大厦")
    # a real tower is published; what is from memory says so value by value
    expect(visit.page.locator("#detail h2 .tag")).to_have_text("公开资料")


def test_back_and_escape_leave_an_office_for_the_list(browser: Browser, served: str) -> None:
    visit = open_page(browser, served)
    page = visit.page
    page.goto(f"{served}/?q=国贸")
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
    browser: Browser, served: str, luohu: Engine
) -> None:
    visit = open_page(browser, served)
    page = visit.page
    page.goto(f"{served}/?sort=hack&parking_ratio_min=zzz&metro_walk_max=7")
    # a number between those on offer is a bound like any other
    assert matching(page) == count_in_database(luohu, "n.walk_min <= 7")
    expect(page.locator("#strange")).to_contain_text("车位配比 ≥：zzz、排序：hack")
    expect(page.locator("[name=sort]")).to_have_value("-parking_ratio")
    assert "hack" not in page.url


def test_a_link_to_an_office_that_is_gone_says_so(browser: Browser, served: str) -> None:
    visit = open_page(browser, served)
    page = visit.page
    page.goto(f"{served}/?office=nowhere")
    expect(page.locator("#detail")).to_contain_text("没有编号为“nowhere”的楼宇")
    expect(page.locator("#detail")).to_contain_text("There is no office")
    page.get_by_role("button", name="返回列表").click()
    assert matching(page) > 0


def test_a_least_area_above_the_most_is_said_at_the_field(browser: Browser, served: str) -> None:
    visit = open_page(browser, served)
    page = visit.page
    page.goto(f"{served}/?area_min=900&area_max=100")
    expect(page.locator("#need-note")).to_contain_text("面积下限大于上限")
    expect(page.locator("[name=area_min]")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("button", name="重试")).to_have_count(0)
    page.fill("[name=area_max]", "2000")
    assert matching(page) > 0
    expect(page.locator("[name=area_min]")).to_have_attribute("aria-invalid", "false")


def test_an_entry_says_what_of_it_meets_the_need(
    browser: Browser, served: str, rest: TestClient
) -> None:
    visit = open_page(browser, served)
    page = visit.page
    page.goto(f"{served}/?area_min=800")
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


def test_only_offices_with_free_space(browser: Browser, served: str, rest: TestClient) -> None:
    visit = open_page(browser, served)
    page = visit.page
    page.goto(served)
    matching(page)
    page.check("[name=free]")
    expect(page.locator("#answer")).to_contain_text("栋有可租空间且符合")
    assert matching(page) == rest.get("/offices", params={"area_min": 1}).json()["numberMatched"]
    assert "free=1" in page.url


def test_a_need_that_nothing_meets_says_what_to_do(browser: Browser, served: str) -> None:
    visit = open_page(browser, served)
    visit.page.goto(f"{served}/?rent_max=1")
    expect(visit.page.locator(".empty")).to_contain_text("放宽")
    assert matching(visit.page) == 0


def test_without_an_answer_the_page_says_so_and_tries_again(browser: Browser, served: str) -> None:
    visit = open_page(browser, served)
    page = visit.page
    page.goto(served)
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


def test_simulated_data_is_said_to_be_simulated(browser: Browser, served: str) -> None:
    visit = open_page(browser, served)
    visit.page.goto(f"{served}/?q=模拟")
    matching(visit.page)
    expect(visit.page.locator("#warnings")).to_contain_text("模拟")
    tags = visit.page.locator(".office h2 .tag").all_inner_texts()
    assert tags
    assert set(tags) == {"模拟"}


def test_the_page_fits_a_phone(browser: Browser, served: str) -> None:
    visit = open_page(browser, served, width=390, height=844)
    visit.page.goto(served)
    matching(visit.page)
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 390
    # the form is folded, so that the list is on the first screen
    expect(visit.page.locator("[name=rent_max]")).to_be_hidden()
    expect(visit.page.locator(".office").first).to_be_in_viewport()
    visit.page.locator(".office").nth(4).click()
    expect(visit.page.locator("#detail h2")).to_be_in_viewport()
    expect(visit.page.locator("#scene")).to_be_in_viewport(ratio=0.9)


def test_on_a_phone_the_scene_takes_a_third_at_most_and_can_be_folded_away(
    browser: Browser, served: str
) -> None:
    visit = open_page(browser, served, width=390, height=844)
    page = visit.page
    page.goto(served)
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


def test_on_a_phone_the_need_is_open_until_it_was_answered(browser: Browser, served: str) -> None:
    visit = open_page(browser, served, width=390, height=844)
    page = visit.page
    page.goto(served)
    matching(page)
    page.get_by_role("tab", name="推荐").click()
    heads = page.locator("[data-path='need.headcount']")
    expect(heads).to_be_in_viewport()
    heads.fill("60")
    page.get_by_role("button", name="推荐 recommend").click()
    page.wait_for_selector("#advice:not([aria-busy]) .answer strong")
    expect(heads).to_be_hidden()
    # as a link to the form alone opens it, and one that asks does not
    page.goto(f"{served}/?way=recommend")
    expect(heads).to_be_visible()
    page.goto(f"{served}/?way=recommend&need.headcount=60")
    page.wait_for_selector("#advice:not([aria-busy]) .answer strong")
    expect(heads).to_be_hidden()


def test_every_bound_in_force_is_seen_and_can_be_taken_away(
    browser: Browser, served: str, luohu: Engine
) -> None:
    visit = open_page(browser, served)
    page = visit.page
    page.goto(f"{served}/?metro_walk_max=5&labels=near-metro,parking-ample&free=1&area_min=100")
    matching(page)
    chips = page.locator("#active button")
    assert [words.removesuffix("×").strip() for words in chips.all_inner_texts()] == [
        "步行到地铁 ≤ 5 分钟",
        "面积 ㎡ ≥ 100",
        "近地铁",
        "车位充足",
        "用途：办公",
        "只看有可租空间",
    ]
    for words in ("车位充足", "近地铁", "面积", "只看有可租空间", "步行到地铁"):
        page.locator("#active button", has_text=words).click()
    expect(page.locator("#active")).to_have_text(re.compile("^用途：办公"))
    expect(page.locator("#answer strong")).to_have_text(str(count_in_database(luohu, "true")))
    page.locator("#active button", has_text="用途").click()
    with luohu.connect() as connection:
        everything = connection.scalar(text("select count(*) from office"))
    expect(page.locator("#answer strong")).to_have_text(str(everything))
    expect(chips).to_have_count(0)
    assert "use=" in page.url


def test_offices_within_a_walk_of_a_port_are_found(
    browser: Browser, served: str, luohu: Engine, rest: TestClient
) -> None:
    visit = open_page(browser, served)
    page = visit.page
    page.goto(served)
    everything = matching(page)
    page.locator("#more-bounds > summary").click()
    place = page.get_by_label("步行到此地")
    with luohu.connect() as connection:
        stations = set(
            connection.scalars(text("select id from station where status = 'operating'"))
        )
    assert set(place.locator("option").evaluate_all("o => o.map((x) => x.value)")) == {
        "",
        *stations,
    }
    assert place.locator("optgroup").evaluate_all("g => g.map((x) => x.label)") == [
        "地铁站",
        "火车站",
        "口岸",
    ]
    place.select_option("luohu-example:port-luohu")
    page.get_by_label("此地 ≤ 分钟").fill("15")
    bound = "luohu-example:port-luohu,15"
    near = rest.get("/offices", params={"within_walk": bound}).json()["numberMatched"]
    expect(page.locator("#answer strong")).to_have_text(str(near))
    assert 0 < near < everything
    expect(page.locator("#active")).to_contain_text("步行到 罗湖口岸 ≤ 15 分钟")
    # a link repeats it, by name as well
    page.reload()
    assert matching(page) == near
    expect(place).to_have_value("luohu-example:port-luohu")
    page.goto(f"{served}/?within_walk=罗湖口岸,15")
    assert matching(page) == near
    page.locator("#active button", has_text="罗湖口岸").click()
    expect(page.locator("#answer strong")).to_have_text(str(everything))
    assert visit.faults == []
    assert visit.outside == []


def test_the_documentation_asks_nobody_outside(browser: Browser, served: str) -> None:
    visit = open_page(browser, served)
    visit.page.goto(f"{served}/docs")
    visit.page.wait_for_selector("text=/offices", timeout=60_000)
    assert visit.outside == []


def test_offices_within_an_area_that_is_drawn_in_the_scene(
    browser: Browser, served: str, tables: Tables
) -> None:
    visit = open_page(browser, served, scene=True)
    page = visit.page
    page.goto(served)
    everything = matching(page)
    page.wait_for_selector("#waiting", state="hidden", timeout=DRAWN)
    page.get_by_role("button", name="在地图上画范围").click()
    done = page.get_by_role("button", name="完成")
    scene = page.frame_locator("#scene")
    for number, (x, y) in enumerate(((420, 240), (760, 240), (760, 560), (420, 560)), start=1):
        expect(done).to_be_enabled() if number > 3 else expect(done).to_be_disabled()
        scene.locator("#city").click(position={"x": x, "y": y})
        expect(page.locator("#drawing")).to_contain_text(f"{number} 点", timeout=DRAWN)
    done.click()
    expect(page.locator("#active")).to_contain_text("地图上画的范围")
    expect(scene.locator("html")).to_have_attribute("data-drawn", "4")
    expect(page.locator("#answer strong")).not_to_have_text(str(everything))
    near = matching(page)
    assert 0 < near < everything

    corners = parse_qs(urlsplit(page.url).query)["within"][0].split(",")
    area = Polygon([tuple(map(float, corner.split())) for corner in corners])
    offices = tables.office[tables.office["use"] == "办公"]
    assert near == int(offices.geometry.intersects(area).sum())

    # a link repeats it, a file holds the same offices, and the chip ends it
    page.reload()
    assert matching(page) == near
    with page.expect_download() as download:
        page.locator("#answer").get_by_text("CSV").click()
    assert len(pd.read_csv(download.value.path())) == near
    page.locator("#active button", has_text="地图上画的范围").click()
    expect(page.locator("#answer strong")).to_have_text(str(everything))
    assert visit.faults == []
    assert visit.outside == []
