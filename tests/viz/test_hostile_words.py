"""Words from data stay words, whatever they look like."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page

from viz.page import scene_html
from viz.picture import closed_studio, wait_until_drawn
from viz.scene import LegendEntry, Scene, Text

SceneMaker = Callable[..., Scene]

HOSTILE = [
    "<img src=x onerror=\"window.caught='img'\">",
    "</script><script>window.caught='script'</script>",
    "<!-- <script>",
    '"\'`${window.caught=1}',
    "{{ 7 * 7 }} [[data]] {name}",
    "a\u2028b\u2029c",
    "@@=constructor.constructor('window.caught=1')()",
    "@@#GL.ONE",
    "\\x3c/script>\\",
    "]]>&lt;b&gt;",
]


def _stand_at_first_office(page: Page) -> None:
    # The camera looks straight down at the first office, in the middle of what the panel leaves.
    panel = page.locator("#panel").bounding_box()
    assert panel is not None
    right = panel["x"] + panel["width"]
    page.mouse.move((right + 1440) / 2, 450)
    page.locator("#hint h2").wait_for()


@pytest.mark.parametrize("word", HOSTILE)
def test_hostile_words_show_literally_and_run_nothing(
    browser: Browser, make_scene: SceneMaker, word: str
) -> None:
    scene = dataclasses.replace(
        make_scene((word, "国贸大厦"), title=Text(word, word), labels=(word,)),
        subtitle=Text(word),
        legend=(LegendEntry(Text(word), (1, 2, 3)),),
        notes=(Text(word),),
        pills=(Text(word),),
    )
    with closed_studio(browser, {"/": scene_html(scene)}) as studio:
        page = studio.open()
        wait_until_drawn(page)
        _stand_at_first_office(page)
        shown = {
            place: page.locator(place).first.text_content()
            for place in ("#hint h2", "#title-zh", "#title-en", "#subtitle", ".fixed .words", ".pill")
        }
        assert set(shown.values()) == {word}
        assert page.locator("#about li").text_content() == word
        assert page.evaluate("window.caught") is None
        assert page.locator("img").count() == 0
        assert "".join(page.title().split()) == "".join(f"{word}·{word}".split())


def test_a_record_with_a_class_name_for_a_field_stays_a_record(
    browser: Browser, make_scene: SceneMaker
) -> None:
    scene = make_scene()
    for record in scene.deck.layers[1].data:
        record["@@type"] = "TextLayer"
    with closed_studio(browser, {"/": scene_html(scene)}) as studio:
        page = studio.open()
        wait_until_drawn(page)
        _stand_at_first_office(page)
        assert page.locator("#hint h2").text_content() == "罗湖商务中心"
