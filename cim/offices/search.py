"""Search over offices: which meet every bound, and for how many that cannot be said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Text, and_, cast, func, null, select, true

from cim.geojson import feature
from cim.offices.conditions import asks_for_space, conditions, fitting_options
from cim.offices.criteria import SORTS, OfficeCriteria
from cim.offices.facts import FACTS, Reading, reading_of, rounded, shown
from cim.offices.tables import join_tables
from cim.walking import Walking


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
    """

    features: list[str]
    matched: int
    unknown: dict[str, int]
    walking: Walking


_WITH_SPACE = ("matching_units", "matching_as", "rent_min", "rent_max")
"""Measures that speak of what meets the need, where one is stated."""


def measures(reading: Reading) -> list[ColumnElement[Any]]:
    """Return the properties of an office in an answer, flat and in order."""
    stock, options = reading.tables.stock.c, reading.tables.options
    plain = [shown(name, reading) for name in FACTS if name not in _WITH_SPACE]
    if options is None:
        space = [
            stock.free_units.label("matching_units"),
            cast(null(), Text).label("matching_as"),
            shown("rent_min", reading),
            shown("rent_max", reading),
        ]
    else:
        space = [
            options.c.matching_units.label("matching_units"),
            options.c.matching_as.label("matching_as"),
            rounded(options.c.rent_min, 2).label("rent_min"),
            rounded(options.c.rent_max, 2).label("rent_max"),
        ]
    return [*plain, *space]


def sortable(reading: Reading) -> dict[str, ColumnElement[Any]]:
    """Return the unrounded measures an answer can be sorted by."""
    found = {name: FACTS[name].read(reading) for name in SORTS}
    if (options := reading.tables.options) is not None:
        found |= {name: options.c[name] for name in ("rent_min", "rent_max")}
    return found


def _ordered(
    query: Select[Any], criteria: OfficeCriteria, by_name: dict[str, ColumnElement[Any]]
) -> Select[Any]:
    """Sort by the measures asked for, unknown values last, then by identifier."""
    for name in criteria.sort:
        column = by_name[name.removeprefix("-")]
        direction = column.desc() if name.startswith("-") else column.asc()
        query = query.order_by(direction.nulls_last())
    return query.order_by(by_name["id"])


def search(
    connection: Connection, criteria: OfficeCriteria, limit: int, offset: int = 0
) -> OfficePage:
    """Find the offices that meet every bound.

    Parameters
    ----------
    criteria
        The bounds and the order.
    limit, offset
        Which part of the answer is returned.
    """
    options = fitting_options(criteria) if asks_for_space(criteria) else None
    tables, joined = join_tables(connection, options)
    reading = reading_of(tables)
    judged = conditions(criteria, tables, reading.parking.ratio)
    met = and_(true(), *judged.values())
    page = (
        select(feature(tables.office.c.id, tables.office.c.geom, measures(reading)))
        .select_from(joined)
        .where(met)
    )
    page = _ordered(page, criteria, sortable(reading)).limit(limit).offset(offset)

    left_out = {
        name: func.count().filter(and_(met.is_(None), condition.is_(None))).label(name)
        for name, condition in judged.items()
    }
    counts = select(func.count().filter(met).label("matched"), *left_out.values()).select_from(
        joined
    )
    counted = connection.execute(counts).mappings().one()
    features = connection.scalars(page).all()
    unknown = {name: counted[name] for name in left_out if counted[name]}
    return OfficePage(list(features), counted["matched"], unknown, tables.walking)
