"""GeoPackages with several tables, GeoJSON of every kind, bare Parquet, outlines with arcs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely

from layers.reading import open_source
from layers.report import RefusedError
from layers.returning import write_rejected
from layers.source import GEOMETRY, RETURN_COLUMNS, SourceError
from tests.layers.small_files import read
from tests.layers.test_sources_shapefiles import OUTLINES, buildings, column

if TYPE_CHECKING:
    from tests.conftest import ContentOf
    from tests.layers.conftest import ImportFile


def features(*names: str) -> list[dict[str, Any]]:
    return [
        {
            "type": "Feature",
            "properties": {"id": name, "kind": "bank"},
            "geometry": {"type": "Point", "coordinates": [114.1, 22.5]},
        }
        for name in names
    ]


# --- several tables ----------------------------------------------------------------------------


def test_of_several_tables_the_only_one_with_rows_is_meant(tmp_path: Path) -> None:
    path = tmp_path / "b.gpkg"
    buildings().iloc[:0].to_file(path, layer="空")
    buildings().to_file(path, layer="楼宇")
    # what QGIS puts beside the layers
    pyogrio.write_dataframe(pd.DataFrame({"styleName": ["a", "b"]}), path, layer="layer_styles")
    source = open_source(path)
    assert source.rows == 2
    assert "楼宇" in source.notes[0]


def test_of_several_tables_with_rows_one_is_to_be_chosen_unless_one_is_called_like_the_layer(
    tmp_path: Path,
) -> None:
    path = tmp_path / "b.gpkg"
    buildings().iloc[:1].to_file(path, layer="旧")
    buildings().to_file(path, layer="Building")
    with pytest.raises(
        SourceError, match=r"旧（1 行 rows）、Building（2 行 rows）；请用 --sublayer"
    ):
        open_source(path)
    assert open_source(path, called=("building", "建筑")).rows == 2
    with pytest.raises(SourceError, match="没有“新”；有：旧"):
        open_source(path, "新")


def test_a_file_with_empty_tables_only_has_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "b.gpkg"
    for name in ("一", "二"):
        buildings().iloc[:0].to_file(path, layer=name)
    assert open_source(path).rows == 0


# --- where the system is stated ------------------------------------------------------------------


def test_every_kind_of_file_says_where_it_states_its_system(tmp_path: Path) -> None:
    frame = buildings()
    frame.to_file(tmp_path / "b.gpkg")
    frame.to_file(tmp_path / "b.fgb")
    frame.to_parquet(tmp_path / "b.parquet")
    old = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4547"}}
    for name, more in (("new", {}), ("old", {"crs": old})):
        collection = {"type": "FeatureCollection", **more, "features": features("a")}
        (tmp_path / f"{name}.geojson").write_text(json.dumps(collection), encoding="utf-8")
    stated = {
        name: (source.crs, source.crs_from)
        for name in ("b.gpkg", "b.fgb", "b.parquet", "new.geojson", "old.geojson")
        for source in [open_source(tmp_path / name)]
    }
    assert stated["b.gpkg"] == ("EPSG:4490", "GeoPackage 的坐标系 / the SRS of the GeoPackage")
    assert stated["b.fgb"][1].startswith("FlatGeobuf 文件头")
    assert stated["b.parquet"][0] == "EPSG:4490"
    assert stated["b.parquet"][1].startswith("GeoParquet 元数据")
    assert stated["new.geojson"][0] == "EPSG:4326"
    assert "RFC 7946" in stated["new.geojson"][1]
    assert stated["old.geojson"][0] == "EPSG:4547"
    assert "crs 成员" in stated["old.geojson"][1]


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_a_file_that_states_no_system_says_none(tmp_path: Path) -> None:
    frame = buildings().set_crs(None, allow_override=True)
    for name in ("b.gpkg", "b.fgb", "b.shp"):
        pyogrio.write_dataframe(
            frame.set_axis(["a", "b", "c", "geometry"], axis=1), tmp_path / name
        )
        assert open_source(tmp_path / name).crs is None, name


# --- GeoJSON -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.geojsonl", "a.ndjson", "a.jsonl", "a.json"])
def test_one_feature_on_each_line_is_geojson_as_well(
    name: str, tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    lines = "\n".join(json.dumps(feature) for feature in features("a", "b"))
    (tmp_path / name).write_text(lines + "\n", encoding="utf-8")
    report = import_file("amenity", tmp_path / name)
    assert set(content_of("amenity")) == {"t:a", "t:b"}
    assert "RFC 7946" in report.whereabouts.because


@pytest.mark.parametrize("left", [0.99, 0.9, 0.5])
@pytest.mark.parametrize("name", ["a.geojson", "a.geojsonl"])
def test_a_geojson_that_breaks_off_is_not_read_in_part(
    name: str, left: float, tmp_path: Path
) -> None:
    rows = features(*map(str, range(100)))
    whole = (
        json.dumps({"type": "FeatureCollection", "features": rows})
        if name.endswith(".geojson")
        else "\n".join(map(json.dumps, rows))
    )
    (tmp_path / name).write_text(whole[: int(len(whole) * left) - 7], encoding="utf-8")
    with pytest.raises(SourceError, match=name):
        read(open_source(tmp_path / name))


def test_kml_is_read(tmp_path: Path) -> None:
    places = "".join(
        f"<Placemark><name>{name}</name><Point><coordinates>114.1,22.5</coordinates></Point>"
        "</Placemark>"
        for name in ("国贸", "东门")
    )
    kml = f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{places}</Document></kml>'
    (tmp_path / "a.kml").write_text(kml, encoding="utf-8")
    source = open_source(tmp_path / "a.kml")
    frame = read(source)
    assert list(frame["Name" if "Name" in frame else "name"]) == ["国贸", "东门"]
    assert source.crs == "EPSG:4326"
    assert "KML" in source.crs_from


# --- geometries that GEOS does not know -----------------------------------------------------------


def test_an_outline_with_arcs_comes_in_as_the_chords_gdal_makes(tmp_path: Path) -> None:
    path = tmp_path / "b.gpkg"
    shapes = ["CURVEPOLYGON(CIRCULARSTRING(0 0,1 1,2 0,1 -1,0 0))", "POLYGON((0 0,1 0,1 1,0 0))"]
    (tmp_path / "b.csv").write_text(
        "id,WKT\n" + "\n".join(f'{i},"{s}"' for i, s in enumerate(shapes))
    )
    pyogrio_table = pyogrio.raw.open_arrow(tmp_path / "b.csv", use_pyarrow=True)
    with pyogrio_table as (meta, stream):
        table = stream.read_all()
    pyogrio.write_arrow(
        table,
        path,
        driver="GPKG",
        geometry_name=meta["geometry_name"] or "wkb_geometry",
        geometry_type="Unknown",
        crs="EPSG:4490",
    )
    places = read(open_source(path))[GEOMETRY]
    assert places.iloc[0].geom_type == "Polygon"
    # a circle of radius 1 in chords of four degrees
    assert places.iloc[0].area == pytest.approx(np.pi, rel=1e-3)
    assert shapely.equals(places.iloc[1], shapely.from_wkt(shapes[1]))


# --- Parquet -----------------------------------------------------------------------------------


@pytest.mark.parametrize("title", ["geometry", "geom", "形状"])
def test_bare_wkb_in_parquet_is_a_geometry_of_a_system_to_be_stated(
    title: str, tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    path = tmp_path / "b.parquet"
    table = {"编码": ["1", "2"], title: shapely.to_wkb(OUTLINES)}
    pd.DataFrame(table).to_parquet(path)
    assert open_source(path).crs is None
    import_file("building", path, crs="EPSG:4490")
    for i, outline in enumerate(OUTLINES, start=1):
        stored = shapely.from_wkb(content_of("building")[f"t:{i}"]["geom"])
        assert shapely.equals(stored, outline)


def test_a_parquet_with_columns_of_coordinates_is_read(
    tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    table = {"id": ["1"], "kind": ["bank"], "经度": [114.1], "纬度": [22.5]}
    pd.DataFrame(table).to_parquet(tmp_path / "a.parquet")
    import_file("amenity", tmp_path / "a.parquet", crs="EPSG:4490")
    assert shapely.from_wkb(content_of("amenity")["t:1"]["geom"]) == shapely.Point(114.1, 22.5)


@pytest.mark.parametrize("name", ["a.gpkg", "a.parquet"])
def test_a_geometry_is_not_stored_where_the_mapping_names_columns_of_coordinates(
    name: str, tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    centre = gpd.GeoDataFrame(
        {"id": ["1"], "kind": ["bank"], "x": [114.1], "y": [22.5]},
        geometry=[shapely.Point(114.2, 22.6)],
        crs="EPSG:4490",
    )
    path = tmp_path / name
    centre.to_parquet(path) if path.suffix == ".parquet" else centre.to_file(path)
    import_file("amenity", path, '[geometry]\nlon = "x"\nlat = "y"\n', crs="EPSG:4490")
    assert shapely.from_wkb(content_of("amenity")["t:1"]["geom"]) == shapely.Point(114.1, 22.5)


def test_bytes_of_any_length_are_a_geometry(
    tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    # as Polars and others write them
    places = pa.array(shapely.to_wkb(OUTLINES), pa.large_binary())
    table = pa.table({"编码": ["1", "2"], "geometry": places})
    pq.write_table(table, tmp_path / "b.parquet")
    import_file("building", tmp_path / "b.parquet", crs="EPSG:4490")
    assert len(content_of("building")) == 2


def test_bytes_that_are_no_geometry_reject_their_row_and_no_other(
    tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    path = tmp_path / "b.parquet"
    places = [shapely.to_wkb(OUTLINES[0])] * 30 + [b"\1\2\3"]
    table = pa.table({"编码": [f"{i}" for i in range(31)], "geometry": pa.array(places)})
    pq.write_table(table, path)
    report = import_file("building", path, crs="EPSG:4490")
    assert [(r.row, r.code, r.value) for r in report.rejects] == [
        (31, "geometry-unreadable", "010203")
    ]
    assert len(content_of("building")) == 30


def test_a_column_read_through_its_numbers_is_counted_from_one(tmp_path: Path) -> None:
    buildings().to_file(tmp_path / "b.gpkg")
    source = open_source(tmp_path / "b.gpkg")
    assert source.first_row == 1
    assert list(read(source).index) == [1, 2]
    assert column(source, "编码") == ["B0", "B1"]


# --- what identifies a feature -----------------------------------------------------------------


def cafes(path: Path, ids: list[Any], **attributes: list[str]) -> Path:
    """Write cafés whose features have ids of their own, where these are not None."""
    found = []
    for at, one in enumerate(ids):
        named = {} if one is None else {"id": one}
        told = {"类别": "餐饮", **{title: values[at] for title, values in attributes.items()}}
        place = {"type": "Point", "coordinates": [114.1 + at / 1000, 22.5]}
        found.append({"type": "Feature", **named, "properties": told, "geometry": place})
    whole = {"type": "FeatureCollection", "features": found}
    path.write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")
    return path


NUMBERED = "没有编号，各行以文件中的要素序号为编号"


@pytest.mark.parametrize("ids", [["a", "b"], [70, 90]])
def test_a_column_of_codes_goes_before_the_ids_of_the_features(
    ids: list[Any], tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    report = import_file("amenity", cafes(tmp_path / "c.geojson", ids, 编号=["C1", "C2"]))
    assert set(content_of("amenity")) == {"t:C1", "t:C2"}
    assert report.columns["id"] == "编号"
    assert not any(NUMBERED in one for one in report.assumed)


@pytest.mark.parametrize(
    ("ids", "codes"),
    [(["a", "b"], {}), ([70, 90], {}), (["a", "b"], {"编号": ["C1", "C1"]})],
    ids=["texts", "numbers", "codes that repeat"],
)
def test_the_ids_of_the_features_serve_where_no_column_does(
    ids: list[Any],
    codes: dict[str, list[str]],
    tmp_path: Path,
    import_file: ImportFile,
    content_of: ContentOf,
) -> None:
    report = import_file("amenity", cafes(tmp_path / "c.geojson", ids, **codes))
    assert set(content_of("amenity")) == {f"t:{one}" for one in ids}
    assert not any(NUMBERED in one for one in report.assumed)


def test_rows_that_the_file_alone_numbers_are_said_to_be_so(
    tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    report = import_file("amenity", cafes(tmp_path / "c.geojson", [None, None]))
    assert set(content_of("amenity")) == {"t:0", "t:1"}
    assert sum(NUMBERED in one for one in report.assumed) == 1


def test_the_id_of_a_feature_goes_back_as_such_with_a_rejected_row(
    tmp_path: Path, import_file: ImportFile
) -> None:
    path = cafes(tmp_path / "c.geojson", ["a", "b"], 编号=["C1", "C2"])
    path.write_text(path.read_text(encoding="utf-8").replace("餐饮", "?", 1), encoding="utf-8")
    with pytest.raises(RefusedError) as refusal:
        import_file("amenity", path)
    source = open_source(path)
    back = write_rejected(source, refusal.value.report.reasons, tmp_path / "back.geojson")
    (one,) = json.loads(back.read_text(encoding="utf-8"))["features"]
    assert one["id"] == "a"
    assert set(one["properties"]) == {"编号", "类别", *RETURN_COLUMNS}
