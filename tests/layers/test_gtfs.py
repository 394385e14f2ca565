"""Timetables of public transport as stations, entrances, bus stops and lines."""

from __future__ import annotations

import re
from pathlib import Path
from zipfile import ZipFile

import pandas as pd
import pytest
import shapely
from sqlalchemy import Engine

from layers.findings import Finding
from layers.gtfs import gtfs_sources
from layers.importing import import_sources
from layers.order import Order
from layers.source import GEOMETRY, SourceError
from tests.conftest import Content, ContentOf
from tests.layers.small_gtfs import TABLES, with_rows, write_gtfs

LAYERS = ["station", "station_entrance", "bus_stop", "transit_line"]


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    return write_gtfs(tmp_path / "shenzhen.zip")


def rows_of(path: Path) -> dict[str, pd.DataFrame]:
    return {
        name: pd.concat(list(source.chunks())).set_index("id")
        for name, source, _ in gtfs_sources(path)
    }


def remarks_of(path: Path) -> list[Finding]:
    return [one for _, source, _ in list(gtfs_sources(path)) for one in source.remarks]


def shown(content: Content, *fields: str) -> dict[str, list[object]]:
    return {
        code.removeprefix("shenzhen:"): [row[name] for name in fields]
        for code, row in content.items()
    }


@pytest.fixture
def imported(city: Engine, feed: Path) -> None:
    reports = import_sources(city, gtfs_sources(feed))
    assert [report.layer for report in reports] == LAYERS
    assert [report.rejected for report in reports] == [0, 0, 0, 0]


def test_platforms_gather_in_their_station_and_its_kind_is_that_of_the_routes_that_call(
    imported: None, content_of: ContentOf
) -> None:
    assert shown(content_of("station"), "name", "kind", "lines", "status") == {
        # metro and railway: whoever looks for a metro finds it
        "S1": ["国贸, 罗湖", "metro", ["1号线", "赤湾—新秀", "广深线"], "operating"],
        "S2": ["老街", "metro", ["1号线", "赤湾—新秀"], "operating"],
        # a stop without a station is one itself
        "X1": ["大剧院", "metro", ["1号线", "赤湾—新秀"], "operating"],
    }


def test_stations_stand_where_the_feed_puts_them(feed: Path) -> None:
    places = rows_of(feed)["station"][GEOMETRY]
    assert {code: (place.x, place.y) for code, place in places.items()} == {
        "S1": (114.118, 22.54),
        "S2": (114.115, 22.544),
        "X1": (114.107, 22.541),
    }


def test_a_railway_alone_makes_a_railway_station(tmp_path: Path) -> None:
    only_railway = "route_id,route_type,route_short_name\nG1,103,广深线"
    rows = rows_of(write_gtfs(tmp_path / "railway.zip", routes=only_railway))
    assert rows["station"]["kind"].to_dict() == {"S1": "railway"}
    assert list(rows) == ["station", "station_entrance", "transit_line"]


def test_entrances_know_their_station_and_take_its_steps_where_they_are_silent(
    imported: None, content_of: ContentOf
) -> None:
    assert shown(content_of("station_entrance"), "name", "station_id", "step_free") == {
        "E1": ["A口", "shenzhen:S1", True],
        "E2": ["B口", "shenzhen:S1", False],
        "E3": ["C口", "shenzhen:S2", True],
    }


def test_bus_stops_are_where_a_bus_calls_at_a_metro_platform_too(
    imported: None, content_of: ContentOf
) -> None:
    assert shown(content_of("bus_stop"), "name", "routes") == {
        "B1": ["公交总站1号位", ["603"]],
        "B2": ["东门", ["603"]],
        "P1": ["国贸1站台", ["603"]],
    }


def test_lines_have_the_stations_of_their_usual_trips_in_order(
    imported: None, content_of: ContentOf
) -> None:
    s1, s2, x1 = "shenzhen:S1", "shenzhen:S2", "shenzhen:X1"
    fields = ("name", "kind", "colour", "stations", "status")
    assert shown(content_of("transit_line"), *fields) == {
        # two trips turn round at 老街, one goes on
        "L1": ["1号线", "metro", "#00ab39", [s1, s2], "operating"],
        # each pattern once: the longest
        "L2": ["赤湾—新秀", "metro", None, [s1, s2, x1], "operating"],
        # two platforms of one station in a row
        "G1": ["广深线", "railway", None, [s1], "operating"],
        "B603": ["603", "bus", "#ffaa00", None, "operating"],
    }


