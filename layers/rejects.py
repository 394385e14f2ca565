"""Rows that cannot be let in, each with its reason in the planner's words."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True)
class Reject:
    """One reason why one row stays out.

    `row` counts the rows of the source from 1, headers left out.
    """

    row: int
    id: str | None
    field: str
    value: str
    reason: str

    def __str__(self) -> str:
        name = f" ({self.id})" if self.id else ""
        shown = self.value if len(self.value) <= 60 else f"{self.value[:60]}…"
        return f"第 {self.row} 行{name} {self.field} = {shown!r}：{self.reason}"


@dataclass
class Rejects:
    """Collects reasons while the chunks of a source go by; the first reason of a row counts."""

    found: dict[int, Reject] = field(default_factory=dict)
    ids: pd.Series | None = None
    """Identifiers of the rows of the chunk at hand, by row number."""

    def add(self, wrong: pd.Series, name: str, values: pd.Series, reason: str) -> None:
        """Reject the rows for which `wrong` is true; all are indexed by row number."""
        marked = wrong.fillna(False).to_numpy(dtype=bool)
        if not marked.any():
            return
        for row, value in values[marked].items():
            self.reject(int(str(row)), name, value, reason)

    def reject(
        self, row: int, name: str, value: object, reason: str, identifier: str | None = None
    ) -> None:
        """Reject one row; without `identifier` that of the chunk at hand is taken."""
        if row in self.found:
            return
        if identifier is None and self.ids is not None:
            given = self.ids.get(row)
            identifier = None if given is None or pd.isna(given) else str(given)
        # the reject is kept as jsonb, which holds no NUL
        shown = "" if value is None else str(value).replace("\0", "")
        self.found[row] = Reject(row, identifier, name, shown, reason)

    def rows(self) -> list[Reject]:
        """Return the rejects in the order of the source."""
        return [self.found[row] for row in sorted(self.found)]
