"""What the command line says of an import."""

from __future__ import annotations

from pathlib import Path

from api.commands.speech import out
from cim.model import SEVERITIES
from layers.report import Report

_SHOWN_REJECTS = 20
_SHOWN_FIELDS = 8


def say(report: Report, returned: Path | None) -> None:
    """Print what an import did, or would do.

    Parameters
    ----------
    returned
        The file of the rejected rows, where one was written.
    """
    head = "试运行（未写入）dry run" if report.dry_run else "导入 import"
    if report.refused:
        head = "拒绝 refused"
    lines = [
        f"{head}: {report.source} → {report.layer} [{report.dataset}]",
        (
            f"  读取 rows {report.rows}，入选 selected {report.matched}"
            f"，修复几何 repaired {report.repaired}，拒绝 rejected {report.rejected}"
        ),
        f"  坐标系 CRS {report.crs or '—'}：{report.whereabouts.because or '—'}",
        *(f"    {sentence}" for sentence in report.whereabouts.words),
        *_outcome(report),
        *(f"  按此处理 assumed: {sentence}" for sentence in report.assumed),
        *_columns(report),
        *_checks(report),
        *_rejects(report, returned),
    ]
    for line in lines:
        out.print(line, markup=False)


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
        counts = sorted(report.difference.fields.items(), key=lambda item: -item[1])
        shown = "，".join(f"{name} {count}" for name, count in counts[:_SHOWN_FIELDS])
        lines.append(f"  修改的字段 changed fields: {shown}")
    return lines


def _columns(report: Report) -> list[str]:
    lines = []
    if report.unused_columns:
        lines.append(f"  未用的列 columns not used: {'、'.join(report.unused_columns)}")
    lines += [
        f"  建议 suggestion: “{one['column']}” 像是 may be {one['field']}（{one['title']}，"
        f"{one['likeness']:.0f}%）"
        for one in report.suggestions
    ]
    if report.suggestions:
        lines.append("  采用建议请加 --accept / to take the suggestions add --accept")
    return lines


def _checks(report: Report) -> list[str]:
    return [
        f"  {SEVERITIES[check.severity][0]} {check.code} × {check.count}：{check.zh} / {check.en}"
        for check in report.checks
        if check.severity != "error"
    ]


def _rejects(report: Report, returned: Path | None) -> list[str]:
    lines = [f"  ✗ {reject}" for reject in report.rejects[:_SHOWN_REJECTS]]
    rest = len(report.rejects) - _SHOWN_REJECTS
    if rest > 0:
        lines.append(f"  … 另有 {rest} 条 / {rest} more: --report FILE.html")
    if returned is not None and report.refused:
        lines.append(
            f"  不合格行连同原因已写入 {returned}；一行都没有导入，请改好原文件再整体导入"
            f" / rejected rows with their reasons: {returned}; no row has entered: mend the file"
            " itself and import it again"
        )
    elif returned is not None:
        lines.append(
            f"  不合格行连同原因已写入 {returned}，改好后可再导入"
            f" / rejected rows with their reasons: {returned}; mend them and import that file"
        )
    return lines