def test_lines_follow_their_shape_else_lead_from_stop_to_stop(feed: Path) -> None:
    drawn = rows_of(feed)["transit_line"][GEOMETRY]
    assert {code: shapely.to_wkt(line, 4) for code, line in drawn.items()} == {
        "L1": "LINESTRING (114.1181 22.5401, 114.119 22.543, 114.1151 22.5441)",
        # its shape is not in the feed
        "L2": "LINESTRING (114.1182 22.5402, 114.1151 22.5441, 114.107 22.541)",
        "G1": "LINESTRING (114.1182 22.5402, 114.1181 22.5401)",
        # its shape is a single point
        "B603": "LINESTRING (114.1202 22.5502, 114.1181 22.5401, 114.12 22.546)",
    }


def test_what_stays_out_is_named_with_table_and_row(feed: Path) -> None:
    assert {(one.code, one.row, one.id, one.value) for one in remarks_of(feed)} == {
        ("feature-left-out", 7, "T1", "0"),
        ("feature-left-out", 8, "F1", "4"),
        ("row-left-out", 9, "Z1", "99"),
        ("feature-left-out", 6, "B9", "B9"),
        ("value-left-out", 4, "G1", "b00"),
        # the entrance of a bus terminal
        ("feature-left-out", 11, "E4", "H1"),
    }
    reasons = {one.id: one.reason for one in remarks_of(feed)}
    assert reasons["Z1"] == (
        "routes.txt 第 9 行：不是已知的 route_type，不导入"
        " / row 9 of routes.txt has no known route_type and stays out"
    )


def test_rows_say_who_published_them_and_from_when_they_hold(
    imported: None, content_of: ContentOf
) -> None:
    for layer in LAYERS:
        told = shown(content_of(layer), "source", "source_date", "provenance").values()
        assert all(row == ["深圳市交通运输局", "2025-03-01", "published"] for row in told)


def test_a_feed_without_the_optional_tables_names_its_agency(tmp_path: Path) -> None:
    path = write_gtfs(tmp_path / "bare.zip", without=["feed_info", "shapes"])
    (mapping, *_) = [mapping for _, _, mapping in gtfs_sources(path)]
    assert mapping.constants["source"] == "深圳地铁"
    assert "source_date" not in mapping.constants
    line = rows_of(path)["transit_line"].loc["L1", GEOMETRY]
    assert shapely.to_wkt(line, 4) == "LINESTRING (114.1181 22.5401, 114.1151 22.5441)"


def test_importing_the_same_feed_again_changes_nothing(
    city: Engine, imported: None, feed: Path
) -> None:
    for report in import_sources(city, gtfs_sources(feed), Order()):
        assert report.outcome is not None
        assert report.outcome.batch is None


def test_marks_folders_blank_rows_and_spare_commas_make_no_difference(
    tmp_path: Path, feed: Path
) -> None:
    dressed = write_gtfs(
        tmp_path / "dressed.zip",
        folder="gtfs 2025/",
        bom="\ufeff",
        # a comma at the end of each row, and empty rows
        stop_times=re.sub(r"(,\d+)\n", r"\1,\n\n", TABLES["stop_times.txt"]),
        trips=TABLES["trips.txt"].replace("service_id,", "service_id, ").replace(",d,", ', "d" ,'),
    )
    with ZipFile(dressed, "a") as archive:
        archive.writestr("__MACOSX/gtfs 2025/._stops.txt", b"\0\0")
    plain, other = rows_of(feed), rows_of(dressed)
    assert list(plain) == list(other) == LAYERS
    for name, rows in plain.items():
        assert rows.astype("string").equals(other[name].astype("string"))


