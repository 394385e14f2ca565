"""The first page as an officer uses it who knows no GIS: labels, a company's need, comparing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from tests.api.visits import Visit, matching, open_page, visiting

WANTS = (
    "way=recommend&preset=finance&need.area.min=800&need.area.max=1500"
    f"&need.budget_per_month=200000&must.metro_walk_max=8&must.grade={quote('甲级')}"
)


@pytest.fixture(scope="module")
def visit(browser: Browser, served: str) -> Iterator[Visit]:
    """Give one window to all tests."""
    with visiting(browser, served) as visit:
        yield visit


def recommended(page: Page) -> list[str]:
    page.wait_for_selector("#advice:not([aria-busy]) .answer strong")
    return page.locator(".cards .name").all_inner_texts()


def suitable(page: Page) -> int:
    page.wait_for_selector("#advice:not([aria-busy]) .answer strong")
    return int(page.inner_text("#advice .answer strong").replace(",", ""))


def test_a_new_user_finds_an_office_by_a_label_and_reads_why(visit: Visit, luohu: Engine) -> None:
    page = visit.page
    page.goto(visit.address)
    everything = matching(page)
    page.get_by_text("标签 labels", exact=False).first.click()
    with luohu.connect() as connection:
        near = connection.scalar(
            text(
                "select count(*) from office o join office_label l on l.office_id = o.id"
                " where o.use = '办公' and l.label = 'near-metro' and l.holds"
            )
        )
    chip = page.locator("#need-labels .chip", has_text="近地铁").first
    expect(chip).to_contain_text(str(near))
    chip.click()
    expect(page.locator("#answer strong")).to_have_text(str(near))
    assert near is not None
    assert 0 < near < everything
    assert "labels=near-metro" in page.url

    card = page.locator("#list .card").first
    expect(card.locator(".chips")).to_contain_text("近地铁")
    card.locator(".office").click()
    page.locator("#labels").get_by_role("button", name="近地铁", exact=True).click()
    why = page.locator("#labels .why:not([hidden])")
    expect(why).to_contain_text("规则：步行到地铁 ≤ 10 分钟（第 1 版")
    expect(why).to_contain_text("按路")
    expect(why).to_contain_text("数据日期")
    said = re.search(r"步行 ([\d.]+) 分钟 到地铁站", why.inner_text())
    assert said is not None
    assert float(said[1]) <= 10
    expect(page.locator("#freshness")).to_contain_text("标签更新于")


def test_what_cannot_be_said_stands_apart_with_what_is_missing(visit: Visit) -> None:
    page = visit.page
    page.goto(f"{visit.address}/?q={quote('国贸大厦')}&office=luohu-example:B003")
    page.locator("summary", has_text="待核实").click()
    missing = page.locator("#labels-open [data-label='parking-ample']")
    expect(missing).to_contain_text("缺少：车位配比")
    expect(page.locator("#labels")).not_to_contain_text("车位")
    # what lies around it says how well it is known
    parking = page.locator("#surroundings tr", has_text="公共停车")
    expect(parking).to_contain_text("不详")
    expect(parking.locator(".tag")).to_have_text("模拟")


def test_units_that_must_be_adjacent_are_asked_for_and_given_up_again(visit: Visit) -> None:
    page = visit.page
    apart = page.locator("#advice .answer", has_text="要把不相邻的单元合在一起才够")
    page.goto(f"{visit.address}/?way=recommend&need.area.min=3000")
    everything = suitable(page)
    expect(apart).to_be_visible()
    page.locator("summary", has_text="更多要求").click()
    page.locator("[data-path='need.contiguous']").select_option("true")
    expect(page.locator(".funnel")).to_contain_text("单元相邻")
    # in the example no office has so much in one piece
    assert suitable(page) == 0 < everything
    assert "need.contiguous=true" in page.url
    # the address alone says it as well, and the form with it
    page.reload()
    assert suitable(page) == 0
    wish = page.locator("[data-path='need.contiguous']")
    expect(wish).to_have_value("true")
    page.locator(".relax", has_text="不限单元相邻").first.click()
    expect(wish).to_have_value("")
    assert suitable(page) == everything
    expect(apart).to_be_visible()


def test_a_need_brings_a_funnel_and_a_ranking_that_adds_up(visit: Visit) -> None:
    page = visit.page
    page.goto(visit.address)
    page.get_by_role("tab", name="推荐").click()
    expect(page.locator("#advice")).to_contain_text("按“推荐”")
    page.locator("[data-path='preset']").select_option("finance")
    for path, value in {
        "need.area.min": "800",
        "need.area.max": "1500",
        "need.budget_per_month": "200000",
        "must.metro_walk_max": "8",
    }.items():
        page.locator(f"[data-path='{path}']").fill(value)
    page.locator("[data-path='must.grade'] label").filter(has_text=re.compile("^甲级$")).click()
    page.get_by_role("button", name="推荐 recommend").click()
    names = recommended(page)
    assert parse_qs(urlsplit(page.url).query) == parse_qs(WANTS)

    # each step of the funnel leaves no more than the one before, the last what is recommended
    left = [
        int(words)
        for words in re.findall(r"剩 (\d+)", "".join(page.locator(".funnel b").all_inner_texts()))
    ]
    assert left == sorted(left, reverse=True)
    assert left[-1] == suitable(page) == len(names)

    scores = [Decimal(words) for words in page.locator(".score strong").all_inner_texts()]
    assert scores == sorted(scores, reverse=True)
    first = page.locator(".cards .card").first
    first.locator("summary").click()
    parts = re.findall(r"：([\d.]+) / ([\d.]+) 分", first.locator(".makeup ul").inner_text())
    assert sum(Decimal(points) for points, _ in parts) == scores[0]
    assert sum(Decimal(most) for _, most in parts) == 100
    expect(first).to_contain_text("含模拟数据")

    # a link repeats it
    page.goto(f"{visit.address}/?{WANTS}")
    assert recommended(page) == names


def test_a_weight_that_is_moved_ranks_anew(visit: Visit) -> None:
    page = visit.page
    page.goto(f"{visit.address}/?{WANTS}")
    before = recommended(page)
    page.get_by_text("调整权重").click()
    for name in ("metro_walk", "grade", "parking_ratio", "area_fit", "neighbours"):
        page.locator(f"[data-path='weights.{name}']").fill("0")
    page.locator("[data-path='weights.rent']").fill("60")
    page.wait_for_url("**weights.rent=60**")
    # 60 beside the three times 5 that are left
    expect(page.locator(".makeup ul").first).to_contain_text("/ 80.0 分")
    assert set(recommended(page)) == set(before)
    assert recommended(page) != before
    page.get_by_role("button", name="恢复行业预设").click()
    page.wait_for_function("() => !location.search.includes('weights')")
    expect(page.locator(".cards .name").first).to_have_text(before[0])


def test_a_relaxation_brings_the_offices_it_promises(visit: Visit) -> None:
    page = visit.page
    page.goto(f"{visit.address}/?{WANTS}")
    before, names = suitable(page), recommended(page)
    button = page.locator(".relax", has_text="乙级").first
    if not button.is_visible():
        page.get_by_text("其他放宽办法").click()
    promised = re.search(r"多 (\d+) 栋", button.inner_text())
    assert promised is not None
    button.click()
    expect(page.locator("#advice .answer strong")).to_have_text(str(before + int(promised[1])))
    assert set(names) - set(recommended(page)) == set() or before + int(promised[1]) > 10
    # it stands in the form and in the link, to be seen and taken back
    expect(page.locator("[data-path='must.grade'] input[value='乙级']")).to_be_checked()
    grades = parse_qs(urlsplit(page.url).query)["must.grade"][0]
    assert set(grades.split(",")) == {"甲级", "乙级"}


def test_a_need_that_nothing_meets_says_what_could_be_given_up(visit: Visit) -> None:
    page = visit.page
    page.goto(f"{visit.address}/?way=recommend&need.area.min=300&must.metro_walk_max=0.1")
    assert suitable(page) == 0
    expect(page.locator("#advice")).to_contain_text("看看下面可以放宽什么")
    page.locator(".relax").first.click()
    expect(page.locator(".cards .card")).not_to_have_count(0)


def test_without_an_answer_the_need_can_be_asked_again(visit: Visit) -> None:
    page = visit.page
    page.route("**/offices/recommend", lambda route: route.abort())
    page.goto(f"{visit.address}/?{WANTS}")
    expect(page.locator("#advice .failed")).to_contain_text("服务没有回应")
    page.unroute("**/offices/recommend")
    page.get_by_role("button", name="重试").click()
    assert suitable(page) > 0


def test_two_offices_stand_side_by_side_with_the_best_marked(visit: Visit, luohu: Engine) -> None:
    page = visit.page
    page.goto(f"{visit.address}/?{WANTS}")
    recommended(page)
    for place in (0, 1):
        page.locator(".cards .pick input").nth(place).check()
    ids = [str(card.get_attribute("data-id")) for card in page.locator(".cards .card").all()[:2]]
    assert f"picked={quote(','.join(ids))}" in page.url
    page.get_by_role("button", name="对比 2 栋").click()
    table = page.locator("dialog table")
    row = table.locator("tr", has=page.locator("th", has_text="竣工年份"))
    with luohu.connect() as connection:
        years = [
            connection.scalar(text("select completed from office where id = :id"), {"id": one})
            for one in ids
        ]
    assert years[0] != years[1]
    expect(row.locator("td").nth(years.index(max(years)))).to_have_text(f"{max(years)} 最优")
    expect(row.locator("td").nth(years.index(min(years)))).to_have_text(str(min(years)))
    with page.expect_download() as download:
        page.locator("dialog .exports").first.get_by_text("CSV").click()
    assert "竣工年份" in download.value.path().read_text(encoding="utf-8-sig")
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_be_hidden()

    # over an open office the key closes the table alone
    page.locator(".cards .name").first.click()
    expect(page.locator("#detail h2")).to_be_visible()
    page.get_by_role("button", name="对比 2 栋").click()
    table.wait_for()
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_be_hidden()
    expect(page.locator("#detail h2")).to_be_visible()


def test_the_stock_of_each_street_adds_up(visit: Visit, luohu: Engine) -> None:
    page = visit.page
    page.goto(visit.address)
    matching(page)
    page.get_by_role("button", name="存量").click()
    offices = page.locator("dialog tbody td:nth-child(2)")
    expect(offices.first).to_be_visible()
    with luohu.connect() as connection:
        total = connection.scalar(text("select count(*) from office"))
    assert sum(int(words.replace(",", "")) for words in offices.all_inner_texts()) == total
    expect(page.locator("dialog")).to_contain_text("模拟")
    page.get_by_role("button", name="等级").click()
    expect(page.locator("dialog tbody th", has_text="超甲级")).to_be_visible()


def test_recommendation_and_comparison_fit_a_phone(browser: Browser, served: str) -> None:
    visit = open_page(browser, served, width=390, height=844)
    page = visit.page
    page.goto(f"{served}/?{WANTS}")
    recommended(page)
    page.locator(".makeup summary").first.click()
    for place in range(3):
        page.locator(".cards .pick input").nth(place).check()
    page.get_by_role("button", name="对比 3 栋").click()
    page.locator("dialog table").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator("dialog .scroll").evaluate("e => e.scrollWidth > e.clientWidth")
    page.keyboard.press("Escape")
    page.locator(".cards .name").first.click()
    page.locator("[data-unit]").first.click()
    expect(page.locator(".daily")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert visit.outside == []
    page.context.close()


def test_what_no_other_beats_is_a_mark_and_its_words_stand_once(
    visit: Visit, luohu: Engine, rest: TestClient
) -> None:
    page = visit.page
    need = {"preset": "finance", "need": {"area": {"min": 800, "max": 1500}}, "limit": 10}
    page.goto(f"{visit.address}/?way=recommend&preset=finance&need.area.min=800&need.area.max=1500")
    recommended(page)
    results = rest.post("/offices/recommend", json=need).json()["results"]
    marked = page.locator(".cards .card", has=page.locator(".balance"))
    assert marked.evaluate_all("cards => cards.map((card) => card.dataset.id)") == [
        result["office"]["id"] for result in results if result["pareto"]
    ]
    mark = page.locator(".cards .balance").first
    expect(mark).to_have_attribute("title", re.compile("没有一栋在所有方面都比它好"))
    box = mark.bounding_box()
    assert box is not None
    assert box["width"] < 30
    expect(page.get_by_text("没有一栋在所有方面都比它好")).to_have_count(1)


def test_a_difference_of_nothing_is_a_tie(visit: Visit, luohu: Engine, rest: TestClient) -> None:
    tied, preset = None, ""
    for preset in ("finance", "default", "technology", "trade"):
        need = {"preset": preset, "need": {"area": {"min": 800, "max": 1500}}, "limit": 10}
        results = rest.post("/offices/recommend", json=need).json().get("results", [])
        versus = [(r["office"]["id"], r["versus_next"]) for r in results if r["versus_next"]]
        tied = next((v for v in versus if v[1]["difference"] == 0 and v[1]["parts"]), None)
        if tied:
            break
    assert tied is not None
    page = visit.page
    bounds = "need.area.min=800&need.area.max=1500"
    page.goto(f"{visit.address}/?way=recommend&preset={preset}&{bounds}")
    card = page.locator(f".cards .card[data-id='{tied[0]}'] .versus")
    expect(card).to_contain_text(f"与{tied[1]['name']}并列")
    expect(page.locator(".cards")).not_to_contain_text("高 0.0 分")


def test_a_run_is_kept_under_a_number_that_brings_it_back(
    visit: Visit, luohu: Engine, rest: TestClient
) -> None:
    page = visit.page
    page.goto(f"{visit.address}/?{WANTS}")
    before = recommended(page)
    page.get_by_text("保存本次推荐").click()
    keeping = page.locator("#keep form")
    keeping.get_by_label("标题").fill("某银行选址")
    keeping.get_by_label("谁").fill("招商一组")
    keeping.get_by_role("button", name="保存").click()
    link = page.locator("#kept a")
    expect(page.locator("#kept")).to_contain_text("已保存为推荐")
    number = rest.get("/recommendations").json()["recommendations"][0]["id"]
    expect(link).to_have_text(f"推荐 {number}")
    run = rest.get(f"/recommendations/{number}").json()
    assert (run["title"], run["made_by"]) == ("某银行选址", "招商一组")
    assert [r["office"]["name"] for r in run["answer"]["results"]] == before
    assert f"kept={number}" in page.url

    # the link alone brings back the answer, and the need in the form
    link.click()
    page.wait_for_url(f"**/?way=recommend&*kept={number}")
    assert recommended(page) == before
    expect(page.locator("#kept")).to_contain_text("「某银行选址」，招商一组 于")
    expect(page.locator("[data-path='preset']")).to_have_value("finance")
    expect(page.locator("[data-path='need.area.min']")).to_have_value("800")
    expect(page.locator("[data-path='must.grade'] input[value='甲级']")).to_be_checked()
    assert parse_qs(urlsplit(page.url).query) == {**parse_qs(WANTS), "kept": [str(number)]}

    # what is changed is asked anew, and is no kept run any more
    page.locator("[data-path='need.area.max']").fill("2000")
    expect(page.locator("#kept")).to_have_count(0)
    expect(page.locator("#keep")).to_be_visible()
    assert "kept" not in page.url
    page.goto(f"{visit.address}/?kept=999999")
    # a whole page with its scene is loaded anew
    failed = page.locator("#advice .failed")
    expect(failed).to_contain_text("没有推荐 999999", timeout=30_000)
