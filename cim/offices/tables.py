"""What is known of an office, joined: its site, its surroundings, its stock."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, FromClause, Subquery

from cim.model import OfficeStock, OfficeSurroundings
from cim.model.office import Office
from cim.model.site import Site
from cim.walking import Walking, walking


@dataclass(frozen=True)
class Tables:
    """What a search joins: offices and all that is known of each."""

    office: FromClause
    site: FromClause
    surroundings: FromClause
    stock: FromClause
    options: FromClause | None
    walking: Walking


def join_tables(
    connection: Connection, options: Subquery | None = None
) -> tuple[Tables, FromClause]:
    """Join each office with all that is known of it.

    Parameters
    ----------
    options
        What of an office's space meets a need, with ``office_id``; see
        `cim.offices.options.fitting_options`.
    """
    tables = Tables(
        office=Office.__table__,
        site=Site.__table__,
        surroundings=OfficeSurroundings.__table__,
        stock=OfficeStock.__table__,
        options=options,
        walking=walking(connection),
    )
    o = tables.office.c
    joined = (
        tables.office.outerjoin(tables.site, tables.site.c.id == o.site_id)
        .outerjoin(tables.surroundings, tables.surroundings.c.office_id == o.id)
        .outerjoin(tables.stock, tables.stock.c.office_id == o.id)
    )
    if options is not None:
        joined = joined.outerjoin(options, options.c.office_id == o.id)
    return tables, joined
