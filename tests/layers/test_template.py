"""The Excel template: filled in by a person it enters the city without a mapping."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import prcoords
import pytest
import shapely
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from shapely.geometry import Point
from sqlalchemy import Engine

from cim.model import LAYERS, Field, columns_of, content_of, fields_of, kind_of, layer_named
from layers.mapping import MappingError
from layers.template import SYSTEMS, write_template
from layers.template import _list as listed

if TYPE_CHECKING:
    from tests.conftest import Bring, ContentOf
    from tests.layers.conftest import ImportFile


@pytest.fixture(scope="module")
def city(shared_city: Engine) -> Engine:
    return shared_city


every_layer = pytest.mark.parametrize("layer", LAYERS)

PLACES = {
    "MultiPolygon": (
        "POLYGON ((114.118 22.54, 114.119 22.54, 114.119 22.541, 114.118 22.54))",
        "POLYGON ((114.128 22.54, 114.129 22.54, 114.129 22.541, 114.128 22.54))",
    ),
    "MultiLineString": (
        "LINESTRING (114.118 22.54, 114.119 22.541)",
        "LINESTRING (114.128 22.54, 114.129 22.541)",
    ),
}


def template(layer: str, folder: Path) -> tuple[Workbook, Path]:
    """Write the template of a layer and open it as a person would."""
    path = folder / f"{layer}.xlsx"
    write_template(layer_named(layer), path)
    return load_workbook(path), path


def titles(sheet: Worksheet) -> dict[str, int]:
    """Return the column of every title."""
    return {str(cell.value): cell.column for cell in sheet[1]}


def written(name: str, field: Field, kind: type, at: int) -> Any:
    """Return what a person writes into a cell of this field in row `at` (0, 1)."""
    if field.values:
        return list(field.values.values())[-1 - at][0]
    numbers = {int: 1990 if (field.minimum or 0) >= 1000 else 3, float: 12.5}
    answers = {
        bool: "是" if at else "否",
        dt.date: dt.date(2025, 2, 1 + at),
        list: "甲、乙",
        str: f"{field.zh} {at}",
    }
    return numbers[kind] + at if kind in numbers else answers[kind]


def held(value: Any, field: Field, kind: type) -> Any:
    """Return what the city holds of what a person wrote."""
    if field.values:
        return next(stored for stored, (zh, _) in field.values.items() if zh == value)
    if kind is bool:
        return value == "是"
    if kind is list:
        return ["甲", "乙"]
    return value.isoformat() if kind is dt.date else value


def fill(sheet: Worksheet, layer: str, at: int) -> dict[str, Any]:
    """Fill in one row; return what the city should hold of it."""
    columns, expected = titles(sheet), dict[str, Any]()
    row = 3 + at
    for name in content_of(layer_named(layer)):
        field, kind = (
            fields_of(layer_named(layer))[name],
            kind_of(columns_of(layer_named(layer))[name]),
        )
        if name in ("id", "geom", "dataset", "exceptions") or field.refers_to:
            continue
        title = next(t for t in columns if t == field.zh or t.startswith(f"{field.zh}("))
        value = written(name, field, kind, at)
        sheet.cell(row, columns[title], value)
        expected[name] = held(value, field, kind)
    sheet.cell(row, columns["编号"], f"00{at}")
    if layer == "office_unit":
        sheet.cell(row, columns["所属楼宇"], "O1")
        expected["office_id"] = "t:O1"
    kinds = columns_of(layer_named(layer))["geom"].info["kinds"]
    if "Point" in kinds and not (at and len(kinds) > 1):
        sheet.cell(row, columns["经度"], 114.118 + at / 1000)
        sheet.cell(row, columns["纬度"], 22.54)
        expected["geom"] = Point(114.118 + at / 1000, 22.54)
    else:
        place = PLACES[next(kind for kind in kinds if kind != "Point")][at]
        sheet.cell(row, columns["WKT"], place)
        expected["geom"] = shapely.from_wkt(place)
    return expected


@every_layer
def test_a_filled_template_enters_without_a_mapping(
    layer: str, tmp_path: Path, bring: Bring, import_file: ImportFile, content_of: ContentOf
) -> None:
    bring("office", {"id": "O1", "name": "A", "use": "办公", "geom": Point(114.1, 22.54)})
    before = set(content_of(layer))
    book, path = template(layer, tmp_path)
    expected = {f"t:00{at}": fill(book["数据"], layer, at) for at in (0, 1)}
    book.save(path)
    report = import_file(layer, path)
    assert report.rejects == []
    assert report.unused_columns == []
    rows = {key: row for key, row in content_of(layer).items() if key not in before}
    assert rows.keys() == expected.keys()
    for key, row in rows.items():
        place = shapely.from_wkb(row.pop("geom"))
        wanted = expected[key].pop("geom")
        assert place.equals(wanted), key
        assert {name: row[name] for name in expected[key]} == expected[key]
    assert [(one.code, one.count) for one in report.checks if one.code == "row-example"] == [
        ("row-example", 1)
    ]


@every_layer
def test_an_empty_template_says_that_nothing_is_in_it(
    layer: str, tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    _, path = template(layer, tmp_path)
    before = content_of(layer)
    with pytest.raises(MappingError, match=r"只有模板的示例行.*nothing but the example row"):
        import_file(layer, path)
    assert content_of(layer) == before


@every_layer
def test_a_template_offers_what_may_be_chosen_and_marks_what_must_be_filled(
    layer: str, tmp_path: Path
) -> None:
    book, _ = template(layer, tmp_path)
    data = book["数据"]
    columns = titles(data)
    lists = {
        next(iter(rule.sqref.ranges)).min_col: rule
        for rule in data.data_validations.dataValidation
        if rule.type == "list"
    }
    colours = set()
    for name in content_of(layer_named(layer)):
        column, field = columns_of(layer_named(layer))[name], fields_of(layer_named(layer))[name]
        if name in ("geom", "dataset", "exceptions"):
            continue
        at = next(c for t, c in columns.items() if t == field.zh or t.startswith(f"{field.zh}("))
        if field.values:
            offered = lists[at].formula1.strip('"').split(",")
            assert offered == [zh for zh, _ in field.values.values()]
            assert next(iter(lists[at].sqref.ranges)).max_row >= 1000
        elif kind_of(column) is bool:
            assert lists[at].formula1 == '"是,否"'
        if kind_of(column) is str:
            assert data.column_dimensions[data.cell(1, at).column_letter].number_format == "@"
            assert data.cell(2, at).number_format == "@"
        required = not column.nullable and name != "provenance"
        colours.add((data.cell(1, at).fill.start_color.rgb, required))
        comment = data.cell(1, at).comment
        assert comment is not None
        assert ("必填" in comment.text) == required
    assert len({colour for colour, _ in colours}) == len(colours) == len({r for _, r in colours})
    assert data.freeze_panes == "B2"
    assert str(data.cell(2, columns["编号"]).value).startswith("示例")


@every_layer
def test_the_notes_explain_every_column_and_state_the_coordinate_system(
    layer: str, tmp_path: Path
) -> None:
    book, _ = template(layer, tmp_path)
    notes = book["说明"]
    assert book.sheetnames == ["数据", "说明"]
    (label,) = [cell for row in notes.iter_rows() for cell in row if cell.value == "坐标系 CRS"]
    beside = notes.cell(label.row, label.column + 1)
    assert beside.value == "EPSG:4490"
    (choice,) = notes.data_validations.dataValidation
    assert choice.formula1 == f'"{",".join(SYSTEMS)}"'
    assert beside.coordinate in choice.sqref
    explained = {notes.cell(row, 2).value for row in range(1, notes.max_row + 1)}
    assert set(titles(book["数据"])) <= explained


def test_the_coordinate_system_chosen_on_the_notes_holds(
    tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    book, path = template("bus_stop", tmp_path)
    fill(book["数据"], "bus_stop", 0)
    book["说明"]["B2"] = "GCJ-02"
    book.save(path)
    report = import_file("bus_stop", path, dataset="gcj")
    assert report.crs == "GCJ-02"
    place = shapely.from_wkb(content_of("bus_stop")["gcj:000"]["geom"])
    # the answer of another program
    lat, lon = prcoords.gcj_wgs_bored(prcoords.Coords(22.54, 114.118))
    assert (place.x, place.y) == pytest.approx((lon, lat), abs=1e-7)


def test_a_list_that_is_too_long_for_a_rule_stands_on_the_notes() -> None:
    notes = Workbook().active
    words = tuple(f"用途{number:03}" for number in range(80))
    rule = listed(words, 3, notes)
    place = rule.formula1.removeprefix("'说明'!").replace("$", "")
    assert tuple(row[0].value for row in notes[place]) == words


def test_no_rule_is_longer_than_excel_reads(tmp_path: Path) -> None:
    for layer in LAYERS:
        for rule in template(layer, tmp_path)[0]["数据"].data_validations.dataValidation:
            assert len(rule.formula1) <= 255
