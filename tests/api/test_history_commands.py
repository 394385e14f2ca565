"""The commands that read the past and take it back, as they are typed."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.api.test_import_commands import rows
from tests.layers.small_gtfs import write_gtfs

if TYPE_CHECKING:
    from tests.api.conftest import Cim


def test_the_list_of_batches_tells_the_time_of_the_city_wherever_it_is_read(
    cim: Cim, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "when.csv").write_text("id,spaces,lon,lat\nwhen,5,114.1,22.5")
    told = cim("import", "parking", "when.csv", "--crs", "EPSG:4490").stdout
    batch = told.partition("批次 batch ")[2].partition(":")[0]
    cim("report", batch, "-o", "when.json")
    made_at = json.loads((folder / "when.json").read_text(encoding="utf-8"))["made_at"]
    here = dt.datetime.fromisoformat(made_at).astimezone(dt.timezone(dt.timedelta(hours=8)))
    monkeypatch.setenv("TZ", "America/New_York")
    newest = cim("batches", "parking").stdout.splitlines()[1]
    assert f" {here:%Y-%m-%d %H:%M} " in newest


def test_a_batch_that_was_taken_back_says_so_until_it_counts_again(cim: Cim, folder: Path) -> None:
    (folder / "marked.csv").write_text("id,spaces,lon,lat\nmarked,5,114.1,22.5")
    told = cim("import", "parking", "marked.csv", "--crs", "EPSG:4490").stdout
    batch = told.partition("批次 batch ")[2].partition(":")[0]

    def said() -> tuple[str, str, int | None]:
        """The line of the batch in the list, the head of its report, and who took it back."""
        lines = cim("batches", "parking").stdout.splitlines()
        cim("report", batch, "-o", "marked.html")
        cim("report", batch, "-o", "marked.json")
        page = (folder / "marked.html").read_text(encoding="utf-8")
        report = json.loads((folder / "marked.json").read_text(encoding="utf-8"))
        line = next(line for line in lines if line.split()[0] == batch)
        return line, page.partition("<title>")[2].partition(" ·")[0], report["taken_back_by"]

    def take_back(number: str, *more: str) -> str:
        told = cim("rollback", number, *more).stdout
        return told.partition(": 批次 batch ")[2].partition("，")[0]

    line, title, by = said()
    assert ("撤回" in line, title, by) == (False, "已导入", None)
    undone = take_back(batch)
    line, title, by = said()
    assert f"已由批次 {undone} 撤回" in line
    assert (title, by) == ("已撤回", int(undone))
    again = take_back(undone, "--redo")
    line, title, by = said()
    assert ("撤回" in line, title, by) == (False, "已导入", None)
    # a rollback counts again when what took it back is taken back itself
    take_back(again, "--redo")
    line, title, by = said()
    assert f"已由批次 {undone} 撤回" in line
    assert (title, by) == ("已撤回", int(undone))


def test_a_forced_rollback_is_done_and_names_what_it_leaves_leading_nowhere(
    cim: Cim, folder: Path
) -> None:
    (folder / "lone.csv").write_text("id,name\nS,独立项目", encoding="utf-8")
    (folder / "leans.csv").write_text("id,spaces,lon,lat,site_id\nx,5,114.1,22.5,lone:S")
    told = cim("import", "site", "lone.csv").stdout
    batch = told.partition("批次 batch ")[2].partition(":")[0]
    cim("import", "parking", "leans.csv", "--crs", "EPSG:4490")
    assert "仍被引用" in cim("rollback", batch, code=3).stderr
    done = cim("rollback", batch, "--force")
    assert "移除 removed 1" in done.stdout
    assert (
        "parking.site_id 有 1 处指向图层 site 中已没有的要素，例如 leans:x 指向 lone:S"
        in done.stderr
    )
    assert "S" not in rows(cim, "site")


def test_a_rollback_says_what_it_added_again_changed_back_and_removed(
    cim: Cim, folder: Path
) -> None:
    before = "id,spaces,lon,lat\nk,5,114.1,22.5\ng,6,114.2,22.5\nh,6,114.3,22.5"
    after = "id,spaces,lon,lat\nk,8,114.1,22.5\nm,7,114.4,22.5\nn,3,114.5,22.5\no,4,114.6,22.5"
    arguments = ("parking", "both.csv", "--crs", "EPSG:4490", "--mode", "replace")
    (folder / "both.csv").write_text(before)
    cim("import", *arguments)
    (folder / "both.csv").write_text(after)
    told = cim("import", *arguments).stdout
    batch = told.partition("批次 batch ")[2].partition(":")[0]
    assert "，重新加入 added again 2，改回 changed back 1，移除 removed 3" in (
        cim("rollback", batch).stdout
    )


def test_all_batches_of_one_source_are_taken_back_by_one_command(cim: Cim, folder: Path) -> None:
    write_gtfs(folder / "back.zip")
    told = cim("import-gtfs", "back.zip", "--dataset", "back").stdout
    (command,) = [line for line in told.splitlines() if "全部撤回" in line]
    numbers = command.partition("cim rollback ")[2].split()
    assert len(numbers) == 4
    # in whatever order they are named
    assert cim("rollback", *sorted(numbers)).stdout.count("已撤回") == 4
    listed = json.loads(cim("get", "/collections/station/items?limit=1000").stdout)
    assert not [one for one in listed["features"] if one["id"].startswith("back:")]


def test_a_batch_is_taken_back_once_and_its_rollback_only_on_purpose(
    cim: Cim, folder: Path
) -> None:
    (folder / "once.csv").write_text("id,spaces,lon,lat\nonce,5,114.1,22.5")
    told = cim("import", "parking", "once.csv", "--crs", "EPSG:4490").stdout
    batch = told.partition("批次 batch ")[2].partition(":")[0]
    undone = cim("rollback", batch).stdout.partition("批次 batch ")[2].partition("，")[0]
    assert f"批次 {batch} 已由批次 {undone} 撤回" in cim("rollback", batch, code=3).stderr
    assert f"对批次 {batch} 的撤回" in cim("rollback", undone, code=3).stderr
    assert "once" not in rows(cim, "parking")
    cim("rollback", undone, "--redo")
    assert rows(cim, "parking")["once"]["spaces"] == 5
    # a batch that was made to count again can be taken back again
    assert "已撤回" in cim("rollback", batch).stdout
    assert "没有批次 999999" in cim("rollback", "999999", code=2).stderr
