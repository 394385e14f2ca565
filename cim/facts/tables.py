"""What is known of an office, joined: its site, its surroundings, its stock."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, FromClause

from cim.model import OfficeStock, OfficeSurroundings
from cim.model.office import Office
from cim.model.site import Site
from cim.walking import Walking, walking


@dataclass(frozen=True)
class Tables:
    """What a search joins: offices and all that is known of each.

    `options` holds what of the space meets a need, where one was stated.
    """

    office: FromClause
    site: FromClause
    surroundings: FromClause
    stock: FromClause
    options: FromClause | None
    walking: Walking


def join_tables(connection: Connection) -> tuple[Tables, FromClause]:
    """Join each office with all that is known of it."""
    return joined_tables(walking(connection))


def joined_tables(rule: Walking) -> tuple[Tables, FromClause]:
    """Join as `join_tables` does, where it is known how metres become minutes."""
    tables = Tables(
        office=Office.__table__,
        site=Site.__table__,
        surroundings=OfficeSurroundings.__table__,
        stock=OfficeStock.__table__,
        options=None,
        walking=rule,
    )
    o = tables.office.c
    return tables, (
        tables.office.outerjoin(tables.site, tables.site.c.id == o.site_id)
        .outerjoin(tables.surroundings, tables.surroundings.c.office_id == o.id)
        .outerjoin(tables.stock, tables.stock.c.office_id == o.id)
    )
