"""A file of car parks in which a hundred and more problems are planted, each known by its row."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

_WEST, _SOUTH, _STEP = 114.09, 22.535, 0.0009
"""The grid on which the car parks stand, in degrees."""

MAPPING = '[geometry]\nwkt = "wkt"\n'


class Planted(NamedTuple):
    """One problem: the row as a spreadsheet numbers it, and the rule that it breaks."""

    row: int
    code: str


class Spoil(NamedTuple):
    """A way to spoil a good row: the rule it breaks then, the column, and what stands there."""

    code: str
    column: str
    value: str


_BOWTIE = "POLYGON (({x} {y}, {e} {n}, {e} {y}, {x} {n}, {x} {y}))"
_COLLAPSED = "POLYGON (({x} {y}, {e} {n}, {x} {y}, {x} {y}))"
SPOILS = (
    Spoil("value-unreadable", "车位数", "很多{i}"),
    Spoil("value-range", "车位数", "-{i}"),
    Spoil("value-unknown", "类型", "水下{i}"),
    Spoil("value-unreadable", "是否对外", "也许{i}"),
    Spoil("value-unreadable", "更新日期", "2024-13-{i}"),
    Spoil("reference-dangling", "项目编号", "无此项目{i}"),
    Spoil("id-repeated", "停车场编号", "P0000"),
    Spoil("id-missing", "停车场编号", ""),
    Spoil("geometry-missing", "wkt", ""),
    Spoil("geometry-unreadable", "wkt", "POINT (东门 {i})"),
    Spoil("geometry-type", "wkt", "LINESTRING ({x} {y}, {e} {n})"),
    Spoil("geometry-no-area", "wkt", _COLLAPSED),
    Spoil("coordinates-impossible", "wkt", "POINT (50{i} 2500{i})"),
    Spoil("geometry-repaired", "wkt", _BOWTIE),
)


def write_car_parks(path: Path, rows: int, every: int) -> list[Planted]:
    """Write car parks as CSV, one row in `every` spoilt, each in the next way.

    Returns
    -------
    list of Planted
        In the order of the file.
    """
    planted = []
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(_car_park(0)))
        writer.writeheader()
        for number in range(rows):
            row = _car_park(number)
            if number % every == every - 1:
                spoil = SPOILS[number // every % len(SPOILS)]
                row[spoil.column] = spoil.value.format(**_corners(number))
                # the title row is the first of the spreadsheet
                planted.append(Planted(number + 2, spoil.code))
            writer.writerow(row)
    return planted


def _corners(number: int) -> dict[str, str]:
    x, y = _WEST + number % 60 * _STEP, _SOUTH + number // 60 * _STEP
    numbers = {"x": x, "y": y, "e": x + _STEP / 2, "n": y + _STEP / 3}
    return {"i": f"{number:04}", **{name: f"{value:.6f}" for name, value in numbers.items()}}


def _car_park(number: int) -> dict[str, str]:
    return {
        "停车场编号": f"P{number:04}",
        "名称": f"停车场 {number}",
        "类型": "地面",
        "车位数": str(20 + number % 300),
        "是否对外": "是",
        "项目编号": "",
        "更新日期": "2024-05-01",
        "wkt": "POINT ({x} {y})".format(**_corners(number)),
        "备注": "",
    }
