"""What a mapping says of the coordinate system, where the source itself says something else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from sqlalchemy import Engine

from layers.mapping import MappingError
from tests.layers.banks import PLACES
from tests.layers.disguises import gcj02, sent

RULES = {"constants": {"kind": "bank"}, "fields": {"id": "code"}}


def banks_in(folder: Path, crs: Any, name: str = "b.gpkg") -> Path:
    """The banks in a file that declares its system."""
    codes = {"code": [f"B{n}" for n in range(len(PLACES))]}
    frame = gpd.GeoDataFrame(codes, geometry=gpd.points_from_xy(*PLACES.T), crs=4326)
    path = folder / name
    frame.to_crs(crs).to_file(path)
    return path


def test_a_mapping_that_names_another_system_than_the_file_is_asked_about(
    shared_city: Engine, tmp_path: Path
) -> None:
    path = banks_in(tmp_path, 32650)
    with pytest.raises(MappingError) as asked:
        sent(shared_city, path, "amenity", RULES | {"crs": "EPSG:4547"}, dataset="d")
    for words in ("由映射文件指定 EPSG:4547", "EPSG:32650", "到底是哪一个", "未作任何改动"):
        assert words in str(asked.value)
    assert "State --crs EPSG:4547 or --crs EPSG:32650; nothing was changed" in str(asked.value)
    assert str(asked.value).count("?") == 1


@pytest.mark.parametrize("stated", ["EPSG:32650", "EPSG:4547"])
def test_the_planner_settles_it(shared_city: Engine, tmp_path: Path, stated: str) -> None:
    path = banks_in(tmp_path, 32650)
    rules = RULES | {"crs": "EPSG:4547"}
    found, _ = sent(shared_city, path, "amenity", rules, dataset="d", crs=stated)
    assert found.crs == stated
    assert "stated by the planner" in found.because


@pytest.mark.parametrize(
    ("mapping", "declared"),
    [
        ("EPSG:4490", 4326),
        ("OGC:CRS84", 4490),
        ("EPSG:4326", "OGC:CRS84"),
        ("EPSG:4547", 4547),
        ("EPSG:3857", "ESRI:102100"),
    ],
)
def test_one_system_under_two_names_is_no_question(
    shared_city: Engine, tmp_path: Path, mapping: str, declared: Any
) -> None:
    # a .prj names systems in the words of Esri
    path = banks_in(tmp_path, declared, "b.shp")
    found, refused = sent(shared_city, path, "amenity", RULES | {"crs": mapping}, dataset="d")
    assert (found.crs, found.because, refused) == (
        mapping,
        "由映射文件指定 / stated in the mapping",
        None,
    )


@pytest.mark.parametrize("declared", [4326, 4490])
def test_a_disguise_is_taken_over_what_no_file_can_declare_and_told(
    shared_city: Engine, tmp_path: Path, declared: int
) -> None:
    path = banks_in(tmp_path, declared, "b.shp")
    found, refused = sent(shared_city, path, "amenity", RULES | {"crs": "GCJ-02"}, dataset="d")
    assert (found.crs, refused) == ("GCJ-02", None)
    assert f".prj 文件写的是 EPSG:{declared}，未采用：文件无法声明 GCJ-02" in found.because
    assert f"the .prj file says EPSG:{declared}, which was not followed" in found.because


def test_a_disguise_over_metres_is_asked_about(shared_city: Engine, tmp_path: Path) -> None:
    path = banks_in(tmp_path, 4547)
    with pytest.raises(MappingError, match="--crs GCJ-02 or --crs EPSG:4547"):
        sent(shared_city, path, "amenity", RULES | {"crs": "GCJ-02"}, dataset="d")


def test_metres_that_a_geojson_cannot_declare_are_taken_as_the_mapping_says_and_told(
    shared_city: Engine, tmp_path: Path
) -> None:
    """RFC 7946 prescribes WGS 84 for GeoJSON; offices write metres into it all the same."""
    places = gpd.GeoSeries(gpd.points_from_xy(*PLACES.T), crs=4326).to_crs(4547)
    plain = gpd.GeoDataFrame({"code": range(len(PLACES))}, geometry=list(places))
    path = tmp_path / "b.geojson"
    path.write_text(plain.to_json(drop_id=True), encoding="utf-8")
    found, refused = sent(shared_city, path, "amenity", RULES | {"crs": "EPSG:4547"}, dataset="d")
    assert (found.crs, refused) == ("EPSG:4547", None)
    assert "the numbers of the coordinates are no degrees" in found.because


def as_ewkb(folder: Path, srids: list[int]) -> tuple[Path, dict[str, Any]]:
    """A table whose column of EWKB names these systems in turn."""
    points = shapely.set_srid(shapely.points(PLACES), (srids * len(PLACES))[: len(PLACES)])
    written = shapely.to_wkb(points, hex=True, include_srid=True)
    path = folder / "b.csv"
    pd.DataFrame({"code": range(len(PLACES)), "place": written}).to_csv(path, index=False)
    return path, RULES | {"geometry": {"ewkb": "place"}}


def test_a_column_of_ewkb_in_another_system_than_stated_is_asked_about(
    shared_city: Engine, tmp_path: Path
) -> None:
    path, rules = as_ewkb(tmp_path, [4547])
    with pytest.raises(MappingError, match=r"几何自带的 SRID EPSG:4547.*--crs EPSG:4326 or"):
        sent(shared_city, path, "amenity", rules | {"crs": "EPSG:4326"}, dataset="d")
    path, rules = as_ewkb(tmp_path, [4490, 4326])
    found, refused = sent(shared_city, path, "amenity", rules | {"crs": "EPSG:4326"}, dataset="d")
    assert (found.crs, refused) == ("EPSG:4326", None)
    path, rules = as_ewkb(tmp_path, [4490, 32650])
    with pytest.raises(MappingError, match=r"EPSG:4490、EPSG:32650"):
        sent(shared_city, path, "amenity", rules, dataset="d")


def test_columns_beside_a_geometry_are_not_what_the_file_declares_of_the_geometry(
    shared_city: Engine, tmp_path: Path
) -> None:
    path = banks_in(tmp_path, 4547)
    frame = gpd.read_file(path)
    moved = [gcj02(*place) for place in PLACES]
    frame["lng"], frame["lat"] = zip(*moved, strict=True)
    frame.to_file(path)
    rules = RULES | {"crs": "GCJ-02", "geometry": {"lon": "lng", "lat": "lat"}}
    found, refused = sent(shared_city, path, "amenity", rules, dataset="d")
    assert (found.because, refused) == ("由映射文件指定 / stated in the mapping", None)
