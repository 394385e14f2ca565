"""The row with the titles of a table, and one distinct title for every column."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median_high

SEARCHED = 20
"""Rows at the top of a table among which the titles are looked for."""

Cells = Sequence[object]


def is_blank(cell: object) -> bool:
    """Tell whether a cell holds nothing that can be seen."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _filled(cells: Cells) -> int:
    return sum(not is_blank(cell) for cell in cells)


def header_at(rows: Sequence[Cells]) -> int:
    """Find the row with the titles among the first rows of a table.

    It is the first with different texts in more than half as many cells as a row commonly
    fills: a line above the table with its name fills but one.

    Returns
    -------
    int
        Place in `rows`; without such a row that of the first which is not blank.
    """
    widths = [_filled(cells) for cells in rows]
    common = median_high([width for width in widths if width] or [0])
    for at, cells in enumerate(rows):
        texts = [cell.strip() for cell in cells if isinstance(cell, str) and cell.strip()]
        enough = len(texts) > common / 2 and len(texts) > widths[at] / 2
        if enough and len(set(texts)) >= min(2, common):
            return at
    return next((at for at, width in enumerate(widths) if width), 0)


def is_second_header(upper: Cells, lower: Cells) -> bool:
    """Tell whether `lower` continues a header whose cells were merged.

    Cells merged downwards leave a gap in the lower row, cells merged sideways one in the upper
    row, above a title.
    """
    if not all(isinstance(cell, str) for cell in lower if not is_blank(cell)):
        return False
    pairs = [(is_blank(a), is_blank(b)) for a, b in zip(upper, lower, strict=False)]
    return (True, False) in pairs and (False, True) in pairs


def joined(upper: Cells, lower: Cells) -> list[object]:
    """Make one header of two rows: the lower title, with the upper one where it repeats."""
    above: list[object] = []
    for cell in upper:
        above.append(above[-1] if is_blank(cell) and above else cell)
    below = [*lower, *[None] * (len(upper) - len(lower))]
    texts = [str(cell).strip() for cell in below if not is_blank(cell)]
    result: list[object] = []
    for at, cell in enumerate(below):
        over = above[at] if at < len(above) else None
        if is_blank(cell):
            result.append(over)
        elif texts.count(str(cell).strip()) > 1 and not is_blank(over):
            result.append(f"{over} {cell}")
        else:
            result.append(cell)
    return result


def titles_of(cells: Cells) -> list[str]:
    """Give every column one title of its own.

    A column without a title is called by its place; of a title that repeats the second is
    ``title.1``.
    """
    titles: list[str] = []
    taken: set[str] = set()
    for place, cell in enumerate(cells, start=1):
        # a line break within a title is there for the looks
        plain = "" if is_blank(cell) else " ".join(str(cell).split())
        title, count = plain or f"第 {place} 列", 0
        while title in taken:
            count += 1
            title = f"{plain or f'第 {place} 列'}.{count}"
        taken.add(title)
        titles.append(title)
    return titles
