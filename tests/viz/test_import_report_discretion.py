"""What a report keeps to itself, and words that stay words."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from playwright.sync_api import Browser, expect
from shapely.geometry import Point
from sqlalchemy import Engine

from cim.model import Check, layer_named
from cim.model.office_unit import OfficeUnit
from layers.importing import import_source
from layers.mapping import Mapping
from layers.order import Order
from layers.report import RefusedError
from layers.source import GEOMETRY, Source
from viz.import_report import report_html
from viz.import_report.discretion import without_private
from viz.picture import closed_studio

if TYPE_CHECKING:
    from tests.conftest import Bring

HERE = Point(114.1183, 22.5405)
HOSTILE = [
    "<img src=x onerror=\"window.caught='img'\">",
    "</script><script>window.caught='script'</script>",
    "</style><!-- <script>",
    "\"'`${window.caught=1}",
    "{{ 7 * 7 }} {% raise %} [[data]]",
    "]]>&lt;b&gt; / <b>en</b>",
]


def unit(code: str, **fields: Any) -> dict[str, Any]:
    return {"id": code, "office_id": "O", "unit_no": code, "status": "let", **fields}


@pytest.fixture
def let_units(bring: Bring) -> dict[str, Any]:
    """The report of units whose tenants change, and of which one lease ends on no day."""
    bring("office", {"id": "O", "name": "国贸大厦", "use": "办公", "geom": HERE})
    many = [unit(f"U{number}", tenant="旧租客公司", lease_end="2030-01-01") for number in range(30)]
    bring("office_unit", *many)
    changed = [{**one, "tenant": "新租客公司", "rent": 90} for one in many]
    return bring(
        "office_unit", *changed, unit("X", tenant="新租客公司", lease_end="租到明年春节")
    ).as_dict()


def test_tenants_and_ends_of_leases_stay_out_of_a_report_that_goes_elsewhere(
    browser: Browser, let_units: dict[str, Any]
) -> None:
    html = report_html(let_units)
    for secret in ("旧租客公司", "新租客公司", "2030-01-01", "租到明年春节"):
        assert secret not in html
    with closed_studio(browser, {"/": html}) as studio:
        page = studio.open()
        expect(page.locator(".discreet")).to_contain_text("租约到期、租户")
        expect(page.locator(".findings .val")).to_have_text("•••")
        expect(page.locator("#r31")).to_contain_text("租约到期 = •••")
        page.locator(".changed summary").click()
        expect(page.locator(".diff tr:has-text('tenant') .before").first).to_have_text("•••")
        # what is public is shown
        expect(page.locator(".diff tr:has-text('rent') .after").first).to_contain_text("90")


def test_who_may_see_them_is_shown_them(let_units: dict[str, Any]) -> None:
    html = report_html(let_units, private=True)
    for shown in ("旧租客公司", "新租客公司", "租到明年春节"):
        assert shown in html
    assert "•••" not in html


def test_a_rule_that_reads_a_private_field_hides_what_it_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rule = Check(
        *("lease-over", "warning", "租约未到期", "x"),
        broken_zh="租约已到期",
        broken_en="x",
        fields=("status", "lease_end"),
    )
    monkeypatch.setattr(OfficeUnit, "__checks__", (rule,))
    finding = {
        "code": "lease-over",
        "field": "geom",
        "value": "let, 2020-01-01",
        "reason": "let, 2020-01-01 已过 / is over",
    }
    report = {"layer": "office_unit", "checks": [{"code": "lease-over", "samples": [finding]}]}
    kept, left_out = without_private(report)
    (shown,) = kept["checks"][0]["samples"]
    assert (shown["value"], shown["reason"]) == ("•••", "••• 已过 / is over")
    assert left_out == ["lease_end"]


def test_a_column_of_the_source_that_fills_a_private_field_is_private_too() -> None:
    report = {
        "layer": "office_unit",
        "columns": {"tenant": "甲方"},
        "rejects": [{"code": "x", "field": "甲方", "value": "某公司", "reason": "x"}],
    }
    kept, _ = without_private(report)
    assert kept["rejects"][0]["value"] == "•••"


def test_hostile_words_show_literally_and_run_nothing(browser: Browser, city: Engine) -> None:
    rows = [{"id": f"{word}{n}", "spaces": word, word: 1} for n, word in enumerate(HOSTILE)]
    frame = pd.DataFrame(rows).assign(**{GEOMETRY: HERE})

    def chunks(rows: pd.DataFrame) -> Iterator[pd.DataFrame]:
        yield rows.copy()

    source = Source(
        name="".join(HOSTILE), crs="EPSG:4490", rows=None, chunks=partial(chunks, frame)
    )
    order = Order(dataset=HOSTILE[0], strict=True)
    with pytest.raises(RefusedError) as refusal:
        import_source(city, layer_named("parking"), source, Mapping(), order)
    report = {
        **refusal.value.report.as_dict(),
        **dict.fromkeys(("made_by", "reason", "rejected_file"), HOSTILE[1]),
        "suggestions": [
            {"column": word, "field": word, "title": word, "likeness": 80} for word in HOSTILE
        ],
        "assumed": HOSTILE,
    }
    with closed_studio(browser, {"/": report_html(report)}) as studio:
        page = studio.open()
        page.locator("html[data-ready]").wait_for(state="attached")
        shown = page.locator("body").text_content() or ""
        for word in HOSTILE[:-1]:
            assert page.locator(".findings .val").all_text_contents().count(word) == 1
            assert shown.count(word) > 4, word
        assert report["source"] in shown
        page.fill("#filter [type=search]", "onerror")
        assert page.locator(".findings tbody tr:visible").count() >= 1
        assert page.evaluate("window.caught") is None
        assert page.locator("img, b b").count() == 0
        assert studio.asked == []


def test_the_page_runs_no_script_but_its_own(browser: Browser, let_units: dict[str, Any]) -> None:
    with closed_studio(browser, {"/": report_html(let_units)}) as studio:
        page = studio.open()
        page.evaluate("""() => {
            const script = document.createElement("script");
            script.textContent = "window.caught = 1";
            document.body.append(script);
        }""")
        assert page.evaluate("window.caught") is None
        assert page.evaluate("fetch('http://elsewhere.example/').then(() => false, () => true)")
        assert studio.asked == []


# --- nothing to tell ---------------------------------------------------------------------------


def test_a_file_without_fault_is_told_so_and_has_no_empty_tables(
    browser: Browser, bring: Bring
) -> None:
    rows = [{"id": f"{n}", "spaces": n, "geom": Point(114.1 + n / 1e3, 22.5)} for n in range(9)]
    report = bring("parking", *rows).as_dict()
    assert report["checks"] == []
    with closed_studio(browser, {"/": report_html(report)}) as studio:
        page = studio.open()
        expect(page.locator(".glad")).to_contain_text("没有发现任何问题")
        for place in ("#filter", "#plane", "#checks", "#rejected"):
            expect(page.locator(place)).to_have_count(0)


def test_problems_without_a_place_make_no_empty_map(
    browser: Browser, let_units: dict[str, Any]
) -> None:
    with closed_studio(browser, {"/": report_html(let_units)}) as studio:
        page = studio.open()
        expect(page.locator("#plane")).to_have_count(0)
        expect(page.locator(".nowhere")).to_be_visible()
        # the filter works without a map
        page.fill("#filter [type=search]", "31")
        expect(page.locator(".findings tbody tr:visible")).to_have_count(1)
        page.locator(".findings tbody tr:visible td").first.click()
        expect(page.locator("tr.picked").first).to_be_visible()


def test_a_file_that_the_layer_has_already_changes_nothing(bring: Bring) -> None:
    row = {"id": "1", "spaces": 9, "geom": HERE}
    bring("parking", row)
    html = report_html(bring("parking", row).as_dict())
    assert "内容与图层中的一致，没有改动" in html
    assert "没有差异" in html
    assert "cim rollback" not in html


def test_a_report_that_a_batch_has_kept_since_before_these_words_still_opens(
    bring: Bring,
) -> None:
    report = bring("parking", {"id": "1", "geom": HERE}).as_dict()
    lasting = ("layer", "dataset", "source", "rows", "matched", "repaired", "mode", "dry_run")
    html = report_html({name: report[name] for name in lasting})
    assert "停车场" in html
