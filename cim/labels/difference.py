"""What some rules would change, before they count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, case, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from cim.labels.active import active_rules, version_mistakes
from cim.labels.evaluation import judged
from cim.labels.rules import Rule, Rules
from cim.model import OfficeLabel
from cim.model.office import Office

Change = Literal["gains", "loses", "unknown", "refused"]
RuleChange = Literal["new", "removed", "off", "on", "condition", "words", "same"]


@dataclass(frozen=True)
class Offices:
    """Offices that change in the same way: their ids and names, by name."""

    ids: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class LabelDifference:
    """What becomes of one label.

    Attributes
    ----------
    rule
        As it would count; as it counts now where it is removed.
    change
        What became of the rule itself.
    gains, loses
        Offices that earn the label, and that have it no more.
    unknown
        Offices of which it can no longer be said, whether they had it or not.
    refused
        Offices of which it could not be said, and that do not earn it.
    """

    rule: Rule
    change: RuleChange
    gains: Offices
    loses: Offices
    unknown: Offices
    refused: Offices

    @property
    def changes(self) -> bool:
        """Whether anything becomes different for any office."""
        kinds = (self.gains, self.loses, self.unknown, self.refused)
        return any(offices.ids for offices in kinds)


@dataclass(frozen=True)
class Difference:
    """What some rules would change, and why they could not count as they stand."""

    labels: tuple[LabelDifference, ...]
    mistakes: tuple[str, ...]


def _rule_change(old: Rule | None, new: Rule | None) -> RuleChange:
    if new is None:
        return "removed"
    if old is None:
        return "new"
    if old.on != new.on:
        return "on" if new.on else "off"
    if not new.same_condition(old):
        return "condition"
    return "same" if old == new else "words"


def _changed(connection: Connection, rules: Rules) -> dict[tuple[str, str], Offices]:
    """Return the offices that change, by label and kind of change."""
    new = judged(connection, rules).subquery("new")
    old = OfficeLabel.__table__.alias("old")
    kind = case(
        (new.c.holds.is_(True) & old.c.holds.is_not(True), literal("gains")),
        (
            old.c.holds.is_(True) & (new.c.holds.is_(False) | new.c.office_id.is_(None)),
            literal("loses"),
        ),
        (
            new.c.office_id.is_not(None)
            & new.c.holds.is_(None)
            & (old.c.office_id.is_(None) | old.c.holds.is_not(None)),
            literal("unknown"),
        ),
        (
            new.c.holds.is_(False) & old.c.office_id.is_not(None) & old.c.holds.is_(None),
            literal("refused"),
        ),
    ).label("kind")
    office_id = func.coalesce(new.c.office_id, old.c.office_id)
    label = func.coalesce(new.c.label, old.c.label).label("label")
    changes = (
        select(label, kind, Office.id, Office.name)
        .select_from(new)
        .join(
            old,
            (old.c.office_id == new.c.office_id) & (old.c.label == new.c.label),
            full=True,
        )
        .join(Office, Office.id == office_id)
        .subquery("changes")
    )
    by_name = (changes.c.name, changes.c.id)
    query = (
        select(
            changes.c.label,
            changes.c.kind,
            func.array_agg(aggregate_order_by(changes.c.id, *by_name)),
            func.array_agg(aggregate_order_by(changes.c.name, *by_name)),
        )
        .where(changes.c.kind.is_not(None))
        .group_by(changes.c.label, changes.c.kind)
    )
    return {
        (code, change): Offices(tuple(ids), tuple(names))
        for code, change, ids, names in connection.execute(query)
    }


def diff(connection: Connection, rules: Rules) -> Difference:
    """Return what some rules would change in the labels as they stand; nothing is written."""
    active = active_rules(connection)
    changed = _changed(connection, rules)

    def of(code: str, change: Change) -> Offices:
        return changed.get((code, change), Offices())

    codes = dict.fromkeys([*rules.by_code, *active.by_code])
    labels = []
    for code in codes:
        old, new = active.by_code.get(code), rules.by_code.get(code)
        rule = new or old
        if rule is not None:
            labels.append(
                LabelDifference(
                    rule,
                    _rule_change(old, new),
                    gains=of(code, "gains"),
                    loses=of(code, "loses"),
                    unknown=of(code, "unknown"),
                    refused=of(code, "refused"),
                )
            )
    return Difference(tuple(labels), tuple(version_mistakes(active, rules)))
