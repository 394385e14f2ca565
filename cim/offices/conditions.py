"""Each bound of a search as a condition that is true, false or unknown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Double,
    Subquery,
    Text,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY

from cim.crs import SRID
from cim.facts import Reading, Tables
from cim.items import touches
from cim.model import OfficeAccess, OfficeLabel
from cim.offices.naming import full_street
from cim.offices.question import Question

CERTAIN = ("ids", "use", "bbox", "within")
"""Bounds of which nothing is ever unknown."""


def _texts(words: Any) -> ColumnElement[Any]:
    return cast(list(words), ARRAY(Text))


def _within_reach(
    measure: ColumnElement[Any], basis: ColumnElement[Any], bound: float, reach: float
) -> ColumnElement[Any]:
    """Compare a distance or time; within the reach no nearer place is missed, beyond it one may be.

    A basis that is unknown says that the city knows of no such place at all.
    """
    too_far = false() if bound <= reach else null()
    return case((basis.is_(None), null()), (measure <= bound, true()), else_=too_far)


def _street(names: list[str], t: Tables) -> ColumnElement[Any]:
    near = t.surroundings.c
    full = {full_street(name) for name in names}
    return or_(near.street_id.in_(names), near.street.in_(sorted({*names, *full})))


def _business_district(names: list[str], t: Tables) -> ColumnElement[Any]:
    near, wanted = t.surroundings.c, _texts(names)
    return or_(
        near.business_districts.bool_op("&&")(wanted),
        near.business_district_ids.bool_op("&&")(wanted),
    )


def _site(names: list[str], t: Tables) -> ColumnElement[Any]:
    return or_(t.office.c.site_id.in_(names), t.site.c.name.in_(names))


def _walk(kind: str) -> Callable[[Any, Tables], ColumnElement[Any]]:
    """Return the condition of the minutes on foot to the nearest of a kind."""
    measure, basis = {
        "metro": ("walk_min", "walk_basis"),
        "port": ("port_walk_min", "port_basis"),
        "railway": ("railway_walk_min", "railway_basis"),
    }[kind]

    def condition(minutes: float, t: Tables) -> ColumnElement[Any]:
        near = t.surroundings.c
        return _within_reach(near[measure], near[basis], minutes, t.walking.reach_minutes)

    return condition


def _distance(metres: float, t: Tables) -> ColumnElement[Any]:
    near = t.surroundings.c
    return _within_reach(near.distance_m, near.walk_basis, metres, t.walking.reach)


def _whole_floors(floors: int, t: Tables) -> ColumnElement[Any]:
    """Compare the floors that are whole for certain; those that cannot be judged may be, too."""
    known = func.coalesce(t.stock.c.whole_floors, 0)
    return case(
        (known >= floors, true()),
        (known + t.stock.c.floors_unknown < floors, false()),
        # no units on record, or too few floors that can be judged
        else_=null(),
    )


def _at_least(column: str) -> Callable[[Any, Tables], ColumnElement[Any]]:
    return lambda bound, t: t.office.c[column] >= bound


_CONDITIONS: dict[str, Callable[[Any, Tables], ColumnElement[Any]]] = {
    "ids": lambda ids, t: t.office.c.id.in_(ids),
    "street": _street,
    "business_district": _business_district,
    "site": _site,
    "grade": lambda grades, t: t.office.c.grade.in_(grades),
    "metro_walk_max": _walk("metro"),
    "metro_distance_max": _distance,
    "port_walk_max": _walk("port"),
    "railway_walk_max": _walk("railway"),
    "floors_whole": _whole_floors,
    "clear_height_min": _at_least("clear_height"),
    "completed_min": _at_least("completed"),
    "ownership": lambda kinds, t: t.office.c.ownership.in_(kinds),
    "registrable": lambda wanted, t: t.office.c.registrable == wanted,
}
"""Condition of each criterion that stands for itself, by its name."""


def space_found(
    has_units: ColumnElement[Any], options: Subquery, unseen: ColumnElement[bool]
) -> ColumnElement[Any]:
    """Return the condition that space meets the need, with `fitting_options` outer-joined.

    Nothing that may fit is a no; no units on record is unknown, and so is nothing that fits among
    what is kept, where `unseen` says that more there may.
    """
    return case(
        (not_(has_units), null()),
        (and_(options.c.office_id.is_(None), not_(unseen)), false()),
        # null where there is no such row
        else_=options.c.fits,
    )


def labels_hold(question: Question, office_id: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the condition that every label holds; one that is not worked out is unknown."""
    every, other = OfficeLabel.__table__.alias("held").c, OfficeLabel.__table__.alias("other").c
    # of all offices at once, by the index of the labels that hold
    held = (
        select(every.office_id)
        .where(every.holds, every.label.in_(question.labels))
        .group_by(every.office_id)
        .having(func.count() == len(question.labels))
    )
    refused = exists().where(
        other.office_id == office_id, other.label.in_(question.labels), other.holds.is_(False)
    )
    return case((office_id.in_(held), true()), (refused, false()), else_=null())


