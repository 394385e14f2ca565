"""Runs that were kept, on the page: listed, opened, and held against the city of today."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import Engine
from starlette.testclient import TestClient

from tests.api.recommending import recommended
from tests.api.visits import Visit, visiting

QUESTION = {"need": {"area": {"min": 800, "max": 1500}}, "must": {"grade": ["甲级"]}}


@pytest.fixture(scope="module")
def visit(browser: Browser, served: str) -> Iterator[Visit]:
    """Give one window to all tests."""
    with visiting(browser, served) as visit:
        yield visit


def test_kept_runs_are_listed_and_open_by_a_click(
    visit: Visit, luohu: Engine, rest: TestClient
) -> None:
    page = visit.page
    page.goto(f"{visit.address}/?way=recommend")
    fold = page.locator("#runs")
    number = recommended(rest, {**QUESTION, "store": True, "title": "某行", "made_by": "二组"})[
        "id"
    ]
    fold.locator("summary").click()
    entry = fold.locator("li", has_text=f"推荐 {number}")
    expect(entry).to_contain_text("「某行」，二组 于")
    entry.get_by_role("link").click()
    page.wait_for_url(f"**kept={number}")
    expect(page.locator("#kept")).to_contain_text("「某行」")
    # and below an answer too
    expect(page.locator("#advice > #runs")).to_be_visible()

    page.route("**/recommendations?limit=*", lambda route: route.abort())
    page.locator("#runs summary").click()
    expect(page.locator("#runs [role=alert]")).to_contain_text("服务没有回应")
    page.unroute("**/recommendations?limit=*")


def test_a_kept_run_says_what_has_changed_since(
    visit: Visit, luohu: Engine, rest: TestClient
) -> None:
    page = visit.page
    kept = recommended(rest, {**QUESTION, "store": True, "made_by": "二组"})
    page.goto(f"{visit.address}/?kept={kept['id']}")
    again = page.locator("#kept").get_by_role("button", name="用现在的数据重做")
    again.click()
    expect(page.locator("#kept [role=status]")).to_contain_text("与保存时完全相同")

    best = kept["results"][0]
    path = f"/units/{quote(best['units'][0]['id'], safe='')}"
    status = best["units"][0]["status"]
    who = {"by": "二组", "reason": "测试"}
    assert rest.patch(path, json={"status": "let", **who}).status_code == 200
    try:
        now = rest.post(f"/recommendations/{kept['id']}/replay").json()
        assert not now["same"]
        again.click()
        told = page.locator("#kept [role=status]")
        expect(told).to_contain_text("剩" if "funnel" in now["difference"] else "名")
        for one in now["difference"].get("left", []):
            expect(told).to_contain_text(f"不再推荐：{one['name']}（原第 {one['rank']} 名）")
        for one in now["difference"].get("entered", []):
            expect(told).to_contain_text(f"新进入：{one['name']}，第 {one['rank']} 名")
        assert now["difference"].keys() & {"left", "entered", "moved"}
    finally:
        assert rest.patch(path, json={"status": status, **who}).status_code == 200
    again.click()
    expect(page.locator("#kept [role=status]")).to_contain_text("与保存时完全相同")


def test_what_of_a_kept_need_the_form_has_no_place_for_is_said(
    visit: Visit, luohu: Engine, rest: TestClient
) -> None:
    asked = {
        "need": {"area": {"min": 300}, "headcount": 40, "area_per_person": 9, "use": ["全部"]},
        "must": {"bus_routes_min": 2, "metro_walk_max": 20, "ownership": ["国有"]},
        "weights": {"rent": 900, "metro_walk": 30},
        "limit": 5,
        "wanted": 3,
    }
    kept = httpx.post(
        f"{visit.address}/offices/recommend", json={**asked, "store": True, "made_by": "招商一组"}
    ).json()
    told = {step["bound"]: step["zh"] for step in kept["funnel"]}
    page = visit.page
    page.goto(f"{visit.address}/?kept={kept['id']}")
    note = page.locator("#unshown")
    criteria = rest.get("/recommendations/choices").json()["criteria"]
    (rent,) = (one for one in criteria if one["name"] == "rent")
    expect(note).to_contain_text("不再计入")
    assert sorted(note.locator("li").all_inner_texts()) == sorted(
        [
            *(
                f"{step['zh']} {step['en']}"
                for step in kept["funnel"]
                if step["bound"] in ("need.use", "must.bus_routes_min", "must.ownership")
            ),
            "人均面积 ㎡：9 m² a head: 9",
            f"权重：{rent['zh']} 900 weight: {rent['en']} 900",
        ]
    )
    # what the form has, it shows and the note does not say
    expect(page.locator("[data-path='must.metro_walk_max']")).to_have_value("20")
    expect(note).not_to_contain_text(told["must.metro_walk_max"])
    # without a preset only the weights given count
    expect(page.locator("[data-path='weights.parking_ratio']")).to_have_value("0")
    page.locator("[data-path='must.metro_walk_max']").fill("15")
    expect(note).to_be_hidden()
