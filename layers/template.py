"""The Excel template of a layer: its columns as the importer reads them, and what they mean."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from cim.model import Field, Layer, columns_of, content_of, field_of, kind_of, layer_named
from cim.model.field import UNIT_TITLES
from layers.columns.plan import DEFAULT_PROVENANCE, EXAMPLE
from layers.reading.workbooks import CRS_TITLE, DATA_SHEET, NOTES_SHEET

SYSTEMS = ("EPSG:4490", "EPSG:4326", "GCJ-02", "BD-09")
"""Coordinate systems to choose from, the default first."""

_NOT_FILLED = ("geom", "dataset", "exceptions")
_LAST = 10_000
"""Row down to which drop-down lists and bounds reach."""
_INLINE = 255
"""Characters that a list of Excel holds in itself."""
_FONT = "微软雅黑"
_REQUIRED = PatternFill("solid", start_color="FFE699")
_OPTIONAL = PatternFill("solid", start_color="DDEBF7")
_KINDS = {
    str: ("文本", "text"),
    int: ("整数", "whole number"),
    float: ("数值", "number"),
    bool: ("是 或 否", "yes or no"),
    dt.date: ("日期 年-月-日", "date"),
    list: ("多个值用“、”隔开", "values separated by 、"),
}
_EXAMPLES: dict[type, Any] = {
    float: 50,
    bool: "是",
    dt.date: dt.date(2024, 3, 5),
    list: "甲、乙",
}


@dataclass(frozen=True)
class _Entry:
    """One column of the template.

    Attributes
    ----------
    required
        Whether every row needs a value.
    allowed
        What a cell may hold, where that is a list.
    meaning
        In Chinese and English.
    form
        Number format of the cells.
    """

    name: str
    title: str
    en: str
    unit: str
    required: bool
    allowed: tuple[str, ...]
    meaning: str
    form: str
    example: Any
    limits: DataValidation | None


def write_template(layer: type[Layer], path: Path) -> None:
    """Write the Excel template of a layer.

    Its sheet 数据 has one row of titles, which the importer reads without a mapping, and one
    example row, which it leaves out; 说明 says what the columns mean and states the coordinate
    system.

    Parameters
    ----------
    path
        Ends in ``.xlsx``.
    """
    entries = [*_fields(layer), *_places(layer)]
    book = Workbook()
    notes = book.active
    notes.title = NOTES_SHEET
    data = book.create_sheet(DATA_SHEET, 0)
    book.active = 0
    _write_notes(notes, layer, entries)
    for at, entry in enumerate(entries, start=1):
        _write_column(data, at, entry, notes)
    data.freeze_panes = "B2"
    data.row_dimensions[1].height = 32
    book.save(path)


def _fields(layer: type[Layer]) -> Iterator[_Entry]:
    """Describe the columns that hold values."""
    for name in content_of(layer):
        if name not in _NOT_FILLED:
            column = columns_of(layer)[name]
            field, kind = field_of(column), kind_of(column)
            unit = UNIT_TITLES.get(field.unit or "", field.unit or "")
            allowed = tuple(zh for zh, _ in field.values.values())
            yield _Entry(
                name=name,
                title=f"{field.zh}({unit})" if unit else field.zh,
                en=field.en,
                unit=unit,
                # the importer has a default for how well a row is known
                required=not column.nullable and name != "provenance",
                allowed=("是", "否") if kind is bool else allowed,
                meaning=_meaning(field, kind),
                form={str: "@", list: "@", dt.date: "yyyy-mm-dd"}.get(kind, "General"),
                example=_example(name, field, kind),
                limits=_limits(field, kind),
            )


def _places(layer: type[Layer]) -> Iterator[_Entry]:
    """Describe the columns that hold the place."""
    column = columns_of(layer)["geom"]
    kinds = column.info["kinds"]
    others = [kind for kind in kinds if kind != "Point"]
    needed = not column.nullable

    def entry(title: str, en: str, zh: str, form: str, example: Any, *, required: bool) -> _Entry:
        words = f"{zh} / {en}"
        return _Entry(title, title, en, "", required, (), words, form, example, None)

    if "Point" in kinds:
        lone = needed and not others
        zh = "位置，十进制度" + ("；不填时用 WKT" if others else "")
        yield entry("经度", "longitude, degrees", zh, "General", 114.1183, required=lone)
        yield entry("纬度", "latitude, degrees", zh, "General", 22.5405, required=lone)
    if others:
        zh = f"几何的文字形式（{'、'.join(others)}），经度在前"
        example = None if "Point" in kinds else _WKT[others[0]]
        lone = needed and "Point" not in kinds
        yield entry("WKT", "geometry as well-known text", zh, "@", example, required=lone)


_WKT = {
    "MultiPolygon": "POLYGON ((114.118 22.54, 114.119 22.54, 114.119 22.541, 114.118 22.54))",
    "MultiLineString": "LINESTRING (114.118 22.54, 114.119 22.541)",
}


def _meaning(field: Field, kind: type) -> str:
    """Tell what a cell holds, in Chinese and English."""
    zh, en = _KINDS[kind]
    if field.minimum is not None or field.maximum is not None:
        bounds = " 至 ".join(
            "…" if bound is None else f"{bound:.10g}" for bound in (field.minimum, field.maximum)
        )
        zh, en = f"{zh}，{bounds}", f"{en}, {bounds.replace(' 至 ', ' to ')}"
    if field.refers_to is not None:
        target = layer_named(field.refers_to).__title__
        zh, en = f"{zh}，“{target[0]}”图层的编号", f"{en}, identifier in {target[1]}"
    if field.private:
        zh, en = f"{zh}；内部字段，不对外", f"{en}; private"
    return f"{zh} / {en}"


def _example(name: str, field: Field, kind: type) -> Any:
    """Return the value of the example row, which an import leaves out."""
    if name == "id":
        return f"{EXAMPLE}-1（此行不导入）"
    if name == "provenance":
        return field.values[DEFAULT_PROVENANCE][0]
    if field.values:
        return next(iter(field.values.values()))[0]
    if kind is int:
        return 2015 if (field.minimum or 0) >= 1000 else 1 if (field.maximum or 99) < 30 else 20
    if kind is str:
        return f"{EXAMPLE}-1" if field.refers_to is not None else f"{EXAMPLE}{field.zh}"
    return _EXAMPLES[kind]


def _limits(field: Field, kind: type) -> DataValidation | None:
    """Return what Excel itself is to hold a number or a date to."""
    if kind is dt.date:
        rule = DataValidation(type="date", operator="greaterThan", formula1="1")
        rule.error = "请填日期，例如 2024-03-05"
    elif kind in (int, float):
        low = -(2**31) if field.minimum is None else field.minimum
        high = 2**31 if field.maximum is None else field.maximum
        rule = DataValidation(
            type="whole" if kind is int else "decimal",
            operator="between",
            formula1=f"{low:.12g}",
            formula2=f"{high:.12g}",
        )
        rule.error = f"请填 {low:.12g} 至 {high:.12g} 的{_KINDS[kind][0]}"
    else:
        return None
    rule.errorTitle, rule.showErrorMessage, rule.allow_blank = "不能这样填", True, True
    if field.unit == "percent":
        # Excel keeps 70% as 0.7
        rule.prompt, rule.showInputMessage = "填百分数的数字，例如 70，不带 %", True
    return rule


def _write_column(sheet: Worksheet, at: int, entry: _Entry, notes: Worksheet) -> None:
    """Write one column: title, example, format and what Excel is to allow."""
    letter = get_column_letter(at)
    title = sheet.cell(1, at, entry.title)
    title.font = Font(name=_FONT, bold=True)
    title.fill = _REQUIRED if entry.required else _OPTIONAL
    title.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
    mark = "必填 / required\n" if entry.required else ""
    title.comment = Comment(f"{mark}{entry.meaning}", "cim", height=90, width=240)
    example = sheet.cell(2, at, entry.example)
    example.font = Font(name=_FONT, italic=True, color="808080")
    example.number_format = entry.form
    # the format of the whole column: what is typed further down keeps its digits
    column = sheet.column_dimensions[letter]
    column.number_format = entry.form
    column.font = Font(name=_FONT)
    column.width = min(max(12, 2 * len(entry.title) + 2, len(str(entry.example or ""))), 30)
    rule = _list(entry.allowed, at, notes) if entry.allowed else entry.limits
    if rule is not None:
        sheet.add_data_validation(rule)
        rule.add(f"{letter}2:{letter}{_LAST}")


def _list(allowed: tuple[str, ...], at: int, notes: Worksheet) -> DataValidation:
    """Return a drop-down list; one that is too long for a cell's rule stands on the notes."""
    text = ",".join(allowed)
    formula = f'"{text}"'
    if len(formula) > _INLINE or any("," in one or '"' in one for one in allowed):
        place = get_column_letter(20 + at)
        for row, one in enumerate(allowed, start=1):
            notes[f"{place}{row}"] = one
        notes.column_dimensions[place].hidden = True
        formula = f"'{NOTES_SHEET}'!${place}$1:${place}${len(allowed)}"
    rule = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=True)
    rule.errorTitle, rule.error = "不能这样填", "请从列表中选择"
    return rule


