"""The words of a report: Chinese first, English beside it."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from cim.city_time import to_the_minute
from cim.model import LAYERS, Field, fields_of

_LONGEST = 240
"""Characters of one value that are shown; an outline may have a million."""


class Words(NamedTuple):
    """The same in Chinese and in English; the English may be missing."""

    zh: str
    en: str = ""


MODES = {
    "upsert": Words("更新（新增或修改，不删除）", "upsert: add or change, remove nothing"),
    "replace": Words("整体替换数据集", "replace the dataset"),
    "append": Words("只追加", "append only"),
}

EVIDENCE = {
    "fits": Words("吻合", "fits"),
    "doubtful": Words("可疑", "doubtful"),
    "cannot tell": Words("无法判断", "cannot tell"),
}


def both(text: object) -> Words:
    """Split a sentence written ``中文 / English``."""
    zh, _, en = str(text or "").partition(" / ")
    return Words(zh.strip(), en.strip())


def short(value: object) -> str:
    """Cut a long value, and say how long it is."""
    text = "" if value is None else str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…（共 {len(text):,} 字 chars）"


def count(number: object) -> str:
    """Write a count in groups of three; what is not known is a dash."""
    return f"{number:,}" if isinstance(number, int) else "—"


def clock(moment: str) -> str:
    """Write a moment, given in ISO 8601 with its zone, as a clock in the city shows it."""
    return to_the_minute(dt.datetime.fromisoformat(moment))


def layer_title(name: str) -> Words:
    """Return the title of a layer; its name where there is no such layer any more."""
    layer = LAYERS.get(name)
    return Words(*layer.__title__) if layer is not None else Words(name)


def fields_by_name(layer: str) -> dict[str, Field]:
    """Return the meaning of the fields of a layer, by name."""
    return fields_of(LAYERS[layer]) if layer in LAYERS else {}


def field_title(name: str, fields: dict[str, Field]) -> Words:
    """Return the title and the name of a field, or of several of which a rule speaks.

    A column of the source has only its own name.
    """
    parts = name.split("、")
    known = [fields[part].zh for part in parts if part in fields]
    return Words("、".join(known), name) if len(known) == len(parts) else Words(name)


def verdict(report: dict[str, Any]) -> tuple[str, Words, Words]:
    """Say in one sentence what became of an import.

    Returns
    -------
    tuple
        ``refused``, ``trial``, ``same``, ``undone`` or ``imported``; its word; and the sentence.
    """
    refused, outcome = report.get("refused"), report.get("outcome") or {}
    if refused:
        return "refused", Words("已拒绝", "refused"), both(refused)
    done = _changes(outcome)
    if report.get("dry_run"):
        sentence = Words(
            f"没有写入任何数据；照此导入会{done.zh}",
            f"nothing was written; it would give: {done.en}",
        )
        return "trial", Words("试运行", "dry run"), sentence
    if outcome.get("batch") is None:
        sentence = Words(
            "内容与图层中的一致，没有改动", "the layer has all of it already; nothing changed"
        )
        return "same", Words("无改动", "no change"), sentence
    if (by := report.get("taken_back_by")) is not None:
        sentence = Words(
            f"已由批次 {by} 撤回，不再算数；当时{done.zh}",
            f"taken back by batch {by}, and counts no more; it had {done.en}",
        )
        return "undone", Words("已撤回", "taken back"), sentence
    return "imported", Words("已导入", "imported"), done


def _changes(outcome: dict[str, Any]) -> Words:
    kinds = (
        ("added", "新增", "added"),
        ("changed", "更新", "changed"),
        ("removed", "移除", "removed"),
        ("unchanged", "保持不变", "unchanged"),
    )
    told = [(zh, en, count(outcome.get(key, 0))) for key, zh, en in kinds if outcome.get(key)]
    return Words(
        "、".join(f"{zh} {number} 个" for zh, _, number in told),
        ", ".join(f"{number} {en}" for _, en, number in told),
    )
