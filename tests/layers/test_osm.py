"""What the reader makes of the shapes and files that OpenStreetMap allows."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
import shapely
from osmium.filter import KeyFilter
from sqlalchemy import Engine

from layers.findings import Finding
from layers.importing import import_sources
from layers.order import Order
from layers.osm import osm_sources
from layers.osm.extract import features
from layers.source import GEOMETRY, SourceError
from tests.conftest import ContentOf
from tests.layers.small_osm import Nodes, Tags, squares, write_osm

CORNER = (114.11, 22.54)


def rows_of(path: Path) -> tuple[dict[str, pd.DataFrame], dict[str, list[Finding]]]:
    """Read every layer of an extract: its rows by code, and what was remarked upon."""
    rows, remarks = {}, {}
    for name, source, _ in osm_sources(path):
        rows[name] = pd.concat(list(source.chunks())).set_index("id")
        remarks[name] = source.remarks
    return rows, remarks


def crossroads(folder: Path) -> Path:
    """Two streets that cross at node 3, a bridge, a path over the edge, a loop, a square."""
    places = {
        1: (114.110, 22.540),
        2: (114.111, 22.540),
        3: (114.112, 22.540),
        4: (114.113, 22.540),
        5: (114.112, 22.539),
        6: (114.112, 22.541),
        7: (114.114, 22.540),
        8: (114.114, 22.541),
        9: (114.113, 22.541),
    }
    return write_osm(
        folder / "roads.osm.pbf",
        {node: (place, {}) for node, place in places.items()},
        {
            1: ((1, 2, 3, 4), {"highway": "primary", "name": "深南东路"}),
            2: ((5, 3, 6), {"highway": "footway", "layer": "-1", "tunnel": "yes"}),
            3: ((4, 7), {"highway": "steps", "bridge": "yes", "layer": "up"}),
            # node 99 lies beyond the edge
            4: ((6, 2, 99), {"highway": "path"}),
            5: ((7, 8, 9, 7), {"highway": "pedestrian", "area": "yes"}),
            6: ((7, 8, 9, 7), {"highway": "service", "area": "yes"}),
            7: ((1, 8), {"highway": "proposed"}),
        },
    )


def test_a_way_is_cut_where_another_meets_it_and_numbered_along(tmp_path: Path) -> None:
    rows, _ = rows_of(crossroads(tmp_path))
    lines = {code: shapely.to_wkt(line, 3) for code, line in rows["road"][GEOMETRY].items()}
    assert lines == {
        "w1-1": "LINESTRING (114.11 22.54, 114.111 22.54)",
        "w1-2": "LINESTRING (114.111 22.54, 114.112 22.54)",
        "w1-3": "LINESTRING (114.112 22.54, 114.113 22.54)",
        "w2-1": "LINESTRING (114.112 22.539, 114.112 22.54)",
        "w2-2": "LINESTRING (114.112 22.54, 114.112 22.541)",
        "w3": "LINESTRING (114.113 22.54, 114.114 22.54)",
        # of the way that leaves the extract the whole stretch stays
        "w4-1": "LINESTRING (114.112 22.541, 114.111 22.54)",
        "w5": "LINESTRING (114.114 22.54, 114.114 22.541, 114.113 22.541, 114.114 22.54)",
    }


def test_what_is_cut_off_or_no_road_is_named(tmp_path: Path) -> None:
    _, remarks = rows_of(crossroads(tmp_path))
    assert {(one.code, one.id, one.value) for one in remarks["road"]} == {
        ("feature-incomplete", "w4-2", ""),
        ("feature-left-out", "w6", "service"),
        ("feature-left-out", "w7", "proposed"),
        ("value-left-out", "w3", "up"),
    }


def test_levels_bridges_tunnels_and_steps_are_told_apart(tmp_path: Path) -> None:
    road = rows_of(crossroads(tmp_path))[0]["road"]
    told = road.loc[["w1-1", "w2-1", "w3"], ["level", "bridge", "tunnel", "steps", "road_class"]]
    assert told.astype("object").where(told.notna(), None).to_numpy().tolist() == [
        [0, False, False, False, "primary"],
        [-1, False, True, False, "path"],
        # a bridge lies above the ground: without a level that can be read, who knows where
        [None, True, False, True, "path"],
    ]


def test_outlines_that_are_no_area_are_told_from_those_that_are_cut(tmp_path: Path) -> None:
    nodes, ways = squares({"building": "yes"}, {"building": "yes"}, {"building": "yes"}, {})
    # the second crosses itself, the third has lost a node, the fourth serves the relations
    ways[2] = ((5, 7, 6, 8, 5), {"building": "yes"})
    del nodes[11]
    path = write_osm(
        tmp_path / "outlines.osm.pbf",
        {**nodes, 100: (CORNER, {"building": "yes"})},
        {**ways, 5: ((13, 14, 15), {"building": "yes"})},
        {
            1: ([("w", 4, "outer")], {"type": "multipolygon", "building": "office"}),
            2: (
                [("w", 4, "outer"), ("w", 77, "inner")],
                {"type": "multipolygon", "building": "yes"},
            ),
            3: ([("w", 5, "outer")], {"type": "multipolygon", "building": "yes"}),
        },
    )
    rows, remarks = rows_of(path)
    assert sorted(rows["building"].index) == ["r1", "w1"]
    assert {(one.code, one.id) for one in remarks["building"]} == {
        ("feature-incomplete", "w3"),
        ("feature-incomplete", "r2"),
        ("row-left-out", "w2"),
        ("row-left-out", "w5"),
        ("row-left-out", "r3"),
        ("feature-left-out", "n100"),
    }


def test_an_office_needs_a_name_and_takes_that_of_who_runs_it(tmp_path: Path) -> None:
    nodes, ways = squares(
        {"building": "office", "name": "地王大厦", "alt_name": "信兴广场;Shun Hing Square"},
        {"building": "commercial", "office": "company", "operator": "华润"},
        {"building": "office"},
    )
    path = write_osm(
        tmp_path / "offices.osm.pbf",
        {**nodes, 100: (CORNER, {"office": "company", "brand": "平安"})},
        ways,
    )
    rows, remarks = rows_of(path)
    offices = rows["office"].sort_index()
    assert offices["name"].to_dict() == {"w1": "地王大厦", "w2": "华润", "n100": "平安"}
    assert offices.loc["w1", "aliases"] == ["信兴广场", "Shun Hing Square"]
    told = offices["building_id"]
    assert told.dropna().to_dict() == {"w1": "w1", "w2": "w2"}
    assert [(one.code, one.id) for one in remarks["office"]] == [("feature-left-out", "w3")]


def test_a_small_extract_enters_as_layers_that_know_source_and_day(
    city: Engine, tmp_path: Path, content_of: ContentOf
) -> None:
    nodes, ways = squares(
        {"building": "office", "name": "京基100", "height": "441.8", "building:levels": "100"},
        {"amenity": "parking", "parking": "multi-storey", "capacity": "300", "fee": "yes"},
        {"amenity": "parking", "parking": "street_side", "access": "private", "capacity": "some"},
    )
    points: dict[int, Tags] = {
        101: {
            "railway": "station",
            "station": "subway",
            "name": "大剧院",
            "name:en": "Grand Theater",
        },
        102: {"railway": "station", "name": "深圳站"},
        103: {"railway": "station", "station": "light_rail", "name": "轻轨站"},
        104: {"railway": "station"},
        105: {"railway": "subway_entrance", "ref": "A", "wheelchair": "yes"},
        106: {"railway": "subway_entrance", "ref": "B", "wheelchair": "limited"},
        107: {"highway": "bus_stop", "name": "地王大厦", "route_ref": "3; 12;B603"},
        108: {"amenity": "cafe", "name": "咖啡", "shop": "coffee"},
        109: {"shop": "books", "name": "深圳书城"},
        110: {"shop": "vacant"},
        111: {"tourism": "hotel", "name": "君悦"},
        112: {"amenity": "bench"},
    }
    placed = {node: ((CORNER[0], CORNER[1] + node * 1e-5), tags) for node, tags in points.items()}
    path = write_osm(tmp_path / "罗湖.osm.pbf", {**nodes, **placed}, ways, day="2025-03-04")
    reports = import_sources(city, osm_sources(path), Order())
    assert {report.layer: report.rejected for report in reports} == dict.fromkeys(
        ["building", "office", "parking", "station", "station_entrance", "bus_stop", "amenity"], 0
    )
    tower = content_of("building")["罗湖-osm:w1"]
    assert (tower["height"], tower["floors_above"], tower["use"]) == (441.8, 100, "办公")
    assert (tower["source_date"], tower["provenance"]) == (str(dt.date(2025, 3, 4)), "published")
    assert content_of("office")["罗湖-osm:w1"]["building_id"] == "罗湖-osm:w1"
    shown = ("kind", "spaces", "public", "fee")
    parking = {code: [row[key] for key in shown] for code, row in content_of("parking").items()}
    assert parking == {
        "罗湖-osm:w2": ["multi_storey", 300, None, "收费"],
        "罗湖-osm:w3": ["street", None, False, None],
    }
    stations = {row["name"]: row["kind"] for row in content_of("station").values()}
    assert stations == {"大剧院": "metro", "深圳站": "railway", "轻轨站": "metro"}
    entrances = {row["name"]: row["step_free"] for row in content_of("station_entrance").values()}
    assert entrances == {"A": True, "B": None}
    assert content_of("bus_stop")["罗湖-osm:n107"]["routes"] == ["3", "12", "B603"]
    amenities = {row["name"]: row["kind"] for row in content_of("amenity").values()}
    assert amenities == {"咖啡": "food", "深圳书城": "shop", "君悦": "hotel"}


def test_a_source_may_be_read_twice_and_tells_its_remarks_once(tmp_path: Path) -> None:
    for _, source, _ in osm_sources(crossroads(tmp_path)):
        first = pd.concat(list(source.chunks()))
        told = list(source.remarks)
        second = pd.concat(list(source.chunks()))
        assert first["id"].tolist() == second["id"].tolist()
        assert source.remarks == told


def test_features_come_in_chunks_of_bounded_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("layers.osm.extract.CHUNK", 2)
    nodes, ways = squares(*[{"building": "yes"}] * 5)
    path = write_osm(tmp_path / "five.osm.pbf", nodes, ways)
    (source,) = [source for name, source, _ in osm_sources(path) if name == "building"]
    assert [len(frame) for frame in source.chunks()] == [2, 2, 1]


def test_streets_of_several_chunks_are_cut_as_those_of_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = crossroads(tmp_path)
    at_once = rows_of(path)[0]["road"]
    monkeypatch.setattr("layers.osm.stretches.CHUNK", 4)
    assert rows_of(path)[0]["road"].equals(at_once)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.osm.pbf", b"", "文件是空的"),
        ("broken.osm.pbf", b"hello world" * 100, "读不出来"),
        ("letter.txt", b"dear planner", "读不出来"),
    ],
)
def test_what_is_no_extract_is_refused_by_name(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SourceError, match=reason) as refused:
        list(osm_sources(path))
    assert name in str(refused.value)


def test_a_missing_extract_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="找不到文件"):
        list(osm_sources(tmp_path / "gone.osm.pbf"))


def test_an_extract_with_nothing_for_any_layer_is_refused(tmp_path: Path) -> None:
    path = write_osm(tmp_path / "sea.osm.pbf", {1: (CORNER, {"natural": "bay"})})
    with pytest.raises(SourceError, match="没有任何图层可收的要素"):
        list(osm_sources(path))


def test_an_extract_that_breaks_off_changes_nothing(
    city: Engine, tmp_path: Path, content_of: ContentOf
) -> None:
    # every node is noise, so that the file has several blocks and breaks off in a later one
    nodes: Nodes = {
        node: ((114 + node * 7919 % 10_007 * 1e-5, 22.5), {"shop": "books", "name": f"店{node}"})
        for node in range(1, 30_001)
    }
    path = write_osm(tmp_path / "half.osm.pbf", nodes)
    path.write_bytes(path.read_bytes()[:-2_000])
    with pytest.raises(SourceError, match=r"half.osm.pbf 读不出来"):
        import_sources(city, osm_sources(path))
    assert content_of("amenity") == {}


def test_past_versions_are_refused(tmp_path: Path) -> None:
    path = write_osm(tmp_path / "past.osh.pbf", {1: (CORNER, {"shop": "books"})})
    with pytest.raises(SourceError, match="历史版本"):
        list(osm_sources(path))


def test_features_that_two_filters_choose_come_once(tmp_path: Path) -> None:
    nodes, ways = squares({"office": "company", "building": "office", "name": "甲"})
    path = write_osm(tmp_path / "once.osm.pbf", nodes, ways)
    chosen = [KeyFilter("office"), KeyFilter("building")]
    found = pd.concat(list(features(path, chosen, ("name",), [])))
    assert found["id"].tolist() == ["w1"]