def _write_notes(sheet: Worksheet, layer: type[Layer], entries: list[_Entry]) -> None:
    """Write what the columns mean, and the cell that states the coordinate system."""
    zh, en = layer.__title__
    sheet["A1"] = f"{zh} {en}"
    sheet["A1"].font = Font(name=_FONT, bold=True, size=14)
    sheet["A2"], sheet["B2"] = CRS_TITLE, SYSTEMS[0]
    sheet["C2"] = "经纬度所用的坐标系；高德、腾讯为 GCJ-02，百度为 BD-09"
    sheet["A3"] = (
        f"在“{DATA_SHEET}”页从第 3 行起填写，一行一个；编号以“{EXAMPLE}”开头的行不导入。"
        "黄色列必填。不知道的留空，不要填 0。"
    )
    systems = DataValidation(type="list", formula1=f'"{",".join(SYSTEMS)}"', allow_blank=False)
    sheet.add_data_validation(systems)
    systems.add("B2")
    head = ("字段 field", "名称", "title", "单位 unit", "必填 required", "可选值 allowed", "说明")
    sheet.append([])
    sheet.append(head)
    for cell in sheet[sheet.max_row]:
        cell.font, cell.fill = Font(name=_FONT, bold=True), _OPTIONAL
    for entry in entries:
        required = "必填" if entry.required else ""
        row = (entry.name, entry.title, entry.en, entry.unit, required)
        sheet.append([*row, "、".join(entry.allowed), entry.meaning])
        for cell in sheet[sheet.max_row]:
            cell.font = Font(name=_FONT)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for letter, width in zip("ABCDEFG", (22, 22, 30, 12, 12, 36, 48), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet["B2"].fill = _REQUIRED