def _lines(question: Question, t: Tables) -> ColumnElement[Any]:
    """Any of the lines within minutes; a station near whose lines are unknown may be on it."""
    criteria, minutes_by_line = question.criteria, t.surroundings.c.metro_lines
    limit = criteria.metro_walk_max
    minutes = t.walking.near_minutes if limit is None else limit
    nearest = func.least(
        *(cast(minutes_by_line.op("->>")(literal(line, Text)), Double) for line in question.lines)
    )
    access = OfficeAccess.__table__.c
    unknown = select(access.office_id).where(
        access.layer == "station",
        access.place_id.in_(question.without_lines),
        access.walk_min <= minutes,
    )
    return case(
        (nearest <= minutes, true()),
        (or_(minutes_by_line.is_(None), t.office.c.id.in_(unknown)), null()),
        else_=false() if minutes <= t.walking.reach_minutes else null(),
    )


def _within_walk(question: Question, t: Tables) -> ColumnElement[Any] | None:
    start, identifier = question.criteria.walk_from, t.office.c.id
    if start is None:
        return None
    if question.stations is None:
        return identifier == func.any(_texts(question.walked or ()))
    access = OfficeAccess.__table__.c
    reached = select(access.office_id).where(
        access.layer == "station",
        access.place_id.in_(question.stations),
        access.walk_min <= start.minutes,
    )
    beyond = false() if start.minutes <= t.walking.reach_minutes else null()
    pending = t.surroundings.c.office_id.is_(None)
    return case((identifier.in_(reached), true()), (pending, null()), else_=beyond)


def _places(question: Question, tables: Tables) -> dict[str, ColumnElement[Any]]:
    """Return the conditions of where an office stands on the map."""
    geom, box, area = tables.office.c.geom, question.criteria.box, question.area
    found: dict[str, ColumnElement[Any]] = {}
    if box is not None:
        found["bbox"] = touches(geom, box)
    if area is not None:
        found["within"] = func.st_intersects(geom, func.st_geomfromwkb(area.wkb, SRID))
    if (walk := _within_walk(question, tables)) is not None:
        found["within_walk"] = walk
    return found


def conditions(question: Question, reading: Reading) -> dict[str, ColumnElement[Any]]:
    """Return the condition of every bound that was set, by its parameter.

    Space (`space_found`; one unit must meet all that is asked of it), labels (`labels_hold`) and
    words (`cim.offices.wording.with_words`) are not among them: they are read last.
    """
    criteria, tables = question.criteria, reading.tables
    found = _places(question, tables)
    if criteria.uses is not None:
        found["use"] = tables.office.c.use.in_(criteria.uses)
    if criteria.parking_ratio_min is not None:
        found["parking_ratio_min"] = reading.parking.ratio >= criteria.parking_ratio_min
    if question.lines:
        found["lines"] = _lines(question, tables)
    for name, condition in _CONDITIONS.items():
        value = getattr(criteria, name)
        if value is not None:
            found[name] = condition(value, tables)
    return found
