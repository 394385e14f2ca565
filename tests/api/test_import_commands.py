"""The planner's commands, as they are typed."""

from __future__ import annotations

import html
import json
import re
import shlex
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
    assert "1 个模板的示例行，没有导入" in told
    assert rows(cim, "bus_stop")["001"]["name"] == "东门"


def test_a_suggestion_is_taken_only_when_it_is_accepted_and_then_remembered(
    cim: Cim, folder: Path
) -> None:
    (folder / "towers.csv").write_text(TOWERS, encoding="gbk")
    arguments = ("import", "office", "towers.csv", "--crs", "EPSG:4490")
    told = cim(*arguments).stdout
    assert "建议 suggestion: “楼宇总建面(㎡)” 像是 may be 总建筑面积 gross_floor_area" in told
    assert "未用的列 columns not used: 楼宇总建面(㎡)" in told
    assert rows(cim, "office")["A"]["gross_floor_area"] is None

    told = cim(*arguments, "--accept", "--save-mapping", "towers.toml").stdout
    assert "总建筑面积 gross_floor_area 2" in told
    assert re.search(r"楼宇总建面\(㎡\) +→ 总建筑面积 gross_floor_area", told)
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
    assert back["原因 reason"].to_list() == ["“spaces”（车位数）：不是数字 / is not a number"]
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


@pytest.mark.parametrize(
    "options", [("--dataset", "停车 普查"), ("--rejects", "bad rows.csv")], ids=lambda one: one[0]
)
def test_rejected_rows_are_told_with_the_dataset_that_their_file_does_not_name(
    cim: Cim, folder: Path, options: tuple[str, str]
) -> None:
    lines = [f"{n},{n},114.1{n:02},22.55" for n in range(30)]
    text = "\n".join(["id,spaces,lon,lat", *lines, "bad,many,114.2,22.5"])
    (folder / "lots.csv").write_text(text)
    arguments = ("--crs", "EPSG:4490", "--report", "r.html")
    told = cim("import", "parking", "lots.csv", *arguments, *options).stdout
    command = re.search(r"：(cim import parking .*? --dataset \S+(?: \S+')?) /", told)
    assert command is not None
    _, *words = shlex.split(command[1])
    dataset = options[1] if options[0] == "--dataset" else "lots"
    assert words[-1] == dataset
    page = html.unescape((folder / "r.html").read_text(encoding="utf-8"))
    assert f"--dataset {shlex.quote(dataset)}" in page
    back = folder / words[2]
    back.write_text(back.read_text().replace("many", "31"))
    told = cim(*words, "--crs", "EPSG:4490").stdout
    assert f"[{dataset}]" in told
    assert "新增 added 1" in told
    # mended, and by the option in its own dataset: nothing is left to say
    assert "--dataset" not in told


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


STOCK = """编号,名称,用途,车位数,充电车位数,建筑面积(平方英尺),层数,经度,纬度
"""


def test_a_file_for_rejected_rows_that_cannot_be_written_is_told_before_or_else_does_no_harm(
    cim: Cim, folder: Path
) -> None:
    rows = [f"P{n},{'?' if n == 7 else 10},114.1{n:02},22.55" for n in range(30)]
    text = "\n".join(["编号,车位数,经度,纬度", *rows])
    (folder / "p.csv").write_text(text, encoding="utf-8")
    (folder / "back.csv").mkdir()
    command = ["import", "parking", "p.csv", "--crs", "EPSG:4490", "--dataset", "unwritten"]
    told = cim(*command, "--rejects", "back.csv", code=2).stderr
    assert "写不了 back.csv" in told
    # it is a table that goes back, and where that would stand there is a folder
    done = cim(*command, "--rejects", "back.txt")
    assert "新增 added 29" in done.stdout
    assert "不合格行没有写出" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / "back.txt").exists()


