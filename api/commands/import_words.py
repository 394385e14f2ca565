"""What the command line says of an import."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from api.commands.column_words import column_lines, suggestion_lines
from api.commands.speech import err, out
from cim.model import COMMON, SEVERITIES, fields_of, layer_named
from layers.columns.titles import Suggestion, called
from layers.findings import Finding
from layers.importing import dataset_name
from layers.mapping import UnsettledError, mapping_text
from layers.report import CheckResult, Report
from layers.source import RETURN_COLUMNS

_SAMPLES = 3
"""Rows that are shown of each kind of problem; the report lists them all."""
_SHOWN_FIELDS = 8
_LONGEST = 60
"""Characters of a value that are shown."""


def say(
    report: Report, returned: Path | None, *, columns: bool = True, listed: bool = False
) -> None:
    """Print what an import did, or would do.

    Parameters
    ----------
    returned
        The file of the rejected rows, where one was written.
    columns
        Whether it is told which column fills which field.
    listed
        Whether a report lists every row.
    """
    head = "试运行（未写入）dry run" if report.dry_run else "导入 import"
    if report.refused:
        head = "拒绝 refused"
    layer = layer_named(report.layer)
    titles = called(layer, report.columns)
    lines = [
        f"{head}: {report.source} → {report.layer} [{report.dataset}]",
        (
            f"  读取 rows {report.rows}，入选 selected {report.matched}"
            f"，修复几何 repaired {report.repaired}，拒绝 rejected {report.rejected}"
        ),
        f"  坐标系 CRS {report.crs or '—'}：{report.whereabouts.because or '—'}",
        *(f"    {sentence}" for sentence in report.whereabouts.words),
        *_outcome(report),
        *(column_lines(layer, report.mapping, report.unused_columns) if columns else ()),
        *suggestion_lines(Suggestion(**one) for one in report.suggestions),
        *(f"  按此处理 assumed: {sentence}" for sentence in report.assumed),
        *_remarks(report.checks, titles),
        *_rejects(report, titles),
        *([] if listed else _more(report)),
        *_returned(report, returned),
    ]
    for line in lines:
        out.print(line, markup=False)


def say_unsettled(error: UnsettledError, crs: str | None, proposal: Path | None) -> None:
    """Print how far the columns of a source are understood that says too little.

    Parameters
    ----------
    crs
        That the planner stated.
    proposal
        Where the mapping is written so far, to be completed by hand.
    """
    plan = error.plan
    alike = plan.suggestions
    mapping = mapping_text(plan.layer, plan, alike, crs or plan.mapping.crs)
    unused = [column for column in plan.unused if column not in RETURN_COLUMNS]
    lines = [*column_lines(plan.layer, mapping, unused), *suggestion_lines(alike)]
    if proposal is not None:
        proposal.write_text(mapping, encoding="utf-8")
        lines.append(
            f"  映射草稿已写入 {proposal}，补全后用 --mapping 导入"
            f" / the mapping so far is in {proposal}: complete it and import with --mapping"
        )
    else:
        lines.append(
            "  要改映射文件，请加 --save-mapping M.toml 写出草稿"
            " / to edit a mapping, have it written by --save-mapping M.toml"
        )
    for line in lines:
        err.print(line, markup=False)


def _outcome(report: Report) -> list[str]:
    outcome = report.outcome
    if outcome is None:
        return []
    if outcome.batch is None:
        batch = "无变化 nothing changed"
    elif report.dry_run:
        batch = "将会 would be"
    else:
        batch = f"批次 batch {outcome.batch}"
    lines = [
        (
            f"  {batch}: 新增 added {outcome.added}，修改 changed {outcome.changed}"
            f"，移除 removed {outcome.removed}，未变 unchanged {outcome.unchanged}"
        )
    ]
    if report.difference is not None and report.difference.fields:
        fields = fields_of(layer_named(report.layer))
        counts = sorted(report.difference.fields.items(), key=lambda item: -item[1])
        shown = "，".join(f"{fields[name].zh} {name} {n}" for name, n in counts[:_SHOWN_FIELDS])
        lines.append(f"  修改的字段 changed fields: {shown}")
    return lines


def _remarks(checks: Iterable[CheckResult], titles: dict[str, str]) -> Iterator[str]:
    """Tell each warning and note: what is the matter with how many, and with which."""
    for check in checks:
        if check.severity == "error":
            continue
        zh, en = ("至少 ", "at least ") if check.more else ("", "")
        yield (
            f"  {SEVERITIES[check.severity][0]} {zh}{check.count} 个{check.broken_zh}"
            f" / {check.broken_en}: {en}{check.count} [{check.code}]"
        )
        said = f"{check.broken_zh} / {check.broken_en}"
        yield from _samples(check.samples, check.count, titles, said)


def _rejects(report: Report, titles: dict[str, str]) -> Iterator[str]:
    """Tell why rows stay out, cause by cause."""
    for cause in report.causes:
        told = [one for one in report.rejects if (one.code, one.field) == (cause.code, cause.field)]
        name = titles.get(cause.field, cause.field)
        reason = cause.reason or "各有原因 various"
        yield f"  ✗ {cause.count} 处 × {name}：{reason} [{cause.code}]"
        yield from _samples(told, cause.count, titles, reason, of_field=cause.field)


def _samples(
    findings: Sequence[Finding],
    count: int,
    titles: dict[str, str],
    said: str,
    of_field: str | None = None,
) -> Iterator[str]:
    """Show the first few of `count` findings: row number, identifier and value.

    What was `said` of all of them, and the field they all are `of_field`, is not said again.
    """
    for one in findings[:_SAMPLES]:
        row = "" if one.row is None else f"第 {one.row} 行 "
        # what a rule of a layer found is told with the titles of the fields it reads
        named = one.code in COMMON and one.field not in (of_field, "geom", "")
        name = f" {titles.get(one.field, one.field)}" if named else ""
        value = one.value if len(one.value) <= _LONGEST else f"{one.value[:_LONGEST]}…"
        told = "" if not value and one.field in ("geom", "") else f"：{value or '空 empty'}"
        other = f" ↔ {one.other}" if one.other else ""
        reason = "" if one.reason == said else f"（{one.reason}）"
        yield f"      {row}{one.id or ''}{name}{told}{other}{reason}"
    if count > _SAMPLES:
        yield f"      … 另有 {count - _SAMPLES} 个 / and {count - _SAMPLES} more"


def _more(report: Report) -> list[str]:
    if all(check.count <= _SAMPLES for check in report.checks):
        return []
    return ["  逐条列出请加 --report FILE.html / to see them all add --report FILE.html"]


def _again(report: Report, returned: Path) -> str:
    """Name the command that brings rejected rows back, where the name of the file does not."""
    if (option := dataset_option(report, returned)) is None:
        return ""
    return f"：cim import {report.layer} {shlex.quote(str(returned))} {option}"


def dataset_option(report: Report, returned: Path) -> str | None:
    """Return the option by which rejected rows enter the dataset they are of; None for none."""
    if dataset_name(returned.name) == report.dataset:
        return None
    return f"--dataset {shlex.quote(report.dataset)}"


def _returned(report: Report, returned: Path | None) -> list[str]:
    if returned is None:
        return []
    if report.refused:
        told = (
            f"  不合格行连同原因已写入 {returned}；一行都没有导入，请改好原文件再整体导入"
            f" / rejected rows with their reasons: {returned}; no row has entered: mend the file"
            " itself and import it again"
        )
    else:
        told = (
            f"  不合格行连同原因已写入 {returned}，改好后可再导入{_again(report, returned)}"
            f" / rejected rows with their reasons: {returned}; mend them and import that file"
        )
    return [told]
