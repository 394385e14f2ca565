"""The buildings of Bubeneč in Prague, which nobody here drew, against plain GeoPandas."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import momepy
import numpy as np
import pytest
import shapely
from pyproj import Geod
from sqlalchemy import Engine, text

from cim.frames import layer_frame
from cim.model import layer_named
from layers.importing import import_source
from layers.order import Order
from layers.reading import open_source
from layers.report import Report

if TYPE_CHECKING:
    from tests.layers.conftest import ImportFile

BUBENEC = Path(momepy.datasets.get_path("bubenec"))


@pytest.fixture(scope="module")
def city(shared_city: Engine) -> Engine:
    return shared_city


@pytest.fixture(scope="module")
def report(city: Engine) -> Report:
    source = open_source(BUBENEC, "buildings")
    return import_source(city, layer_named("building"), source, None, Order(dataset="prague"))


@pytest.fixture
def stored(city: Engine, report: Report) -> gpd.GeoDataFrame:
    with city.connect() as connection:
        return layer_frame(connection, layer_named("building"))


@pytest.fixture
def plain() -> gpd.GeoDataFrame:
    return gpd.read_file(BUBENEC, layer="buildings")


def test_every_building_enters_though_the_file_gives_it_no_code_of_its_own(
    report: Report, plain: gpd.GeoDataFrame
) -> None:
    assert report.rejects == []
    assert report.outcome is not None
    assert report.outcome.added == len(plain) == 144


def test_every_building_stands_where_geopandas_puts_it(
    stored: gpd.GeoDataFrame, plain: gpd.GeoDataFrame
) -> None:
    # the feature number within the file is the code
    order = stored["id"].str.removeprefix("prague:").astype(int).sort_values()
    ours = stored.geometry.loc[order.index].reset_index(drop=True)
    theirs = plain.to_crs(4326).geometry
    assert shapely.hausdorff_distance(ours.to_numpy(), theirs.to_numpy()).max() < 1e-9
    assert np.allclose(ours.to_crs(3857).area, plain.area, rtol=1e-7)


def test_the_database_finds_the_areas_that_pyproj_finds(
    city: Engine, stored: gpd.GeoDataFrame
) -> None:
    earth = Geod(ellps="GRS80")
    with city.connect() as connection:
        found = connection.execute(text("select id, st_area(geom::geography) from building"))
        areas = {row[0]: row[1] for row in found}
    for row in stored.itertuples():
        # courtyards are subtracted only where they run the other way round
        expected = earth.geometry_area_perimeter(shapely.orient_polygons(row.geom))[0]
        assert areas[row.id] == pytest.approx(expected, rel=1e-6)


def test_lines_do_not_enter_as_buildings(import_file: ImportFile, tmp_path: Path) -> None:
    streets = gpd.read_file(BUBENEC, layer="streets").assign(
        id=lambda f: f.index.astype(str), class_="local", walkable=True
    )
    streets.rename(columns={"class_": "class"}).to_file(tmp_path / "streets.gpkg")
    report = import_file("road", tmp_path / "streets.gpkg")
    assert report.outcome is not None
    assert report.outcome.added == 35
    with pytest.raises(Exception, match="35 行中有 35 行不合格"):
        import_file("building", tmp_path / "streets.gpkg")
