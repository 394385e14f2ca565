"""What an answer tells of each office: its facts, what of its space meets the need, its labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Text,
    case,
    cast,
    func,
    literal,
    literal_column,
    null,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by

from cim.facts import FACTS, Reading, rounded, shown
from cim.model import OfficeLabel
from cim.offices.question import Label
from cim.settings import answer_settings

TOLD: dict[str, tuple[str, str]] = {
    "matching_units": ("符合的单元数", "Units that match"),
    "matching_as": ("符合方式", "Single units, or a block"),
    "rent_min": ("符合单元最低租金", "Lowest rent of what matches"),
    "rent_max": ("符合单元最高租金", "Highest rent of what matches"),
    "labels": ("标签", "Labels"),
    "unverified": ("房源待核验", "Free units not verified lately"),
}
"""Titles of what answers tell beside the facts."""

_WITH_SPACE = ("rent_min", "rent_max")
"""Facts that speak of what meets the need, where one is stated."""


def labels_that_hold(office_id: ColumnElement[Any], known: Sequence[Label]) -> ColumnElement[Any]:
    """Return the Chinese titles of the labels that hold for an office, in the order of rules."""
    label = OfficeLabel.__table__.c
    codes = cast([one.code for one in known], ARRAY(Text))
    titles = cast([one.zh for one in known], ARRAY(Text))
    rules = func.unnest(codes, titles).table_valued("code", "zh", with_ordinality="place")
    rule = rules.render_derived(name="rule").c
    held = (
        select(func.array_agg(aggregate_order_by(rule.zh, rule.place)))
        .where(label.office_id == office_id, label.holds, label.label == rule.code)
        .scalar_subquery()
    )
    return func.coalesce(held, cast([], ARRAY(Text)), type_=ARRAY(Text)).label("labels")


def unverified(reading: Reading) -> ColumnElement[Any]:
    """Tell whether a free unit was not verified for long, or never; null where none is free."""
    stock, days = reading.tables.stock.c, answer_settings().unverified_after
    today = literal_column("(now() at time zone 'Asia/Shanghai')::date", Date)
    late = func.coalesce(stock.verified_on < today - literal(days), literal(value=True))
    return case((stock.free_units > 0, late)).label("unverified")


def measures(reading: Reading) -> list[ColumnElement[Any]]:
    """Return the properties of an office in an answer, flat and in order.

    Where `reading.tables.options` is set, units and rents are those that meet the need.
    """
    stock, options = reading.tables.stock.c, reading.tables.options
    plain = [shown(name, reading) for name in FACTS if name not in _WITH_SPACE]
    if options is None:
        space = [
            stock.free_units.label("matching_units"),
            cast(null(), Text).label("matching_as"),
            *(shown(name, reading) for name in _WITH_SPACE),
        ]
    else:
        space = [
            options.c.matching_units.label("matching_units"),
            options.c.matching_as.label("matching_as"),
            *(rounded(options.c[name], 2).label(name) for name in _WITH_SPACE),
        ]
    return [*plain, *space, unverified(reading)]
