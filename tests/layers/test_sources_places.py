"""Coordinates in columns, under all the titles and in all the ways in which offices write them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.findings import Findings
from layers.mapping import GeometryRule, MappingError
from layers.places.coordinates import degrees, longitude_first, pairs
from layers.places.reading import datum_in_titles, find_places, read_places
from layers.places.titles import axis_of, coordinate_columns, datum_of

if TYPE_CHECKING:
    from tests.conftest import ContentOf
    from tests.layers.conftest import ImportFile

HERE = shapely.Point(114.1183, 22.5405)


def text(*values: str | None) -> pd.Series:
    return pd.Series(values, dtype="string")


def place(**columns: str | float) -> object:
    """Where a row with these columns is."""
    frame = pd.DataFrame({title: [value] for title, value in columns.items()})
    findings = Findings()
    places = read_places(frame, find_places(frame, GeometryRule())[0], findings)
    assert findings.rejected == {}
    return None if places is None else places[0]


# --- titles ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ("经度", "纬度"),
        ("东经", "北纬"),
        ("lng", "lat"),
        ("LON", "LAT"),
        ("Longitude", "Latitude"),
        ("x", "y"),
        ("X坐标", "Y坐标"),
        ("坐标X", "坐标Y"),
        ("POINT_X", "POINT_Y"),
        ("经度（°）", "纬度（°）"),
        ("中心点经度", "中心点纬度"),
        ("lon_wgs84", "lat_wgs84"),
        ("lng_gcj02", "lat_gcj02"),
        ("高德经度", "高德纬度"),
        ("百度地图经度", "百度地图纬度"),
    ],
)
def test_columns_of_coordinates_are_known_by_their_titles(x: str, y: str) -> None:
    assert place(**{y: "22.5405", "备注": "x", x: "114.1183"}) == HERE


@pytest.mark.parametrize("title", ["编号", "max", "状态", "经营范围", "纬创", "bd09mc_x", "latest"])
def test_other_titles_are_no_coordinates(title: str) -> None:
    assert axis_of(title) is None


@pytest.mark.parametrize(
    ("title", "datum"),
    [
        ("lon_bd09", "BD-09"),
        ("lng_bd09ll", "BD-09"),
        ("百度经度", "BD-09"),
        ("lng_gcj02", "GCJ-02"),
        ("高德经度", "GCJ-02"),
        ("火星坐标经度", "GCJ-02"),
        ("lon_wgs84", "EPSG:4326"),
        ("GPS经度", "EPSG:4326"),
        ("经度_CGCS2000", "EPSG:4490"),
        ("经度", None),
        ("x", None),
    ],
)
def test_a_title_may_name_the_datum(title: str, datum: str | None) -> None:
    assert datum_of(title) == datum


def test_of_several_pairs_that_in_the_stated_system_is_taken_else_wgs_84() -> None:
    titles = ["lon_bd09", "lat_bd09", "lon_wgs84", "lat_wgs84"]
    assert coordinate_columns(titles) == ("lon_wgs84", "lat_wgs84")
    assert coordinate_columns(titles, "BD-09") == ("lon_bd09", "lat_bd09")
    assert coordinate_columns(titles, "bd09") == ("lon_bd09", "lat_bd09")
    assert coordinate_columns([*titles, "x", "y"], "EPSG:4547") == ("x", "y")
    assert coordinate_columns(["lon_bd09", "lat_gcj02"]) is None


def test_columns_that_are_passed_over_are_named() -> None:
    frame = pd.DataFrame(
        {"lon_bd09": ["1"], "lat_bd09": ["1"], "lon_wgs84": ["114.1"], "lat_wgs84": ["22.5"]}
    )
    rule, notes = find_places(frame, GeometryRule())
    assert datum_in_titles(rule) == "EPSG:4326"
    assert len(notes) == 1
    assert "不用“lon_bd09、lat_bd09”" in notes[0]


def test_what_the_mapping_states_is_not_guessed_at() -> None:
    rule = GeometryRule(lon="a", lat="b")
    frame = pd.DataFrame({"a": ["1"], "b": ["2"], "lon": ["3"], "lat": ["4"]})
    assert find_places(frame, rule) == (rule, [])
    assert datum_in_titles(rule) is None
    assert datum_in_titles(GeometryRule(lon="lon_bd09", lat="lat_bd09")) == "BD-09"


def test_of_surveyors_coordinates_the_northing_is_called_x() -> None:
    # CGCS2000 / 3-degree Gauss-Kruger CM 114E, without and with the number of the zone
    for easting in ("512184.6", "38512184.6"):
        frame = pd.DataFrame({"X坐标": ["2493757.1"], "Y坐标": [easting]})
        rule, notes = find_places(frame, GeometryRule())
        assert (rule.lon, rule.lat) == ("Y坐标", "X坐标")
        assert "纵坐标" in notes[0]
        frame = pd.DataFrame({"X坐标": [easting], "Y坐标": ["2493757.1"]})
        assert find_places(frame, GeometryRule())[0].lon == "X坐标"


# --- one column --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        HERE.wkt,
        f"SRID=4490;{HERE.wkt}",
        shapely.to_wkb(HERE, hex=True),
        shapely.to_wkb(shapely.set_srid(HERE, 4490), hex=True, include_srid=True),
        f"\\x{shapely.to_wkb(HERE, hex=True)}",
        "(22.5405, 114.1183)",
        "114.1183,22.5405",
        "114.1183，22.5405",
        "[114.1183; 22.5405]",
        "22.5405 114.1183",
        "22.5405°N, 114.1183°E",
        "东经114.1183°，北纬22.5405°",
    ],
)
def test_one_column_may_hold_the_place_whatever_it_is_called(value: str) -> None:
    assert place(编号="1", 所在=value, 名称="国贸") == HERE


@pytest.mark.parametrize("title", ["坐标", "location", "经纬度", "位置"])
def test_a_usual_title_makes_a_pair_of_whole_numbers_a_place(title: str) -> None:
    assert place(**{title: "114,22"}) == shapely.Point(114, 22)


@pytest.mark.parametrize("value", ["3,4", "深南东路,5002号", "1234.5678", "4403030010010000012"])
def test_other_columns_with_commas_or_digits_are_no_places(value: str) -> None:
    assert place(备注=value) is None


def test_of_a_pair_the_order_must_be_certain() -> None:
    prague = "14.4378,50.0755"
    assert place(lnglat=prague) == shapely.Point(14.4378, 50.0755)
    assert place(经纬度=prague) == shapely.Point(14.4378, 50.0755)
    assert place(latlng=prague) == shapely.Point(50.0755, 14.4378)
    with pytest.raises(MappingError, match=r"“坐标”列里的两个数.*latlon_text"):
        place(坐标=prague)
    # no latitude is beyond 90 degrees, whatever the title says
    assert place(经纬度="22.5405,114.1183") == HERE
    # in the west of China a longitude may be below 90, and still is no latitude
    assert place(坐标="43.825,87.617") == shapely.Point(87.617, 43.825)


def test_an_imported_pair_that_is_none_rejects_its_row(
    tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    rows = "".join(f'{i},bank,"114.1{i:02},22.5"\n' for i in range(60))
    path = tmp_path / "a.csv"
    path.write_text(f"id,kind,坐标\n{rows}99,bank,路口\n", encoding="utf-8")
    report = import_file("amenity", path, crs="EPSG:4490")
    assert [(r.row, r.value) for r in report.rejects] == [(62, "路口")]
    assert len(content_of("amenity")) == 60


# --- degrees, minutes and seconds --------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("114°07′05.9″E", 114 + 7 / 60 + 5.9 / 3600),
        ("22°32'25\"N", 22 + 32 / 60 + 25 / 3600),
        ("东经114°07′05.9″", 114 + 7 / 60 + 5.9 / 3600),
        ("北纬22度32分25秒", 22 + 32 / 60 + 25 / 3600),
        ("114º07’05.9”", 114 + 7 / 60 + 5.9 / 3600),
        ("114° 07′ 05.9″ E", 114 + 7 / 60 + 5.9 / 3600),
        ("１１４°０７′", 114 + 7 / 60),
        ("114:07:05.9", 114 + 7 / 60 + 5.9 / 3600),
        ("33°51.5′S", -(33 + 51.5 / 60)),
        ("西经58°22′", -(58 + 22 / 60)),
        ("-58°22′", -(58 + 22 / 60)),
        ("E114.1183", 114.1183),
        ("114.1183°", 114.1183),
        ("114.1183", 114.1183),
        # as rounding leaves them
        ("114°5′60.0000″", 114.1),
        ("西经114度5分60秒", -114.1),
        ("114°59′60″E", 115),
        ("114°60.000′", 115),
        ("114:60:00", 115),
    ],
)
def test_coordinates_are_read_as_people_write_them(written: str, value: float) -> None:
    assert degrees(text(written, None)).iloc[0] == pytest.approx(value, abs=1e-12)


@pytest.mark.parametrize(
    "written",
    [
        "东经114度",
        "114°61′",
        "114°60′30″",
        "114°60′60″",
        "114°07′61″",
        "114.5°07′",
        "12-30",
        "五度",
        "114,1",
        "07′",
    ],
)
def test_what_is_no_coordinate_is_not_read_as_one(written: str) -> None:
    assert np.isnan(degrees(text(written)).iloc[0])


@given(
    st.floats(-179.99, 179.99).filter(lambda value: abs(value) > 1e-6),
    st.sampled_from(["{d}°{m}′{s:.6f}″{h}", "{d}度{m}分{s:.6f}秒{h}", "{h}{d}:{m}:{s:.6f}"]),
)
def test_any_longitude_survives_being_written_in_degrees_minutes_and_seconds(
    lon: float, pattern: str
) -> None:
    seconds = round(abs(lon) * 3600, 6)
    minutes, s = divmod(seconds, 60)
    d, m = divmod(int(minutes), 60)
    written = pattern.format(d=d, m=m, s=s, h="E" if lon > 0 else "W")
    assert degrees(text(written)).iloc[0] == pytest.approx(lon, abs=1e-9)


@given(st.floats(73.6, 134.8), st.floats(18.1, 53.5))
def test_of_any_place_in_china_both_orders_are_told_apart(lon: float, lat: float) -> None:
    assert longitude_first(text(f"{lon:.6f},{lat:.6f}")) is True
    assert longitude_first(text(f"({lat:.6f}, {lon:.6f})")) is False
    first, second = pairs(text(f"({lat:.6f}, {lon:.6f})"))
    assert float(second.iloc[0]) == pytest.approx(lon, abs=1e-6)
    assert float(first.iloc[0]) == pytest.approx(lat, abs=1e-6)
