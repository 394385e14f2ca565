"""``cim labels list``, ``cim labels diff``, ``cim labels refresh``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from sqlalchemy import Connection, text

from api.commands.speech import REFUSED, fail, out, progress_of
from cim.database import open_city
from cim.labels import (
    FILE,
    GROUPS,
    Difference,
    LabelDifference,
    RuleError,
    Rules,
    active_rules,
    adopt_rules,
    diff,
    read_rules,
    rule_in_words,
)
from cim.labels.difference import Offices
from cim.refresh import changing, mark_all

labels = typer.Typer(
    help="标签：规则、改规则前后的差别、重新计算 Label rules, what a change would do, refresh",
    no_args_is_help=True,
)

_NAMES = 5
"""Offices named in a line of a difference; ``--json`` names all."""

_RULE_CHANGES = {
    "new": "新规则 new",
    "removed": "已删除 removed",
    "off": "停用 off",
    "on": "启用 on",
    "condition": "条件改了 condition",
    "words": "文字改了 words",
    "same": "",
}

RulesFile = Annotated[
    Path,
    typer.Option("--rules", help="规则文件 file of the rules", show_default="data/labels.toml"),
]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON，列出全部楼宇 as JSON, in full")]


def _read(path: Path) -> Rules:
    try:
        return read_rules(path)
    except RuleError as error:
        raise fail(error, REFUSED) from None


@labels.command("list")
def list_labels() -> None:
    """列出生效的标签规则 List the rules that count, and how many offices have each label."""
    with open_city().connect() as connection:
        rules = active_rules(connection)
        counts = _counts(connection)
    table = Table(box=None, pad_edge=False)
    for title in ("代码", "标签", "English", "类别", "版本", "有", "没有", "待核实", "规则"):
        table.add_column(title)
    for rule in rules.all:
        has, has_not, unknown = counts.get(rule.code, (0, 0, 0))
        numbers = [str(n) for n in (has, has_not, unknown)] if rule.on else ["停用 off", "", ""]
        table.add_row(
            rule.code,
            rule.zh,
            rule.en,
            GROUPS[rule.group][0],
            str(rule.version),
            *numbers,
            rule_in_words(rule, "zh"),
        )
    out.print(table)


def _counts(connection: Connection) -> dict[str, tuple[int, int, int]]:
    query = text("""
        select label, count(*) filter (where holds), count(*) filter (where not holds),
            count(*) filter (where holds is null)
        from office_label group by label
    """)
    return {
        code: (has, has_not, unknown) for code, has, has_not, unknown in connection.execute(query)
    }


@labels.command("diff")
def show_difference(rules: RulesFile = FILE, as_json: AsJson = False) -> None:
    """看规则文件会带来什么变化，不作改动 Show what the rules would change; nothing is written."""
    wanted = _read(rules)
    with open_city().connect() as connection:
        found = diff(connection, wanted)
        pending = connection.scalar(text("select exists (select from refresh_mark)"))
    if as_json:
        out.print_json(json.dumps(_as_json(found, pending=bool(pending)), ensure_ascii=False))
        return
    _print(found)
    for mistake in found.mistakes:
        out.print(f"刷新时会被拒绝 would be refused: {mistake}", markup=False)
    if pending:
        out.print("有批次还没有计算到标签，结果会随之变化 / some batches are not worked out yet")


_KINDS = ("gains", "loses", "unknown", "refused")


def _as_json(found: Difference, *, pending: bool) -> dict[str, Any]:
    return {
        "labels": [
            {
                "code": label.rule.code,
                "zh": label.rule.zh,
                "en": label.rule.en,
                "rule": label.change,
                **{
                    kind: [
                        {"id": identifier, "name": name}
                        for identifier, name in zip(offices.ids, offices.names, strict=True)
                    ]
                    for kind in _KINDS
                    for offices in (getattr(label, kind),)
                },
            }
            for label in found.labels
            if label.change != "same" or label.changes
        ],
        "mistakes": list(found.mistakes),
        "pending": pending,
    }


def _named(offices: Offices) -> str:
    if not offices.ids:
        return "0"
    shown = "、".join(offices.names[:_NAMES])
    return f"{len(offices.ids)}：{shown}{' …' if len(offices.ids) > _NAMES else ''}"


def _print(found: Difference) -> None:
    changed = [label for label in found.labels if label.change != "same" or label.changes]
    if not changed:
        out.print("没有变化 / nothing would change")
        return
    table = Table(box=None, pad_edge=False)
    for title in (
        "代码",
        "标签",
        "规则",
        "得到 gain",
        "失去 lose",
        "变为待核实 become unknown",
        "查明没有 turn out not to have it",
    ):
        table.add_column(title)
    for label in changed:
        table.add_row(*_row(label))
    out.print(table)


def _row(label: LabelDifference) -> list[str]:
    offices = [_named(getattr(label, kind)) for kind in _KINDS]
    return [label.rule.code, label.rule.zh, _RULE_CHANGES[label.change], *offices]


@labels.command("refresh")
def refresh(
    rules: RulesFile = FILE,
    back: Annotated[
        bool,
        typer.Option("--back", help="退回版本号更小的旧规则 return to rules of older versions"),
    ] = False,
) -> None:
    """让规则文件生效，并重新计算全部标签 Let the rules count and work out everything anew."""
    wanted = _read(rules)
    try:
        with (
            progress_of("计算标签 working out labels") as progress,
            # rules and marks in one transaction: never new rules over old labels for long
            changing(open_city(), progress) as connection,
        ):
            adopt_rules(connection, wanted, back=back)
            mark_all(connection)
    except RuleError as error:
        raise fail(error, REFUSED) from None
    with open_city().connect() as connection:
        offices = connection.scalar(text("select count(*) from office"))
    on = len(wanted.on)
    out.print(f"{offices} 座楼宇的 {on} 种标签已计算 / worked out {on} labels of {offices} offices")
