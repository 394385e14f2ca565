"""Columns are known by their titles, and the units in these."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from cim.model import content_of, layer_named
from layers.columns.titles import matched, suggestions
from layers.mapping import MappingError
from layers.units import is_unit, unit_factor

if TYPE_CHECKING:
    from tests.conftest import ContentOf
    from tests.layers.conftest import ImportFile


from tests.layers.small_files import table

FACTORS = [
    ("ft2", "m2", 0.09290304),
    ("ft²", "m2", 0.09290304),
    ("平方米", "m2", 1),
    ("亩", "m2", 2000 / 3),
    ("km2", "m2", 1e6),
    ("元/㎡/月", "CNY/m2/month", 1),
    ("元/㎡/天", "CNY/m2/month", 365 / 12),
    ("元/㎡/日", "CNY/m2/month", 365 / 12),
    ("元/㎡/年", "CNY/m2/month", 1 / 12),
    ("CNY/ft2/month", "CNY/m2/month", 1 / 0.09290304),
    ("ft", "m", 0.3048),
    ("元/（㎡·月）", "CNY/m2/month", 1),
    ("元每平方米每月", "CNY/m2/month", 1),
    ("元/平·天", "CNY/m2/month", 365 / 12),
    ("万元/㎡", "CNY/m2", 10_000),
    ("万㎡", "m2", 10_000),
    ("m**2", "m2", 1),
    ("sq. ft.", "m2", 0.09290304),
    ("acre", "m2", 4046.8726),
    ("kg/㎡", "kN/m2", 0.00980665),
    ("吨/㎡", "kN/m2", 9.80665),
    ("%", "percent", 1),
    ("1", "percent", 100),
    ("个月", "day", 365 / 12),
    ("年", "day", 365),
    ("kg/m3", "kg/m3", 1),
]


@pytest.mark.parametrize(("unit", "target", "factor"), FACTORS)
def test_units_are_brought_to_those_of_the_city(unit: str, target: str, factor: float) -> None:
    assert unit_factor(unit, target) == pytest.approx(factor, rel=1e-4)


NO_AREAS = [
    "m",
    "元/㎡/月",
    "斗",
    "",
    " ",
    "m2 +",
    "-m2",
    "__import__('os')",
    "9**9**9**9",
    "(((((",
]


@pytest.mark.parametrize("unit", NO_AREAS)
def test_a_unit_that_measures_something_else_is_refused(unit: str) -> None:
    with pytest.raises(MappingError, match="不能换算成 'm2'"):
        unit_factor(unit, "m2")


def test_titles_are_matched_whatever_their_case_and_spacing(
    tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    frame = pd.DataFrame(
        {"编 号": ["1"], "NAME": ["a"], "泊位数": ["12"], "Open to the Public": ["是"]}
    )
    frame["经度"], frame["纬度"] = "114.1", "22.5"
    frame.to_csv(tmp_path / "c.csv", index=False)
    import_file("parking", tmp_path / "c.csv", crs="EPSG:4490")
    row = content_of("parking")["t:1"]
    assert (row["name"], row["spaces"], row["public"]) == ("a", 12, True)


TITLES = {
    "总建筑面积(㎡)": ("gross_floor_area", "30,000", 30_000),
    "总建筑面积（万㎡）": ("gross_floor_area", "3", 30_000),
    "Gross floor area (ft2)": ("gross_floor_area", "107639.1", pytest.approx(10_000, abs=0.1)),
    "最低租金（元/㎡·月）": ("rent_min", "120", 120),
    "最低租金(元/㎡/天)": ("rent_min", "4", pytest.approx(4 * 365 / 12)),
    "层高（米）": ("floor_height", "4.2", 4.2),
    "ＬＩＦＴＳ": ("lifts", "12", 12),
    "总建筑面积㎡": ("gross_floor_area", "30,000", 30_000),
    "总建筑面积，平方米": ("gross_floor_area", "30,000", 30_000),
    "总建筑面积【万平方米】": ("gross_floor_area", "3", 30_000),
    "gross_floor_area_m2": ("gross_floor_area", "500", 500),
    "*总建筑面积（㎡）（必填）": ("gross_floor_area", "500", 500),
    "最低租金（元/(㎡·天)）": ("rent_min", "4", pytest.approx(4 * 365 / 12)),
    "电梯数（部）": ("lifts", "12", 12),
    "竣工年份：": ("completed", "1998年", 1998),
}


@pytest.mark.parametrize("title", TITLES)
def test_a_unit_in_the_brackets_of_a_title_is_understood(
    tmp_path: Path, import_file: ImportFile, content_of: ContentOf, title: str
) -> None:
    field, written, stored = TITLES[title]
    frame = pd.DataFrame({"楼宇编号": ["7"], "名称": ["A"], "用途": ["办公"], title: [written]})
    frame["lon"], frame["lat"] = "114.1", "22.5"
    frame.to_csv(tmp_path / "o.csv", index=False)
    import_file("office", tmp_path / "o.csv", crs="EPSG:4490")
    assert content_of("office")["t:7"][field] == stored


def test_a_bracket_that_is_no_unit_makes_another_column_of_it(
    tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    offices = table(tmp_path, "id,name,use,总建筑面积(地上)\n1,A,办公,500")
    report = import_file("office", offices, crs="EPSG:4490")
    assert content_of("office")["t:1"]["gross_floor_area"] is None
    assert report.unused_columns == ["总建筑面积(地上)"]


def test_the_feature_number_is_the_code_only_where_there_is_no_better(
    tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    import_file("amenity", table(tmp_path, "fid,kind\n1,bank"), crs="EPSG:4490")
    import_file("amenity", table(tmp_path, "fid,设施编号,kind\n1,X7,bank"), crs="EPSG:4490")
    assert set(content_of("amenity")) == {"t:1", "t:X7"}


SHOULD = {
    "office": {
        "楼宇总建面": "gross_floor_area",
        "可供出租面积(㎡)": "lettable_area",
        "标准层层高": "floor_height",
        "更新时间": "source_date",
        "大楼名称": "name",
        "停车泊位数": "parking_spaces",
        "物业管理费标准": "property_fee",
    },
    "office_unit": {
        "入驻企业名称": "tenant",
        "所属写字楼": "office_id",
        "最小可分割建筑面积": "min_divisible_area",
        "核验日期": "verified_on",
    },
    "building": {
        "建筑总高度": "height",
        "地上建筑层数": "floors_above",
        "Building Name": "name",
        "floors_abo": "floors_above",
    },
    "parking": {"停车场编码": "id", "总停车泊位数": "spaces"},
    "station": {"车站名": "name", "英文名称": "name_en"},
    "site": {"园区代码": "id"},
}
"""Titles that departments use, and the field that is rightly proposed for each."""

SHOULD_NOT = {
    "office": [
        "序号", "联系电话", "联系人", "备注", "填报单位", "填报日期", "所属街道", "所属社区",
        "业主名称", "物业公司名称", "占地面积(㎡)", "空置面积(㎡)", "地上建筑面积",
        "地下建筑面积", "公摊面积", "空置率", "出租率", "入驻企业数", "年税收(万元)",
        "租金总额(万元)", "平均租金", "注册地址", "开业时间", "地下停车位", "统一社会信用代码",
        "停车费", "主力租户", "总投资", "结构类型", "照片", "SHAPE_Area", "PropertyGFAParking",
    ],
    "office_unit": [
        "租户数", "租金总额(万元)", "租约起始日", "合同编号", "联系人电话", "年租金(万元)",
        "经办人",
    ],
    "building": [
        "基底面积", "结构类型", "权利人", "不动产单元号", "ZipCode", "Latitude", "幢数",
        "地下建筑面积",
    ],
    "parking": [
        "停车费(元/小时)", "联系电话", "占地面积", "充电桩数量", "经营单位", "备案编号",
    ],
    "station": [
        "开通日期", "换乘方式", "日均客流",
    ],
}  # fmt: skip
"""Titles that resemble those of fields and mean something else, or nothing the layer has."""


def proposed(layer: str, columns: list[str]) -> dict[str, str]:
    """Propose fields for columns of which none has been matched."""
    declared = layer_named(layer)
    known = {n: rule for n in content_of(declared) if (rule := matched(declared, n, columns))}
    unused = [c for c in columns if c not in {rule.source for rule in known.values()}]
    return {one.column: one.field for one in suggestions(declared, known, unused)}


@pytest.mark.parametrize(
    ("layer", "title", "field"),
    [(layer, title, field) for layer, all_ in SHOULD.items() for title, field in all_.items()],
)
def test_a_title_that_means_a_field_without_being_its_own_is_proposed(
    layer: str, title: str, field: str
) -> None:
    assert proposed(layer, [title]) == {title: field}


@pytest.mark.parametrize(
    ("layer", "title"), [(layer, title) for layer, all_ in SHOULD_NOT.items() for title in all_]
)
def test_a_title_that_means_something_else_is_not_proposed_for_anything(
    layer: str, title: str
) -> None:
    assert proposed(layer, [title]) == {}


def test_a_column_and_a_field_are_proposed_once_and_the_likest_first() -> None:
    found = suggestions(
        layer_named("office"),
        {"name"},
        ["建筑面积合计数", "楼宇总建面", "建筑总面积（含）", "可租用面积"],
    )
    assert len({one.field for one in found}) == len(found) == len({one.column for one in found})
    assert [one.likeness for one in found] == sorted((one.likeness for one in found), reverse=True)


def test_a_proposal_carries_the_unit_of_the_title() -> None:
    (one,) = suggestions(layer_named("office"), {"name"}, ["楼宇总建面（万㎡）"])
    assert (one.field, one.title, one.unit) == ("gross_floor_area", "总建筑面积", "万m2")
    assert 75 <= one.likeness < 100
    assert suggestions(layer_named("office"), {"name"}, ["楼宇总建面（米）"]) == []


def test_what_is_filled_is_not_proposed_again() -> None:
    assert suggestions(layer_named("office"), {"gross_floor_area"}, ["楼宇总建面"]) == []


def test_a_cell_is_a_unit_only_if_the_trade_writes_it() -> None:
    assert all(map(is_unit, ["㎡", "元/㎡·月", "万元/㎡", "sq ft", "%", "KN/㎡", "个月"]))
    assert not any(map(is_unit, ["", "/", "万", "furlong", "㎡以上", "os", "9**9", "m" * 99]))
