"""``cim labels``: what a planner sees before a changed rule counts, and after."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.api.conftest import Cim

RULE = """
[efficient]
zh = "高得房率"
en = "High efficiency"
group = "building"
version = 1
when = "efficiency >= 72"
"""
OFFICES = """编号,楼宇名称,用途,得房率,经度,纬度
A,甲楼,办公,70,114.1183,22.5405
B,乙楼,办公,75,114.1184,22.5405
C,丙楼,办公,,114.1185,22.5405
"""


@pytest.fixture(scope="module")
def city(cim: Cim, folder: Path) -> Cim:
    """Three offices under the one rule of the file."""
    (folder / "offices.csv").write_text(OFFICES, encoding="utf-8")
    (folder / "rules.toml").write_text(RULE, encoding="utf-8")
    cim("import", "office", "offices.csv", "--dataset", "t", "--crs", "EPSG:4490")
    cim("labels", "refresh", "--rules", "rules.toml")
    return cim


def test_the_list_counts_who_has_a_label_who_has_not_and_of_whom_it_is_unknown(city: Cim) -> None:
    (line,) = (line for line in city("labels", "list").stdout.splitlines() if "efficient" in line)
    assert "高得房率" in line
    # version, has it, has it not, unknown
    assert line.split()[-7:-3] == ["1", "1", "1", "1"]
    assert line.split()[-3:] == ["得房率", "≥", "72%"]


def test_a_difference_names_offices_and_changes_nothing(city: Cim, folder: Path) -> None:
    (folder / "lower.toml").write_text(RULE.replace("72", "65"), encoding="utf-8")
    said = city("labels", "diff", "--rules", "lower.toml").stdout
    assert "1：甲楼" in said
    assert "规则 efficient 改了条件但没有改版本号" in said
    told = json.loads(city("labels", "diff", "--rules", "lower.toml", "--json").stdout)
    (label,) = told["labels"]
    assert label["gains"] == [{"id": "t:A", "name": "甲楼"}]
    assert (label["rule"], label["loses"], label["unknown"]) == ("condition", [], [])
    assert "没有变化" in city("labels", "diff", "--rules", "rules.toml").stdout


def test_a_file_with_a_mistake_is_refused_and_the_old_rules_go_on(city: Cim, folder: Path) -> None:
    (folder / "lower.toml").write_text(RULE.replace("72", "65"), encoding="utf-8")
    refused = city("labels", "refresh", "--rules", "lower.toml", code=3)
    assert "请把 version 改为 2" in refused.stderr
    (folder / "wrong.toml").write_text(RULE.replace("efficiency", "efficency"), encoding="utf-8")
    for command in ("diff", "refresh"):
        wrong = city("labels", command, "--rules", "wrong.toml", code=3)
        assert "efficient：when：没有名为 'efficency' 的指标" in wrong.stderr
    assert "得房率 ≥ 72%" in city("labels", "list").stdout


def test_a_refresh_does_what_the_difference_said(city: Cim, folder: Path) -> None:
    higher = RULE.replace("72", "78").replace("version = 1", "version = 2")
    (folder / "higher.toml").write_text(higher, encoding="utf-8")
    assert "1：乙楼" in city("labels", "diff", "--rules", "higher.toml").stdout
    assert "3 座楼宇" in city("labels", "refresh", "--rules", "higher.toml").stdout
    (line,) = (line for line in city("labels", "list").stdout.splitlines() if "efficient" in line)
    assert line.split()[-7:-3] == ["2", "0", "2", "1"]

    # a trial can be taken back, if that is meant
    back = ("labels", "refresh", "--rules", "rules.toml")
    assert "--back" in city(*back, code=3).stderr
    city(*back, "--back")
    assert "没有变化" in city("labels", "diff", "--rules", "rules.toml").stdout
