"""The rules that data are held to: those that hold for every layer, and how a layer adds its own.

A rule's text stands here once; the importer, the report and ``cim layers`` quote it. *Errors*
keep a row out; *warnings* let it in and say what to look at; *notes* say what was done to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]

SEVERITIES: dict[Severity, tuple[str, str]] = {
    "error": ("不导入", "kept out"),
    "warning": ("请核对", "to be looked at"),
    "note": ("已处理", "taken care of"),
}
"""What becomes of a row for which a rule of this severity does not hold."""


@dataclass(frozen=True)
class Check:
    """One rule.

    Attributes
    ----------
    code
        Name of the rule, for scripts.
    severity
        What becomes of the row.
    zh, en
        The rule in one sentence, as something that ought to hold.
    wrong
        For a rule of a layer on its own values: SQL condition, over a row ``r`` of the layer,
        that is true where the rule does not hold. An unknown value breaks no rule.
    fields
        The fields that `wrong` reads; their values are shown.
    query
        For a rule of a layer on several rows: name of a file in ``cim/sql/checks``.
    indexed
        For a rule that needs a spatial index over all rows at once: its name in `cim.checks`.
    """

    code: str
    severity: Severity
    zh: str
    en: str
    wrong: str | None = None
    fields: tuple[str, ...] = ()
    query: str | None = None
    indexed: str | None = None


def _by_code(*checks: Check) -> dict[str, Check]:
    return {check.code: check for check in checks}


COMMON = _by_code(
    Check("id-missing", "error", "每行要有编号", "every row has an identifier"),
    Check("id-repeated", "error", "编号在文件内不重复", "identifiers do not repeat in the file"),
    Check(
        "id-present",
        "error",
        "追加时编号不能已在图层中",
        "when appending, the layer does not have the identifier yet",
    ),
    Check(
        "id-of-other-dataset",
        "warning",
        "要素原属另一个数据集，导入后归本数据集（以后的整体替换也会移除它）",
        "a feature of another dataset becomes one of this, which its next replacement may remove",
    ),
    Check("value-missing", "error", "必填字段要有值", "required fields have a value"),
    Check(
        "value-unreadable",
        "error",
        "值要能按字段的类型读出",
        "values can be read as the field's type",
    ),
    Check(
        "value-unknown",
        "error",
        "值要在字段允许的取值内",
        "values are among those the field allows",
    ),
    Check(
        "value-range",
        "error",
        "数值要在字段允许的范围内",
        "numbers are within the field's bounds",
    ),
    Check(
        "value-rounded",
        "error",
        "编码要以文本保存，表格软件的数字只有 15 位",
        "codes are kept as text: a spreadsheet's number holds 15 digits",
    ),
    Check(
        "reference-dangling",
        "error",
        "引用的编号要在所引用的图层中",
        "what a row refers to is in the layer it names",
    ),
    Check("geometry-missing", "error", "每行要有几何", "every row has a geometry"),
    Check("geometry-unreadable", "error", "几何要能读出", "geometries can be read"),
    Check(
        "geometry-type",
        "error",
        "几何类型要是图层所存的类型",
        "geometries are of the kinds the layer stores",
    ),
    Check("geometry-no-area", "error", "面要有面积", "areas have an area"),
    Check(
        "geometry-repaired",
        "note",
        "面的边界不自相交；已修复，并给出面积的变化",
        "outlines do not cross themselves; mended, with the change of area",
    ),
    Check("coordinates-unreadable", "error", "坐标要是有限的数", "coordinates are finite numbers"),
    Check(
        "coordinates-impossible",
        "error",
        "坐标要在所声明坐标系的范围内",
        "coordinates can be in the declared system",
    ),
    Check(
        "coordinates-zero",
        "error",
        "坐标 (0, 0) 是空值，不是位置",
        "coordinates (0, 0) are a missing value, not a place",
    ),
    Check(
        "coordinates-swapped",
        "error",
        "经度在前，纬度在后",
        "longitude comes before latitude",
    ),
    Check("outside-city", "warning", "要素在城市范围内", "features lie in the city"),
    Check(
        "coordinates-disagree",
        "warning",
        "几何与坐标列要一致",
        "geometry and coordinate columns agree",
    ),
    Check(
        "place-repeated",
        "warning",
        "同一位置不重复登记",
        "no two rows stand in exactly the same place",
        indexed="places",
    ),
    Check(
        "value-approximate",
        "note",
        "写作“约…”的数值记为估算",
        "numbers written as approximate are marked as estimated",
    ),
    Check(
        "encoding-assumed",
        "note",
        "文字编码没有写明，或与内容不符；按内容判断",
        "the text states its encoding, and is in it; else its bytes decide",
    ),
    Check("row-example", "note", "模板的示例行不导入", "the example row of a template stays out"),
    Check(
        "value-left-out",
        "warning",
        "读不懂的值留空，要素照常导入",
        "values that cannot be read are left unknown; the feature enters",
    ),
    Check(
        "row-left-out",
        "warning",
        "数据源里不能用的行或要素不导入",
        "rows or features of a source that cannot be used stay out",
    ),
    Check(
        "feature-left-out",
        "note",
        "没有图层可收的要素不导入",
        "features that no layer takes stay out",
    ),
    Check(
        "feature-incomplete",
        "note",
        "在数据边界被截断的要素不导入",
        "features cut off at the edge of the extract stay out",
    ),
)
"""Rules that hold for every layer, by code."""
