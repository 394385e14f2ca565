"""Coordinates: China's two disguised datums, its metric grid, and what is honestly refused."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import prcoords
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Geod, Transformer

from cim.crs import (
    Floats,
    UnknownCRSError,
    bd09_to_wgs84,
    check_crs,
    from_stored,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    to_stored,
    wgs84_to_bd09,
    wgs84_to_gcj02,
    why_published,
)

Shift = Callable[[Floats, Floats], tuple[Floats, Floats]]

MILLIMETRE = 0.001
EARTH = Geod(ellps="WGS84")
LUOHU = (114.1229, 22.5483)

longitudes = st.floats(73.6, 135.0)
latitudes = st.floats(18.2, 53.5)


def apart(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """Metres between two places on the ellipsoid."""
    return float(EARTH.inv(lon, lat, other_lon, other_lat)[2])


def shifted(shift: Shift, lon: float, lat: float) -> tuple[float, float]:
    moved_lon, moved_lat = shift(np.array([lon]), np.array([lat]))
    return float(moved_lon[0]), float(moved_lat[0])


def stored(x: float, y: float, crs: str) -> tuple[float, float]:
    place = to_stored(np.array([shapely.Point(x, y)], dtype=object), crs)[0]
    return float(place.x), float(place.y)


@pytest.mark.parametrize(
    ("there", "back"),
    [(wgs84_to_gcj02, gcj02_to_wgs84), (wgs84_to_bd09, bd09_to_wgs84)],
    ids=["GCJ-02", "BD-09"],
)
@given(lon=longitudes, lat=latitudes)
def test_a_place_disguised_and_brought_back_is_the_same_place_to_a_millimetre(
    there: Shift, back: Shift, lon: float, lat: float
) -> None:
    assert apart(lon, lat, *shifted(back, *shifted(there, lon, lat))) < MILLIMETRE
    # and what is brought back is disguised as it was given
    assert apart(lon, lat, *shifted(there, *shifted(back, lon, lat))) < MILLIMETRE


@given(lon=longitudes, lat=latitudes)
def test_the_disguises_are_those_that_prcoords_knows(lon: float, lat: float) -> None:
    place = prcoords.Coords(lat, lon)
    for ours, theirs in (
        (shifted(wgs84_to_gcj02, lon, lat), prcoords.wgs_gcj(place, check_china=False)),
        (shifted(wgs84_to_bd09, lon, lat), prcoords.wgs_bd(place, check_china=False)),
        (shifted(gcj02_to_bd09, lon, lat), prcoords.gcj_bd(place)),
    ):
        assert apart(*ours, theirs.lon, theirs.lat) < MILLIMETRE


def test_in_luohu_the_disguises_lie_hundreds_of_metres_from_the_place() -> None:
    assert 400 < apart(*LUOHU, *shifted(wgs84_to_gcj02, *LUOHU)) < 700
    assert 700 < apart(*LUOHU, *shifted(wgs84_to_bd09, *LUOHU)) < 1500


@pytest.mark.parametrize("name", ["GCJ-02", "gcj02", "GCJ_02", "BD-09", "bd09"])
def test_the_disguises_go_by_the_names_people_write(name: str) -> None:
    shift = wgs84_to_gcj02 if "g" in name.lower() else wgs84_to_bd09
    assert apart(*LUOHU, *stored(*shifted(shift, *LUOHU), name)) < MILLIMETRE


@given(lon=st.floats(112.5, 115.5), lat=latitudes)
def test_places_in_the_metric_grid_of_shenzhen_come_in_where_pyproj_puts_them(
    lon: float, lat: float
) -> None:
    grid = Transformer.from_crs(4490, 4547, always_xy=True)
    x, y = grid.transform(lon, lat)
    assert stored(x, y, "EPSG:4547") == pytest.approx((lon, lat), abs=1e-9)
    back = grid.transform(x, y, direction="INVERSE")
    assert stored(x, y, "EPSG:4547") == pytest.approx(back, abs=1e-12)


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4490", "OGC:CRS84"])
@given(lon=st.floats(-180, 180), lat=st.floats(-90, 90))
def test_wgs84_and_cgcs2000_degrees_keep_their_numbers(crs: str, lon: float, lat: float) -> None:
    assert stored(lon, lat, crs) == (lon, lat)


@pytest.mark.parametrize("version", ["WKT1_ESRI", "WKT1_GDAL", "WKT2_2019"])
@pytest.mark.parametrize("epsg", [4326, 4490])
def test_degrees_keep_their_numbers_under_whatever_words_a_file_declares_them(
    epsg: int, version: str
) -> None:
    assert stored(*LUOHU, CRS.from_epsg(epsg).to_wkt(version)) == LUOHU


@pytest.mark.parametrize("version", ["WKT1_ESRI", "WKT2_2019"])
def test_the_grid_that_a_shapefile_of_arcgis_declares_is_known(version: str) -> None:
    x, y = Transformer.from_crs(4490, 4547, always_xy=True).transform(*LUOHU)
    assert stored(x, y, CRS.from_epsg(4547).to_wkt(version)) == pytest.approx(LUOHU, abs=1e-9)


REFUSED = {
    "EPSG:4214": "北京54",
    "EPSG:2435": "北京54",
    "EPSG:4555": "北京54",
    "EPSG:4573": "北京54",
    "EPSG:4610": "西安80",
    "EPSG:2383": "西安80",
}


@pytest.mark.parametrize("crs", REFUSED)
def test_the_secret_datums_are_refused_with_the_reason(crs: str) -> None:
    for written in (crs, CRS.from_user_input(crs).to_wkt("WKT1_ESRI")):
        with pytest.raises(
            UnknownCRSError, match=f"{REFUSED[crs]}.*没有可靠的公开转换参数"
        ) as said:
            check_crs(written)
        assert "local parameters" in str(said.value)


@pytest.mark.parametrize("crs", ["", "EPSG:999999", "罗湖坐标系", "GCJ-03", "EPSG:", "4490;drop"])
def test_a_system_nobody_knows_is_refused_and_the_known_ones_are_named(crs: str) -> None:
    with pytest.raises(UnknownCRSError, match="EPSG:n, GCJ-02 or BD-09"):
        check_crs(crs)


@pytest.mark.parametrize(
    ("crs", "x", "y", "place"),
    [
        # by gdaltransform of GDAL, to EPSG:4326
        ("EPSG:2326", 836694.05, 819069.80, (114.181009326705, 22.310602433882)),
        ("EPSG:32650", 250000.0, 2500000.0, (114.568365142777, 22.588440844953)),
        ("EPSG:3857", 12700000.0, 2580000.0, (114.086041083179, 22.5691739791286)),
        ("EPSG:4611", 114.17, 22.30, (114.172453154924, 22.2984691206616)),
    ],
)
def test_systems_with_a_published_way_come_in_where_proj_itself_puts_them_and_go_back(
    crs: str, x: float, y: float, place: tuple[float, float]
) -> None:
    lon, lat = stored(x, y, crs)
    assert (lon, lat) == pytest.approx(place, abs=1e-8)
    back = from_stored(np.array([lon]), np.array([lat]), crs)
    assert back is not None
    # a Helmert transformation and its inverse differ by less than a millimetre
    assert np.ravel(back) == pytest.approx((x, y), abs=1e-8 if x < 180 else 0.002)
    assert why_published(crs) is None


@pytest.mark.parametrize(
    "crs",
    [
        # Taiwan's old datum on the ellipsoid of 1967, and an unnamed one on Clarke's: PROJ takes
        # both for WGS 84, some 800 m off
        "EPSG:3828",
        "+proj=longlat +ellps=clrk66 +no_defs",
    ],
)
def test_an_old_datum_without_a_transformation_is_refused_and_not_taken_for_wgs84(crs: str) -> None:
    with pytest.raises(UnknownCRSError, match="没有可靠的公开转换参数"):
        check_crs(crs)


def test_an_unnamed_datum_on_the_ellipsoid_of_today_comes_in_and_it_is_told() -> None:
    grid = "+proj=tmerc +lat_0=0 +lon_0=114 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=m"
    x, y = Transformer.from_crs(4490, 4547, always_xy=True).transform(*LUOHU)
    assert stored(x, y, grid) == pytest.approx(LUOHU, abs=1e-9)
    assert "it was taken for WGS 84" in (why_published(grid) or "")


@pytest.mark.parametrize("datum", ["D_China_2000", "D_CGCS2000"])
def test_cgcs2000_is_known_by_whatever_name_a_file_gives_its_datum(datum: str) -> None:
    written = (
        f'GEOGCS["GCS_CGCS2000",DATUM["{datum}",SPHEROID["CGCS2000",6378137.0,298.257222101]],'
        'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
    )
    assert stored(*LUOHU, written) == pytest.approx(LUOHU, abs=1e-12)
    assert why_published(written) is None


def test_a_local_grid_without_a_datum_is_refused() -> None:
    local = 'LOCAL_CS["Shenzhen independent",UNIT["metre",1]]'
    with pytest.raises(UnknownCRSError, match="地方坐标系"):
        check_crs(local)


def test_a_missing_place_stays_missing() -> None:
    places = np.array([None, shapely.Point(*LUOHU)], dtype=object)
    assert to_stored(places, "BD-09")[0] is None
