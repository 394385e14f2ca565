"""What of an office's space meets a need: one free unit, or one block of adjacent free units."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Subquery,
    Text,
    and_,
    case,
    cast,
    false,
    func,
    not_,
    null,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by

from cim.model import LettingOption
from cim.offices.criteria import OfficeCriteria

_SPACE = ("area_min", "area_max", "rent_max", "budget_max", "move_in", "fit_out")
"""Bounds that one unit or block must meet together."""


def asks_for_space(criteria: OfficeCriteria) -> bool:
    """Whether the criteria bind a unit, and not only the office."""
    return any(getattr(criteria, name) is not None for name in _SPACE)


def _monthly_cost(option: Any, area_min: float | None) -> ColumnElement[Any]:
    """Return what the least area of an option that meets the need costs, CNY a month.

    Where only a part is let, it costs its share of the whole.
    """
    least = option.smallest if area_min is None else func.greatest(option.smallest, area_min)
    share = func.least(least, option.area) / func.nullif(option.area, 0)
    cost: ColumnElement[Any] = option.monthly_rent * share
    return cost


def _bounds(criteria: OfficeCriteria, option: Any) -> list[ColumnElement[Any]]:
    """Return the conditions of one option, each true, false or unknown."""
    found: list[ColumnElement[Any]] = []
    if criteria.area_min is not None:
        found.append(option.area >= criteria.area_min)
    if criteria.area_max is not None:
        found.append(option.smallest <= criteria.area_max)
    if criteria.rent_max is not None:
        found.append(option.rent_highest <= criteria.rent_max)
    if criteria.budget_max is not None:
        found.append(_monthly_cost(option, criteria.area_min) <= criteria.budget_max)
    if criteria.move_in is not None:
        # a unit that comes too late is a no, whatever is unknown of the others of its block
        late = func.coalesce(option.free_from > criteria.move_in, false())
        found.append(case((late, false()), (option.free_known, true()), else_=null()))
    if criteria.fit_out is not None:
        wanted = option.fit_outs.bool_op("<@")(cast(criteria.fit_out, ARRAY(Text)))
        found.append(case((not_(wanted), false()), (option.fit_out_known, true()), else_=null()))
    return found


def fitting_options(criteria: OfficeCriteria) -> Subquery:
    """Return, for each office, whether one unit or block meets all that is asked of space.

    Columns: ``office_id``, ``fits`` (true, false, or null where it hangs on an unknown value),
    ``matching_units``, ``matching_as``, ``rent_min``, ``rent_max``. The last four speak of the
    single units that fit (``unit``), or, where none does, of the smallest block of adjacent units
    (``block``).
    """
    option = LettingOption.__table__.c
    fit = and_(true(), *_bounds(criteria, option))
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
