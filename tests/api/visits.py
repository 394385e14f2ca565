"""Visits to the first page in a real browser, with every request to another host recorded."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn
from playwright.sync_api import Browser, Page, Route
from sqlalchemy import Engine, text

from api.app import create_app


@dataclass
class Visit:
    """A page that is open, and what it asked of other hosts."""

    page: Page
    address: str
    outside: list[str]
    faults: list[str]


@contextmanager
def serving() -> Iterator[str]:
    """Serve the city that is open on a port of its own."""
    server = uvicorn.Server(uvicorn.Config(create_app(), port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


def open_page(
    browser: Browser, address: str, *, width: int = 1440, height: int = 900, scene: bool = False
) -> Visit:
    """Open a window; without the scene, which takes long to draw, its place stays empty."""
    visit = Visit(browser.new_page(viewport={"width": width, "height": height}), address, [], [])

    def watch(route: Route) -> None:
        url = route.request.url
        if "/scenes/" in url and not scene:
            route.fulfill(body="", content_type="text/html")
        elif url.startswith((address, "data:", "blob:")):
            route.continue_()
        else:
            visit.outside.append(url)
            route.abort()

    visit.page.route("**/*", watch)
    visit.page.on("pageerror", lambda error: visit.faults.append(str(error)))
    return visit


@contextmanager
def visiting(browser: Browser, address: str, path: str = "") -> Iterator[Visit]:
    """Give a window; whatever is done in it, it asks nobody outside, and no script fails."""
    visit = open_page(browser, address)
    visit.page.set_default_timeout(15_000)
    if path:
        visit.page.goto(f"{address}{path}")
    yield visit
    assert visit.outside == []
    assert visit.faults == []
    visit.page.context.close()


def matching(page: Page) -> int:
    """Return the number that the page says match."""
    page.wait_for_selector("#answer strong")
    return int(page.inner_text("#answer strong").replace(",", ""))


def count_in_database(engine: Engine, condition: str) -> int:
    """Count the offices for office use that meet a condition, in plain SQL."""
    with engine.connect() as connection:
        found = connection.scalar(
            text(
                "select count(*) from office o"
                " left join site s on s.id = o.site_id"
                " left join office_surroundings n on n.office_id = o.id"
                f" where o.use = '办公' and {condition}"
            )
        )
    return int(found or 0)
