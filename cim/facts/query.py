"""All facts of all offices in one query."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, select

from cim.facts.ages import DATES, PROVENANCES_OF
from cim.facts.declared import FACTS
from cim.facts.fact import Reading, reading_of, rounded
from cim.facts.tables import join_tables


def shown(name: str, reading: Reading) -> ColumnElement[Any]:
    """Return a fact as answers give it: rounded, and labelled by its name."""
    fact = FACTS[name]
    value = fact.read(reading)
    # whole numbers are not turned into decimals
    return (rounded(value, fact.digits) if fact.digits else value).label(name)


def facts_query(connection: Connection, *, dates: bool = True) -> Select[Any]:
    """Return the query of all facts of all offices, unrounded, each labelled by its name.

    Parameters
    ----------
    dates
        Whether ``date_office``, ``date_units`` … and ``provenance_office`` … (the keys of
        `DATES` and `PROVENANCES_OF`) stand behind them.
    """
    tables, joined = join_tables(connection)
    reading = reading_of(tables)
    columns = [fact.read(reading).label(name) for name, fact in FACTS.items()]
    if dates:
        columns += [read(reading).label(f"date_{name}") for name, read in DATES.items()]
        columns += [
            read(reading).label(f"provenance_{name}") for name, read in PROVENANCES_OF.items()
        ]
    return select(*columns).select_from(joined)
