"""Shapefiles as departments send them: in GBK, without parts, with parts that lie."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pyogrio
import pytest
import shapely

from layers.mapping import MappingError
from layers.reading import open_source
from layers.source import Source, SourceError, rows_of

if TYPE_CHECKING:
    from tests.conftest import ContentOf
    from tests.layers.conftest import ImportFile

NAMES = ["国贸大厦", "镕福·珠宝城"]
OUTLINES = [
    shapely.box(114.118, 22.540, 114.119, 22.541),
    shapely.box(114.12, 22.54, 114.121, 22.541),
]


def buildings(names: list[str] = NAMES) -> gpd.GeoDataFrame:
    columns = {"编码": [f"B{i}" for i in range(len(names))], "楼名": names, "高度": 100.5}
    outlines = [OUTLINES[i % 2] for i in range(len(names))]
    return gpd.GeoDataFrame(columns, geometry=outlines, crs="EPSG:4490")


def written(
    folder: Path, encoding: str, names: list[str] = NAMES, *, cpg: str | None = None
) -> Path:
    """Write a shapefile in an encoding; its ``.cpg`` says `cpg`, or there is none."""
    path = folder / "罗湖楼宇.shp"
    pyogrio.write_dataframe(buildings(names), path, driver="ESRI Shapefile", encoding=encoding)
    path.with_suffix(".cpg").unlink()
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg)
    return path


def column(source: Source, title: str) -> list[object]:
    return [value for frame in rows_of(source) for value in frame[title]]


def test_a_shapefile_in_gbk_that_says_neither_encoding_nor_system_asks_one_question(
    tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    path = written(tmp_path, "GBK")
    path.with_suffix(".prj").unlink()
    with pytest.raises(MappingError) as question:
        import_file("building", path)
    assert str(question.value).count("请") == 1
    assert "--crs" in str(question.value)
    report = import_file("building", path, crs="EPSG:4490")
    assert report.rejects == []
    content = content_of("building")
    assert [content[f"t:B{i}"]["name"] for i in (0, 1)] == NAMES
    assert content["t:B0"]["height"] == 100.5
    for i, outline in enumerate(OUTLINES):
        assert shapely.equals(shapely.from_wkb(content[f"t:B{i}"]["geom"]), outline)


@pytest.mark.parametrize("cpg", ["GBK", "936", "CP936", "ANSI 936", "GB2312", "GB18030", "gbk\r\n"])
def test_gbk_is_known_by_all_its_names(tmp_path: Path, cpg: str) -> None:
    source = open_source(written(tmp_path, "GBK", cpg=cpg))
    assert column(source, "楼名") == NAMES
    assert source.remarks == []


@pytest.mark.parametrize("cpg", ["UTF-8", "utf8", "65001"])
def test_utf_8_is_known_by_all_its_names(tmp_path: Path, cpg: str) -> None:
    source = open_source(written(tmp_path, "UTF-8", cpg=cpg))
    assert column(source, "楼名") == NAMES
    assert source.remarks == []


@pytest.mark.parametrize(
    ("encoding", "cpg"),
    [
        ("GBK", "UTF-8"),
        ("GBK", "65001"),
        ("GBK", "ISO-8859-1"),
        ("GBK", "1252"),
        ("GBK", "OEM"),
        ("GBK", "没有这种编码"),
        ("UTF-8", "GBK"),
        ("UTF-8", "936"),
        ("UTF-8", "ISO 88591"),
    ],
)
def test_a_cpg_that_lies_is_not_believed_and_the_report_says_so(
    tmp_path: Path, encoding: str, cpg: str, import_file: ImportFile, content_of: ContentOf
) -> None:
    report = import_file("building", written(tmp_path, encoding, cpg=cpg))
    assert [row["name"] for _, row in sorted(content_of("building").items())] == NAMES
    (check,) = [check for check in report.checks if check.code == "encoding-assumed"]
    assert check.samples[0].field == "罗湖楼宇.dbf"
    assert cpg.strip() in check.samples[0].reason or not cpg.isascii()


def test_western_text_that_is_declared_stays_what_it_is(tmp_path: Path) -> None:
    names = ["Jardín", "Zürich", "Café São"]
    path = tmp_path / "w.shp"
    frame = buildings(names).rename(columns={"编码": "code", "楼名": "name", "高度": "height"})
    pyogrio.write_dataframe(frame, path, driver="ESRI Shapefile", encoding="ISO-8859-1")
    assert path.with_suffix(".cpg").read_text() == "ISO-8859-1"
    source = open_source(path)
    assert column(source, "name") == names
    assert source.remarks == []


def test_the_language_driver_of_the_table_is_believed(tmp_path: Path) -> None:
    # characters of Big5 alone; as GB18030 the same bytes are other ones
    names = ["國貿大廈", "東門"]
    path = tmp_path / "b.shp"
    frame = buildings(names).rename(columns={"编码": "code", "楼名": "name", "高度": "height"})
    pyogrio.write_dataframe(frame, path, driver="ESRI Shapefile", encoding="BIG5")
    path.with_suffix(".cpg").unlink()
    table = bytearray(path.with_suffix(".dbf").read_bytes())
    table[29] = 0x78
    path.with_suffix(".dbf").write_bytes(table)
    assert column(open_source(path), "name") == names


@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
@pytest.mark.parametrize("cpg", [None, "GBK", "UTF-8"])
def test_a_character_that_a_full_cell_cuts_in_half_costs_only_itself(
    tmp_path: Path, encoding: str, cpg: str | None, import_file: ImportFile, content_of: ContentOf
) -> None:
    # 254 bytes hold one letter and 126 characters of GBK, and one byte of the next
    long = "A" + "国贸大厦" * 40
    path = written(tmp_path, encoding, ["x" * 254, *NAMES], cpg=cpg)
    table = path.with_suffix(".dbf").read_bytes()
    cut = table.replace(b"x" * 254, long.encode(encoding)[:254])
    assert cut != table
    path.with_suffix(".dbf").write_bytes(cut)
    import_file("building", path)
    first, *others = (row["name"] for _, row in sorted(content_of("building").items()))
    whole = 1 + 253 // len("国".encode(encoding))
    assert first == long[:whole]
    assert others == NAMES


def test_names_of_fields_cut_in_half_a_character_are_read_as_far_as_they_are_whole(
    tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    path = written(tmp_path, "UTF-8", cpg="UTF-8")
    table = bytearray(path.with_suffix(".dbf").read_bytes())
    for at, title in ((2, "建筑名称"), (3, "建筑高度")):
        table[32 * at : 32 * at + 11] = title.encode()[:10] + b"\0"
    path.with_suffix(".dbf").write_bytes(table)
    mapping = '[fields]\nid = "编码"\nname = "建筑名"\nheight = "建筑高"\n'
    report = import_file("building", path, mapping)
    assert report.rejects == []
    assert [row["name"] for _, row in sorted(content_of("building").items())] == NAMES
    assert path.with_suffix(".dbf").read_bytes() == table


def test_names_of_fields_that_are_alike_without_their_half_character_stay_two(
    tmp_path: Path,
) -> None:
    path = written(tmp_path, "UTF-8", cpg="UTF-8")
    table = bytearray(path.with_suffix(".dbf").read_bytes())
    for at, title in ((2, "总建筑称"), (3, "总建筑面")):
        table[32 * at : 32 * at + 11] = title.encode()[:10] + b"\0"
    path.with_suffix(".dbf").write_bytes(table)
    source = open_source(path)
    assert column(source, "总建筑") == NAMES
    assert column(source, "总建筑1") == [100.5, 100.5]


def test_a_missing_index_is_restored_and_never_beside_the_planner_s_file(
    tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    path = written(tmp_path, "GBK")
    path.with_suffix(".shx").unlink()
    before = sorted(other.name for other in tmp_path.iterdir())
    import_file("building", path)
    assert len(content_of("building")) == 2
    assert sorted(other.name for other in tmp_path.iterdir()) == before
    assert pyogrio.get_gdal_config_option("SHAPE_RESTORE_SHX") is None


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, "GBK")
    path.with_suffix(".dbf").unlink()
    with pytest.raises(SourceError, match=r"缺少 罗湖楼宇\.dbf"):
        open_source(path)


def test_parts_with_endings_in_capitals_belong_to_it_as_well(tmp_path: Path) -> None:
    path = written(tmp_path, "GBK", cpg="936")
    for part in list(tmp_path.iterdir()):
        part.rename(part.with_suffix(part.suffix.upper()))
    source = open_source(path.with_suffix(".SHP"))
    assert column(source, "楼名") == NAMES
    assert source.crs is not None


def test_the_system_comes_from_the_prj(tmp_path: Path, import_file: ImportFile) -> None:
    report = import_file("building", written(tmp_path, "GBK", cpg="936"))
    assert report.crs == "EPSG:4490"
    assert report.whereabouts.because == ".prj 文件 / the .prj file"


def test_a_system_without_a_number_is_called_by_its_name(
    tmp_path: Path, import_file: ImportFile
) -> None:
    path = written(tmp_path, "GBK", cpg="936")
    gpd.read_file(path).to_crs(4547).to_file(path, encoding="GBK")
    plan = path.with_suffix(".prj").read_text()
    plan = plan.replace("CGCS2000_3_Degree_GK_CM_114E", "Luohu_Local").replace("114.0", "114.05")
    path.with_suffix(".prj").write_text(plan)
    report = import_file("building", path, dry_run=True)
    assert report.crs == "Luohu_Local"
    # the whole of it stays on record
    assert (report.whereabouts.crs or "").startswith("PROJCS")
