"""The command ``cim``, as it is typed: in processes of its own, in a city of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import httpx
import pytest

from api import server
from cim import cluster

if TYPE_CHECKING:
    from tests.api.conftest import Cim

CIM = Path(sys.executable).with_name("cim")

STATIONS = """id,站名,类别,状态,lon,lat
G,国贸,地铁站,运营,114.1187,22.5402
L,老街,地铁站,运营,114.1163,22.5446
"""
MANY = 40


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with files to import."""
    folder = tmp_path_factory.mktemp("files")
    (folder / "stations.csv").write_text(STATIONS, encoding="utf-8-sig")
    good = [f"{i},{i},114.1{i:02},22.55" for i in range(MANY)]
    head = "id,spaces,lon,lat"
    (folder / "one-bad.csv").write_text("\n".join([head, *good, "x,?,114.1,22.5"]))
    (folder / "all-bad.csv").write_text(f"{head}\nx,?,114.1,22.5")
    return folder


@pytest.fixture(scope="module")
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def up(cim: Cim, port: int, module_home: Path) -> Iterator[str]:
    """Start the city; give the address of its server."""
    assert "未运行" in cim("status").stdout
    told = cim("up", "--port", str(port)).stdout
    address = f"http://127.0.0.1:{port}"
    assert address in told
    yield address
    server.stop(module_home)


def ask(address: str, path: str) -> dict[str, Any]:
    answer = httpx.get(address + path, timeout=20)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def names(address: str) -> dict[str, str]:
    features = ask(address, "/collections/station/items")["features"]
    return {feature["id"]: feature["properties"]["name"] for feature in features}


def test_a_file_is_imported_edited_and_taken_back_while_the_server_answers(
    up: str, cim: Cim
) -> None:
    arguments = ("import", "station", "stations.csv", "--crs", "EPSG:4490", "--by", "王规划")
    told = cim(*arguments).stdout
    assert "批次 batch" in told
    assert "新增 added 2" in told
    assert "无变化 nothing changed" in cim(*arguments).stdout
    assert names(up) == {"stations:G": "国贸", "stations:L": "老街"}

    cim("set", "station", "stations:G", "name=国贸站", "--reason", "更名")
    assert names(up)["stations:G"] == "国贸站"
    listed = cim("batches", "station").stdout
    assert "王规划" in listed
    assert "更名" in listed
    number = listed.splitlines()[1].split()[0]
    assert "已撤回" in cim("rollback", number).stdout
    assert names(up)["stations:G"] == "国贸"


def test_a_bad_row_is_named_and_the_rest_enters(up: str, cim: Cim, folder: Path) -> None:
    arguments = ("one-bad.csv", "--crs", "EPSG:4490", "--dataset", "c")
    cim("import", "parking", *arguments, "--dry-run")
    assert ask(up, "/collections/parking/items")["numberMatched"] == 0
    told = cim("import", "parking", *arguments, "--report", "report.json").stdout
    assert "✗ 1 处 × “spaces”（车位数）：不是数字" in told
    assert "第 42 行 c:x：?" in told
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert (report["rows"], len(report["rejects"])) == (41, 1)
    assert report["rejects"][0]["reason"].startswith("不是数字")
    assert ask(up, "/collections/parking/items")["numberMatched"] == MANY


def test_too_many_bad_rows_end_with_three_and_change_nothing(
    up: str, cim: Cim, folder: Path
) -> None:
    before = ask(up, "/collections/parking/items?limit=1")["numberMatched"]
    refused = cim(
        "import",
        "parking",
        "all-bad.csv",
        *("--crs", "EPSG:4490", "--report", "refused.json"),
        code=3,
    )
    assert "未作任何改动" in refused.stderr
    assert "不是数字" in refused.stdout
    assert json.loads((folder / "refused.json").read_text(encoding="utf-8"))["refused"]
    assert ask(up, "/collections/parking/items?limit=1")["numberMatched"] == before


WRONG: dict[tuple[str, ...], str] = {
    ("import", "stations", "stations.csv"): "no layer 'stations'",
    ("import", "station", "none.csv"): "找不到文件",
    ("import", "station", "stations.csv"): "--crs",
    ("import", "station", "stations.csv", "--crs", "Nowhere"): "不认识坐标系",
    ("set", "station", "stations:none", "name=x"): "没有 stations:none",
    ("set", "station", "stations:G", "name"): "字段=值",
    ("rollback", "999"): "没有批次 999",
    ("export", "station", "stations.doc"): "不能导出为",
}


def test_a_command_that_makes_no_sense_ends_with_two_and_says_why(up: str, cim: Cim) -> None:
    # each start of the program takes seconds: they are typed two at a time
    with ThreadPoolExecutor(2) as pool:
        said = pool.map(lambda arguments: cim(*arguments, code=2), WRONG)
    for answer, reason in zip(said, WRONG.values(), strict=True):
        assert reason in answer.stderr
        assert answer.stdout == ""


def test_a_layer_is_exported_for_other_programs(up: str, cim: Cim, folder: Path) -> None:
    cim("import", "station", "stations.csv", "--crs", "EPSG:4490", "--dataset", "export")
    assert "已导出" in cim("export", "station", "out.gpkg").stdout
    assert "国贸" in set(gpd.read_file(folder / "out.gpkg")["name"])


def test_one_request_is_answered_without_a_server(up: str, cim: Cim) -> None:
    answer = json.loads(cim("get", "/collections/station/items?limit=1").stdout)
    assert answer["type"] == "FeatureCollection"
    problem = json.loads(cim("get", "/offices?colour=red", code=1).stdout)
    assert problem["status"] == 400


def test_the_layers_and_what_runs_are_told(up: str, cim: Cim) -> None:
    commands = (("layers",), ("layers", "office"), ("status",), ("up", "--port", "1"))
    with ThreadPoolExecutor(2) as pool:
        told = [done.stdout for done in pool.map(lambda arguments: cim(*arguments), commands)]
    layers, office, status, again = told
    assert "商办楼宇 Offices" in layers
    assert "标准层面积" in office
    assert "CNY/m2/month" in office
    for words in (up, "PostgreSQL", "PostGIS", "EPSG:4547", "station"):
        assert words in status
    assert "already running" in again


def test_whoever_kills_it_finds_everything_there_again(
    up: str, cim: Cim, module_home: Path, port: int
) -> None:
    cim("import", "station", "stations.csv", "--crs", "EPSG:4490", "--dataset", "kept")
    before = names(up)
    serving = server.running(module_home)
    postmaster = cluster.status(module_home).pid
    assert serving is not None
    assert postmaster is not None
    # the database alone: the server raises it again by itself
    os.kill(postmaster, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while httpx.get(f"{up}/health", timeout=30).status_code != 200:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert names(up) == before
    # both
    postmaster = cluster.status(module_home).pid
    assert postmaster is not None
    os.kill(serving.pid, signal.SIGKILL)
    os.kill(postmaster, signal.SIGKILL)
    cim("up", "--port", str(port))
    assert names(up) == before


def test_a_city_that_holds_something_gets_no_example_and_says_so(up: str, cim: Cim) -> None:
    told = cim("up", "--example").stdout
    assert "未载入示例城市 / the city is not empty: the example city was not loaded" in told


def test_down_stops_what_was_started(up: str, cim: Cim, module_home: Path) -> None:
    cim("down")
    assert server.running(module_home) is None
    assert not cluster.status(module_home).running
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{up}/health")
