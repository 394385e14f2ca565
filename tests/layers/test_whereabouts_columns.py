"""A file that says twice where its things are, and says two different things."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import prcoords
import pytest
from pyproj import Geod
from shapely.geometry import Point, box
from sqlalchemy import Engine, text

from cim.database import close_city, connect, open_city
from cim.model import layer_named
from cim.settings import forget_settings
from layers.importing import import_source
from layers.mapping import Mapping
from layers.order import Order
from layers.reading import open_source
from layers.report import Report

if TYPE_CHECKING:
    from tests.conftest import ContentOf, DatabaseFactory
    from tests.layers.conftest import ImportFile

STOPS = Path(__file__).parents[3] / "shared/realdata/shanghai/busstop.json"
EARTH = Geod(ellps="WGS84")
PLACES = np.column_stack([np.linspace(114.10, 114.20, 20), np.linspace(22.52, 22.65, 20)])


@pytest.fixture(scope="module")
def city(shared_city: Engine) -> Engine:
    return shared_city


def disguised(places: Any) -> Any:
    """Shift places to GCJ-02, as prcoords does it."""
    moved = [prcoords.wgs_gcj(prcoords.Coords(lat, lon)) for lon, lat in places]
    return np.array([(one.lon, one.lat) for one in moved])


def banks(
    folder: Path, geometry: Any, columns: Any, titles: tuple[str, str] = ("lon", "lat"), **more: Any
) -> Path:
    """A GeoPackage of banks with coordinate columns beside its geometry."""
    frame = gpd.GeoDataFrame(
        {"id": [str(n) for n in range(len(columns))], "kind": "bank"}, geometry=geometry, crs=4326
    )
    frame[titles[0]], frame[titles[1]] = np.transpose(columns)
    path = folder / "banks.gpkg"
    frame.to_crs(more.get("crs", 4326)).to_file(path)
    return path


def points(places: Any) -> list[Point]:
    return [Point(place) for place in places]


def disagreements(report: Report) -> int:
    return sum(check.count for check in report.checks if check.code == "coordinates-disagree")


@pytest.mark.parametrize("crs", [4326, 4547])
def test_geometry_and_columns_in_two_datums_are_told_with_the_distance_and_the_cause(
    tmp_path: Path, import_file: ImportFile, content_of: ContentOf, crs: int
) -> None:
    there = disguised(PLACES)
    path = banks(tmp_path, points(PLACES), there, crs=crs)
    report = import_file("amenity", path, crs=f"EPSG:{crs}")
    assert report.outcome is not None
    assert report.rejects == []
    assert disagreements(report) == 20
    (check,) = report.checks
    metres = EARTH.inv(*PLACES.T, *there.T)[2]
    for one, distance in zip(check.samples, metres, strict=True):
        assert one.value == f"{distance:.1f} m"
        assert one.id is not None
        assert one.place == pytest.approx(PLACES[int(one.id.split(":")[1])], abs=1e-6)
    summary, cause = report.whereabouts.words[:2]
    for said in (min(metres), np.median(metres), max(metres)):
        assert f"{said:.0f} m" in summary
    assert "几何为 EPSG:4326、坐标列为 GCJ-02" in cause


def test_geometry_and_columns_that_agree_are_not_mentioned(
    tmp_path: Path, import_file: ImportFile
) -> None:
    path = banks(tmp_path, points(PLACES), PLACES.round(5))
    report = import_file("amenity", path, crs="EPSG:4326")
    assert report.checks == []
    assert len(report.whereabouts.words) <= 1


def test_one_row_that_was_moved_is_found_among_good_ones(
    tmp_path: Path, import_file: ImportFile
) -> None:
    columns = PLACES.copy()
    # a tenth of a degree in the fourth row
    columns[3, 1] += 0.1
    report = import_file("amenity", banks(tmp_path, points(PLACES), columns), crs="EPSG:4326")
    (check,) = report.checks
    assert [one.id for one in check.samples] == ["t:3"]
    assert float(check.samples[0].value.removesuffix(" m")) == pytest.approx(11_074, abs=3)
    assert "不是 GCJ-02 或 BD-09" in report.whereabouts.words[1]


def test_a_point_anywhere_in_an_outline_agrees_with_it(
    tmp_path: Path, import_file: ImportFile
) -> None:
    outlines = [box(x, y, x + 0.001, y + 0.001) for x, y in PLACES]
    inside = PLACES + 0.0009
    path = banks(tmp_path, outlines, inside)
    assert import_file("amenity", path, crs="EPSG:4326").checks == []
    # and one beside it is as far off as its nearest side
    inside[0, 0] += 0.0003
    (check,) = import_file("amenity", banks(tmp_path, outlines, inside), crs="EPSG:4326").checks
    expected = EARTH.inv(*(PLACES[0] + [0.001, 0.0009]), *inside[0])[2]
    assert [one.value for one in check.samples] == [f"{expected:.1f} m"]


def test_columns_whose_titles_name_their_datum_are_held_to_it(
    tmp_path: Path, import_file: ImportFile
) -> None:
    path = banks(tmp_path, points(PLACES), disguised(PLACES), ("lng_gcj02", "lat_gcj02"))
    assert import_file("amenity", path, crs="EPSG:4326").checks == []


def test_columns_without_a_place_in_some_rows_are_compared_in_the_others(
    tmp_path: Path, import_file: ImportFile
) -> None:
    columns = pd.DataFrame(disguised(PLACES)).astype(object)
    columns.iloc[0] = [0.0, 0.0]
    columns.iloc[1] = [np.nan, np.nan]
    path = banks(tmp_path, points(PLACES), columns.astype(float).to_numpy())
    report = import_file("amenity", path, crs="EPSG:4326")
    assert disagreements(report) == 18


@pytest.fixture
def shanghai(make_database: DatabaseFactory, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Give Shanghai, a city of its own with its own metric system."""
    monkeypatch.setenv("CIM_DATABASE_URL", make_database())
    monkeypatch.setenv("CIM_METRIC_CRS", "EPSG:4549")
    close_city()
    forget_settings()
    engine = connect()
    with engine.begin() as connection:
        # the template was made as a city of Shenzhen
        connection.execute(text("delete from city"))
    engine.dispose()
    return open_city()


