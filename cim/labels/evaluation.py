"""Labels worked out in the database: one pass over the facts of the offices for all rules."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Integer,
    Select,
    Table,
    Text,
    and_,
    case,
    column,
    delete,
    false,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    table,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB, array, insert
from sqlalchemy.sql.selectable import CompoundSelect

from cim.facts import FACTS, facts_query
from cim.labels.active import settle_rules
from cim.labels.condition import condition
from cim.labels.rules import Rule, Rules
from cim.model import PROVENANCES, OfficeLabel, columns_of
from cim.model.office import Office

_ORDER = array([literal_column(f"'{name}'", Text) for name in PROVENANCES])
"""How well values are known, from the best to the least."""

_LABELS = cast("Table", OfficeLabel.__table__)

_JUDGED = ("office_id", "label", "holds", "rule_version", "inputs", "data_date", "provenance")


def _holds(rule: Rule, facts: CTE) -> ColumnElement[Any]:
    holds = condition(rule.condition, facts.c)
    if rule.doubt is None:
        return holds
    return case(
        (holds, holds),
        (condition(rule.doubt, facts.c), null()),
        else_=holds,
    )


def _oldest(rule: Rule, facts: CTE) -> ColumnElement[Any]:
    """Return the oldest date of what the rule read; null where one has none."""
    dates = [facts.c[name] for name in _groups(rule, "date")]
    return case((and_(*(date.is_not(None) for date in dates)), func.least(*dates)))


def _groups(rule: Rule, prefix: str) -> list[str]:
    return list(dict.fromkeys(f"{prefix}_{FACTS[name].dated}" for name in rule.reads))


def _known_as(name: str, facts: CTE) -> ColumnElement[Any]:
    """Return how well a fact is known; one value of an office may differ from its row."""
    known = facts.c[f"provenance_{FACTS[name].dated}"]
    if FACTS[name].dated == "office" and name in columns_of(Office):
        return func.coalesce(facts.c.exceptions.op("->>")(literal(name, Text)), known)
    return known


def _least_certain(rule: Rule, facts: CTE) -> ColumnElement[Any]:
    places = [func.array_position(_ORDER, _known_as(name, facts)) for name in rule.reads]
    return func.split_part(",".join(PROVENANCES), ",", func.greatest(*places), type_=Text)


def _inputs(rule: Rule, facts: CTE) -> ColumnElement[Any]:
    pairs = ((literal(name, Text), facts.c[name]) for name in rule.inputs)
    return func.jsonb_build_object(*(part for pair in pairs for part in pair), type_=JSONB)


def _judged_by(rule: Rule, facts: CTE) -> Select[Any]:
    return select(
        facts.c.id.label("office_id"),
        literal(rule.code, Text).label("label"),
        _holds(rule, facts).label("holds"),
        literal(rule.version, Integer).label("rule_version"),
        _inputs(rule, facts).label("inputs"),
        _oldest(rule, facts).label("data_date"),
        _least_certain(rule, facts).label("provenance"),
    )


def judged(connection: Connection, rules: Rules, touched: str | None = None) -> CompoundSelect[Any]:
    """Return the query of what the rules say of the offices: the columns of `OfficeLabel`.

    Parameters
    ----------
    touched
        Temporary table with the ``id`` of the offices to judge; all where None.
    """
    found = facts_query(connection)
    if touched is not None:
        found = found.where(Office.id.in_(select(table(touched, column("id", Text)).c.id)))
    # each fact is worked out once for all the rules that read it
    facts = found.cte("facts").prefix_with("materialized", dialect="postgresql")
    if not rules.on:
        return union_all(select(*(_LABELS.c[name] for name in _JUDGED)).where(false()))
    return union_all(*(_judged_by(rule, facts) for rule in rules.on))


def evaluate(connection: Connection, touched: str = "touched") -> None:
    """Write the labels of some offices anew: only the rows that differ.

    Parameters
    ----------
    touched
        Temporary table with the ``id`` of the offices; those that are gone lose their labels.
    """
    rules = settle_rules(connection)
    labels = _LABELS
    new = judged(connection, rules, touched).subquery("judged")
    known = (labels.c.office_id == new.c.office_id) & (labels.c.label == new.c.label)
    differs = (labels.c[name].is_distinct_from(new.c[name]) for name in _JUDGED)
    # to compare costs a tenth of writing, and most labels stay as they are
    found = select(new).select_from(new.outerjoin(labels, known)).where(or_(*differs))
    rows = insert(OfficeLabel).from_select(_JUDGED, found)
    connection.execute(
        rows.on_conflict_do_update(
            index_elements=[labels.c.office_id, labels.c.label],
            set_={name: rows.excluded[name] for name in _JUDGED[2:]},
        )
    )
    offices = table(touched, column("id", Text))
    connection.execute(
        delete(labels).where(
            labels.c.office_id == offices.c.id,
            or_(
                labels.c.label.not_in([rule.code for rule in rules.on]),
                ~select(Office.id).where(Office.id == labels.c.office_id).exists(),
            ),
        )
    )
