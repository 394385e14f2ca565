"""The business district over the example city."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from playwright.sync_api import Browser
from sqlalchemy import Engine, text

from viz.page import scene_html
from viz.picture import closed_studio, wait_until_drawn
from viz.scene import Scene
from viz.scenes import UnknownSceneError, scene_named
from viz.scenes.honesty import provenance_pills

TOWERS = Path(__file__).parents[2] / "data" / "luohu" / "towers.csv"


@pytest.fixture
def scene(luohu: Engine) -> Scene:
    with luohu.connect() as connection:
        return scene_named("business-district", connection)


def records(scene: Scene, layer: str) -> list[dict[str, Any]]:
    return next(list(one.data) for one in scene.deck.layers if one.id == layer)


def test_no_outside_host_is_asked(scene: Scene, browser: Browser) -> None:
    with closed_studio(browser, {"/": scene_html(scene)}) as studio:
        page = studio.open("/")
        wait_until_drawn(page, timeout=120)
        assert studio.asked == []


def test_every_office_is_drawn_and_counted(scene: Scene, luohu: Engine) -> None:
    with luohu.connect() as connection:
        offices = connection.scalar(text("select count(*) from office"))
        unknown = connection.scalar(
            text(
                "select count(*) from office o left join site s on s.id = o.site_id where"
                " (o.parking_spaces is null or coalesce(o.gross_floor_area, 0) = 0)"
                " and (s.parking_spaces is null or coalesce(s.area, 0) = 0)"
                " and (o.parking_area is null or coalesce(o.gross_floor_area, 0) = 0)"
            )
        )
    parking = scene.measures[0]
    assert len({record["id"] for record in records(scene, "offices")}) == offices
    assert sum(entry.count or 0 for entry in parking.classes) == offices
    assert parking.classes[-1].count == unknown


def test_the_real_towers_have_their_heights(scene: Scene) -> None:
    drawn = {record["name"]: record for record in records(scene, "offices")}
    with TOWERS.open(encoding="utf-8") as file:
        known = [row for row in csv.DictReader(file) if row["height"]]
    assert len(known) > 5
    for row in known:
        assert drawn[row["name"]]["drawn"] == pytest.approx(float(row["height"]), abs=0.1)


def test_nothing_unverified_is_shown_as_published(scene: Scene, luohu: Engine) -> None:
    drawn = {record["id"]: record for record in records(scene, "offices")}
    with luohu.connect() as connection:
        rows = connection.execute(
            text(
                "select o.id, o.provenance,"
                " coalesce(b.exceptions->>'height', b.provenance) as height_known, b.height"
                " from office o left join building b on b.id = o.building_id"
            )
        ).all()
    words = {"published": "公开资料", "unverified": "未核实", "simulated": "模拟"}
    for row in rows:
        assert drawn[row.id]["known_words"].startswith(words[row.provenance])
        if row.height is not None:
            assert words[row.height_known] in drawn[row.id]["height_words"]


def test_it_warns_of_all_that_is_less_than_known(scene: Scene) -> None:
    assert [pill.zh for pill in scene.pills] == [
        "示意图",
        "含模拟数据",
        "含估算数据",
        "含未核实数据",
    ]


def test_one_unverified_value_that_is_shown_is_warned_of() -> None:
    def warned(**exceptions: str) -> list[str]:
        frame = pd.DataFrame(
            {"height": [80.0], "provenance": ["published"], "exceptions": [exceptions or None]}
        )
        return [pill.en for pill in provenance_pills([frame])]

    assert warned() == []
    assert warned(height="unverified") == ["unverified"]
    assert warned(floors_above="unverified") == []


def test_sources_stand_by_layer_offices_first_and_codes_last(scene: Scene) -> None:
    titles = [group.title.zh for group in scene.sources]
    assert titles[0].startswith("商办楼宇")
    assert titles[-1] == "行政区划"
    assert any(title.startswith("站点与口岸") for title in titles[:4])
    named = [source for group in scene.sources for source in group.sources]
    assert len(named) == len(set(named))


def test_ports_are_not_drawn_as_metro_stations(scene: Scene) -> None:
    assert "罗湖口岸" in {record["name"] for record in records(scene, "gates")}
    assert {record["kind_words"] for record in records(scene, "stations")} == {"地铁站"}
    drawn = {entry.label.zh: entry.colour for entry in scene.legend}
    assert drawn["地铁站"] != drawn["火车站与口岸"]


def test_an_empty_city_still_makes_a_scene(city: Engine) -> None:
    with city.connect() as connection:
        empty = scene_named("business-district", connection)
    assert [pill.zh for pill in empty.pills] == ["示意图"]
    assert "罗湖商圈" in scene_html(empty)


def test_an_unknown_scene_is_named(city: Engine) -> None:
    with city.connect() as connection, pytest.raises(UnknownSceneError, match="business-district"):
        scene_named("nowhere", connection)
