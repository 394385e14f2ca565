"""Each bound of a search as a condition that is true, false or unknown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Subquery,
    and_,
    case,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from cim.items import touches
from cim.model import LettingOption
from cim.offices.criteria import ANY_USE, OfficeCriteria
from cim.offices.tables import Tables


def like(text: str) -> str:
    """Return the pattern that finds `text` anywhere, its wildcards taken literally."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def asks_for_space(criteria: OfficeCriteria) -> bool:
    """Whether the criteria bind a unit, and not only the office."""
    return any(
        bound is not None for bound in (criteria.area_min, criteria.area_max, criteria.rent_max)
    )


def fitting_options(criteria: OfficeCriteria) -> Subquery:
    """Return, for each office, whether one unit or block meets area and rent together.

    Columns: ``office_id``, ``fits`` (true, false, or null where it hangs on an unknown value),
    ``matching_units``, ``matching_as``, ``rent_min``, ``rent_max``. The last four speak of the
    single units that fit (``unit``), or, where none does, of the smallest block of adjacent units
    (``block``).
    """
    option = LettingOption.__table__.c
    bounds: list[ColumnElement[bool]] = []
    if criteria.area_min is not None:
        bounds.append(option.area >= criteria.area_min)
    if criteria.area_max is not None:
        bounds.append(option.smallest <= criteria.area_max)
    if criteria.rent_max is not None:
        bounds.append(option.rent_highest <= criteria.rent_max)
    fit = and_(true(), *bounds)
    alone, block = and_(fit, option.unit_count == 1), and_(fit, option.unit_count > 1)
    singles = func.count().filter(alone)

    def of_smallest_block(column: ColumnElement[Any]) -> ColumnElement[Any]:
        ordered = aggregate_order_by(column, option.unit_count, option.area, option.id)
        return func.array_agg(ordered).filter(block)[1]

    return (
        select(
            option.office_id,
            case(
                (func.bool_or(fit), true()),
                (func.bool_or(fit.is_(None)), null()),
                else_=false(),
            ).label("fits"),
            case(
                (singles > 0, singles),
                else_=func.coalesce(of_smallest_block(option.unit_count), 0),
            ).label("matching_units"),
            case((singles > 0, "unit"), (func.bool_or(block), "block")).label("matching_as"),
            case(
                (singles > 0, func.min(option.rent_lowest).filter(alone)),
                else_=of_smallest_block(option.rent_lowest),
            ).label("rent_min"),
            case(
                (singles > 0, func.max(option.rent_highest).filter(alone)),
                else_=of_smallest_block(option.rent_highest),
            ).label("rent_max"),
        )
        .group_by(option.office_id)
        .subquery("fitting")
    )


def _within_reach(
    measure: ColumnElement[Any], basis: ColumnElement[Any], bound: float, reach: float
) -> ColumnElement[Any]:
    """Compare a distance or time; beyond the reach is too far, without any station unknown."""
    too_far = false() if bound <= reach else null()
    return case(
        (basis.is_(None), null()),
        (measure.is_(None), too_far),
        else_=measure <= bound,
    )


def _street(name: str, t: Tables) -> ColumnElement[Any]:
    near = t.surroundings.c
    names = {name, name.removesuffix("街道") + "街道"}
    return or_(near.street_id == name, near.street.in_(names))


def _business_district(name: str, t: Tables) -> ColumnElement[Any]:
    near, wanted = t.surroundings.c, literal(name)
    return or_(
        wanted == func.any(near.business_districts), wanted == func.any(near.business_district_ids)
    )


def _site(name: str, t: Tables) -> ColumnElement[Any]:
    return or_(t.office.c.site_id == name, t.site.c.name == name)


def _walk(minutes: float, t: Tables) -> ColumnElement[Any]:
    near = t.surroundings.c
    return _within_reach(near.walk_min, near.walk_basis, minutes, t.walking.reach_minutes)


def _distance(metres: float, t: Tables) -> ColumnElement[Any]:
    near = t.surroundings.c
    return _within_reach(near.distance_m, near.walk_basis, metres, t.walking.reach)


def _text(words: str, t: Tables) -> ColumnElement[Any]:
    o, pattern = t.office.c, like(words)
    return or_(
        o.name.ilike(pattern),
        func.coalesce(o.address.ilike(pattern), false()),
        func.coalesce(func.array_to_string(o.aliases, " ").ilike(pattern), false()),
    )


def _space(t: Tables, options: Subquery) -> ColumnElement[Any]:
    """No free unit at all is a no; no units on record is unknown."""
    return case(
        (t.stock.c.office_id.is_(None), null()),
        (options.c.office_id.is_(None), false()),
        else_=options.c.fits,
    )


_CONDITIONS: dict[str, Callable[[Any, Tables], ColumnElement[Any]]] = {
    "street": _street,
    "business_district": _business_district,
    "site": _site,
    "grade": lambda grades, t: t.office.c.grade.in_(grades),
    "metro_walk_max": _walk,
    "metro_distance_max": _distance,
    "q": _text,
}
"""Condition of each criterion that stands for itself, by its name."""


def conditions(
    criteria: OfficeCriteria, tables: Tables, ratio: ColumnElement[Any]
) -> dict[str, ColumnElement[Any]]:
    """Return the condition of every bound that was set, by its parameter.

    Area and rent are judged together, as ``space``, since one unit must meet both.
    """
    found: dict[str, ColumnElement[Any]] = {}
    if ANY_USE not in criteria.use:
        found["use"] = tables.office.c.use.in_(criteria.use)
    if criteria.box is not None:
        found["bbox"] = touches(tables.office.c.geom, criteria.box)
    if criteria.parking_ratio_min is not None:
        found["parking_ratio_min"] = ratio >= criteria.parking_ratio_min
    if tables.options is not None:
        found["space"] = _space(tables, tables.options)
    for name, condition in _CONDITIONS.items():
        value = getattr(criteria, name)
        if value is not None:
            found[name] = condition(value, tables)
    return found
