"""The bounds of a search on the first page: what is in force, a walk to a place, a drawn area."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pandas as pd
from playwright.sync_api import Browser, expect
from shapely import Polygon
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from tests.api.visits import count_in_database, matching, open_page

if TYPE_CHECKING:
    from tests.api.conftest import Tables

DRAWN = 120_000
"""Milliseconds that a scene may take without a graphics card, on a busy machine."""


def test_every_bound_in_force_is_seen_and_can_be_taken_away(
    browser: Browser, home: str, luohu: Engine
) -> None:
    visit = open_page(browser, home)
    page = visit.page
    page.goto(f"{home}/?metro_walk_max=5&labels=near-metro,parking-ample&free=1&area_min=100")
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


def test_the_keyboard_goes_from_a_bound_taken_away_to_the_next_and_at_last_to_its_field(
    browser: Browser, home: str
) -> None:
    visit = open_page(browser, home)
    page = visit.page
    page.goto(f"{home}/?area_min=1&labels=near-metro,parking-ample&use=全部")
    before = matching(page)
    chips = page.locator("#active button")

    def is_at(words: str) -> None:
        expect(page.locator("#active button:focus")).to_contain_text(words)

    # the middle one: on to the next, at once and still when the answer has come
    chips.filter(has_text="近地铁").focus()
    with page.expect_response("**/offices?*"):
        page.keyboard.press("Enter")
        is_at("车位充足")
    expect(page.locator("#answer strong")).not_to_have_text(str(before))
    is_at("车位充足")
    # the last one: back to the one before, and no chip is left twice
    page.keyboard.press("Space")
    is_at("面积 ㎡ ≥ 1")
    expect(chips).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("#need").get_by_label("面积下限")).to_be_focused()
    # a field that is folded away is behind its fold
    page.goto(f"{home}/?labels=near-metro&use=全部")
    matching(page)
    page.locator("#label-fold > summary").click()
    expect(page.locator("#label-fold")).not_to_have_attribute("open", "")
    chips.first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#label-fold > summary")).to_be_focused()
    assert visit.faults == []


def test_offices_within_a_walk_of_a_port_are_found(
    browser: Browser, home: str, luohu: Engine, rest: TestClient
) -> None:
    visit = open_page(browser, home)
    page = visit.page
    page.goto(home)
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
    page.goto(f"{home}/?within_walk=罗湖口岸,15")
    assert matching(page) == near
    page.locator("#active button", has_text="罗湖口岸").click()
    expect(page.locator("#answer strong")).to_have_text(str(everything))
    assert visit.faults == []
    assert visit.outside == []


def test_a_walk_without_minutes_is_said_and_minutes_without_a_place_do_not_count(
    browser: Browser, home: str
) -> None:
    page = open_page(browser, home).page
    page.goto(home)
    everything = matching(page)
    for words in ("罗湖口岸", "罗湖口岸,abc"):
        page.goto(f"{home}/?within_walk={words}")
        expect(page.locator("#strange")).to_contain_text(words)
        assert matching(page) == everything
    page.locator("#more-bounds > summary").click()
    minutes = page.get_by_label("此地 ≤ 分钟")
    minutes.fill("0")
    page.get_by_label("租金").first.fill("100000")
    expect(page.locator("#walk-note")).to_be_hidden()
    page.get_by_label("步行到此地").select_option(label="罗湖口岸")
    for wrong in ("", "0", "121"):
        minutes.fill(wrong)
        expect(page.locator("#walk-note")).to_be_visible()
    minutes.fill("15")
    expect(page.locator("#active")).to_contain_text("步行到 罗湖口岸 ≤ 15 分钟")


def test_offices_within_an_area_that_is_drawn_in_the_scene(
    browser: Browser, home: str, tables: Tables
) -> None:
    visit = open_page(browser, home, scene=True)
    page = visit.page
    page.goto(home)
    everything = matching(page)
    page.wait_for_selector("#waiting", state="hidden", timeout=DRAWN)
    page.get_by_role("button", name="在地图上画范围").click()
    done = page.get_by_role("button", name="完成")
    scene = page.frame_locator("#scene")
    for number, (x, y) in enumerate(((420, 240), (760, 240), (760, 560), (420, 560)), start=1):
        expect(done).to_be_enabled() if number > 3 else expect(done).to_be_disabled()
        scene.locator("#city").click(position={"x": x, "y": y})
        expect(page.locator("#drawing")).to_contain_text(f"{number} 点", timeout=DRAWN)
    # a button that was pressed keeps the focus, and Escape gives up the drawing alone
    page.get_by_role("button", name="退一点").click()
    expect(page.get_by_role("button", name="退一点")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#drawing")).to_be_hidden()
    assert matching(page) == everything
    page.get_by_role("button", name="在地图上画范围").click()
    for number, (x, y) in enumerate(((420, 240), (760, 240), (760, 560), (420, 560)), start=1):
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
    # taking it away ends a drawing that was begun anew
    page.get_by_role("button", name="在地图上画范围").click()
    page.locator("#active button", has_text="地图上画的范围").click()
    expect(page.locator("#drawing")).to_be_hidden()
    expect(page.locator("#answer strong")).to_have_text(str(everything))
    assert visit.faults == []
    assert visit.outside == []
