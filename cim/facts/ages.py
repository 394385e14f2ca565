"""How old facts are and how well they are known, by what they were taken from."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Date, case, cast, func, literal, null

from cim.facts.fact import Expression, Reading
from cim.model import PROVENANCES

_LEAST_FIRST = tuple(reversed(PROVENANCES))


def _provenance_near(name: str) -> Expression:
    return lambda r: r.tables.surroundings.c[f"{name}_provenance"]


def _least_certain_of_units(r: Reading) -> ColumnElement[Any]:
    known = r.tables.stock.c.provenances
    return case(*((literal(name) == func.any(known), literal(name)) for name in _LEAST_FIRST))


def _date_of_ratio(r: Reading) -> ColumnElement[Any]:
    """Return how old the row is whose parking spaces count, that of the site or the office."""
    own, shared = r.tables.office.c.source_date, r.tables.site.c.source_date
    return case((r.parking.basis == "site", shared), else_=own)


DATES: dict[str, Expression] = {
    "office": lambda r: r.tables.office.c.source_date,
    "ratio": _date_of_ratio,
    "units": lambda r: r.tables.stock.c.units_date,
    "metro": lambda r: r.tables.surroundings.c.metro_date,
    "port": lambda r: r.tables.surroundings.c.port_date,
    "railway": lambda r: r.tables.surroundings.c.railway_date,
    "bus": lambda r: r.tables.surroundings.c.bus_date,
    "parking": lambda r: r.tables.surroundings.c.parking_date,
    "amenity": lambda r: r.tables.surroundings.c.amenity_date,
    # leases of many owners, of no one date
    "neighbours": lambda _: cast(null(), Date),
}
"""How old facts are, by what they were taken from; the oldest date of what was read."""


PROVENANCES_OF: dict[str, Expression] = {
    "office": lambda r: r.tables.office.c.provenance,
    "ratio": lambda r: r.parking.provenance,
    "units": _least_certain_of_units,
    "neighbours": lambda r: r.tables.surroundings.c.neighbours_provenance,
    **{
        name: _provenance_near(name)
        for name in ("metro", "port", "railway", "bus", "parking", "amenity")
    },
}
"""How well facts are known, by what they were taken from: the least certain of what was read."""
