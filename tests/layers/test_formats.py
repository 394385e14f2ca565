"""Every kind of file that a planner has brings the same buildings in."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

from layers.mapping import MappingError
from layers.reading import open_source
from layers.report import RefusedError
from layers.source import SourceError

if TYPE_CHECKING:
    from tests.conftest import ContentOf
    from tests.layers.conftest import ImportFile

CODES = ("4403030010010000012", "4403030010010000099")
UNIT_CODES = tuple(f"{CODES[0]}{n:06}" for n in (7, 123456))
OUTLINES = [
    shapely.box(114.1180, 22.5400, 114.1186, 22.5405),
    shapely.box(114.1190, 22.5410, 114.1196, 22.5415).difference(
        shapely.box(114.1192, 22.5412, 114.1194, 22.5413)
    ),
]


@pytest.fixture
def buildings() -> gpd.GeoDataFrame:
    """Give two buildings with the Chinese titles of an office's table."""
    return gpd.GeoDataFrame(
        {
            "编码": list(CODES),
            "楼名": ["国贸大厦", "镕福·珠宝城"],
            "高度": [160.5, None],
            "层数": [53, 8],
        },
        geometry=OUTLINES,
        crs="EPSG:4490",
    )


def as_table(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    return pd.DataFrame(frame.drop(columns="geometry")).assign(wkt=frame.geometry.to_wkt())


def write_gbk_shapefile(frame: gpd.GeoDataFrame, path: Path) -> None:
    pyogrio.write_dataframe(frame, path, driver="ESRI Shapefile", encoding="GBK")
    path.with_suffix(".cpg").unlink()


def write_utf8_shapefile_without_cpg(frame: gpd.GeoDataFrame, path: Path) -> None:
    pyogrio.write_dataframe(frame, path, driver="ESRI Shapefile", encoding="UTF-8")
    path.with_suffix(".cpg").unlink()


WRITERS: dict[str, tuple[str, Callable[[gpd.GeoDataFrame, Path], object]]] = {
    "GeoPackage": ("b.gpkg", lambda f, p: f.to_file(p)),
    "Shapefile": ("b.shp", lambda f, p: f.to_file(p, encoding="UTF-8")),
    "Shapefile in GBK without .cpg": ("b.shp", write_gbk_shapefile),
    "Shapefile in UTF-8 without .cpg": ("b.shp", write_utf8_shapefile_without_cpg),
    "GeoJSON": ("b.geojson", lambda f, p: f.to_crs(4326).to_file(p)),
    "FlatGeobuf": ("b.fgb", lambda f, p: f.to_file(p)),
    "GeoParquet": ("b.parquet", lambda f, p: f.to_parquet(p)),
    "CSV in UTF-8": ("b.csv", lambda f, p: as_table(f).to_csv(p, index=False)),
    "CSV of Excel": (
        "b.csv",
        lambda f, p: as_table(f).to_csv(p, index=False, encoding="utf-8-sig"),
    ),
    "CSV in GBK": ("b.csv", lambda f, p: as_table(f).to_csv(p, index=False, encoding="gbk")),
    "TSV": ("b.tsv", lambda f, p: as_table(f).to_csv(p, index=False, sep="\t")),
    "Excel": ("b.xlsx", lambda f, p: as_table(f).to_excel(p, index=False)),
}


@pytest.mark.parametrize("kind", WRITERS)
def test_every_kind_of_file_brings_in_the_same_buildings(
    kind: str,
    buildings: gpd.GeoDataFrame,
    tmp_path: Path,
    import_file: ImportFile,
    content_of: ContentOf,
) -> None:
    name, write = WRITERS[kind]
    write(buildings, tmp_path / name)
    report = import_file("building", tmp_path / name, crs="EPSG:4490")
    assert [str(reject) for reject in report.rejects] == []
    assert (report.rows, report.crs) == (2, "EPSG:4490")
    content = content_of("building")
    # nineteen digits survive: they are text from the first read
    assert set(content) == set(CODES)
    first, second = (content[code] for code in CODES)
    assert (first["name"], first["height"], first["floors_above"]) == ("国贸大厦", 160.5, 53)
    assert (second["name"], second["height"], second["floors_above"]) == ("镕福·珠宝城", None, 8)
    for row, outline in zip((first, second), OUTLINES, strict=True):
        assert shapely.equals(shapely.from_wkb(row["geom"]), outline)
        assert shapely.get_srid(shapely.from_wkb(row["geom"])) == 4490


def test_twenty_five_digits_survive_as_well(
    tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    offices = f"编码,楼宇名称,物业类型,lon,lat\n{CODES[0]},国贸大厦,办公,114.1183,22.5405\n"
    (tmp_path / "offices.csv").write_text(offices, encoding="utf-8")
    units = "代码,楼宇编号,房号,状态\n" + "".join(f"{c},t:{CODES[0]},1,空置\n" for c in UNIT_CODES)
    (tmp_path / "units.csv").write_text(units, encoding="gb18030")
    import_file("office", tmp_path / "offices.csv", crs="EPSG:4490")
    assert import_file("office_unit", tmp_path / "units.csv").rejects == []
    assert set(content_of("office_unit")) == set(UNIT_CODES)


def test_a_table_of_a_file_that_has_several_can_be_named(
    buildings: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "city.gpkg"
    buildings.iloc[:1].to_file(path, layer="old")
    buildings.to_file(path, layer="new")
    assert open_source(path, "old").rows == 1
    assert open_source(path, "new").rows == 2
    with pytest.raises(SourceError, match="old（1 行 rows）、new（2 行 rows）"):
        open_source(path, "none")


def test_a_zipped_shapefile_is_read_as_it_is(
    buildings: gpd.GeoDataFrame, tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    pyogrio.write_dataframe(buildings, tmp_path / "b.shz", driver="ESRI Shapefile")
    (tmp_path / "b.shz").rename(tmp_path / "b.shp.zip")
    import_file("building", tmp_path / "b.shp.zip")
    assert content_of("building")[CODES[0]]["name"] == "国贸大厦"


BROKEN = {
    "b.gpkg": b"SQLite format 3\0 and then nothing",
    "b.shp": b"\0" * 50,
    "b.geojson": b'{"type": "FeatureCollection", "features": [',
    "b.parquet": b"PAR1 and then nothing",
    "b.xlsx": b"PK\3\4 and then nothing",
    "b.csv": b"id,name\n1,\xff\xfe\xfa",
    "ragged.csv": b"id,name\n1,a\n2,b,c,d\n",
    "unknown.dwg": b"AC1032",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_cannot_be_read_is_said_to_be_so_in_words(
    name: str, tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    (tmp_path / name).write_bytes(BROKEN[name])
    with pytest.raises(SourceError, match=f"{name}|{name.partition('.')[0]}"):
        import_file("building", tmp_path / name, crs="EPSG:4490")
    assert content_of("building") == {}


def test_a_file_that_is_not_there_is_missed(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="找不到文件"):
        open_source(tmp_path / "none.csv")
    with pytest.raises(SourceError, match="找不到文件"):
        open_source(tmp_path)


EMPTY: dict[str, Callable[[gpd.GeoDataFrame, Path], object]] = {
    "e.gpkg": lambda f, p: f.to_file(p),
    "e.shp": lambda f, p: f.to_file(p),
    "e.geojson": lambda f, p: f.to_crs(4326).to_file(p),
    "e.parquet": lambda f, p: f.to_parquet(p),
    "e.csv": lambda f, p: as_table(f).to_csv(p, index=False),
    "e.xlsx": lambda f, p: as_table(f).to_excel(p, index=False),
    "nothing.csv": lambda _, p: p.write_bytes(b""),
    "blank.csv": lambda _, p: p.write_bytes(b"\n\n"),
}


@pytest.mark.parametrize("mode", ["upsert", "replace"])
@pytest.mark.parametrize("name", EMPTY)
def test_a_file_without_rows_changes_nothing_and_says_so(
    name: str,
    mode: str,
    buildings: gpd.GeoDataFrame,
    tmp_path: Path,
    import_file: ImportFile,
    content_of: ContentOf,
) -> None:
    buildings.to_file(tmp_path / "full.gpkg")
    import_file("building", tmp_path / "full.gpkg")
    before = content_of("building")
    EMPTY[name](buildings.iloc[:0], tmp_path / name)
    with pytest.raises((SourceError, MappingError), match=r"没有数据行|文件是空的"):
        import_file("building", tmp_path / name, crs="EPSG:4490", mode=mode)
    assert content_of("building") == before


def test_columns_nobody_asked_for_are_named_in_the_report(
    buildings: gpd.GeoDataFrame, tmp_path: Path, import_file: ImportFile
) -> None:
    buildings.assign(备注="x").to_file(tmp_path / "b.gpkg")
    assert "备注" in import_file("building", tmp_path / "b.gpkg").unused_columns


def test_lists_of_a_geojson_arrive_as_lists(
    tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    feature: dict[str, Any] = {
        "type": "Feature",
        "properties": {"id": "1", "name": "东门", "routes": ["1路", "M191"]},
        "geometry": {"type": "Point", "coordinates": [114.12, 22.55, 3.5]},
    }
    path = tmp_path / "stops.geojson"
    collection = {"type": "FeatureCollection", "features": [feature]}
    path.write_text(json.dumps(collection), encoding="utf-8")
    import_file("bus_stop", path)
    assert content_of("bus_stop")["t:1"]["routes"] == ["1路", "M191"]


def test_a_code_that_excel_keeps_as_a_number_is_refused_and_not_rounded(
    tmp_path: Path, import_file: ImportFile
) -> None:
    table = {"编码": [int(CODES[0])], "楼名": ["国贸大厦"], "wkt": [OUTLINES[0].wkt]}
    pd.DataFrame(table).to_excel(tmp_path / "b.xlsx", index=False)
    with pytest.raises(RefusedError) as refusal:
        import_file("building", tmp_path / "b.xlsx", crs="EPSG:4490")
    (reject,) = refusal.value.report.rejects
    assert reject.field == "id"
    assert "超过 15 位" in reject.reason


def test_whole_numbers_dates_and_truths_of_excel_are_read_as_they_look(
    tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    row = {
        "id": [12],
        "spaces": [120.0],
        "public": [True],
        "更新日期": [dt.datetime(2024, 3, 5)],  # noqa: DTZ001  (Excel knows no zone)
        "lon": [114.1],
        "lat": [22.5],
    }
    pd.DataFrame(row).to_excel(tmp_path / "c.xlsx", index=False)
    import_file("parking", tmp_path / "c.xlsx", crs="EPSG:4490")
    stored = content_of("parking")["t:12"]
    assert (stored["spaces"], stored["public"], stored["source_date"]) == (120, True, "2024-03-05")


def test_a_file_says_itself_which_dataset_and_system_it_is_of(
    tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    path = tmp_path / "anything.csv"
    rows = ["id,dataset,kind,ewkt", "old:1,old,bank,SRID=4490;POINT (114.1 22.5)"]
    path.write_text("\n".join(rows), encoding="utf-8")
    report = import_file("amenity", path, dataset=None)
    assert (report.dataset, report.crs) == ("old", "EPSG:4490")
    assert set(content_of("amenity")) == {"old:1"}
    path.write_text("\n".join([*rows, "new:1,new,bank,SRID=4490;POINT (114.1 22.5)"]))
    with pytest.raises(MappingError, match="多个数据集"):
        import_file("amenity", path, dataset=None)
