"""Every office held against every bound of a search, in steps that leave ever fewer of them.

Each condition is read once: what a later step needs of it is a column of the earlier one. In a
single step PostgreSQL would read a condition anew wherever the outcome is told.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import CTE, ColumnElement, and_, false, func, select, true

from cim.facts import FACTS, Reading, joined_tables, reading_of
from cim.offices.conditions import CERTAIN, conditions, labels_hold, space_found
from cim.offices.criteria import RELEVANCE
from cim.offices.options import asks_for_space, fitting_options, unseen_options
from cim.offices.page import OF_SPACE
from cim.offices.question import Question
from cim.offices.wording import relevance, with_words
from cim.walking import Walking


def judge(question: Question, walking: Walking) -> CTE:
    """Keep the offices that meet all bounds, or of which that hangs on an unknown value.

    Columns: ``office_id``; ``met``, true or null; ``unknown_<name>`` of each bound that may be
    unknown; ``place``, the place in the answer of an office that meets all; and what of its space
    meets the need, where one was stated.
    """
    bound = _by_office(question, walking)
    return _in_order(question, _by_space_and_labels(question, bound))


def _bounds(rows: CTE) -> dict[str, ColumnElement[Any]]:
    return {c.name.removeprefix("bound_"): c for c in rows.c if c.name.startswith("bound_")}


def _plain_order(question: Question) -> list[str]:
    """Return the facts that the answer is sorted by."""
    names = (name.removeprefix("-") for name in question.criteria.order)
    return [name for name in dict.fromkeys(names) if name not in (RELEVANCE, "id")]


def _by_office(question: Question, walking: Walking) -> CTE:
    """Judge what is known of the office itself, each bound in a column ``bound_<name>``."""
    tables, joined = joined_tables(walking)
    reading: Reading = reading_of(tables)
    judged, o = conditions(question, reading), tables.office.c
    unsure = {name: condition for name, condition in judged.items() if name not in CERTAIN}
    texts = [o.name, o.aliases, o.address] if question.words else []
    return (
        select(
            o.id.label("office_id"),
            tables.stock.c.office_id.is_not(None).label("has_units"),
            *(condition.label(f"bound_{name}") for name, condition in unsure.items()),
            *(FACTS[name].read(reading).label(f"sort_{name}") for name in _plain_order(question)),
            *texts,
        )
        .select_from(joined)
        .where(
            # of these nothing is ever unknown, so that an index may serve
            *(judged[name] for name in CERTAIN if name in judged),
            # one by one, so that a cheap one spares the others
            *(condition.is_not(False) for condition in unsure.values()),
        )
        .cte("bound")
        .prefix_with("materialized")
    )


def _by_space_and_labels(question: Question, bound: CTE) -> CTE:
    """Judge space and labels of the offices that are left."""
    columns: list[ColumnElement[Any]] = []
    rows: Any = bound
    if asks_for_space(question.criteria):
        options = fitting_options(question.criteria, among=bound)
        rows = bound.outerjoin(options, options.c.office_id == bound.c.office_id)
        missed = unseen_options(question.criteria, among=bound)
        unseen = false() if missed is None else bound.c.office_id.in_(missed)
        space = space_found(bound.c.has_units, options, unseen)
        columns += [space.label("bound_space"), *(options.c[name] for name in OF_SPACE)]
        columns += [
            options.c[name].label(f"need_{name}")
            for name in ("rent_min", "rent_max")
            if name in _plain_order(question)
        ]
    if question.labels:
        columns.append(labels_hold(question, bound.c.office_id).label("bound_labels"))
    if not columns:
        return bound
    return select(*bound.c, *columns).select_from(rows).cte("closer").prefix_with("materialized")


def _in_order(question: Question, rows: CTE) -> CTE:
    """Put those that are left in order; words are sought last, which cost most."""
    each = _bounds(rows)
    met = and_(true(), *each.values())
    words = [with_words(question.words, rows)] if question.words else []
    return (
        select(
            rows.c.office_id,
            *(rows.c[name] for name in OF_SPACE if name in rows.c),
            met.label("met"),
            *(
                and_(met.is_(None), one.is_(None)).label(f"unknown_{name}")
                for name, one in each.items()
            ),
            func.row_number()
            .over(partition_by=met, order_by=_order(question, rows))
            .label("place"),
        )
        .where(met.is_not(False), *words)
        .cte("judged")
    )


def _order(question: Question, rows: CTE) -> list[ColumnElement[Any]]:
    """Return the order of an answer: unknown values last, then by identifier."""
    found: list[ColumnElement[Any]] = []
    for name in question.criteria.order:
        plain = name.removeprefix("-")
        if plain == RELEVANCE:
            if question.words:
                found += [by.asc() for by in relevance(question.words, rows)]
            continue
        # rents are those of what meets the need, where one was stated
        column = next(
            rows.c[c] for c in (f"need_{plain}", f"sort_{plain}", "office_id") if c in rows.c
        )
        found.append((column.desc() if name.startswith("-") else column.asc()).nulls_last())
    return [*found, rows.c.office_id.asc()]
