"""Archives: what a department zips comes in as if it had sent the file."""

from __future__ import annotations

import gc
import os
import tempfile
import zipfile
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from layers.reading import archives, open_source
from layers.source import SourceError, rows_of
from tests.layers.test_sources_shapefiles import NAMES, buildings, column, written

if TYPE_CHECKING:
    from tests.conftest import ContentOf
    from tests.layers.conftest import ImportFile


def packed(path: Path, files: dict[str, Path | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content if isinstance(content, bytes) else content.read_bytes())
    return path


def packed_in_gbk(path: Path, files: dict[str, Path]) -> Path:
    """Zip as programs on a Chinese Windows do: names in GBK, without the mark for UTF-8."""
    stand_ins = {
        f"{i:04}".ljust(len(name.encode("gbk")), "_"): name for i, name in enumerate(files)
    }
    packed(path, {stand_in: files[name] for stand_in, name in stand_ins.items()})
    content = path.read_bytes()
    for stand_in, name in stand_ins.items():
        assert content.count(stand_in.encode()) == 2
        content = content.replace(stand_in.encode(), name.encode("gbk"))
    path.write_bytes(content)
    return path


def parts(shapefile: Path) -> dict[str, Path]:
    return {part.name: part for part in shapefile.parent.glob(f"{shapefile.stem}.*")}


@pytest.fixture
def shapefile(tmp_path: Path) -> Path:
    (tmp_path / "unpacked").mkdir()
    return written(tmp_path / "unpacked", "GBK")


def test_a_zipped_shapefile_in_a_folder_with_names_in_gbk_is_read(
    shapefile: Path, tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    files = {f"数据/2024年/{name}": part for name, part in parts(shapefile).items()}
    path = packed_in_gbk(tmp_path / "罗湖.zip", files)
    report = import_file("building", path)
    assert [row["name"] for _, row in sorted(content_of("building").items())] == NAMES
    assert report.source == "罗湖.zip"


@pytest.mark.parametrize("name", ["b.gpkg", "b.geojson", "b.csv", "b.xlsx", "b.parquet"])
def test_other_files_are_read_from_a_zip_as_well(
    name: str, tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    inner = tmp_path / name
    table = buildings().drop(columns="geometry").assign(wkt=buildings().geometry.to_wkt())
    {
        "b.gpkg": lambda: buildings().to_file(inner),
        "b.geojson": lambda: buildings().to_crs(4326).to_file(inner),
        "b.csv": lambda: table.to_csv(inner, index=False, encoding="gbk"),
        "b.xlsx": lambda: table.to_excel(inner, index=False),
        "b.parquet": lambda: buildings().to_parquet(inner),
    }[name]()
    path = packed(tmp_path / "b.zip", {f"内/{name}": inner, "说明.txt": b"", "__MACOSX/._b": b"x"})
    import_file("building", path, crs="EPSG:4490")
    assert [row["name"] for _, row in sorted(content_of("building").items())] == NAMES


def test_of_several_files_one_is_to_be_chosen(shapefile: Path, tmp_path: Path) -> None:
    second = tmp_path / "旧.gpkg"
    buildings().iloc[:1].to_file(second, layer="一期")
    buildings().to_file(second, layer="二期")
    files: dict[str, Path | bytes] = {f"新/{n}": part for n, part in parts(shapefile).items()}
    path = packed(tmp_path / "b.zip", {**files, "旧/旧.gpkg": second, "t.csv": b"a,b\n1,2\n"})
    with pytest.raises(SourceError) as question:
        open_source(path)
    for listed in ("--sublayer", "新/罗湖楼宇.shp（2 行", "旧/旧.gpkg", "t.csv"):
        assert listed in str(question.value)
    assert open_source(path, "罗湖楼宇").rows == 2
    assert open_source(path, "旧/旧.gpkg/一期").rows == 1
    assert open_source(path, "旧/二期").rows == 2
    with pytest.raises(SourceError, match=r"没有“无”.*新/罗湖楼宇\.shp"):
        open_source(path, "无")
    with pytest.raises(SourceError, match="一期（1 行 rows）、二期（2 行 rows）"):
        open_source(path, "旧")


def test_a_table_of_the_only_file_is_named_without_the_file(tmp_path: Path) -> None:
    buildings().to_file(tmp_path / "b.gpkg", layer="一期")
    buildings().iloc[:1].to_file(tmp_path / "b.gpkg", layer="二期")
    path = packed(tmp_path / "b.zip", {"b.gpkg": tmp_path / "b.gpkg"})
    assert open_source(path, "二期").rows == 1


def test_a_geodatabase_is_read_from_its_folder_and_from_a_zip(tmp_path: Path) -> None:
    database = tmp_path / "罗湖.gdb"
    buildings().to_file(database, driver="OpenFileGDB", layer="楼宇")
    source = open_source(database)
    assert column(source, "楼名") == NAMES
    assert source.sha256 == open_source(database).sha256
    files: dict[str, Path | bytes] = {f"罗湖.gdb/{p.name}": p for p in database.iterdir()}
    zipped = open_source(packed(tmp_path / "g.zip", files))
    assert column(zipped, "楼名") == NAMES


def test_a_geodatabase_may_hold_a_file_whose_name_is_no_text_here(tmp_path: Path) -> None:
    database = tmp_path / "罗湖.gdb"
    buildings().to_file(database, driver="OpenFileGDB", layer="楼宇")
    alone = open_source(database).sha256
    (database / os.fsdecode("说明.txt".encode("gbk"))).touch()
    seen: list[str | None] = []
    told = Thread(target=lambda: seen.append(open_source(database).sha256), daemon=True)
    told.start()
    told.join(20)
    assert len(seen) == 1
    assert seen != [alone]


def test_what_was_unpacked_is_removed_when_nobody_reads_it_any_more(
    shapefile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    source = open_source(packed(tmp_path / "b.zip", dict(parts(shapefile))))
    frames = rows_of(source)
    del source
    gc.collect()
    # what is being read stays
    assert list(next(frames)["楼名"]) == NAMES
    assert len(list(place.iterdir())) == 1
    frames.close()
    del frames
    gc.collect()
    assert list(place.iterdir()) == []


def test_a_locked_archive_is_said_to_be_locked(tmp_path: Path) -> None:
    path = packed(tmp_path / "b.zip", {"b.csv": b"id,name\n1,a\n"})
    content = bytearray(path.read_bytes())
    # the mark of encryption in the local and the central header (APPNOTE 4.3.7, 4.3.12)
    for signature, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        content[content.index(signature) + at] |= 1
    path.write_bytes(content)
    with pytest.raises(SourceError, match="设有密码"):
        open_source(path)


def test_a_broken_archive_is_said_to_be_broken(shapefile: Path, tmp_path: Path) -> None:
    path = packed(tmp_path / "b.zip", dict(parts(shapefile)))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SourceError, match=r"b\.zip 不是完好的 zip"):
        open_source(path)
    spoilt = bytearray(whole)
    spoilt[whole.index(b"PK\3\4") + 60] ^= 0xFF
    path.write_bytes(spoilt)
    with pytest.raises(SourceError, match=r"b\.zip 不是完好的 zip"):
        list(rows_of(open_source(path)))


def test_an_archive_that_would_fill_the_disk_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = packed(tmp_path / "b.zip", {"b.csv": b"id\n" + b"0\n" * 1_000_000})
    assert path.stat().st_size < 10_000
    monkeypatch.setattr(archives, "LARGEST", 1 << 20)
    with pytest.raises(SourceError, match="超过上限"):
        open_source(path)


def test_an_entry_that_leads_out_of_the_folder_is_never_written(tmp_path: Path) -> None:
    path = packed(
        tmp_path / "b.zip",
        {"../../evil.csv": b"id\n1\n", "/abs.csv": b"id\n1\n", "good.csv": b"id\n7\n"},
    )
    (frame,) = rows_of(open_source(path))
    assert list(frame["id"]) == ["7"]
    assert not list(tmp_path.parent.glob("**/evil.csv"))


def test_an_archive_without_data_says_what_it_holds(tmp_path: Path) -> None:
    path = packed(tmp_path / "b.zip", {"读我.pdf": b"%PDF"})
    with pytest.raises(SourceError, match=r"没有能读的数据文件；有：读我\.pdf"):
        open_source(path)


@pytest.mark.parametrize("name", ["b.rar", "b.7z", "b.tar.gz"])
def test_other_archives_are_to_be_unpacked(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"Rar!")
    with pytest.raises(SourceError, match="请先解压"):
        open_source(tmp_path / name)
