"""The findings of a report as they are listed: rule by rule, and row by row."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count as numbers_from
from itertools import groupby
from typing import Any

from cim.model import COMMON, Field
from viz.import_report.wording import Words, both, field_title, short

MOST_OF_A_RULE = 1_000
"""Findings of one rule that are listed one by one."""

MOST_LISTED = 4_000
"""Findings that are listed altogether: beyond them a page no longer opens quickly."""

MOST_ROWS = 1_000
"""Rejected rows that are listed."""


@dataclass(frozen=True)
class Listed:
    """One finding as the page shows it.

    Attributes
    ----------
    number
        By which the mark on the map and the line of the table know each other.
    column
        The source's column that fills the field, where it has another title.
    place
        Longitude and latitude, where it has one.
    """

    number: int
    severity: str
    row: int | None
    id: str
    field: Words
    column: str
    value: str
    reason: Words
    other: str
    place: tuple[float, float] | None


@dataclass(frozen=True)
class Rule:
    """One rule that did not hold, with the findings that are listed.

    With `more` the count is a lower bound.
    """

    code: str
    severity: str
    words: Words
    count: int
    listed: list[Listed]
    more: bool = False


@dataclass(frozen=True)
class RejectedRow:
    """One row that stays out, with all its reasons."""

    row: int
    id: str
    findings: list[Listed]


def rules_of(report: dict[str, Any], fields: dict[str, Field]) -> list[Rule]:
    """Return the rules that did not hold, in the order of the report, the gravest first."""
    checks, columns = report.get("checks") or [], report.get("columns") or {}
    most = _most_of_a_rule([len(check.get("samples") or []) for check in checks])
    numbers = numbers_from(1)
    return [
        Rule(
            code=str(check["code"]),
            severity=str(check["severity"]),
            words=_breach(check),
            count=int(check["count"]),
            listed=[
                _listed(one, str(check["severity"]), next(numbers), fields, columns)
                for one in (check.get("samples") or [])[:most]
            ],
            more=bool(check.get("more")),
        )
        for check in checks
    ]


def _breach(check: dict[str, Any]) -> Words:
    """Say what is the matter; a report kept for long has only what the rule asks for."""
    return Words(
        str(check.get("broken_zh") or check["zh"]), str(check.get("broken_en") or check["en"])
    )


def _most_of_a_rule(lengths: list[int]) -> int:
    """Share the room among the rules: the most that each may list."""
    most = MOST_OF_A_RULE
    while most > 1 and sum(min(length, most) for length in lengths) > MOST_LISTED:
        most = most * 3 // 4
    return most


def rejected_rows(
    report: dict[str, Any], fields: dict[str, Field]
) -> tuple[list[RejectedRow], int, int]:
    """Return the rows that stay out, how many there are, and how many reasons they have."""
    rejects = report.get("rejects") or []
    total = int(report.get("rejected") or len({one.get("row") for one in rejects}))
    rows = _rows(rejects, fields, report.get("columns") or {})
    causes = report.get("causes") or []
    reasons = sum(int(one["count"]) for one in causes) if causes else len(rejects)
    return list(rows), total, reasons


def _rows(
    rejects: list[dict[str, Any]], fields: dict[str, Field], columns: dict[str, str]
) -> Iterator[RejectedRow]:
    grouped = groupby(rejects, key=lambda one: one.get("row"))
    for number, (row, group) in enumerate(grouped):
        if number == MOST_ROWS:
            return
        findings = [_listed(one, _severity(one), 0, fields, columns) for one in group]
        named = next((one.id for one in findings if one.id), "")
        yield RejectedRow(int(row or 0), named, findings)


def _severity(one: dict[str, Any]) -> str:
    check = COMMON.get(str(one.get("code")))
    return check.severity if check is not None else "error"


def _listed(
    one: dict[str, Any],
    severity: str,
    number: int,
    fields: dict[str, Field],
    columns: dict[str, str],
) -> Listed:
    row, name = one.get("row"), str(one.get("field") or "")
    title = field_title(name, fields)
    column = str(columns.get(name) or "")
    return Listed(
        number=number,
        severity=severity,
        row=None if row is None else int(row),
        id=str(one.get("id") or ""),
        field=title,
        column="" if column in (title.zh, title.en) else column,
        value=short(one.get("value")),
        reason=both(one.get("reason")),
        other=str(one.get("other") or ""),
        place=_place(one.get("place")),
    )


def _place(given: Any) -> tuple[float, float] | None:
    """Return a place on the globe; anything else is none."""
    if given is None or len(given) != 2 or any(part is None for part in given):
        return None
    longitude, latitude = float(given[0]), float(given[1])
    on_globe = math.isfinite(longitude) and math.isfinite(latitude)
    on_globe = on_globe and abs(longitude) <= 180 and abs(latitude) <= 90
    return (longitude, latitude) if on_globe else None
