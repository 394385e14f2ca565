"""Facets of a search: for each value of a property, how many offices have it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Double,
    Integer,
    Select,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from cim.facts import FACTS, Reading, join_tables, reading_of
from cim.model import OfficeLabel
from cim.offices.conditions import conditions, labels_hold
from cim.offices.options import asks_for_space, fitting_options
from cim.offices.planning import planned_for_all
from cim.offices.question import Question
from cim.offices.wording import with_words


@dataclass(frozen=True)
class Count:
    """How many offices have a value; of a label, also of how many that is unknown."""

    value: str
    count: int
    unknown: int | None = None
    zh: str | None = None
    en: str | None = None


@dataclass(frozen=True)
class Facet:
    """The values of one property, the most frequent first, and how many offices have none known."""

    zh: str
    en: str
    values: list[Count] = field(default_factory=list)
    unknown: int | None = None


def _fact(name: str) -> Callable[[Reading], ColumnElement[Any]]:
    """Return a single value as the list of it, an unknown one as null."""

    def values(reading: Reading) -> ColumnElement[Any]:
        value = cast(FACTS[name].read(reading), Text)
        return case((value.is_not(None), func.array_fill(value, _ONE)))

    return values


_ONE = cast([1], ARRAY(Integer))


def _lines_near(reading: Reading) -> ColumnElement[Any]:
    """Return the lines within the minutes that count as near; null where metros are unknown."""
    minutes_by_line = reading.tables.surroundings.c.metro_lines
    each = func.jsonb_each_text(minutes_by_line).table_valued("key", "value")
    near = (
        select(func.coalesce(func.array_agg(each.c.key), cast([], ARRAY(Text))))
        .select_from(each)
        .where(cast(each.c.value, Double) <= reading.tables.walking.near_minutes)
        .scalar_subquery()
    )
    return case((minutes_by_line.is_not(None), near), else_=null())


FACETS: dict[str, tuple[str, str, str, Callable[[Reading], ColumnElement[Any]] | None]] = {
    "district": ("所在区", "District", "district", _fact("district")),
    "street": ("街道", "Street", "street", _fact("street")),
    "business_district": (
        "商圈",
        "Business district",
        "business_district",
        lambda r: r.tables.surroundings.c.business_districts,
    ),
    "site": ("项目", "Site", "site", _fact("site")),
    "use": ("用途", "Use", "use", _fact("use")),
    "grade": ("等级", "Grade", "grade", _fact("grade")),
    "ownership": ("权属性质", "Ownership", "ownership", _fact("ownership")),
    "registrable": ("可注册", "Can be registered", "registrable", _fact("registrable")),
    "air_conditioning": ("空调形式", "Air conditioning", "", _fact("air_conditioning")),
    "provenance": ("数据性质", "Provenance", "", _fact("provenance")),
    "lines": ("近处地铁线路", "Metro lines near", "lines", _lines_near),
    "labels": ("标签", "Labels", "labels", None),
}
"""Title, the bound that does not count for a facet, and its values as a list (null: unknown).

