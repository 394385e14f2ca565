"""Words from data stay words, whatever they look like."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect

from viz.page import scene_html
from viz.picture import closed_studio, wait_until_drawn
from viz.scene import LegendEntry, Scene, Text

SceneMaker = Callable[..., Scene]

HOSTILE = [
    "<img src=x onerror=\"window.caught='img'\">",
    "</script><script>window.caught='script'</script>",
    "<!-- <script>",
    "\"'`${window.caught=1}",
    "{{ 7 * 7 }} [[data]] {name}",
    "a\u2028b\u2029c",
    "@@=constructor.constructor('window.caught=1')()",
    "@@#GL.ONE",
    "\\x3c/script>\\",
    "]]>&lt;b&gt;",
]


def test_hostile_words_show_literally_and_run_nothing(
    browser: Browser, make_scene: SceneMaker
) -> None:
    everything = "".join(HOSTILE)
    scene = dataclasses.replace(
        make_scene(tuple(HOSTILE), title=Text(everything, everything), labels=tuple(HOSTILE)),
        subtitle=Text(everything),
        legend=tuple(LegendEntry(Text(word), (1, 2, 3)) for word in HOSTILE),
        notes=tuple(Text(word) for word in HOSTILE),
        pills=tuple(Text(word) for word in HOSTILE),
    )
    with closed_studio(browser, {"/": scene_html(scene)}) as studio:
        page = studio.open()
        wait_until_drawn(page)
        for place in ("#title-zh", "#title-en", "#subtitle"):
            assert page.locator(place).text_content() == everything, place
        for place in (".fixed .words", ".pill", "#about li"):
            assert page.locator(place).all_text_contents() == HOSTILE, place
        for number, word in enumerate(HOSTILE):
            _select(page, f"O{number}")
            expect(page.locator("#pinned")).to_be_visible()
            assert page.locator("#pinned h2").text_content() == word
        _stand_at_first_office(page)
        assert page.locator("#hint h2").text_content() == HOSTILE[0]
        assert page.evaluate("window.caught") is None
        assert page.locator("img").count() == 0
        # The browser itself trims and joins blanks in a title.
        assert "".join(page.title().split()) == "".join(f"{everything}·{everything}".split())


def test_a_record_with_a_class_name_for_a_field_stays_a_record(
    browser: Browser, make_scene: SceneMaker
) -> None:
    scene = make_scene()
    for record in scene.deck.layers[1].data:
        record["@@type"] = "TextLayer"
    with closed_studio(browser, {"/": scene_html(scene)}) as studio:
        page = studio.open()
        wait_until_drawn(page)
        _select(page, "O0")
        assert page.locator("#pinned h2").text_content() == "罗湖商务中心"


def _select(page: Page, office: str) -> None:
    page.evaluate("(id) => window.postMessage({type: 'cim-select', id}, origin)", office)
    page.locator(f"html[data-selected='{office}']").wait_for(state="attached")


def _stand_at_first_office(page: Page) -> None:
    # The camera looks straight down at the first office, in the middle of what the panel leaves.
    panel = page.locator("#panel").bounding_box()
    assert panel is not None
    page.mouse.move((panel["x"] + panel["width"] + 1440) / 2, 450)
    page.locator("#hint h2").wait_for()
