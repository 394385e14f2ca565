"""What a source's rows are found to have wrong, each with its reason in the planner's words."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import pandas as pd

from cim.checks import Verdict
from cim.model import COMMON

_KEPT = 1_000
"""Warnings and notes of one rule that are kept one by one; the rest is counted."""


@dataclass(frozen=True)
class Finding:
    """One rule that does not hold for one row.

    Attributes
    ----------
    code
        Of the rule, see `cim.model.checks`.
    row
        Number of the row as the source's own program shows it; None for what is not about a
        row.
    id
        Identifier of the feature, where it has one.
    field
        Field or column.
    value
        What the source has.
    reason
        Why that is wrong, in Chinese and English.
    other
        Identifier of the feature it collides with.
    place
        Longitude and latitude in stored degrees, where known.
    """

    code: str
    row: int | None
    id: str | None
    field: str
    value: str
    reason: str
    other: str | None = None
    place: tuple[float, float] | None = None

    def __str__(self) -> str:
        name = f" ({self.id})" if self.id else ""
        shown = self.value if len(self.value) <= 60 else f"{self.value[:60]}…"
        return f"第 {self.row} 行{name} {self.field} = {shown!r}：{self.reason}"


@dataclass
class Findings:
    """Collects what is found while the chunks of a source go by.

    Attributes
    ----------
    rejected
        The errors of each row that stays out, by row number.
    remarks
        Warnings and notes, as many of each rule as are kept.
    counts
        How often each rule was broken.
    ids
        Identifiers of the rows of the chunk at hand, by row number.
    """

    rejected: dict[int, list[Finding]] = field(default_factory=dict)
    remarks: list[Finding] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    ids: pd.Series | None = None

    def add(
        self, code: str, wrong: pd.Series, name: str, values: pd.Series, reason: str | None = None
    ) -> None:
        """Note a rule that does not hold for the rows for which `wrong` is true.

        Parameters
        ----------
        code
            Of the rule.
        wrong, values
            Indexed by row number.
        name
            Field or column.
        reason
            In Chinese and English; the rule's own text where there is no better.
        """
        marked = wrong.fillna(False).to_numpy(dtype=bool)
        if not marked.any():
            return
        for row, value in values[marked].items():
            self.note(code, int(str(row)), name, value, reason)

    def note(
        self,
        code: str,
        row: int | None,
        name: str,
        value: object,
        reason: str | None = None,
        *,
        identifier: str | None = None,
        other: str | None = None,
        place: tuple[float, float] | None = None,
    ) -> None:
        """Note a rule that does not hold for one row.

        A rule of severity *error* rejects the row; the first reason of each field counts.
        Without `identifier` that of the row in the chunk at hand is taken.
        """
        check = COMMON[code]
        error = check.severity == "error" and row is not None
        errors = self.rejected.setdefault(row, []) if error and row is not None else self.remarks
        if error and any(known.field == name for known in errors):
            return
        self.counts[code] += 1
        if not error and self.counts[code] > _KEPT:
            return
        if identifier is None and self.ids is not None and row is not None:
            given = self.ids.get(row)
            identifier = None if given is None or pd.isna(given) else str(given)
        errors.append(
            Finding(
                code=code,
                row=row,
                id=identifier,
                field=name,
                # findings are kept as jsonb, which holds no NUL
                value="" if value is None or value is pd.NA else str(value).replace("\0", ""),
                reason=reason or f"{check.zh} / {check.en}",
                other=other,
                place=place,
            )
        )

    def keep(self, finding: Finding, count: int = 1) -> None:
        """Keep a remark that was made elsewhere; `count` is how many it stands for."""
        self.counts[finding.code] += count
        if self.counts[finding.code] <= _KEPT + count - 1:
            self.remarks.append(finding)

    def tell(self, verdict: Verdict) -> None:
        """Take in what a rule of the layer says of the staged rows."""
        check = verdict.check
        self.counts[check.code] += verdict.count
        self.remarks += [
            Finding(
                code=check.code,
                row=one.row,
                id=one.id,
                field="、".join(check.fields) or "geom",
                value=one.value,
                reason=f"{check.zh} / {check.en}",
                other=one.other,
                place=one.place,
            )
            for one in verdict.rows
        ]

    def errors(self) -> list[Finding]:
        """Return the errors in the order of the source, those of one row side by side."""
        return [one for row in sorted(self.rejected) for one in self.rejected[row]]
