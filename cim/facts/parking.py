"""The parking ratio of an office: spaces per 100 m² of a named area."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Double,
    FromClause,
    Numeric,
    Text,
    case,
    cast,
    func,
    literal,
    literal_column,
)
from sqlalchemy.dialects.postgresql import array

from cim.model import PROVENANCES


@dataclass(frozen=True)
class ParkingRatio:
    """SQL expressions over an office and its site.

    Attributes
    ----------
    ratio
        Spaces per 100 m², unrounded; null where unknown.
    basis
        ``office``, ``site`` or ``estimated``.
    area
        Name of the area it is reckoned on; its size stands in `area_m2`.
    provenance
        The least certain of the inputs.
    """

    ratio: ColumnElement[float | None]
    basis: ColumnElement[str | None]
    area: ColumnElement[str | None]
    area_m2: ColumnElement[float | None]
    provenance: ColumnElement[str | None]


def _worst(*provenances: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the least certain of several provenances."""
    order = array([literal_column(f"'{name}'", Text) for name in PROVENANCES])
    place = func.greatest(*(func.array_position(order, p) for p in provenances))
    return func.split_part(literal(",".join(PROVENANCES)), ",", place, type_=Text)


def _known_as(row: FromClause, field: str) -> ColumnElement[Any]:
    """Return the provenance of one value: its exception, else that of its row."""
    return func.coalesce(row.c.exceptions.op("->>")(literal(field, Text)), row.c.provenance)


# built once, since every question reads it
@lru_cache(maxsize=4)
def parking_ratio(office: FromClause, site: FromClause, per_space: float) -> ParkingRatio:
    """Return the expressions of the ratio for an office outer-joined with its site.

    The office's own spaces over its gross floor area; else the spaces of its site over the
    site's area; else its parking area, at a number of m² for one space, over its gross floor
    area.
    """
    o, s = office.c, site.c
    own = 100.0 * cast(o.parking_spaces, Double) / func.nullif(o.gross_floor_area, 0, type_=Double)
    shared = 100.0 * cast(s.parking_spaces, Double) / func.nullif(s.area, 0, type_=Double)
    estimate = (
        100.0 * (o.parking_area / per_space) / func.nullif(o.gross_floor_area, 0, type_=Double)
    )

    def choose(from_own: Any, from_site: Any, from_area: Any) -> ColumnElement[Any]:
        return case(
            (own.is_not(None), from_own),
            (shared.is_not(None), from_site),
            (estimate.is_not(None), from_area),
        )

    office_area = _known_as(office, "gross_floor_area")
    return ParkingRatio(
        ratio=func.coalesce(own, shared, estimate),
        basis=choose(literal("office"), literal("site"), literal("estimated")),
        area=choose(literal("gross_floor_area"), literal("site.area"), literal("gross_floor_area")),
        area_m2=choose(o.gross_floor_area, s.area, o.gross_floor_area),
        provenance=choose(
            _worst(_known_as(office, "parking_spaces"), office_area),
            _worst(_known_as(site, "parking_spaces"), _known_as(site, "area")),
            _worst(_known_as(office, "parking_area"), office_area, literal("estimated")),
        ),
    )


def ratio_text(ratio: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the ratio as people quote it: ``1:150`` is one space for 150 m²."""
    return case(
        (ratio > 0, literal("1:") + cast(cast(func.round(100.0 / ratio), Numeric), Text)),
        (ratio == 0, literal("0")),
    )