def test_what_is_wrong_is_told_cause_by_cause_with_three_samples(cim: Cim, folder: Path) -> None:
    lines = [
        f"L{n},大厦{n},办公,{10 if n < 5 else 30},20,{'很大' if 5 <= n < 9 else 10764},3,"
        f"114.1{n:02},22.55"
        for n in range(100)
    ]
    (folder / "stock.csv").write_text(STOCK + "\n".join(lines), encoding="utf-8")
    told = cim("import", "office", "stock.csv", "--crs", "EPSG:4490", "--dry-run").stdout
    at = told.splitlines()
    warned = next(i for i, line in enumerate(at) if "charging-within-parking" in line)
    # what is the matter with how many, and not what ought to be
    assert "请核对 5 个楼宇的充电车位多于车位 / offices with more charging" in at[warned]
    assert [line.split() for line in at[warned + 1 : warned + 5]] == [
        *(
            ["第", f"{n + 2}", "行", f"stock:L{n}：充电车位数", "=", "20，车位数", "=", "10"]
            for n in range(3)
        ),
        ["…", "另有", "2", "个", "/", "and", "2", "more"],
    ]
    refused = next(i for i, line in enumerate(at) if "✗" in line)
    assert "✗ 4 处 × “建筑面积(平方英尺)”（总建筑面积）：不是数字" in at[refused]
    assert at[refused + 1].strip() == "第 7 行 stock:L5：很大"
    assert "另有 1 个" in at[refused + 4]
    assert told.count("很大") == 3
    # which column fills which field, what is converted, and what is left at the end
    columns = [line.strip() for line in at[at.index("  列 columns:") + 1 :] if "→" in line]
    assert "建筑面积(平方英尺) → 总建筑面积 gross_floor_area（平方英尺 → ㎡）" in columns
    assert "经度、纬度         → 几何 geom" in columns
    assert "未用的列 columns not used: 层数" in told


def test_headers_that_nobody_knows_are_asked_about_and_the_mapping_so_far_is_written(
    cim: Cim, folder: Path
) -> None:
    text = "序,大厦名,经度,纬度\n1,甲,114.1,22.55\n2,乙,114.1,22.56"
    (folder / "strange.csv").write_text(text, encoding="utf-8")
    arguments = ("import", "office", "strange.csv", "--crs", "EPSG:4490")
    told = cim(*arguments, "--save-mapping", "strange.toml", code=2).stderr
    assert "没有编号字段" in told
    assert "“大厦名” 像是 may be 名称 name" in told
    assert "--accept" in told
    draft = folder / "strange.toml"
    assert "strange.toml" in told
    # the planner completes what was written
    mended = (
        draft.read_text(encoding="utf-8")
        .replace('# name = "大厦名"', 'name = "大厦名"')
        .replace('# id = "列名 column"', 'id = "序"')
    )
    draft.write_text(mended, encoding="utf-8")
    again = (*arguments, "--mapping", "strange.toml", "--save-mapping", "strange.toml")
    assert "必填字段“用途”（use）没有来源" in cim(*again, code=2).stderr
    mended = draft.read_text(encoding="utf-8") + '\n[constants]\nuse = "办公"\n'
    draft.write_text(mended, encoding="utf-8")
    assert "新增 added 2" in cim(*arguments, "--mapping", "strange.toml").stdout
    assert {one["name"] for code, one in rows(cim, "office").items() if code in "12"} == {
        "甲",
        "乙",
    }


@pytest.mark.parametrize("suffix", ["csv", "gpkg"])
def test_units_without_a_place_go_out_and_come_back_without_a_question(
    cim: Cim, folder: Path, suffix: str
) -> None:
    (folder / "o.csv").write_text("id,name,use,lon,lat\no,甲,办公,114.1,22.5", encoding="utf-8")
    cim("import", "office", "o.csv", "--crs", "EPSG:4490", "--dataset", "nowhere")
    unit = "id,office_id,unit_no,status\nu,o,101,空置\nv,o,102,空置"
    (folder / "u.csv").write_text(unit, encoding="utf-8")
    cim("import", "office_unit", "u.csv", "--dataset", "nowhere")
    cim("export", "office_unit", f"units.{suffix}")
    back = ("import", "office_unit", f"units.{suffix}", "--where", "dataset = 'nowhere'")
    assert "无变化 nothing changed" in cim(*back).stdout
