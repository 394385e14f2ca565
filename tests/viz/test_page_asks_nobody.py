"""A scene runs on a closed network: its page asks no other host for anything."""

from __future__ import annotations

from collections.abc import Callable

import pydeck
import pytest
from playwright.sync_api import Browser

from viz.cartography import draw, look_at
from viz.page import scene_html
from viz.picture import OutsideRequestError, closed_studio, take_picture, wait_until_drawn
from viz.scene import Scene, Text

SceneMaker = Callable[..., Scene]


def test_a_scene_neither_asks_outside_nor_tries_to(
    browser: Browser, make_scene: SceneMaker
) -> None:
    html = scene_html(make_scene(labels=("国贸站",), pitch=50))
    with closed_studio(browser, {"/": html}) as studio:
        # The policy stops a request before it is one; the browser reports what it stopped.
        studio.context.add_init_script(
            "window.stopped = [];"
            "addEventListener('securitypolicyviolation', (e) => stopped.push(e.blockedURI));"
        )
        complaints: list[str] = []
        page = studio.context.new_page()
        page.on("console", lambda line: complaints.append(line.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto("http://scene.invalid/")
        wait_until_drawn(page)
        page.mouse.move(700, 450)
        page.wait_for_timeout(300)
        assert studio.asked == []
        # A probe for WebAssembly is stopped too, but it asks nobody.
        assert set(page.evaluate("stopped")) <= {"wasm-eval"}
        assert [line for line in complaints if "GPU stall" not in line] == []


def test_a_page_that_asks_outside_gives_no_picture(browser: Browser) -> None:
    html = "<!doctype html><html data-ready><img src='http://elsewhere.example/tile.png'></html>"
    with pytest.raises(OutsideRequestError, match=r"elsewhere\.example"):
        take_picture(html, browser=browser)


def test_the_policy_stops_what_a_later_bundle_might_ask(
    browser: Browser, make_scene: SceneMaker
) -> None:
    with closed_studio(browser, {"/": scene_html(make_scene())}) as studio:
        page = studio.open()
        failed = page.evaluate("fetch('http://elsewhere.example/').then(() => false, () => true)")
        assert failed
        assert studio.asked == []


@pytest.mark.parametrize(
    "layer",
    [
        pydeck.Layer("GeoJsonLayer", "http://elsewhere.example/city.json", id="remote"),
        pydeck.Layer("BitmapLayer", [], id="remote", image="http://elsewhere.example/air.png"),
        pydeck.Layer("TileLayer", [], id="remote", texture="'//elsewhere.example/{z}'"),
    ],
    ids=["data", "image", "without scheme"],
)
def test_a_layer_that_lives_at_an_address_is_refused(layer: pydeck.Layer) -> None:
    scene = Scene(draw([layer], look_at(114.11, 22.55)), Text("远程"))
    with pytest.raises((TypeError, ValueError), match=r"remote|elsewhere"):
        scene_html(scene)


def test_keys_in_the_environment_stay_out_of_the_page(
    monkeypatch: pytest.MonkeyPatch, make_scene: SceneMaker
) -> None:
    for name in ("CARTO_API_KEY", "MAPBOX_API_KEY", "GoogleMapsAPIKey"):
        monkeypatch.setenv(name, "not-for-others")
    assert "not-for-others" not in scene_html(make_scene())