Labels are no column of an office.
"""


def _labels_counted(judged: CTE, ticked: Sequence[str]) -> Select[Any]:
    """Count the offices that are left once a label is ticked beside those that are.

    All that are ticked must hold, so that of each label those offices count that have all the
    others.
    """
    label, other = OfficeLabel.__table__.c, OfficeLabel.__table__.alias("other").c
    held = (
        select(other.office_id, func.count().label("number"))
        .where(other.holds, other.label.in_(ticked))
        .group_by(other.office_id)
        .cte("held")
    )
    # one that is ticked and does not hold is none of the others
    not_held = and_(label.label.in_(ticked), label.holds.is_not(True))
    others = func.coalesce(held.c.number, 0) + cast(not_held, Integer)
    return (
        select(
            literal("labels", Text).label("facet"),
            label.label.label("value"),
            func.count().filter(label.holds).label("count"),
            func.count().filter(label.holds.is_(None)).label("unknown"),
        )
        .select_from(
            judged.join(OfficeLabel.__table__, label.office_id == judged.c.office_id).outerjoin(
                held, held.c.office_id == judged.c.office_id
            )
        )
        .where(judged.c.met_but_labels, others == len(ticked))
        .group_by(label.label)
    )


def _counted(name: str, judged: CTE, ticked: Sequence[str]) -> Select[Any]:
    """Count the offices that meet all but the facet's own bound, by value."""
    if name == "labels":
        return _labels_counted(judged, ticked)
    met = judged.c[f"met_but_{name}"]
    one = literal(name, Text).label("facet")
    given = judged.c[f"value_{name}"]
    # an unknown value is a list of one null, so that it is counted
    each = func.unnest(func.coalesce(given, cast([None], ARRAY(Text)))).table_valued("value")
    values = each.render_derived(name="each")
    return (
        select(one, values.c.value, func.count().label("count"), cast(null(), Integer))
        .select_from(judged.join(values, true()))
        .where(met)
        .group_by(values.c.value)
    )


def _judged(connection: Connection, question: Question, names: Sequence[str]) -> CTE:
    """Judge every office; columns ``office_id``, ``met_but_<facet>`` and ``value_<facet>``."""
    tables, joined = join_tables(connection)
    reading, o = reading_of(tables), tables.office.c
    bounds = conditions(question, reading)
    if asks_for_space(question.criteria):
        options = fitting_options(question.criteria)
        joined = joined.join(options, options.c.office_id == o.id)
        bounds["space"] = options.c.fits
    if question.labels:
        bounds["labels"] = labels_hold(question, o.id)
    if question.words:
        bounds["q"] = with_words(question.words, tables.office)
    own = {FACETS[name][2] for name in names}
    values = {name: read(reading) for name in names if (read := FACETS[name][3]) is not None}
    bound = (
        select(
            o.id.label("office_id"),
            *(condition.label(name) for name, condition in bounds.items() if name in own),
            *(value.label(f"value_{name}") for name, value in values.items()),
        )
        .select_from(joined)
        # a bound that is no facet's own counts for every facet
        .where(*(condition for name, condition in bounds.items() if name not in own))
        .cte("bound")
        .prefix_with("materialized")
    )
    met = {
        name: and_(true(), *(bound.c[b] for b in bounds if b in own and b != FACETS[name][2]))
        for name in names
    }
    return (
        select(
            bound.c.office_id,
            *(one.label(f"met_but_{name}") for name, one in met.items()),
            *(bound.c[f"value_{name}"] for name in values),
        )
        .cte("judged")
        .prefix_with("materialized")
    )


def facets_of(connection: Connection, question: Question, names: Sequence[str]) -> dict[str, Facet]:
    """Count, for each facet, the offices by value that meet all bounds but the facet's own.

    Of a label those count that meet all bounds and have it beside the labels asked for: what is
    left when it is ticked, too. One statement for all facets. An office in several business
    districts counts in each.
    """
    judged = _judged(connection, question, names)
    counted = union_all(*(_counted(name, judged, question.labels) for name in names))
    with planned_for_all(connection):
        rows = connection.execute(counted).all()
    titles = {label.code: label for label in question.known_labels}
    found = {}
    for name in names:
        zh, en, _, _ = FACETS[name]
        mine = [(row[1], row[2], row[3]) for row in rows if row[0] == name]
        counts = [
            Count(value, count, unknown, *_titles(titles.get(value)))
            for value, count, unknown in mine
            if value is not None and (name != "labels" or value in titles)
        ]
        counts.sort(key=lambda count: (-count.count, count.value))
        none = None if name == "labels" else sum(n for value, n, _ in mine if value is None)
        found[name] = Facet(zh, en, counts, none)
    return found


def _titles(label: Any) -> tuple[str | None, str | None]:
    return (None, None) if label is None else (label.zh, label.en)