@pytest.mark.skipif(
    not STOPS.exists(), reason=f"real data that may not be committed is not here: {STOPS}"
)
def test_the_stops_of_a_bus_in_shanghai_lie_elsewhere_by_their_columns(shanghai: Engine) -> None:
    rules = Mapping.model_validate(
        {"key": ["linename", "stopname"], "fields": {"name": "stopname"}, "dataset": "bus-71"}
    )
    report = import_source(
        shanghai, layer_named("bus_stop"), open_source(STOPS), rules, Order(strict=True)
    )
    assert report.outcome is not None
    assert report.outcome.added == 49
    assert disagreements(report) == 49
    features = json.loads(STOPS.read_text("utf-8"))["features"]
    geometry = np.array([one["geometry"]["coordinates"] for one in features])
    columns = np.array([[one["properties"][name] for name in ("lon", "lat")] for one in features])
    azimuth, _, metres = EARTH.inv(*geometry.T, *columns.T)
    assert (metres.min().round(), metres.max().round()) == (247, 419)
    summary, cause = report.whereabouts.words[:2]
    told = [float(number) for number in re.findall(r"([+-]?\d+) m", summary.split(" / ")[0])][1:]
    east, north = (np.median(metres * f(np.radians(azimuth))) for f in (np.sin, np.cos))
    assert told == pytest.approx([247, np.median(metres), 419, east, north], abs=0.6)
    # 247 to 419 m, and to the south-west: that is no disguise
    assert "不是 GCJ-02 或 BD-09" in cause
