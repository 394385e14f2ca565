"""A page of the same origin steers the scene that it embeds; the reader steers it by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from viz.page import scene_html
from viz.picture import closed_studio
from viz.scene import Scene

SceneMaker = Callable[..., Scene]

HOST = """<!doctype html><meta charset="utf-8"><style>body{margin:0}</style>
<script>window.heard = []; addEventListener("message", (e) => heard.push(e.data));</script>
<iframe id="scene" src="/" style="border:0;width:1000px;height:700px"></iframe>"""


@pytest.fixture(scope="module")
def opened(browser: Browser, make_scene: SceneMaker) -> Iterator[Page]:
    """Open a host page and wait until the scene in it is ready."""
    with closed_studio(browser, {"/host": HOST, "/": scene_html(make_scene())}) as studio:
        page = studio.open("/host")
        page.frame_locator("#scene").locator("html[data-ready]").wait_for(state="attached")
        page.wait_for_function("heard.length > 0")
        yield page


@pytest.fixture
def host(opened: Page) -> Page:
    """The host page with the scene as it was at the start and nothing heard since it was ready."""
    _tell(opened, {"type": "cim-highlight", "ids": None})
    _tell(opened, {"type": "cim-measure", "measure": "parking_ratio"})
    _tell(opened, {"type": "cim-select", "id": None})
    camera = _scene(opened).locator("html")
    _scene(opened).locator("#compass").press("Enter")
    expect(camera).to_have_attribute("data-camera", "114.11000 22.55000 16.00000")
    expect(camera).to_have_attribute("data-measure", "parking_ratio")
    opened.mouse.move(5, 695)
    opened.evaluate("heard.splice(1)")
    return opened


def _scene(host: Page) -> Frame:
    frame = host.frames[1]
    assert frame.url == "http://scene.invalid/"
    return frame


def _tell(host: Page, message: dict[str, object]) -> None:
    host.evaluate("(message) => frames[0].postMessage(message, origin)", message)


def _hears(host: Page, message: dict[str, object]) -> None:
    host.wait_for_function(
        "(wanted) => JSON.stringify(heard.at(-1)) === wanted", arg=_compact(message)
    )


def _compact(message: dict[str, object]) -> str:
    return json.dumps(message, separators=(",", ":"))


def _clear_middle(host: Page) -> tuple[float, float]:
    panel = _scene(host).locator("#panel").bounding_box()
    assert panel is not None
    return (panel["x"] + panel["width"] + 1000) / 2, 350


def test_the_scene_reports_that_it_is_ready(host: Page) -> None:
    _hears(host, {"type": "cim-ready"})
    assert _scene(host).evaluate("window.cimReady") is True


def test_the_host_highlights_offices_and_ends_it(host: Page) -> None:
    root = _scene(host).locator("html")
    before = host.screenshot()
    _tell(host, {"type": "cim-highlight", "ids": ["O0"]})
    expect(root).to_have_attribute("data-highlighted", "1")
    host.wait_for_timeout(400)
    assert host.screenshot() != before
    _tell(host, {"type": "cim-highlight", "ids": None})
    expect(root).to_have_attribute("data-highlighted", "")
    host.wait_for_timeout(400)
    assert host.screenshot() == before


def test_an_empty_answer_fades_every_office(host: Page) -> None:
    _tell(host, {"type": "cim-highlight", "ids": []})
    expect(_scene(host).locator("html")).to_have_attribute("data-highlighted", "0")


def test_the_host_flies_to_a_feature(host: Page) -> None:
    _tell(host, {"type": "cim-fly", "id": "O2", "zoom": 17})
    expect(_scene(host).locator("html")).to_have_attribute(
        "data-camera", "114.11200 22.55000 17.00000"
    )


def test_the_camera_returns_from_its_flights(host: Page) -> None:
    root = _scene(host).locator("html")
    for identifier in ("O1", "O2"):
        _tell(host, {"type": "cim-fly", "id": identifier, "zoom": 17})
    expect(root).to_have_attribute("data-camera", "114.11200 22.55000 17.00000")
    _tell(host, {"type": "cim-return"})
    expect(root).to_have_attribute("data-camera", "114.11000 22.55000 16.00000")


def test_the_legend_folds_to_its_measures_and_swatches(host: Page) -> None:
    scene = _scene(host)
    scene.get_by_role("button", name="收起").click()
    expect(scene.locator(".fixed")).to_be_hidden()
    expect(scene.locator(".classes li")).to_have_count(4)
    expect(scene.locator(".classes .count").last).to_be_visible()
    scene.get_by_role("button", name="图例").click()
    expect(scene.locator(".fixed")).to_be_visible()


def test_the_host_chooses_the_measure(host: Page) -> None:
    _tell(host, {"type": "cim-measure", "measure": "rent"})
    expect(_scene(host).locator("html")).to_have_attribute("data-measure", "rent")
    expect(_scene(host).locator(".classes h2")).to_contain_text("rent")


def test_a_measure_that_is_not_there_changes_nothing(host: Page) -> None:
    _tell(host, {"type": "cim-measure", "measure": "constructor"})
    host.wait_for_timeout(200)
    expect(_scene(host).locator("html")).to_have_attribute("data-measure", "parking_ratio")


def test_a_click_on_an_office_tells_the_host_its_id(host: Page) -> None:
    host.mouse.click(*_clear_middle(host))
    expect(_scene(host).locator("#pinned h2")).to_have_text("罗湖商务中心")
    expect(_scene(host).locator("#pinned dd").first).to_have_text("未知 unknown")
    _hears(host, {"type": "cim-select", "id": "O0"})
    host.keyboard.press("Escape")
    expect(_scene(host).locator("#pinned")).to_be_hidden()
    _hears(host, {"type": "cim-select", "id": None})


def test_the_host_selects_without_an_echo(host: Page) -> None:
    _tell(host, {"type": "cim-select", "id": "O1"})
    expect(_scene(host).locator("#pinned h2")).to_have_text("国贸大厦")
    host.wait_for_timeout(200)
    assert host.evaluate("heard") == [{"type": "cim-ready"}]


def test_a_stranger_steers_nothing(host: Page) -> None:
    host.evaluate(
        """() => {
            const stranger = document.createElement("iframe");
            stranger.setAttribute("sandbox", "allow-scripts");
            stranger.srcdoc = `<script>
                parent.frames[0].postMessage({type: "cim-measure", measure: "rent"}, "*");
                parent.postMessage("sent", "*");
            </script>`;
            document.body.append(stranger);
        }"""
    )
    host.wait_for_function("heard.includes('sent')")
    host.wait_for_timeout(300)
    expect(_scene(host).locator("html")).to_have_attribute("data-measure", "parking_ratio")


def test_the_keyboard_reaches_measures_and_camera(host: Page) -> None:
    scene = _scene(host)
    scene.get_by_role("button", name="rent").focus()
    host.keyboard.press("Enter")
    expect(scene.locator("html")).to_have_attribute("data-measure", "rent")
    _hears(host, {"type": "cim-measure", "measure": "rent"})

    camera = scene.locator("html").get_attribute("data-camera")
    assert camera is not None
    scene.locator("#city").focus()
    host.keyboard.press("ArrowRight")
    expect(scene.locator("html")).not_to_have_attribute("data-camera", camera)
    scene.locator("#compass").press("Enter")
    expect(scene.locator("html")).to_have_attribute("data-camera", camera)
