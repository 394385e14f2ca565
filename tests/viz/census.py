"""A census of car parks with planted problems: brought in, tried and refused; and its reports."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from playwright.sync_api import Browser, Locator, Page
from shapely.geometry import LineString, MultiPolygon, box
from sqlalchemy import Engine

from cim.model import layer_named
from cim.settings import forget_settings
from layers.importing import import_source
from layers.mapping import read_mapping
from layers.order import Order
from layers.reading import open_source
from layers.report import RefusedError
from tests.viz.planted_problems import MAPPING, Planted, write_car_parks
from viz.import_report import ReportContext, context_of
from viz.picture import closed_studio

if TYPE_CHECKING:
    from tests.conftest import Bring

DESK = (1440, 900)
PHONE = (390, 844)


class Census(NamedTuple):
    """What was planted, the reports of three imports, and what their maps are drawn on."""

    planted: list[Planted]
    imported: dict[str, Any]
    tried: dict[str, Any]
    refused: dict[str, Any]
    context: ReportContext


def take_census(engine: Engine, bring: Bring, folder: Path) -> Census:
    """Bring the file in three times: refused for its many faults, on trial, and in earnest."""
    path, mapping = folder / "停车场普查.csv", folder / "mapping.toml"
    planted = write_car_parks(path, rows=600, every=5)
    mapping.write_text(MAPPING, encoding="utf-8")
    _outline_the_city(bring)

    def brought(**order: Any) -> dict[str, Any]:
        order = {"dataset": "census", "crs": "EPSG:4490", **order}
        layer, rules = layer_named("parking"), read_mapping(mapping)
        try:
            report = import_source(engine, layer, open_source(path), rules, Order(**order))
        except RefusedError as refusal:
            report = refusal.report
        return report.as_dict()

    refused = brought()
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("CIM_REJECT_SHARE", "0.5")
        forget_settings()
        tried, imported = brought(dry_run=True), brought()
    forget_settings()
    with engine.connect() as connection:
        return Census(planted, imported, tried, refused, context_of(connection))


def _outline_the_city(bring: Bring) -> None:
    street = {"level": "street", "parent": "440303"}
    bring(
        "area",
        {
            "id": "440303",
            "name": "罗湖区",
            "level": "district",
            "parent": None,
            "geom": MultiPolygon([box(114.08, 22.53, 114.16, 22.58)]),
        },
        {
            **street,
            "id": "440303001",
            "name": "桂园街道",
            "geom": box(114.08, 22.53, 114.12, 22.58),
        },
        {
            **street,
            "id": "440303002",
            "name": "黄贝街道",
            "geom": box(114.12, 22.53, 114.16, 22.58),
        },
    )
    bring(
        "road",
        {
            "id": "1",
            "name": "深南东路",
            "road_class": "primary",
            "walkable": True,
            "geom": LineString([(114.08, 22.545), (114.16, 22.548)]),
        },
    )


@contextmanager
def opened(browser: Browser, html: str, size: tuple[int, int] = DESK) -> Iterator[Page]:
    """Open a report, and make sure that it neither complains nor asks anyone for anything."""
    with closed_studio(browser, {"/": html}, width=size[0], height=size[1]) as studio:
        complaints: list[str] = []
        page = studio.context.new_page()
        page.on("console", lambda line: complaints.append(line.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto("http://scene.invalid/")
        page.locator("html[data-ready]").wait_for(state="attached")
        yield page
        assert complaints == []
        assert studio.asked == []


def samples_of(report: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for check in report["checks"] for one in check["samples"]]


def visible_lines(page: Page) -> list[tuple[str, str]]:
    """Read row number and text of the lines of findings that can be seen."""
    found: list[list[str]] = page.evaluate(
        """() => [...document.querySelectorAll(".findings tbody tr")]
            .filter((line) => line.checkVisibility())
            .map((line) => [line.cells[0].textContent, line.textContent])"""
    )
    return [(row, text) for row, text in found]


def middle_of(mark: Locator) -> tuple[float, float]:
    area = mark.bounding_box()
    assert area is not None
    return area["x"] + area["width"] / 2, area["y"] + area["height"] / 2


def mark_of_row(page: Page, row: int) -> Locator:
    line = page.locator(f".findings tr[data-row='{row}']").first
    return page.locator(f"#m{str(line.get_attribute('id'))[1:]}")
