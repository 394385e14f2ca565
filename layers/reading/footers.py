"""Rows of a table that are no features: totals, and what people write below a table."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from layers.findings import Finding
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
_MAYBE = r"计|[:：]|[Tt]otal|TOTAL"
"""What the first cell of every such row holds, and that of few others."""

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


def without_footers(frame: pd.DataFrame, remarks: list[Finding]) -> pd.DataFrame:
    """Leave out the rows of a table of text that are no features; `remarks` receives them.

    Parameters
    ----------
    frame
        All its columns texts, indexed by row number; no row is blank.
    """
    first = frame.iloc[:, 0]
    for title in frame.columns[1:]:
        blank = first.isna() | first.str.strip().eq("").fillna(value=False)
        if not blank.any():
            break
        first = first.mask(blank, frame[title])
    left = []
    likely = first.str.contains(_MAYBE).fillna(value=False).to_numpy(dtype=bool)
    for place in np.flatnonzero(likely).tolist():
        # by its first cell alone, for columns of moments have a colon in every row
        if why_left_out([first.iloc[place]]) is None:
            continue
        cells = [None if pd.isna(cell) else cell for cell in frame.iloc[place]]
        if (found := why_left_out(cells)) is not None:
            left.append(place)
            number = int(frame.index[place])
            remarks.append(left_out(number, cells, list(frame.columns), found))
    return frame.drop(index=frame.index[left]) if left else frame


def left_out(
    number: int, cells: Sequence[object], titles: Sequence[str], found: tuple[int, str]
) -> Finding:
    """Tell of a row that `why_left_out` found, under its number."""
    at, reason = found
    return Finding("row-left-out", number, None, titles[at], str(cells[at]), reason)
