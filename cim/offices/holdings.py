"""The stock of commercial space by street, district, grade, use or business district."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from cim.letting import FREE_STATUSES

GROUPINGS = {
    "street": ("街道", "Street"),
    "district": ("所在区", "District"),
    "grade": ("等级", "Grade"),
    "use": ("用途", "Use"),
    "business_district": ("商圈", "Business district"),
}
"""What stock can be grouped by."""

COLUMNS: dict[str, tuple[str, str, str | None]] = {
    "offices": ("楼宇数", "Offices", None),
    "offices_without_units": ("没有单元资料的楼宇数", "Offices without units on record", None),
    "units": ("单元数", "Units", None),
    "free_units": ("可租单元数", "Free units", None),
    "unit_area": ("单元总面积", "Area of units", "m2"),
    "units_area_unknown": ("面积不详的单元数", "Units of unknown area", None),
    "available_area": ("空置面积", "Free area", "m2"),
    "free_area_unknown": ("面积不详的可租单元数", "Free units of unknown area", None),
    "vacancy_percent": ("空置率", "Vacancy", "percent"),
    "gross_floor_area": ("总建筑面积", "Gross floor area", "m2"),
    "gross_floor_area_unknown": ("建筑面积不详的楼宇数", "Offices of unknown area", None),
    "rent_p10": ("租金10%分位", "Rent, 10th percentile", "CNY/m2/month"),
    "rent_p25": ("租金25%分位", "Rent, 25th percentile", "CNY/m2/month"),
    "rent_p50": ("租金中位数", "Rent, median", "CNY/m2/month"),
    "rent_p75": ("租金75%分位", "Rent, 75th percentile", "CNY/m2/month"),
    "rent_p90": ("租金90%分位", "Rent, 90th percentile", "CNY/m2/month"),
    "rent_unknown": (
        "租金不详或不可比、或面积不详的可租单元数",
        "Free units of unknown area or comparable rent",
        None,
    ),
    "parking_spaces": ("自有车位数", "Parking spaces of the offices", None),
    "parking_spaces_unknown": (
        "自有车位数不详的楼宇数",
        "Offices of unknown parking spaces",
        None,
    ),
    "simulated": ("其中模拟数据的楼宇数", "Offices that are simulated", None),
}
"""Titles and units of what is told of each group, in order.

Areas and spaces add up what is known; beside each stands of how many that is unknown. Rents are
the comparable ones of free units (``cim/sql/free_units.sql``), weighted by area: a tenth of the
free area of known rent asks `rent_p10` or less. An office in several business districts counts in
each.
"""

_SQL = Path(__file__).parents[1] / "sql" / "holdings.sql"


def holdings(
    connection: Connection, by: str, uses: list[str] | None = None
) -> list[dict[str, Any]]:
    """Return the stock by group, largest first.

    Parameters
    ----------
    by
        One of `GROUPINGS`.
    uses
        Uses that count; None for any.

    Returns
    -------
    list of dict
        ``group`` (None for offices of which it is unknown, or that lie in no business district)
        and the `COLUMNS`.
    """
    rows = connection.execute(
        text(_SQL.read_text(encoding="utf-8")),
        {"by": by, "uses": uses, "free": list(FREE_STATUSES)},
    )
    return [dict(row) for row in rows.mappings()]
