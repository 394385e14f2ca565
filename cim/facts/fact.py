"""What a measure of an office is, and how its SQL expression reads the joined tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Double, Numeric, cast, func, literal_column

from cim.facts.parking import ParkingRatio, parking_ratio
from cim.facts.tables import Tables


@dataclass(frozen=True)
class Reading:
    """What the expressions of the facts read."""

    tables: Tables
    parking: ParkingRatio


Expression = Callable[[Reading], ColumnElement[Any]]


@dataclass(frozen=True)
class Fact:
    """One measure of an office.

    Attributes
    ----------
    zh, en
        Title in Chinese and English.
    read
        Its SQL expression, unrounded; null where unknown.
    unit
        As in `cim.model.Field`; ``min`` for minutes.
    digits
        Decimals shown; None where it is no measure.
    dated
        Which of `DATES` and `PROVENANCES_OF` say how old it is and how well it is known.
    """

    zh: str
    en: str
    read: Expression
    unit: str | None = None
    digits: int | None = None
    dated: str = "office"


def reading_of(tables: Tables) -> Reading:
    """Return what the expressions of the facts read, for joined tables."""
    per_space = tables.walking.parking_area_per_space
    return Reading(tables, parking_ratio(tables.office, tables.site, per_space))


def rounded(value: ColumnElement[Any], digits: int) -> ColumnElement[Any]:
    """Round for display; comparisons use the value itself."""
    return cast(func.round(cast(value, Numeric), literal_column(str(digits))), Double)