def test_timetables_are_read_in_pieces_to_the_same_end(
    feed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = rows_of(feed)
    monkeypatch.setattr("layers.gtfs.feed._ROWS_AT_ONCE", 2)
    in_pieces = rows_of(feed)
    for name, rows in at_once.items():
        assert rows.astype("string").equals(in_pieces[name].astype("string"))


@pytest.mark.parametrize("table", ["stops", "routes", "trips", "stop_times"])
def test_a_feed_that_lacks_a_table_is_refused(
    city: Engine, tmp_path: Path, content_of: ContentOf, table: str
) -> None:
    path = write_gtfs(tmp_path / "half.zip", without=[table])
    with pytest.raises(SourceError, match=f"缺少 GTFS 必备的文件：.*{table}.txt"):
        import_sources(city, gtfs_sources(path))
    assert content_of("station") == {}


def test_a_table_without_a_column_it_needs_is_refused(tmp_path: Path) -> None:
    path = write_gtfs(tmp_path / "x.zip", routes="route_id,route_short_name\nL1,1号线")
    with pytest.raises(SourceError, match=r"routes.txt 缺少列：route_type"):
        list(gtfs_sources(path))


def test_an_empty_table_is_refused(tmp_path: Path) -> None:
    path = write_gtfs(tmp_path / "x.zip", stops="")
    with pytest.raises(SourceError, match=r"stops.txt 缺少列：stop_id"):
        list(gtfs_sources(path))


def test_a_sequence_that_is_no_number_is_refused_with_its_row(tmp_path: Path) -> None:
    path = write_gtfs(
        tmp_path / "x.zip", stop_times=with_rows("stop_times", "g1,07:06:00,07:06:00,P3,third")
    )
    with pytest.raises(SourceError, match=r"stop_times.txt 第 20 行：stop_sequence 不是数字"):
        list(gtfs_sources(path))


def test_text_in_another_encoding_is_refused_by_table(tmp_path: Path) -> None:
    path = write_gtfs(tmp_path / "x.zip", without=["stops"])
    with ZipFile(path, "a") as archive:
        archive.writestr("stops.txt", "stop_id,stop_name\nS1,国贸".encode("gb18030"))
    with pytest.raises(SourceError, match=r"x.zip 里的 stops.txt 读不出来"):
        list(gtfs_sources(path))


def test_what_is_no_zip_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "feed.zip"
    path.write_bytes(b"PK but not really")
    with pytest.raises(SourceError, match=r"feed.zip 不是完好的 zip 文件"):
        list(gtfs_sources(path))
    with pytest.raises(SourceError, match="找不到文件"):
        list(gtfs_sources(tmp_path / "gone.zip"))


def test_a_feed_of_trams_alone_is_refused(tmp_path: Path) -> None:
    path = write_gtfs(tmp_path / "tram.zip", routes="route_id,route_type\nT1,0")
    with pytest.raises(SourceError, match="没有可导入的地铁、铁路或公交"):
        list(gtfs_sources(path))


def test_a_station_without_a_place_stays_out_and_lines_do_without_it(
    city: Engine, tmp_path: Path, content_of: ContentOf
) -> None:
    stops = TABLES["stops.txt"].replace("22.5440,114.1150,1,,1", "22.5440,east,1,,1")
    path = write_gtfs(tmp_path / "shenzhen.zip", stops=stops)
    reports = import_sources(city, gtfs_sources(path))
    assert [report.rejected for report in reports] == [0, 0, 0, 0]
    assert set(shown(content_of("station"))) == {"S1", "X1"}
    assert set(shown(content_of("station_entrance"))) == {"E1", "E2"}
    assert shown(content_of("transit_line"), "stations")["L1"] == [["shenzhen:S1"]]
    (told,) = [one for one in remarks_of(path) if one.id == "S2"]
    assert (told.code, told.row, told.value) == ("row-left-out", 5, "22.5440, east")
    assert told.reason.startswith("stops.txt 第 5 行：没有可用的坐标")


def test_calls_at_a_stop_or_of_a_trip_nobody_knows_are_named_once(tmp_path: Path) -> None:
    calls = with_rows(
        "stop_times",
        "g1,07:06:00,07:06:00,P404,3",
        "g1,07:07:00,07:07:00,P404,4",
        "ghost,07:07:00,07:07:00,P1,1",
        "g1,07:08:00,07:08:00,,5",
    )
    path = write_gtfs(tmp_path / "x.zip", stop_times=calls)
    told = [one for one in remarks_of(path) if "stop_times.txt" in one.reason]
    assert {(one.code, one.row, one.field, one.value) for one in told} == {
        ("row-left-out", 20, "stop_id", "P404"),
        ("row-left-out", 22, "trip_id", "ghost"),
        ("row-left-out", 23, "stop_id", ""),
    }
    assert rows_of(path)["transit_line"].loc["G1", "stations"] == ["S1"]


def test_repeated_and_parentless_stops_are_named(tmp_path: Path) -> None:
    stops = with_rows("stops", "X1,大剧院,22.6,114.2,,,", ",无名,22.6,114.2,,,", "B3,站,1,1,0,S9,")
    path = write_gtfs(tmp_path / "x.zip", stops=stops)
    told = {(one.code, one.row, one.field) for one in remarks_of(path) if (one.row or 0) > 15}
    assert told == {
        ("row-left-out", 16, "stop_id"),
        ("row-left-out", 17, "stop_id"),
        ("value-left-out", 18, "parent_station"),
    }
    first = rows_of(path)["station"][GEOMETRY].loc["X1"]
    assert shapely.get_x(first) == 114.107
