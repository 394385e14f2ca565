"""What the planner is asked where a coordinate system is in doubt."""

from __future__ import annotations

from layers.report import Whereabouts
from layers.whereabouts.apart import short


def question_of(whereabouts: Whereabouts) -> str:
    """Put the evidence against the declared system into one question, with both answers.

    In Chinese, then in English.
    """
    crs, proposed = short(whereabouts.crs or ""), whereabouts.proposed
    zh, _, en = whereabouts.words[-1].partition(" / ")
    # what has no number in the catalogue is declared by the file itself, and may be stated anew
    insist = crs if " " not in crs else f'"{whereabouts.crs}"'
    if proposed is None:
        return (
            f"{zh}。数据真的是 {crs} 吗？若确实是，请加 --crs {insist} 重新导入；未作任何改动"
            f" / {en}. Are the data really in {crs}? If so, import again with --crs {insist};"
            " nothing was changed"
        )
    return (
        f"{zh}。数据是 {proposed} 吗？是，请加 --crs {proposed} 重新导入；"
        f"不是，请加 --crs {insist} 坚持原样；未作任何改动"
        f" / {en}. Are the data in {proposed}? If so, import again with --crs {proposed}; if not,"
        f" insist with --crs {insist}; nothing was changed"
    )


def reason_with(reason: str, whereabouts: Whereabouts) -> str:
    """Add to the reason of a refusal what the coordinates look like, where that was asked."""
    if whereabouts.verdict is None:
        return reason
    zh, _, en = reason.partition(" / ")
    more_zh, _, more_en = whereabouts.words[-1].partition(" / ")
    return f"{zh}。{more_zh} / {en}; {more_en}"
