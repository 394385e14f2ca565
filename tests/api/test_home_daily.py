"""An officer's day on the first page: a unit is let, a rent changes, a visit is noted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import Engine, text

from cim.refresh import catch_up
from tests.api.visits import Visit, open_page, serving, visiting
from tests.cim.small_city import office, unit

if TYPE_CHECKING:
    from tests.conftest import Bring

TODAY = dt.datetime.now(ZoneInfo("Asia/Shanghai")).date()
LONG_AGO = TODAY - dt.timedelta(days=91)


@pytest.fixture
def visit(city: Engine, bring: Bring, browser: Browser) -> Iterator[Visit]:
    """Open an office with two free units, of which one was not looked at for long."""
    bring("office", office("O"))
    bring(
        "office_unit",
        unit("101", area=300, rent=90, verified_on=TODAY.isoformat()),
        unit("102", area=500, rent=90, verified_on=LONG_AGO.isoformat()),
    )
    with serving() as address, visiting(browser, address, "/?office=t:O") as visit:
        yield visit


def test_a_unit_that_is_let_is_free_no_more_without_a_reload(visit: Visit, city: Engine) -> None:
    page = visit.page
    expect(page.locator("#free-space")).to_contain_text("800 ㎡")
    page.evaluate("window.same = true")
    page.get_by_role("button", name="更新单元 101").click()
    form = page.locator(".daily")
    form.locator("label", has_text="已租").click()
    form.get_by_label("谁").fill("招商一组")
    form.get_by_label("原因").fill("已签约")
    form.get_by_role("button", name="保存").click()

    expect(page.locator("#saved")).to_contain_text("单元 101 已保存，批次")
    expect(page.locator("#free-space")).to_contain_text("500 ㎡")
    expect(page.locator("h3", has_text="可租单元 1 / 2")).to_be_visible()
    with city.connect() as connection:
        made = connection.execute(
            text("select id, made_by, reason from batch order by id desc limit 1")
        ).one()
    assert tuple(made)[1:] == ("招商一组", "已签约")
    expect(page.locator("#saved")).to_contain_text(f"批次 {made.id} ")

    # let the last one as well: who is remembered, and the label follows
    page.get_by_role("button", name="更新单元 102").click()
    form.locator("label", has_text="已租").click()
    expect(form.get_by_label("谁")).to_have_value("招商一组")
    form.get_by_role("button", name="保存").click()
    expect(page.locator("#labels")).to_contain_text("暂无可租")
    page.get_by_label("也显示已租").check()
    expect(page.locator(".units tbody tr:not(.below)")).to_have_count(2)
    page.get_by_role("button", name="返回列表").click()
    expect(page.locator("#list .card .chips")).to_contain_text("暂无可租")
    assert page.evaluate("window.same")


def test_a_unit_not_verified_for_long_is_flagged_until_it_is(visit: Visit, city: Engine) -> None:
    page = visit.page
    flags = page.locator(".units .tag", has_text="待核验")
    expect(flags).to_have_count(1)
    page.get_by_role("button", name="更新单元 102").click()
    form = page.locator(".daily")
    form.get_by_label("今日已核验").check()
    form.get_by_label("租金").fill("85.5")
    form.get_by_label("谁").fill("招商二组")
    form.get_by_role("button", name="保存").click()
    expect(page.locator("#saved")).to_contain_text("单元 102 已保存")
    expect(flags).to_have_count(0)
    with city.connect() as connection:
        now = connection.execute(
            text("select rent, verified_on from office_unit where unit_no = '102'")
        ).one()
    assert tuple(now) == (85.5, TODAY)


def test_a_change_that_is_not_taken_says_why_in_words(visit: Visit, city: Engine) -> None:
    page = visit.page
    page.get_by_role("button", name="更新单元 101").click()
    form = page.locator(".daily")
    form.get_by_label("谁").fill("招商一组")
    form.get_by_role("button", name="保存").click()
    expect(form.get_by_role("alert")).to_contain_text("没有改动")
    # meanwhile somebody took the unit back
    with city.begin() as connection:
        connection.execute(text("delete from office_unit where unit_no = '101'"))
    form.get_by_label("租金").fill("85")
    form.get_by_role("button", name="保存").click()
    expect(form.get_by_role("alert")).to_contain_text("没有单元 t:101")
    expect(form.get_by_label("租金")).to_have_value("85")


def test_labels_that_are_being_worked_out_say_so_until_they_are(visit: Visit, city: Engine) -> None:
    page = visit.page
    refreshing = page.locator("#freshness", has_text="更新中")
    expect(page.locator("#freshness")).to_contain_text("标签更新于")
    expect(refreshing).to_have_count(0)
    with city.begin() as connection:
        connection.execute(
            text("insert into refresh_mark (batch, part, feature) values (2, 'labels', 't:O')")
        )
    # nobody works it off while the marks are held
    with city.begin() as connection:
        connection.execute(text("lock table refresh_mark in share mode"))
        page.reload()
        expect(refreshing).to_be_visible()
    catch_up(city)
    expect(refreshing).to_have_count(0)
    expect(page.locator("#freshness")).to_contain_text("标签更新于")


def test_a_rent_says_whether_the_property_fee_is_in_it_where_that_is_known(
    city: Engine, bring: Bring, browser: Browser
) -> None:
    bring("office", office("O", property_fee=20, efficiency=70), office("P", property_fee=20))
    bring(
        "office_unit",
        unit("101", area=300, rent=90, rent_includes_fee="true"),
        unit("102", area=300, rent=80, rent_includes_fee="false", rent_area_base="套内面积"),
        unit("103", area=300, rent=70),
        unit("104", area=300, rent_includes_fee="true"),
        unit("201", "P", area=900, rent=100, rent_includes_fee="true"),
    )
    with serving() as address:
        visit = open_page(browser, address)
        page = visit.page
        page.goto(f"{address}/?office=t:O")
        for number, said in {
            "101": ("90", "含物业费"),
            "102": ("80", "不含物业费", "按套内面积"),
            "103": ("70",),
            "104": ("未知",),
        }.items():
            row = page.locator("tr", has=page.get_by_label(f"更新单元 {number}"))
            assert row.locator("td").nth(3).inner_text().split("\n") == list(said)
        # on their common basis: 90 - 20, 80 x 0.7, 70
        expect(page.locator(".rows tr", has_text="租金 rent")).to_contain_text(
            "56–70 元/㎡/月（不含物业费）"
        )
        page.get_by_role("button", name="返回列表").click()
        expect(page.locator("#list .office", has_text="P")).to_contain_text(
            "80 元/㎡/月（不含物业费）"
        )
        for box in page.get_by_label("加入对比").all():
            box.check()
        page.locator("#tray").get_by_role("button", name="对比").click()
        rents = page.locator("#table tr", has_text="可租单元最低租金")
        expect(rents).to_contain_text("不含物业费")
        expect(rents.locator("td")).to_have_text(["56 最优", "80"])
        # of an offer the rent is comparable, and the sum is what is paid
        page.goto(f"{address}/?way=recommend&need.area.min=900&need.area.max=900")
        offer = page.locator(".card", has_text="201").locator(".offer")
        expect(offer).to_contain_text("80 元/㎡/月（不含物业费）")
        expect(offer).to_contain_text("每月 90,000 元（含物业费）")
        assert visit.faults == []
        page.context.close()
