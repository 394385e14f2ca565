"""Search over offices: which meet every bound, and for how many that cannot be said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, Integer, RowMapping, Select, bindparam, func, select, true

from cim.offices.criteria import OfficeCriteria
from cim.offices.facets import Facet, facets_of
from cim.offices.judging import judge
from cim.offices.page import OF_SPACE, PASSED_ON, told_of
from cim.offices.planning import planned_for_all
from cim.offices.question import Question, understand
from cim.walking import Walking, walking


@dataclass(frozen=True)
class OfficePage:
    """One page of an answer.

    Attributes
    ----------
    features
        Each as GeoJSON text.
    matched
        How many offices meet every bound.
    unknown
        For each bound, how many offices were left out because their value is unknown (of space:
        or a block of units that is not kept may do), while they meet all the others or are unknown
        there too.
    walking
        How distances became minutes.
    similar
    Whether a word was found nowhere, so that it was read by its sound or with a slip.
    facets
        For each facet asked for, how many offices have which value.
    """

    features: list[str]
    matched: int
    unknown: dict[str, int]
    walking: Walking
    similar: bool = False
    facets: dict[str, Facet] = field(default_factory=dict)


def page_query(question: Question, walking: Walking) -> Select[Any]:
    """Return the statement that finds one page, with ``:first`` and ``:last`` to be bound.

    Its rows carry ``matched`` and ``unknown_<bound>`` (counts, the same in each), the identifier
    of an office, and what of its space meets the need; one row of nulls where none matches.
    """
    judged = judge(question, walking)
    counts = select(
        func.count().filter(judged.c.met).label("matched"),
        *(
            func.count().filter(column).label(column.name)
            for column in judged.c
            if column.name.startswith("unknown_")
        ),
    ).cte("counts")
    space = [judged.c[name] for name in OF_SPACE if name in judged.c]
    page = (
        select(judged.c.place, judged.c.office_id, *space)
        .where(judged.c.met, judged.c.place > bindparam("first", type_=Integer))
        .where(judged.c.place <= bindparam("last", type_=Integer))
        .subquery("page")
    )
    return (
        select(counts, *page.c).select_from(counts.outerjoin(page, true())).order_by(page.c.place)
    )


@dataclass(frozen=True)
class _Found:
    """The offices of a page, and what was counted on the way."""

    question: Question
    rows: Sequence[RowMapping]
    walking: Walking

    @property
    def matched(self) -> int:
        return int(self.rows[0]["matched"])

    @property
    def unknown(self) -> dict[str, int]:
        return {
            name.removeprefix("unknown_"): count
            for name, count in self.rows[0].items()
            if name.startswith("unknown_") and count
        }

    def told(self, connection: Connection, *, as_features: bool) -> Sequence[RowMapping]:
        """Return what is told of each office of the page."""
        found = [row for row in self.rows if row["office_id"] is not None]
        if not found:
            return []
        return told_of(
            connection,
            {name: [row[name] for row in found] for name in found[0] if name in PASSED_ON},
            self.question.known_labels,
            self.walking,
            as_features=as_features,
        )


def search(
    connection: Connection,
    criteria: OfficeCriteria,
    limit: int,
    offset: int = 0,
    facets: Sequence[str] = (),
) -> OfficePage:
    """Find the offices that meet every bound.

    Parameters
    ----------
    criteria
        The bounds and the order.
    limit, offset
        Which part of the answer is returned.
    facets
        Names out of `cim.offices.facets.FACETS`.

    Raises
    ------
    cim.labels.UnknownLabelError, cim.offices.starts.UnknownPlaceError
        A label or place is asked for that there is not.
    """
    found = _find(connection, understand(connection, criteria), limit, offset)
    return OfficePage(
        [row["feature"] for row in found.told(connection, as_features=True)],
        found.matched,
        found.unknown,
        found.walking,
        found.question.similar,
        facets_of(connection, found.question, facets) if facets else {},
    )


class OfficeRows(NamedTuple):
    """Part of an answer, as plain rows.

    Attributes
    ----------
    rows
        The properties of each office by name, then ``lon`` and ``lat`` (degrees).
    matched
        How many offices meet every bound.
    """

    rows: Sequence[RowMapping]
    matched: int


def search_rows(
    connection: Connection, criteria: OfficeCriteria, limit: int, offset: int = 0
) -> OfficeRows:
    """Find the offices that meet every bound, as plain rows."""
    found = _find(connection, understand(connection, criteria), limit, offset)
    return OfficeRows(found.told(connection, as_features=False), found.matched)


def _find(connection: Connection, question: Question, limit: int, offset: int) -> _Found:
    """Find a page; where words are found nowhere, find it again and forgive a slip in them."""
    rule = walking(connection)
    query = page_query(question, rule)
    with planned_for_all(connection):
        rows = connection.execute(query, {"first": offset, "last": offset + limit}).mappings().all()
    found = _Found(question, rows, rule)
    if found.matched or not question.words or question.similar:
        return found
    forgiven = question.forgiven(connection)
    return _find(connection, forgiven, limit, offset) if forgiven.similar else found
