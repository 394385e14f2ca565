"""The rules that data are held to: those that hold for every layer, and how a layer adds its own.

What a rule asks for, and what is the matter where it does not hold, stands here once: ``cim
layers`` quotes the one, the importer and its report the other. *Errors* keep a row out;
*warnings* let it in and say what to look at; *notes* say what was done to it.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
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
    broken_zh, broken_en
        What is the matter where it does not hold: in Chinese so that a count and 个 may stand
        before it, in English in the plural.
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
    _: KW_ONLY
    broken_zh: str
    broken_en: str
    wrong: str | None = None
    fields: tuple[str, ...] = ()
    query: str | None = None
    indexed: str | None = None

    @property
    def breach(self) -> str:
        """What is the matter with one row, in Chinese and English."""
        return f"{self.broken_zh} / {self.broken_en}"


def _by_code(*checks: Check) -> dict[str, Check]:
    return {check.code: check for check in checks}


COMMON = _by_code(
    Check(
        "id-missing",
        "error",
        "每行要有编号",
        "every row has an identifier",
        broken_zh="行没有编号",
        broken_en="rows without an identifier",
    ),
    Check(
        "id-repeated",
        "error",
        "编号在文件内不重复",
        "identifiers do not repeat in the file",
        broken_zh="编号在文件内重复",
        broken_en="identifiers repeated in the file",
    ),
    Check(
        "id-present",
        "error",
        "追加时编号不能已在图层中",
        "when appending, the layer does not have the identifier yet",
        broken_zh="编号已在图层中（追加方式）",
        broken_en="identifiers that the layer already has (mode append)",
    ),
    Check(
        "id-of-other-dataset",
        "warning",
        "要素原属另一个数据集，导入后归本数据集（以后的整体替换也会移除它）",
        "a feature of another dataset becomes one of this, which its next replacement may remove",
        broken_zh="要素原属另一个数据集，现归本数据集（以后的整体替换也会移除它）",
        broken_en="features of another dataset that this one takes, and may remove when replaced",
    ),
    Check(
        "value-missing",
        "error",
        "必填字段要有值",
        "required fields have a value",
        broken_zh="必填字段没有值",
        broken_en="required fields without a value",
    ),
    Check(
        "value-unreadable",
        "error",
        "值要能按字段的类型读出",
        "values can be read as the field's type",
        broken_zh="值不能按字段的类型读出",
        broken_en="values that cannot be read as the field's type",
    ),
    Check(
        "value-unknown",
        "error",
        "值要在字段允许的取值内",
        "values are among those the field allows",
        broken_zh="值不在字段允许的取值内",
        broken_en="values that the field does not allow",
    ),
    Check(
        "value-range",
        "error",
        "数值要在字段允许的范围内",
        "numbers are within the field's bounds",
        broken_zh="数值超出字段允许的范围",
        broken_en="numbers beyond the field's bounds",
    ),
    Check(
        "value-rounded",
        "error",
        "编码要以文本保存，表格软件的数字只有 15 位",
        "codes are kept as text: a spreadsheet's number holds 15 digits",
        broken_zh="编码存成了数字，15 位以后的数字已丢失",
        broken_en="codes kept as numbers, whose digits after the 15th are lost",
    ),
    Check(
        "reference-dangling",
        "error",
        "引用的编号要在所引用的图层中",
        "what a row refers to is in the layer it names",
        broken_zh="引用的编号不在所引用的图层中",
        broken_en="references to what the named layer does not have",
    ),
    Check(
        "geometry-missing",
        "error",
        "每行要有几何",
        "every row has a geometry",
        broken_zh="行没有几何",
        broken_en="rows without a geometry",
    ),
    Check(
        "geometry-unreadable",
        "error",
        "几何要能读出",
        "geometries can be read",
        broken_zh="几何读不出",
        broken_en="geometries that cannot be read",
    ),
    Check(
        "geometry-type",
        "error",
        "几何类型要是图层所存的类型",
        "geometries are of the kinds the layer stores",
        broken_zh="几何类型不是图层所存的类型",
        broken_en="geometries of kinds the layer does not store",
    ),
    Check(
        "geometry-no-area",
        "error",
        "面要有面积",
        "areas have an area",
        broken_zh="面没有面积",
        broken_en="areas without an area",
    ),
    Check(
        "geometry-repaired",
        "note",
        "面的边界不自相交；已修复，并给出面积的变化",
        "outlines do not cross themselves; mended, with the change of area",
        broken_zh="面的边界自相交，已修复",
        broken_en="outlines that crossed themselves, mended",
    ),
    Check(
        "coordinates-unreadable",
        "error",
        "坐标要是有限的数",
        "coordinates are finite numbers",
        broken_zh="坐标不是有限的数",
        broken_en="coordinates that are no finite numbers",
    ),
    Check(
        "coordinates-impossible",
        "error",
        "坐标要在所声明坐标系的范围内",
        "coordinates can be in the declared system",
        broken_zh="坐标超出所声明坐标系的范围",
        broken_en="coordinates impossible in the declared system",
    ),
    Check(
        "coordinates-zero",
        "error",
        "坐标 (0, 0) 是空值，不是位置",
        "coordinates (0, 0) are a missing value, not a place",
        broken_zh="坐标是 (0, 0)，即没有填写",
        broken_en="coordinates (0, 0), which are a missing value",
    ),
    Check(
        "coordinates-swapped",
        "error",
        "经度在前，纬度在后",
        "longitude comes before latitude",
        broken_zh="经度与纬度写反",
        broken_en="longitudes and latitudes swapped",
    ),
    Check(
        "outside-city",
        "warning",
        "要素在城市范围内",
        "features lie in the city",
        broken_zh="要素在城市范围之外",
        broken_en="features outside the city",
    ),
    Check(
        "coordinates-disagree",
        "warning",
        "几何与坐标列要一致",
        "geometry and coordinate columns agree",
        broken_zh="几何与坐标列不一致",
        broken_en="geometries that disagree with the coordinate columns",
    ),
    Check(
        "place-repeated",
        "warning",
        "同一位置不重复登记",
        "no two rows stand in exactly the same place",
        broken_zh="要素与另一个在完全相同的位置",
        broken_en="features in exactly the same place as another",
        indexed="places",
    ),
    Check(
        "value-approximate",
        "note",
        "写作“约…”的数值记为估算",
        "numbers written as approximate are marked as estimated",
        broken_zh="数值写作“约…”，记为估算",
        broken_en="numbers written as approximate, marked as estimated",
    ),
    Check(
        "encoding-assumed",
        "note",
        "文字编码没有写明，或与内容不符；按内容判断",
        "the text states its encoding, and is in it; else its bytes decide",
        broken_zh="文件没有写明文字编码，或写明的与内容不符；已按内容判断",
        broken_en="files whose encoding is not stated, or not as stated: told from the bytes",
    ),
    Check(
        "row-example",
        "note",
        "模板的示例行不导入",
        "the example row of a template stays out",
        broken_zh="模板的示例行，没有导入",
        broken_en="example rows of the template, left out",
    ),
    Check(
        "value-left-out",
        "warning",
        "读不懂的值留空，要素照常导入",
        "values that cannot be read are left unknown; the feature enters",
        broken_zh="值读不懂，已留空；要素照常导入",
        broken_en="values that cannot be read, left unknown; the features enter",
    ),
    Check(
        "row-left-out",
        "warning",
        "数据源里不能用的行或要素不导入",
        "rows or features of a source that cannot be used stay out",
        broken_zh="行或要素不能用，没有导入",
        broken_en="rows or features that cannot be used, left out",
    ),
    Check(
        "feature-left-out",
        "note",
        "没有图层可收的要素不导入",
        "features that no layer takes stay out",
        broken_zh="要素没有图层可收，没有导入",
        broken_en="features that no layer takes, left out",
    ),
    Check(
        "feature-incomplete",
        "note",
        "在数据边界被截断的要素不导入",
        "features cut off at the edge of the extract stay out",
        broken_zh="要素在数据边界被截断，没有导入",
        broken_en="features cut off at the edge of the extract, left out",
    ),
)
"""Rules that hold for every layer, by code."""
