"""What of an office's space meets a need: one free unit, or one block of adjacent free units."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Double,
    FromClause,
    Select,
    Subquery,
    Text,
    and_,
    case,
    cast,
    false,
    func,
    not_,
    null,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on

from cim.blocks import Unseen
from cim.model import LettingOption
from cim.offices.criteria import OfficeCriteria

_SPACE = ("area_min", "area_max", "rent_max", "budget_max", "move_in", "fit_out")
"""Bounds that one unit or block must meet together."""

_OF_EACH_UNIT = ("rent_max", "move_in", "fit_out")
"""Those that each unit of a block meets for itself."""


def asks_for_space(criteria: OfficeCriteria) -> bool:
    """Whether the criteria bind a unit, and not only the office."""
    return any(getattr(criteria, name) is not None for name in _SPACE)


def _either(surely: ColumnElement[Any], never: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return true or false where that is certain, else unknown; the conditions may be unknown."""
    return case((surely, true()), (never, false()), else_=null())


def _within_budget(option: Any, budget: float, area_min: float | None) -> ColumnElement[Any]:
    """Tell whether the least area of an option that meets the need costs no more, CNY a month.

    Where only a part is let, it costs its share of the whole.
    """
    # typed, since a quotient of unknown types is reckoned in decimals, which is slow
    least: ColumnElement[Any] = option.smallest
    if area_min is not None:
        least = func.greatest(least, area_min, type_=Double)
    # an option that is too small is held to what so much area costs at its rent
    known = least / func.nullif(option.area, 0, type_=Double)
    # of unknown area it is at least the share of what is known
    some = option.smallest_least / func.nullif(option.area_least, 0, type_=Double)
    share: ColumnElement[Any] = case((option.area.is_(None), some), else_=known)
    return _either(option.monthly_most * known <= budget, option.monthly_least * share > budget)


def _bounds(criteria: OfficeCriteria, option: Any) -> dict[str, ColumnElement[Any]]:
    """Return the conditions of one option by name, each true, false or unknown."""
    found: dict[str, ColumnElement[Any]] = {}
    if criteria.area_min is not None:
        # what is known of it may be enough
        surely = option.area_least >= criteria.area_min
        found["area_min"] = _either(surely, option.area.is_not(None))
    if criteria.area_max is not None:
        bound = criteria.area_max
        found["area_max"] = _either(option.smallest <= bound, option.smallest_least > bound)
    if criteria.rent_max is not None:
        bound = criteria.rent_max
        found["rent_max"] = _either(option.rent_most <= bound, option.rent_least > bound)
    if criteria.budget_max is not None:
        found["budget_max"] = _within_budget(option, criteria.budget_max, criteria.area_min)
    if criteria.move_in is not None:
        # a unit that comes too late is a no, whatever is unknown of the others of its block
        late = func.coalesce(option.free_from > criteria.move_in, false())
        found["move_in"] = case((late, false()), (option.free_known, true()), else_=null())
    if criteria.fit_out is not None:
        wanted = option.fit_outs.bool_op("<@")(cast(criteria.fit_out, ARRAY(Text)))
        found["fit_out"] = case(
            (not_(wanted), false()), (option.fit_out_known, true()), else_=null()
        )
    return found


def _of(among: FromClause | None) -> list[ColumnElement[bool]]:
    """Return the condition of the offices that count."""
    return [] if among is None else [LettingOption.office_id.in_(select(among.c.office_id))]


