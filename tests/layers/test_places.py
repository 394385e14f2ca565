"""Places: wherever a file says a thing is, the city stores where it really is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry import (
    GeometryCollection,
    LineString,
    MultiPoint,
    MultiPolygon,
    Point,
    Polygon,
    box,
)
from sqlalchemy import Engine

from cim.crs import UnknownCRSError, wgs84_to_bd09, wgs84_to_gcj02
from cim.model import layer_named
from layers.findings import Findings
from layers.mapping import MappingError
from layers.places.geometry import stored_places
from layers.report import RefusedError

if TYPE_CHECKING:
    from tests.conftest import Bring, ContentOf
    from tests.layers.conftest import ImportFile

HERE = (114.1183, 22.5405)
BLOCK = box(114.118, 22.540, 114.119, 22.541)
EARTH = Geod(ellps="WGS84")


@pytest.fixture(scope="module")
def city(shared_city: Engine) -> Engine:
    return shared_city


def stored(content_of: ContentOf, layer: str, identifier: str) -> Any:
    return shapely.from_wkb(content_of(layer)[identifier]["geom"])


def brought(place: Any, layer: str = "building", crs: str = "EPSG:4490") -> Any:
    """What a layer stores of a place, or the reason why not."""
    findings = Findings()
    places = np.array([place], dtype=object)
    result = stored_places(places, pd.RangeIndex(1), crs, layer_named(layer), findings)
    if findings.rejected:
        return findings.rejected[0][0].reason
    return shapely.from_wkb(result[0].as_py())


@pytest.mark.parametrize(("datum", "shift"), [("GCJ-02", wgs84_to_gcj02), ("BD-09", wgs84_to_bd09)])
def test_a_disguised_file_comes_in_where_the_thing_really_is(
    tmp_path: Path, import_file: ImportFile, content_of: ContentOf, datum: str, shift: Any
) -> None:
    lon, lat = shift(np.array([HERE[0]]), np.array([HERE[1]]))
    frame = pd.DataFrame({"id": [datum], "kind": ["bank"], "lng": lon, "lat": lat})
    frame.to_csv(tmp_path / "a.csv", index=False)
    report = import_file("amenity", tmp_path / "a.csv", crs=datum)
    place = stored(content_of, "amenity", f"t:{datum}")
    assert report.crs == datum
    assert EARTH.inv(*HERE, place.x, place.y)[2] < 0.001


@pytest.mark.parametrize("epsg", [4547, 32650, 3857, 2326])
def test_a_file_in_a_metric_system_comes_in_where_geopandas_puts_it(
    tmp_path: Path, import_file: ImportFile, content_of: ContentOf, epsg: int
) -> None:
    frame = gpd.GeoDataFrame({"id": [f"{epsg}"]}, geometry=[BLOCK], crs=4326).to_crs(epsg)
    frame.to_file(tmp_path / "b.gpkg")
    import_file("building", tmp_path / "b.gpkg")
    expected = frame.to_crs(4326).geometry.iloc[0]
    place = stored(content_of, "building", f"t:{epsg}")
    assert shapely.hausdorff_distance(place, expected) < 1e-9


def test_the_word_of_the_caller_outweighs_that_of_the_file(
    tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    # a file that says WGS 84 and is GCJ-02, as most from map portals do
    lon, lat = wgs84_to_gcj02(np.array([HERE[0]]), np.array([HERE[1]]))
    path = tmp_path / "a.geojson"
    frame = gpd.GeoDataFrame({"id": ["G"], "kind": ["bank"]}, geometry=[Point(lon, lat)], crs=4326)
    frame.to_file(path)
    import_file("amenity", path, crs="GCJ-02")
    place = stored(content_of, "amenity", "t:G")
    assert EARTH.inv(*HERE, place.x, place.y)[2] < 0.05


def test_a_file_that_does_not_say_its_system_is_asked_for_it(
    tmp_path: Path, import_file: ImportFile
) -> None:
    (tmp_path / "a.csv").write_text("id,kind,lon,lat\n1,bank,114.1,22.5\n", encoding="utf-8")
    with pytest.raises(MappingError, match="--crs"):
        import_file("amenity", tmp_path / "a.csv")
    gpd.GeoDataFrame({"id": ["1"]}, geometry=[BLOCK]).to_parquet(tmp_path / "b.parquet")
    with pytest.raises(MappingError, match="--crs"):
        import_file("building", tmp_path / "b.parquet")


def test_a_file_in_a_secret_datum_is_refused(tmp_path: Path, import_file: ImportFile) -> None:
    place = [Point(38_500_000, 2_500_000)]
    frame = gpd.GeoDataFrame({"id": ["1"], "kind": ["bank"]}, geometry=place, crs=2402)
    frame.to_file(tmp_path / "a.shp")
    with pytest.raises(UnknownCRSError, match="北京54"):
        import_file("amenity", tmp_path / "a.shp")


# --- shapes ------------------------------------------------------------------------------------

BOWTIE = Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
SPIKE = Polygon([(0, 0), (1, 0), (1, 1), (1, 3), (1, 1), (0, 1)])
TWICE = MultiPolygon([box(0, 0, 2, 2), box(1, 1, 3, 3)])


@pytest.mark.parametrize(
    ("broken", "area"),
    [(BOWTIE, 2.0), (SPIKE, 1.0), (TWICE, 7.0)],
    ids=["bow tie", "spike", "overlapping parts"],
)
def test_a_broken_outline_is_mended_to_the_area_it_covers(broken: Any, area: float) -> None:
    mended = brought(broken)
    assert mended.is_valid
    assert mended.geom_type == "MultiPolygon"
    assert mended.area == pytest.approx(area)


corners = st.tuples(st.integers(0, 6), st.integers(0, 6))


@given(ring=st.lists(corners, min_size=4, max_size=8, unique=True))
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_whatever_the_outline_what_is_stored_is_valid_and_has_the_area_shapely_finds(
    ring: list[tuple[int, int]],
) -> None:
    outline = Polygon(ring)
    mended = brought(outline)
    expected = shapely.make_valid(outline, method="structure")
    if expected.area == 0:
        assert isinstance(mended, str)
    else:
        assert mended.is_valid
        assert mended.area == pytest.approx(expected.area)
        assert set(shapely.get_type_id(shapely.get_parts(mended))) == {3}


REFUSED: list[tuple[Any, str, str]] = [
    (None, "building", "没有几何"),
    (Polygon(), "building", "没有几何"),
    (Point(*HERE), "building", "几何类型不是 MultiPolygon"),
    (LineString([HERE, (114.2, 22.6)]), "building", "几何类型不是"),
    (GeometryCollection([BLOCK, Point(*HERE)]), "building", "几何类型不是"),
    (MultiPoint([HERE, (114.2, 22.6)]), "amenity", "几何类型不是 Point、MultiPolygon"),
    (Polygon([(0, 0), (1, 1), (2, 2)]), "building", "面几何没有面积"),
    (Point(np.inf, 22.5), "amenity", "不是有限的数"),
    (Point(500_000, 2_500_000), "amenity", "超出经纬度范围"),
    (Point(22.5405, 114.1183), "amenity", "超出经纬度范围"),
]


@pytest.mark.parametrize(("place", "layer", "reason"), REFUSED)
def test_what_cannot_be_the_place_of_such_a_thing_is_refused(
    place: Any, layer: str, reason: str
) -> None:
    assert reason in brought(place, layer)


def test_metres_said_to_be_another_system_s_metres_are_refused_where_they_lead_off_the_globe() -> (
    None
):
    assert "不可能属于 EPSG:4547" in brought(Point(1e12, 1e12), "amenity", "EPSG:4547")


def test_single_parts_become_multi_and_lone_multi_parts_become_single() -> None:
    assert brought(BLOCK).geom_type == "MultiPolygon"
    assert brought(MultiPoint([HERE]), "station_entrance").geom_type == "Point"
    assert brought(Point(*HERE), "office").geom_type == "Point"
    assert brought(BLOCK, "office").geom_type == "MultiPolygon"
    assert brought(LineString([HERE, (114.2, 22.6)]), "road").geom_type == "MultiLineString"


def test_heights_and_measures_of_points_are_dropped() -> None:
    assert not brought(shapely.force_3d(BLOCK, 30.0)).has_z
    for measured in ("POINT ZM (114.1 22.5 3 4)", "POINT M (114.1 22.5 4)"):
        assert brought(shapely.from_wkt(measured), "amenity") == Point(114.1, 22.5)


def test_a_place_may_be_missing_where_the_layer_allows_it(
    bring: Bring, content_of: ContentOf
) -> None:
    bring("site", {"id": "S", "name": "a", "geom": None}, {"id": "T", "name": "b", "geom": BLOCK})
    assert content_of("site")["t:S"]["geom"] is None
    assert content_of("site")["t:T"]["geom"] is not None


def test_of_a_file_in_which_lon_and_lat_are_swapped_nothing_enters(
    tmp_path: Path, import_file: ImportFile
) -> None:
    frame = pd.DataFrame({"id": ["1"], "kind": ["bank"], "lon": ["22.5405"], "lat": ["114.1183"]})
    frame.to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(RefusedError) as refusal:
        import_file("amenity", tmp_path / "a.csv", crs="EPSG:4326")
    assert "POINT (22.5405 114.1183)" in refusal.value.report.rejects[0].value


BAD_PAIRS = ["114.1;22.5", "22.5405", "north, east", "(22.5405, 114.1183, 5)"]


@pytest.mark.parametrize("pair", BAD_PAIRS)
def test_a_pair_of_coordinates_that_is_none_is_refused(
    tmp_path: Path, import_file: ImportFile, pair: str
) -> None:
    frame = pd.DataFrame({"id": ["1"], "kind": ["bank"], "place": [pair]})
    frame.to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(RefusedError):
        import_file(
            "amenity",
            tmp_path / "a.csv",
            'crs = "EPSG:4326"\n[geometry]\nlatlon_text = "place"',
        )


@pytest.mark.parametrize("lon", ["东经114度", "", "114,1"])
def test_a_coordinate_that_is_no_number_is_refused(
    tmp_path: Path, import_file: ImportFile, lon: str
) -> None:
    frame = pd.DataFrame({"id": ["1"], "kind": ["bank"], "lon": [lon], "lat": ["22.5"]})
    frame.to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(RefusedError) as refusal:
        import_file("amenity", tmp_path / "a.csv", crs="EPSG:4326")
    if lon:
        # the planner is told what would be read
        (reason,) = {one.reason for one in refusal.value.report.rejects if one.field == "lon"}
        assert "114.118、114°07′05.9″E、东经114度7分5.9秒 / is not a coordinate" in reason
