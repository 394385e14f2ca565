"""Photograph a scene's page: HTML in, PNG out.

The page is served to the browser from memory under an address that does not exist; any other
request is blocked, recorded, and makes the picture fail, for a page that asks the outside for
something would be incomplete on a closed network.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Route,
    WebSocketRoute,
)
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from viz.browser import open_browser

#: Where a page stands while it is photographed. ``.invalid`` is reserved (RFC 2606).
ADDRESS = "http://scene.invalid"


class OutsideRequestError(RuntimeError):
    """A page asked another host for something."""


class SceneNotDrawnError(RuntimeError):
    """A page did not report its first full frame."""


@dataclass(slots=True)
class Studio:
    """A browser window that can reach nothing but the pages given to it.

    Parameters
    ----------
    context
        The window.
    pages
        Path under :data:`ADDRESS` → HTML.
    asked
        Addresses outside that a page tried to reach, in order. All were refused.
    """

    context: BrowserContext
    pages: dict[str, str]
    asked: list[str] = field(default_factory=list)

    def open(self, path: str = "/") -> Page:
        """Open one of the pages in a new tab."""
        page = self.context.new_page()
        page.goto(f"{ADDRESS}{path}")
        return page


@contextmanager
def closed_studio(
    browser: Browser,
    pages: dict[str, str],
    *,
    width: int = 1440,
    height: int = 900,
    scale: float = 1.0,
) -> Iterator[Studio]:
    """Open a window of ``width`` × ``height`` CSS pixels that is cut off from every network."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=scale,
        locale="zh-CN",
        service_workers="block",
        accept_downloads=False,
    )
    studio = Studio(context, pages)

    def answer(route: Route) -> None:
        url = route.request.url
        html = pages.get(url.removeprefix(ADDRESS)) if url.startswith(f"{ADDRESS}/") else None
        if html is None:
            studio.asked.append(url)
            route.abort("blockedbyclient")
        else:
            route.fulfill(body=html, content_type="text/html; charset=utf-8")

    def refuse_socket(socket: WebSocketRoute) -> None:
        studio.asked.append(socket.url)
        socket.close()

    context.route("**/*", answer)
    context.route_web_socket("**/*", refuse_socket)
    try:
        yield studio
    finally:
        context.close()


def wait_until_drawn(page: Page, timeout: float = 60.0) -> None:
    """Wait for a scene's first full frame.

    Raises
    ------
    SceneNotDrawnError
        If the scene failed, or was not ready within ``timeout`` seconds.
    """
    root = page.locator("html[data-ready], html[data-failed]")
    try:
        root.wait_for(state="attached", timeout=timeout * 1000)
    except PlaywrightTimeout:
        raise SceneNotDrawnError(
            f"{timeout:g} 秒内未完成绘制。\nNothing was drawn within {timeout:g} seconds."
        ) from None
    if (reason := root.get_attribute("data-failed")) is not None:
        raise SceneNotDrawnError(f"画面绘制失败：{reason}\nThe scene could not be drawn: {reason}")


def take_picture(
    html: str | Path,
    *,
    width: int = 1440,
    height: int = 900,
    scale: float = 1.0,
    timeout: float = 60.0,
    browser: Browser | None = None,
) -> bytes:
    """Photograph a scene's page.

    Parameters
    ----------
    html
        The page, or the file that holds it.
    width, height
        Size of the window in CSS pixels.
    scale
        Picture pixels per CSS pixel; 2 for print.
    timeout
        Seconds to wait for the first full frame.
    browser
        A running browser; by default one is started and ended.

    Returns
    -------
    bytes
        A PNG of ``width * scale`` by ``height * scale`` pixels.

    Raises
    ------
    BrowserMissingError, ChineseFontMissingError
        If the machine lacks either.
    OutsideRequestError
        If the page asked another host for anything; nothing was sent.
    SceneNotDrawnError
        If the page did not draw in time.
    """
    if browser is None:
        with open_browser() as own:
            return take_picture(
                html, width=width, height=height, scale=scale, timeout=timeout, browser=own
            )
    text = html.read_text(encoding="utf-8") if isinstance(html, Path) else html
    with closed_studio(browser, {"/": text}, width=width, height=height, scale=scale) as studio:
        page = studio.open()
        wait_until_drawn(page, timeout)
        picture = page.screenshot()
        if studio.asked:
            listed = "、".join(sorted(set(studio.asked)))
            raise OutsideRequestError(
                f"页面试图访问外部地址：{listed}\nThe page asked outside hosts: {listed}"
            )
        return picture