def unseen_options(criteria: OfficeCriteria, among: FromClause | None = None) -> Select[Any] | None:
    """Return the offices where a block that is not kept may meet all that is asked of space.

    None where no such block is missed: without a least area, one of its units meets all that it
    meets. A block lies within what is left under the bounds on each unit, which is kept
    (`cim.blocks`) and no smaller; and one of its units is no larger, and no dearer per m².

    Parameters
    ----------
    among
        Rows whose ``office_id`` alone count.
    """
    if criteria.area_min is None:
        return None
    option = LettingOption.__table__.c
    bounds = _bounds(criteria, option)
    large = bounds.pop("area_min")
    of_each = [bounds[name] for name in _OF_EACH_UNIT if name in bounds]
    left = or_(option.unseen == int(Unseen.LEFT), and_(true(), *of_each))
    return (
        select(option.office_id)
        .where(option.unseen > int(Unseen.NOTHING), *_of(among))
        .group_by(option.office_id)
        .having(
            func.bool_or(and_(large, left).is_not(False)),
            func.bool_or(and_(true(), *bounds.values()).is_not(False)),
        )
    )


def _judged(criteria: OfficeCriteria, among: FromClause | None) -> CTE:
    """Judge each option by all bounds, and keep those of which it is not sure that they fail."""
    option = LettingOption.__table__.c
    fit = and_(true(), *_bounds(criteria, option).values())
    return (
        select(
            option.id,
            option.office_id,
            option.unit_count,
            option.area,
            option.rent_lowest,
            # the dearest is known where all are
            case((option.rent_lowest.is_not(None), option.rent_most)).label("rent_highest"),
            fit.label("fit"),
        )
        # what surely does not fit says no more than that there is nothing
        .where(fit.is_not(False), *_of(among))
        # each option is judged once, and not in every aggregate
        .cte("option_judged")
        .prefix_with("materialized")
    )


def _singles(judged: CTE) -> Subquery:
    """Return whether anything fits in each office, and what is told of single units that do."""
    j = judged.c
    alone = and_(j.fit, j.unit_count == 1)
    return (
        select(
            j.office_id,
            # true where one fits, else unknown
            func.bool_or(j.fit).label("fits"),
            func.count().filter(alone).label("singles"),
            func.min(j.rent_lowest).filter(alone).label("rent_lowest"),
            func.max(j.rent_highest).filter(alone).label("rent_highest"),
        )
        .group_by(j.office_id)
        .subquery("by_office")
    )


def _smallest_blocks(judged: CTE) -> Subquery:
    """Return the block of the fewest units that fits in each office."""
    j = judged.c
    return (
        select(j.office_id, j.unit_count, j.rent_lowest, j.rent_highest)
        .where(j.fit, j.unit_count > 1)
        .ext(distinct_on(j.office_id))
        .order_by(j.office_id, j.unit_count, j.area, j.id)
        .subquery("smallest_block")
    )


def fitting_options(criteria: OfficeCriteria, among: FromClause | None = None) -> Subquery:
    """Return, for each office, whether one unit or block meets all that is asked of space.

    Offices of which nothing can fit have no row. Columns: ``office_id``, ``fits`` (true, or null
    where it hangs on an unknown value), ``matching_units``, ``matching_as``, ``rent_min``,
    ``rent_max``. The last four speak of the single units that fit (``unit``), or, where none does,
    of the smallest block of adjacent units (``block``).

    Parameters
    ----------
    among
        Rows whose ``office_id`` alone count.
    """
    judged = _judged(criteria, among)
    office, block = _singles(judged), _smallest_blocks(judged)
    o, b = office.c, block.c

    def told(of_units: ColumnElement[Any], of_block: ColumnElement[Any]) -> ColumnElement[Any]:
        return case((o.singles > 0, of_units), else_=of_block)

    return (
        select(
            o.office_id,
            o.fits,
            told(o.singles, func.coalesce(b.unit_count, 0)).label("matching_units"),
            case((o.singles > 0, "unit"), (b.office_id.is_not(None), "block")).label("matching_as"),
            told(o.rent_lowest, b.rent_lowest).label("rent_min"),
            told(o.rent_highest, b.rent_highest).label("rent_max"),
        )
        .select_from(office.outerjoin(block, b.office_id == o.office_id))
        .subquery("fitting")
    )
