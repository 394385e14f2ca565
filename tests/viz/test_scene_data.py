"""How geometry and values get into the page."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pydeck
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box

from viz.cartography import draw, look_at
from viz.measures import cut_measure
from viz.packing import pack
from viz.palette import ramp
from viz.records import path_records, point_records, polygon_records
from viz.scene import Scene, Text
from viz.transfer import scene_json

SceneMaker = Callable[..., Scene]


def _page(records: list[dict[str, Any]], **furniture: Any) -> Any:
    layer = pydeck.Layer("ScatterplotLayer", records, id="places", get_position="position")
    scene = Scene(draw([layer], look_at(114.11, 22.55)), Text("图"), **furniture)
    return json.loads(scene_json(scene))


def test_values_arrive_as_what_they_are() -> None:
    record = {
        "text": "国贸",
        "whole": np.int64(7),
        "number": np.float32(0.5),
        "round": 114.11000000001,
        "missing": float("nan"),
        "none": pd.NA,
        "never": pd.NaT,
        "day": pd.Timestamp("2026-01-02"),
        "list": np.array([1.5, 2.0]),
        "truth": np.bool_(True),
    }
    assert _page([record])["data"]["places"] == [
        {
            "text": "国贸",
            "whole": 7,
            "number": 0.5,
            "round": 114.11,
            "missing": None,
            "none": None,
            "never": None,
            "day": "2026-01-02T00:00:00",
            "list": [1.5, 2],
            "truth": True,
        }
    ]


@given(st.text())
def test_any_text_survives_and_never_leaves_its_block(text: str) -> None:
    layer = pydeck.Layer("TextLayer", [{"text": text}], id="names")
    block = scene_json(Scene(draw([layer], look_at(114.11, 22.55)), Text(text)))
    assert not set("<>&\u2028\u2029") & set(block)
    page = json.loads(block)
    assert page["data"]["names"] == [{"text": text}]
    assert page["title"]["zh"] == text


def test_a_value_that_json_does_not_know_is_refused() -> None:
    with pytest.raises(TypeError, match="Point"):
        _page([{"where": Point(0, 0)}])


def test_the_day_of_the_data_is_written_plainly() -> None:
    assert _page([], moment=date(2026, 1, 1))["moment"] == "2026-01-01"


def test_a_card_for_a_layer_that_is_not_drawn_is_an_error() -> None:
    with pytest.raises(ValueError, match="offices"):
        _page([], subject="offices")


def test_the_base_map_of_pydeck_stays_out() -> None:
    deck = pydeck.Deck(layers=[], initial_view_state=look_at(114.11, 22.55))
    assert "carto" not in scene_json(Scene(deck, Text("图")))


def test_writing_a_scene_leaves_its_deck_as_it_was(make_scene: SceneMaker) -> None:
    scene = make_scene()
    before = len(scene.deck.layers[1].data)
    scene_json(scene)
    assert len(scene.deck.layers[1].data) == before > 0


def test_a_building_of_two_parts_gives_two_shapes_of_one_id() -> None:
    yard = Polygon([(0, 0), (4, 0), (4, 4), (0, 4)], [[(1, 1), (2, 1), (2, 2), (1, 2)]])
    frame = gpd.GeoDataFrame(
        {"id": ["B1", "B2", "B3"]},
        geometry=[MultiPolygon([box(10, 0, 11, 1), yard]), None, Polygon()],
        crs=4490,
    )
    records = polygon_records(frame, ["id"])
    assert [record["id"] for record in records] == ["B1", "B1"]
    assert [len(record["polygon"]) for record in records] == [1, 2]


def test_an_outline_has_a_path_for_each_ring() -> None:
    yard = Polygon([(0, 0), (4, 0), (4, 4), (0, 4)], [[(1, 1), (2, 1), (2, 2), (1, 2)]])
    frame = gpd.GeoDataFrame(geometry=[yard, LineString([(0, 0), (1.23456789, 1)])], crs=4490)
    records = path_records(frame)
    assert len(records) == 3
    assert records[2]["path"] == [[0, 0], [1.234568, 1]]


@given(
    st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)), min_size=2, max_size=9),
)
def test_steps_lead_back_to_the_points(points: list[tuple[float, float]]) -> None:
    steps = np.array(pack({"path": points})["path"])
    walked = steps.reshape(-1, 2).cumsum(axis=0) * 1e-6
    np.testing.assert_allclose(walked, points, rtol=0, atol=0.51e-6)


def test_a_line_in_the_air_keeps_its_heights() -> None:
    assert pack({"path": [[1, 2, 30], [3, 4, 30]]})["path"] == [[1, 2, 30], [3, 4, 30]]


def test_a_name_without_a_known_height_hangs_on_the_ground() -> None:
    frame = gpd.GeoDataFrame(
        {"height": pd.Series([80.26, None], dtype="Float64")},
        geometry=[Point(1, 2), Point(3, 4)],
        crs=4490,
    )
    assert [record["position"] for record in point_records(frame, height="height")] == [
        [1, 2, 80.3],
        [3, 4, 0],
    ]


def test_a_limit_belongs_to_the_class_above_and_unknown_to_none() -> None:
    values = pd.Series([0.1, 0.5, 0.99, 1.0, None], dtype="Float64")
    measure, classes = cut_measure(
        "parking_ratio", Text("车位配比"), Text("车位"), values, [0.5, 1]
    )
    assert classes.tolist() == [0, 1, 1, 2, 3]
    assert [(entry.label.zh, entry.count) for entry in measure.classes] == [
        ("< 0.5", 1),
        ("0.5 – 1", 2),
        ("≥ 1", 1),
        ("未知", 1),
    ]


def test_limits_must_rise() -> None:
    with pytest.raises(ValueError, match="rise"):
        cut_measure("rent", Text("租金"), Text("元"), pd.Series([1.0]), [2, 1])


@pytest.mark.parametrize("steps", range(2, 8))
def test_the_ramp_darkens_with_every_step(steps: int) -> None:
    light = [0.2126 * red + 0.7152 * green + 0.0722 * blue for red, green, blue, *_ in ramp(steps)]
    assert light == sorted(light, reverse=True)
    assert len(set(light)) == steps
