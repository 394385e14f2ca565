"""Search over offices: which meet every bound, and for how many that cannot be said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    FromClause,
    RowMapping,
    Select,
    and_,
    func,
    select,
    true,
)

from cim.geojson import feature
from cim.offices.conditions import CERTAIN, all_hold, conditions
from cim.offices.criteria import RELEVANCE, OfficeCriteria
from cim.offices.facets import Facet, facets_of
from cim.offices.facts import FACTS, Reading, reading_of, rounded
from cim.offices.options import asks_for_space, fitting_options
from cim.offices.properties import labels_that_hold, measures
from cim.offices.question import Question, understand
from cim.offices.tables import Tables, join_tables
from cim.offices.wording import relevance
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
        For each bound, how many offices were left out because their value is unknown, while
        they meet all the others or are unknown there too.
    walking
        How distances became minutes.
    similar
        Whether a word was found nowhere, so that a slip of one character was forgiven in it.
    facets
        For each facet asked for, how many offices have which value.
    """

    features: list[str]
    matched: int
    unknown: dict[str, int]
    walking: Walking
    similar: bool = False
    facets: dict[str, Facet] = field(default_factory=dict)


_OF_SPACE = ("matching_units", "matching_as", "rent_min", "rent_max")


def _order(question: Question, reading: Reading) -> list[ColumnElement[Any]]:
    """Return what the answer is sorted by, unrounded and unknown values last, then by id."""
    options, found = reading.tables.options, []
    for name in question.criteria.order:
        plain = name.removeprefix("-")
        if plain == RELEVANCE:
            if question.words:
                found += [by.asc() for by in relevance(question.words, reading.tables.office)]
            continue
        of_need = options is not None and plain in ("rent_min", "rent_max")
        column = options.c[plain] if options is not None and of_need else FACTS[plain].read(reading)
        found.append((column.desc() if name.startswith("-") else column.asc()).nulls_last())
    return [*found, reading.tables.office.c.id.asc()]


def _judged(question: Question, reading: Reading, joined: FromClause) -> CTE:
    """Judge every office: those that meet all bounds or hang on an unknown value.

    Columns: ``office_id``, ``met``, ``unknown_<bound>`` of each bound that may be unknown, what of
    its space meets the need, and ``place``, its place in the answer, where it meets all.
    """
    judged = conditions(question, reading)
    met, options = all_hold(judged), reading.tables.options
    unsure = [
        and_(met.is_(None), condition.is_(None)).label(f"unknown_{name}")
        for name, condition in judged.items()
        if name not in CERTAIN
    ]
    space = [] if options is None else [options.c[name] for name in _OF_SPACE]
    # bounds of which nothing is unknown stand for themselves, so that an index may serve them
    certain = [judged[name] for name in CERTAIN if name in judged and name != "q"]
    return (
        select(
            reading.tables.office.c.id.label("office_id"),
            met.label("met"),
            *unsure,
            *space,
            func.row_number()
            .over(partition_by=met, order_by=_order(question, reading))
            .label("place"),
        )
        .select_from(joined)
        .where(*certain, met.is_not(False))
        .cte("judged")
    )


def _page_of(judged: CTE, limit: int, offset: int) -> CTE:
    return (
        select(judged)
        .where(judged.c.met, judged.c.place > offset, judged.c.place <= offset + limit)
        .cte("page")
    )


def _joined_page(connection: Connection, page: CTE, *, of_need: bool) -> tuple[Tables, FromClause]:
    """Join the offices of a page with all that is known of each."""
    tables, joined = join_tables(connection)
    if of_need:
        tables = replace(tables, options=page)
    return tables, page.join(joined, tables.office.c.id == page.c.office_id)


def page_query(
    connection: Connection, question: Question, limit: int, offset: int, *, as_features: bool
) -> Select[Any]:
    """Return the one statement that answers a search.

    Its rows carry ``matched`` and ``unknown_<bound>`` (counts, the same in each) and either
    ``feature`` (GeoJSON text) or the measures as columns; one row of nulls where none matches.
    """
    options = fitting_options(question.criteria) if asks_for_space(question.criteria) else None
    tables, joined = join_tables(connection, options)
    judged = _judged(question, reading_of(tables), joined)
    counts = select(
        func.count().filter(judged.c.met).label("matched"),
        *(
            func.count().filter(column).label(column.name)
            for column in judged.c
            if column.name.startswith("unknown_")
        ),
    ).cte("counts")
    page = _page_of(judged, limit, offset)
    tables, joined = _joined_page(connection, page, of_need=options is not None)
    o = tables.office.c
    labels = labels_that_hold(o.id, question.known_labels)
    shown = [*measures(reading_of(tables)), labels]
    if as_features:
        columns: list[ColumnElement[Any]] = [feature(o.id, o.geom, shown).label("feature")]
    else:
        spot = func.st_pointonsurface(o.geom)
        columns = [
            *shown,
            rounded(func.st_x(spot), 6).label("lon"),
            rounded(func.st_y(spot), 6).label("lat"),
        ]
    told = select(page.c.place, *columns).select_from(joined).subquery("told")
    return (
        select(counts, *(c for c in told.c if c.name != "place"))
        .select_from(counts.outerjoin(told, true()))
        .order_by(told.c.place)
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
        A label or station is asked for that there is not.
    """
    question, rows = _ask(connection, criteria, limit, offset, as_features=True)
    unknown = {
        name.removeprefix("unknown_"): count
        for name, count in rows[0].items()
        if name.startswith("unknown_") and count
    }
    return OfficePage(
        [row["feature"] for row in rows if row["feature"] is not None],
        rows[0]["matched"],
        unknown,
        walking(connection),
        question.similar,
        facets_of(connection, question, facets) if facets else {},
    )


def search_rows(
    connection: Connection, criteria: OfficeCriteria, limit: int, offset: int = 0
) -> list[Mapping[str, Any]]:
    """Find the offices that meet every bound, as plain rows.

    Returns
    -------
    list of mappings
        The properties of each office by name, then ``lon`` and ``lat`` (degrees).
    """
    _, rows = _ask(connection, criteria, limit, offset, as_features=False)
    return [
        {n: v for n, v in row.items() if n != "matched" and not n.startswith("unknown_")}
        for row in rows
        if row["id"] is not None
    ]


def _ask(
    connection: Connection, criteria: OfficeCriteria, limit: int, offset: int, *, as_features: bool
) -> tuple[Question, Sequence[RowMapping]]:
    """Ask, and where words are found nowhere, ask again and forgive a slip in them."""
    question = understand(connection, criteria)
    query = page_query(connection, question, limit, offset, as_features=as_features)
    rows = connection.execute(query).mappings().all()
    if rows[0]["matched"] or not question.words:
        return question, rows
    forgiven = question.forgiven(connection)
    if not forgiven.similar:
        return question, rows
    query = page_query(connection, forgiven, limit, offset, as_features=as_features)
    return forgiven, connection.execute(query).mappings().all()
