"""What a source's rows are found to have wrong, each with its reason in the planner's words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cim.checks import Verdict
from cim.model import COMMON

KEPT = 1_000
"""Warnings and notes of one rule that are kept one by one, and rejected rows that are told with
their values; the rest is counted."""

_EXAMPLES = 20
"""Rejected rows of each cause that are told, wherever they stand."""

_UNSETTLED = 100_000
"""Rejected rows whose findings are held at once: more than any chunk has."""

_LONGEST = 200
"""Characters of a value that are told: an outline may have a million, and the file of the
rejected rows has them all."""


@dataclass(frozen=True, slots=True)
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
        What the source has, the beginning of it where it is long.
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


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row stays out: the rule, the field, and the reason in Chinese and English."""

    code: str
    field: str
    reason: str


Faults = tuple[Fault, ...]


@dataclass
class Cause:
    """How often one rule rejects rows for one field; `reason` is None where it differs."""

    code: str
    field: str
    count: int
    reason: str | None


@dataclass
class Findings:
    """Collects what is found while the chunks of a source go by.

    A file that is wrong throughout has as many findings as rows. Why a row stays out is kept
    for every one, as few words that rows share; values and places for the first of them.

    Attributes
    ----------
    rejected
        Why each row stays out, by row number.
    told
        The errors of the rows that are told with their values, by row number.
    remarks
        Warnings and notes, as many of each rule as are kept.
    counts
        How often each rule was broken.
    least
        Rules of which more breaches may exist than were counted.
    causes
        What rejects rows, by rule and field.
    named
        Identifiers of rejected rows.
    nameless
        Rejected rows whose identifier cannot be read.
    ids
        Identifiers of the rows of the chunk at hand, by row number.
    """

    rejected: dict[int, Faults] = field(default_factory=dict)
    told: dict[int, list[Finding]] = field(default_factory=dict)
    remarks: list[Finding] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    least: set[str] = field(default_factory=set)
    causes: dict[tuple[str, str], Cause] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)
    nameless: int = 0
    ids: pd.Series | None = None
    _shared: dict[Faults, Faults] = field(default_factory=dict)
    _examples: set[int] = field(default_factory=set)

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
        said = reason or check.breach
        error = check.severity == "error" and row is not None
        if error and any(known.field == name for known in self.rejected.get(row or 0, ())):
            return
        self.counts[code] += 1
        if not error and self.counts[code] > KEPT:
            return
        if identifier is None and self.ids is not None and row is not None:
            given = self.ids.get(row)
            identifier = None if given is None or pd.isna(given) else str(given)
        finding = Finding(
            code=code,
            row=row,
            id=identifier,
            field=name,
            value=_told(value),
            reason=said,
            other=other,
            place=place,
        )
        if error and row is not None:
            self._reject(row, finding)
        else:
            self.remarks.append(finding)

    def _reject(self, row: int, finding: Finding) -> None:
        """Keep a row out for a reason; its value is told for as long as there is room."""
        known = self.rejected.get(row, ())
        faults = (*known, Fault(finding.code, finding.field, finding.reason))
        # rows that are wrong in the same way share one copy of the words
        self.rejected[row] = self._shared.setdefault(faults, faults)
        if finding.id is not None:
            self.named.add(finding.id)
        elif finding.field == "id":
            self.nameless += 1
        cause = self.causes.setdefault(
            (finding.code, finding.field), Cause(finding.code, finding.field, 0, finding.reason)
        )
        cause.count += 1
        if cause.reason != finding.reason:
            cause.reason = None
        if cause.count <= _EXAMPLES:
            self._examples.add(row)
        self.told.setdefault(row, []).append(finding)
        if len(self.told) > _UNSETTLED:
            self.settle()

    def settle(self) -> None:
        """Forget the values of rejected rows but the first, and the first of each cause.

        To be called when the last row of a chunk was looked at.
        """
        if len(self.told) > KEPT:
            kept = self._examples.union(sorted(self.told)[:KEPT])
            self.told = {row: told for row, told in self.told.items() if row in kept}

    def rejects(self, rows: pd.Index) -> NDArray[np.bool_]:
        """Tell which rows stay out, by their numbers."""
        if not self.rejected:
            return np.zeros(len(rows), dtype=bool)
        return np.fromiter((row in self.rejected for row in rows), dtype=bool, count=len(rows))

    def locate(self, located: Callable[[Finding], Finding]) -> None:
        """Give findings their places; `located` returns one with its place, where known."""
        for row, told in self.told.items():
            self.told[row] = [located(one) for one in told]
        self.remarks[:] = [located(one) for one in self.remarks]

    def keep(self, finding: Finding, count: int = 1) -> None:
        """Keep a remark that was made elsewhere; `count` is how many it stands for."""
        self.counts[finding.code] += count
        if self.counts[finding.code] <= KEPT + count - 1:
            self.remarks.append(replace(finding, value=_told(finding.value)))

    def tell(self, verdict: Verdict) -> None:
        """Take in what a rule of the layer says of the staged rows."""
        check = verdict.check
        self.counts[check.code] += verdict.count
        if verdict.more:
            self.least.add(check.code)
        self.remarks += [
            Finding(
                code=check.code,
                row=one.row,
                id=one.id,
                field="、".join(check.fields) or "geom",
                value=_told(one.value),
                reason=check.breach,
                other=one.other,
                place=one.place,
            )
            for one in verdict.rows
        ]

    def errors(self) -> list[Finding]:
        """Return the errors that are told, in the order of the source, row by row."""
        self.settle()
        return [one for row in sorted(self.told) for one in self.told[row]]

    def commonest(self) -> list[Cause]:
        """Return what rejects rows, the commonest cause first."""
        return sorted(self.causes.values(), key=lambda cause: -cause.count)


def _told(value: object) -> str:
    """Write a value as it is told; findings are kept as jsonb, which holds no NUL."""
    text = "" if value is None or value is pd.NA else str(value).replace("\0", "")
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def reasons_of(
    rejected: Mapping[int, Faults], titles: Mapping[str, str] | None = None
) -> dict[int, str]:
    """Join the reasons of every rejected row, each with its field as `titles` calls it."""
    titles = titles or {}
    words = {
        faults: "；".join(f"{titles.get(one.field, one.field)}：{one.reason}" for one in faults)
        for faults in set(rejected.values())
    }
    return {row: words[faults] for row, faults in rejected.items()}
