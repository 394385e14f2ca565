"""Rows of a table that are no features: totals, and what people write below a table."""

from __future__ import annotations

import re
from collections.abc import Sequence

from layers.reading.titles import is_blank

_TOTAL = re.compile(r"\S{0,12}?(?:合计|总计|小计|共计)(?:[:：(（].*)?")
_ENGLISH = re.compile(r"(?:grand|sub)?[ -]?totals?:?", re.IGNORECASE)
_FOOTER = re.compile(
    r"(?:备注|附注|注|说明|填表说明|制表(?:人|单位|日期|时间)?|填表(?:人|日期)?|填报(?:人|单位|日期)?"
    r"|审核(?:人)?|复核(?:人)?|审批(?:人)?|(?:单位)?负责人|统计(?:人|日期)?|经办人|联系(?:人|电话)"
    r"|报送(?:人|单位|日期)|日期|数据来源|资料来源"
    r"|notes?|remarks?|source|prepared by|checked by|approved by)\s*[:：].*",
    re.IGNORECASE | re.DOTALL,
)
_WORDS = re.compile(r"[^\W\d_]{2,}")

IS_TOTAL = "合计行不是要素，没有导入 / a row of totals is no feature and was left out"
IS_FOOTER = "表尾的说明不是要素，没有导入 / a line about the table is no feature and was left out"


def why_left_out(cells: Sequence[object]) -> tuple[int, str] | None:
    """Tell whether a row is no feature: the place of its first cell, and why; else None.

    The first cell that is filled decides: 合计, 东门街道小计, Total (which is a brand as well: of
    totals the rest are numbers); or 备注：…, 制表人：….
    """
    at = next((place for place, cell in enumerate(cells) if not is_blank(cell)), None)
    if at is None or not isinstance(first := cells[at], str):
        return None
    plain = re.sub(r"(?<=[^\x00-\x7f])\s+(?=[^\x00-\x7f])", "", first.strip())
    if _TOTAL.fullmatch(plain):
        return at, IS_TOTAL
    if _ENGLISH.fullmatch(plain):
        rest = (cell for cell in cells[at + 1 :] if isinstance(cell, str))
        return None if any(_WORDS.search(cell) for cell in rest) else (at, IS_TOTAL)
    return (at, IS_FOOTER) if _FOOTER.fullmatch(plain) else None
