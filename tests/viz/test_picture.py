"""What a photograph of a scene shows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from playwright.sync_api import Browser

from viz.browser import (
    BrowserMissingError,
    ChineseFontMissingError,
    find_chromium,
    require_chinese_font,
)
from viz.page import scene_html
from viz.palette import LAND
from viz.picture import SceneNotDrawnError, closed_studio, take_picture, wait_until_drawn
from viz.scene import Scene

SceneMaker = Callable[..., Scene]
Pixels = npt.NDArray[np.uint8]
Decoder = Callable[[bytes], Pixels]


def _near(picture: Pixels, colour: tuple[float, ...], tolerance: int = 6) -> npt.NDArray[np.bool_]:
    difference = np.abs(picture[..., :3].astype(int) - np.asarray(colour[:3]))
    near: npt.NDArray[np.bool_] = (difference <= tolerance).all(axis=-1)
    return near


def test_a_picture_has_the_size_asked_for(
    browser: Browser, make_scene: SceneMaker, pixels: Decoder, tmp_path: Path
) -> None:
    page = tmp_path / "scene.html"
    page.write_text(scene_html(make_scene()), encoding="utf-8")
    png = take_picture(page, width=800, height=500, scale=2, browser=browser)
    assert png.startswith(b"\x89PNG")
    assert pixels(png).shape == (1000, 1600, 4)


def test_buildings_stand_up(browser: Browser, make_scene: SceneMaker, pixels: Decoder) -> None:
    """Seen at a slant, a block shows its roof in the legend's colour and its walls darker."""
    scene = make_scene(("甲",), pitch=55)
    roof = scene.measures[1].classes[2].colour
    flat = make_scene(("甲",), pitch=55)
    flat.deck.layers[1].extruded = False
    for one in (scene, flat):
        one.deck.layers[1].data[0]["parking_ratio_class"] = 2
    standing = pixels(take_picture(scene_html(scene), browser=browser))[:, 330:]
    lying = pixels(take_picture(scene_html(flat), browser=browser))[:, 330:]

    assert _near(standing, roof).sum() > 500
    wall = np.asarray(roof[:3]) * 0.8
    assert _near(standing, tuple(wall), 14).sum() > 500
    assert _near(lying, tuple(wall), 14).sum() < 50


def test_an_office_without_data_is_grey_not_low(
    browser: Browser, make_scene: SceneMaker, pixels: Decoder
) -> None:
    scene = make_scene()
    picture = pixels(take_picture(scene_html(scene), browser=browser))[:, 330:]
    unknown = scene.measures[0].classes[-1]
    assert unknown.label.zh == "未知"
    assert unknown.count == 1
    assert _near(picture, unknown.colour).sum() > 500


def test_chinese_names_are_drawn_as_the_characters_they_are(
    browser: Browser, make_scene: SceneMaker, pixels: Decoder
) -> None:
    def ink(*labels: str) -> npt.NDArray[np.bool_]:
        picture = pixels(take_picture(scene_html(make_scene(labels=labels)), browser=browser))
        dark: npt.NDArray[np.bool_] = picture[:, 330:, :3].max(axis=-1) < 110
        return dark

    without, first, second = ink(), ink("罗湖"), ink("翠竹")
    assert (first & ~without).sum() > 60
    # Boxes for missing glyphs would all look alike; so would names that were dropped.
    assert (first ^ second).sum() > 60


def test_names_that_would_touch_wait_for_room(
    browser: Browser, make_scene: SceneMaker, pixels: Decoder
) -> None:
    def ink(zoom: float) -> int:
        labels = tuple(f"第{number}站" for number in range(8))
        html = scene_html(make_scene(labels=labels, zoom=zoom))
        picture = pixels(take_picture(html, browser=browser))
        return int((picture[:, 330:, :3].max(axis=-1) < 90).sum())

    assert ink(12) < ink(15) / 2


def test_a_phone_needs_no_sideways_scrolling(browser: Browser, make_scene: SceneMaker) -> None:
    with closed_studio(browser, {"/": scene_html(make_scene())}, width=390, height=844) as studio:
        page = studio.open()
        wait_until_drawn(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        # the city has most of the screen until the reader opens the legend
        folded = page.locator("#legend").bounding_box()
        assert folded is not None
        assert folded["height"] < 844 / 6
        page.locator(".fold").click()
        for panel in ("#head", "#legend", "#about", "#compass", "#scale"):
            place = page.locator(panel).bounding_box()
            assert place is not None, panel
            assert place["x"] >= 0, panel
            assert place["x"] + place["width"] <= 390, panel
            assert place["y"] + place["height"] <= 844, panel


def test_land_fills_what_the_panels_leave(
    browser: Browser, make_scene: SceneMaker, pixels: Decoder
) -> None:
    picture = pixels(take_picture(scene_html(make_scene()), browser=browser))[:, 330:]
    assert _near(picture, LAND).mean() > 0.8


def test_a_page_that_never_draws_is_an_error(browser: Browser) -> None:
    with pytest.raises(SceneNotDrawnError, match=r"within 0\.2 seconds"):
        take_picture("<!doctype html><p>空白", timeout=0.2, browser=browser)


def test_a_browser_without_webgl_says_so_in_both_languages(
    browser: Browser, make_scene: SceneMaker
) -> None:
    with closed_studio(browser, {"/": scene_html(make_scene())}) as studio:
        studio.context.add_init_script("HTMLCanvasElement.prototype.getContext = () => null;")
        page = studio.open()
        with pytest.raises(SceneNotDrawnError):
            wait_until_drawn(page)
        assert "WebGL 2" in str(page.locator("#state-zh").text_content())
        assert "WebGL 2" in str(page.locator("#state-en").text_content())


def test_without_a_browser_the_error_tells_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CIM_CHROMIUM", raising=False)
    with pytest.raises(BrowserMissingError, match="apt install chromium"):
        find_chromium()


def test_a_named_browser_goes_before_the_usual_ones(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    named = tmp_path / "chromium-of-ours"
    named.write_text("#!/bin/sh\n")
    named.chmod(0o755)
    monkeypatch.setenv("CIM_CHROMIUM", str(named))
    assert find_chromium() == named


def test_without_a_chinese_font_the_error_tells_how_to_get_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    listing = tmp_path / "fc-list"
    listing.write_text("#!/bin/sh\n# a fontconfig without fonts lists nothing\n")
    listing.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ChineseFontMissingError, match="apt install fontconfig fonts-noto-cjk"):
        require_chinese_font()
