"""What an import adds, changes and takes away, as the page lists it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from cim.model import Field
from viz.import_report.wording import Words, field_title, short

MOST_CHANGES = 2_000
"""Changed values that are listed."""


@dataclass(frozen=True)
class FieldCount:
    """In how many features one field changes, and which part of the most that is, in percent."""

    field: Words
    count: int
    part: float


@dataclass(frozen=True)
class ValueChange:
    """One field of one feature; None is no value."""

    field: Words
    before: str | None
    after: str | None


@dataclass(frozen=True)
class ChangedFeature:
    """One feature with what changes in it."""

    id: str
    changes: list[ValueChange]


@dataclass(frozen=True)
class Changes:
    """What the page says of the difference; totals count what is not listed too."""

    fields: list[FieldCount]
    features: list[ChangedFeature]
    added: list[str]
    removed: list[str]
    total_changed: int
    total_added: int
    total_removed: int

    @property
    def any(self) -> bool:
        """Whether there is a difference at all."""
        return bool(self.total_changed or self.total_added or self.total_removed)


def changes_of(report: dict[str, Any], fields: dict[str, Field]) -> Changes | None:
    """Return the difference of a report; None where it was refused before it was known."""
    difference = report.get("difference")
    if difference is None:
        return None
    outcome = report.get("outcome") or {}
    counts = sorted((difference.get("fields") or {}).items(), key=lambda pair: -pair[1])
    most = max((number for _, number in counts), default=1)
    listed = (difference.get("changed") or [])[:MOST_CHANGES]
    features = [
        ChangedFeature(str(identifier), [_change(one, fields) for one in group])
        for identifier, group in groupby(listed, key=lambda one: one["id"])
    ]
    added, removed = difference.get("added") or [], difference.get("removed") or []
    return Changes(
        fields=[
            FieldCount(field_title(name, fields), number, round(100 * number / most, 1))
            for name, number in counts
        ],
        features=features,
        added=[str(one) for one in added],
        removed=[str(one) for one in removed],
        total_changed=int(outcome.get("changed", len(features))),
        total_added=int(outcome.get("added", len(added))),
        total_removed=int(outcome.get("removed", len(removed))),
    )


def _change(one: dict[str, Any], fields: dict[str, Field]) -> ValueChange:
    return ValueChange(
        field_title(str(one["field"]), fields), _shown(one["before"]), _shown(one["after"])
    )


def _shown(value: Any) -> str | None:
    return None if value is None else short(value)
