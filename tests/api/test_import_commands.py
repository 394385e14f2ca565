"""The planner's commands, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
import pytest

from tests.layers.small_gtfs import write_gtfs

if TYPE_CHECKING:
    from tests.api.conftest import Cim

TOWERS = """编号,楼宇名称,用途,等级,楼宇总建面(㎡),经度,纬度
A,甲,办公,A级,12000,114.1183,22.5405
B,乙,办公,甲级,1.2万,114.1185,22.5407
"""


def rows(cim: Cim, layer: str) -> dict[str, dict[str, Any]]:
    """The features of a layer by code."""
    told = json.loads(cim("get", f"/collections/{layer}/items?limit=1000").stdout)
    return {one["id"].partition(":")[2]: one["properties"] for one in told["features"]}


def test_a_template_is_written_filled_in_and_imported(cim: Cim, folder: Path) -> None:
    cim("template", "bus_stop", "-o", "stops.xlsx")
    book = openpyxl.load_workbook(folder / "stops.xlsx")
    sheet = book["数据"]
    titles = {cell.value: cell.column for cell in sheet[1]}
    for title, value in (("编号", "001"), ("名称", "东门"), ("经度", 114.12), ("纬度", 22.55)):
        sheet.cell(3, titles[title], value)
    book.save(folder / "stops.xlsx")
    told = cim("import", "bus_stop", "stops.xlsx", "--dataset", "t").stdout
    assert "新增 added 1" in told
    assert "row-example × 1" in told
    assert rows(cim, "bus_stop")["001"]["name"] == "东门"


def test_a_suggestion_is_taken_only_when_it_is_accepted_and_then_remembered(
    cim: Cim, folder: Path
) -> None:
    (folder / "towers.csv").write_text(TOWERS, encoding="gbk")
    arguments = ("import", "office", "towers.csv", "--crs", "EPSG:4490")
    told = cim(*arguments).stdout
    assert "建议 suggestion: “楼宇总建面(㎡)” 像是 may be gross_floor_area" in told
    assert rows(cim, "office")["A"]["gross_floor_area"] is None

    told = cim(*arguments, "--accept", "--save-mapping", "towers.toml").stdout
    assert "gross_floor_area 2" in told
    assert "映射已记住" in told
    assert "楼宇总建面(㎡)" in (folder / "towers.toml").read_text(encoding="utf-8")
    stored = rows(cim, "office")
    assert [stored[code]["gross_floor_area"] for code in "AB"] == [12_000, 12_000]
    assert stored["A"]["grade"] == "甲级"

    (folder / "towers.csv").write_text(TOWERS.replace("12000", "13000"), encoding="gbk")
    told = cim(*arguments).stdout
    assert "沿用记住的映射" in told
    assert "修改 changed 1" in told


def test_rejected_rows_come_back_beside_the_file_and_enter_once_mended(
    cim: Cim, folder: Path
) -> None:
    lines = [f"{n},停车场,{n},114.1{n:02},22.55" for n in range(30)]
    text = "\n".join(["id,name,spaces,lon,lat", *lines, "0030,停车场,many,114.2,22.5"])
    (folder / "停车场.csv").write_text(text, encoding="gb18030")
    arguments = ("--crs", "EPSG:4490")
    told = cim("import", "parking", "停车场.csv", *arguments).stdout
    assert "停车场.rejected.csv" in told
    back = pd.read_csv(folder / "停车场.rejected.csv", dtype=str, encoding="gb18030")
    assert back["id"].to_list() == ["0030"]
    assert back["spaces"].to_list() == ["many"]
    assert "不是数字" in str(back.to_dict("records")[0])
    back["spaces"] = "31"
    back.to_csv(folder / "停车场.rejected.csv", index=False, encoding="gb18030")
    # what came back belongs to the dataset of the file it was in, and is not written over
    told = cim("import", "parking", "停车场.csv", *arguments).stdout
    assert "停车场.rejected-2.csv" in told
    told = cim("import", "parking", "停车场.rejected.csv", *arguments).stdout
    assert "[停车场]" in told
    assert "新增 added 1" in told
    assert "未用的列" not in told
    assert rows(cim, "parking")["0030"]["spaces"] == 31


def test_a_report_is_a_page_and_can_be_written_again_from_the_history(
    cim: Cim, folder: Path
) -> None:
    (folder / "one.csv").write_text("id,spaces,lon,lat\nx,5,114.1,22.5")
    arguments = ("--crs", "EPSG:4490", "--report", "one.html")
    told = cim("import", "parking", "one.csv", *arguments).stdout
    page = (folder / "one.html").read_text(encoding="utf-8")
    assert "one.csv" in page
    batch = told.partition("批次 batch ")[2].partition(":")[0]
    cim("report", batch, "-o", "again.html")
    assert "one.csv" in (folder / "again.html").read_text(encoding="utf-8")
    cim("report", batch, "-o", "again.json")
    report = json.loads((folder / "again.json").read_text(encoding="utf-8"))
    assert (report["rows"], report["crs"], report["outcome"]["batch"]) == (
        1,
        "EPSG:4490",
        int(batch),
    )
    assert "没有导入报告" in cim("report", "999999", "-o", "no.html", code=2).stderr


def test_a_dry_run_says_what_would_change_field_by_field(cim: Cim, folder: Path) -> None:
    (folder / "two.csv").write_text("id,spaces,lon,lat\na,5,114.1,22.5\nb,6,114.1,22.6")
    cim("import", "parking", "two.csv", "--crs", "EPSG:4490")
    (folder / "two.csv").write_text("id,spaces,lon,lat\na,7,114.1,22.5\nc,6,114.1,22.7")
    arguments = ("--crs", "EPSG:4490", "--mode", "replace", "--dry-run", "--report", "dry.json")
    told = cim("import", "parking", "two.csv", *arguments).stdout
    assert "新增 added 1，修改 changed 1，移除 removed 1，未变 unchanged 0" in told
    difference = json.loads((folder / "dry.json").read_text(encoding="utf-8"))["difference"]
    assert difference["fields"] == {"spaces": 1}
    assert difference["changed"] == [
        {"id": "two:a", "field": "spaces", "before": "5", "after": "7"}
    ]
    assert (difference["added"], difference["removed"]) == (["two:c"], ["two:b"])
    assert rows(cim, "parking")["a"]["spaces"] == 5


def test_a_gtfs_feed_enters_as_several_layers_in_one_go(cim: Cim, folder: Path) -> None:
    write_gtfs(folder / "feed.zip")
    told = cim("import-gtfs", "feed.zip", "--report", "feed.html").stdout
    for layer in ("station", "station_entrance", "bus_stop", "transit_line"):
        assert f"→ {layer} [feed]" in told
        assert (folder / f"feed-{layer}.html").is_file()
    assert "无变化" in cim("import-gtfs", "feed.zip").stdout


@pytest.mark.parametrize("name", ["nothing.zip", "stray.osm.pbf"])
def test_a_file_that_is_none_is_refused_in_words(cim: Cim, folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"not what it says")
    command = "import-gtfs" if name.endswith("zip") else "import-osm"
    assert name in cim(command, name, code=2).stderr


def test_the_rules_of_a_layer_are_listed(cim: Cim) -> None:
    told = cim("layers", "building").stdout
    assert "footprints-overlap" in told
    assert "建筑轮廓互不重叠" in told
    assert "coordinates-swapped" in told


def test_what_cannot_be_written_in_the_end_is_said_before_anything_is_done(
    cim: Cim, folder: Path
) -> None:
    (folder / "early.csv").write_text("id,spaces,lon,lat\nx,5,114.1,22.5")
    arguments = ("import", "parking", "early.csv", "--crs", "EPSG:4490")
    assert "没有文件夹" in cim(*arguments, "--report", "nowhere/r.html", code=2).stderr
    assert ".html 或 .json" in cim(*arguments, "--report", "r.pdf", code=2).stderr
    assert "斜杠" in cim(*arguments, "--dataset", "../x", code=2).stderr
    assert "新增 added 1" in cim(*arguments, "--dry-run").stdout


def test_a_report_for_others_names_no_tenant(cim: Cim, folder: Path) -> None:
    (folder / "o.csv").write_text("id,name,use,lon,lat\no,甲,办公,114.1,22.5", encoding="utf-8")
    cim("import", "office", "o.csv", "--crs", "EPSG:4490", "--dataset", "t")
    for tenant in ("某某公司", "另一公司"):
        unit = f"id,office_id,unit_no,status,tenant\nu,o,101,let,{tenant}"
        (folder / "u.csv").write_text(unit, encoding="utf-8")
        cim("import", "office_unit", "u.csv", "--dataset", "t", "--report", "u.json")
    told = (folder / "u.json").read_text(encoding="utf-8")
    assert "tenant" in told
    assert "公司" not in told
