"""What is let, what is free, and what it costs: status, rents, tenants and dates of units."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from layers.example_city.chance import chance_of
from layers.example_city.frames import DATA_DATE, column
from layers.example_city.market import drawn_from, market, only, unknown

_VERIFIED_WITHIN_DAYS = 180
_TENANTS = 3200
_FLOOR_PREMIUM = 0.2
"""How much dearer the top floor is than the ground floor, as a share."""
_FIT_OUT_UNKNOWN = 0.08
_FREE = ("vacant", "coming", "reserved")


def with_leases(units: pd.DataFrame) -> pd.DataFrame:
    """Fill status, rent and the dates of the lease of every unit.

    Parameters
    ----------
    units
        Columns ``office_id, floor_order, storeys, market_grade, location, area``.
    """
    chance = chance_of("lease")
    made = units.assign(status=_status(units, chance))
    made = _with_rent(made, chance)
    made = _with_terms(made, chance)
    return _with_tenants(made, chance)


def _status(units: pd.DataFrame, chance: np.random.Generator) -> Any:
    """Draw the status of units; vacancy differs between buildings and is the city's on average.

    The emptiest-by-lot units are the vacant ones, so that the share of the whole stock is met.
    """
    figures = market()
    offices = units["office_id"].unique()
    leaning = dict(zip(offices, chance.normal(0, 0.9, len(offices)), strict=True))
    n = len(units)
    inclined = units["office_id"].map(leaning).to_numpy() + chance.logistic(0, 1, n)
    order = np.argsort(-inclined, kind="stable")
    status = np.full(n, "let", dtype=object)
    edge = 0
    for name, share in (("vacant", figures["vacancy"]), ("coming", figures["coming"])):
        count = round(n * share)
        status[order[edge : edge + count]] = name
        edge += count
    taken = np.flatnonzero(status == "let")
    lot = chance.permutation(taken)
    owned = round(n * figures["own_use"])
    status[lot[:owned]] = "own_use"
    status[lot[owned : owned + round(n * figures["reserved"])]] = "reserved"
    return status


def _with_rent(units: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
    """Fill asking rents: by grade and place of the office, then floor, then a little chance."""
    offices = units.drop_duplicates("office_id").set_index("office_id")
    # short of the ends of the span, so that low and high floors stay within it
    place = 0.2 + 0.6 * offices["location"] + chance.normal(0, 0.16, len(offices))
    place = place.clip(0.12, 0.88)
    spans = [market()["grade"][grade]["rent"] for grade in offices["market_grade"]]
    low, high = np.array(spans, dtype=float).T
    # even steps of place are even ratios of rent: log-normal within the grade's span
    base = pd.Series(low * (high / low) ** place, index=offices.index)
    n = len(units)
    rise = 1 + _FLOOR_PREMIUM * (units["floor_order"] / units["storeys"] - 0.5)
    rent = units["office_id"].map(base) * rise * np.exp(chance.normal(0, 0.04, n))
    missing = unknown("rent", n, chance)
    rent = (rent * 2).round() / 2
    told = ~missing

    def where_told(values: Any) -> Any:
        return only(told & (chance.random(n) < 0.85), values)

    cheap = units["market_grade"].isin(["乙级", "丙级"]).to_numpy()
    for_sale = cheap & (chance.random(n) < 0.06)
    return units.assign(
        rent=rent.mask(missing),
        rent_includes_tax=where_told(chance.random(n) < 0.6),
        rent_includes_fee=where_told(chance.random(n) < 0.15),
        rent_area_base=only(told, np.full(n, "建筑面积")),
        sale_price=(rent * chance.uniform(210, 330, n)).round(-2).where(for_sale),
    )


def _with_terms(units: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
    """Fill deposit, rent-free days, fit-out, the day it is free and the day it was verified."""
    n = len(units)
    free = units["status"].isin(_FREE).to_numpy()
    coming = (units["status"] == "coming").to_numpy()
    wait = np.where(coming, chance.integers(20, 270, n), chance.integers(-90, 30, n))
    ready = free & (chance.random(n) < 0.85)
    good = units["market_grade"].isin(["甲级", "超甲级"]).to_numpy()
    fit_out = np.where(
        good,
        drawn_from({"毛坯": 0.2, "简装": 0.25, "精装": 0.4, "带家具": 0.15}, n, chance),
        drawn_from({"毛坯": 0.15, "简装": 0.5, "精装": 0.27, "带家具": 0.08}, n, chance),
    )
    ago = chance.integers(0, _VERIFIED_WITHIN_DAYS + 1, n)
    return units.assign(
        deposit=np.where(free, chance.choice([1.0, 2.0, 2.0, 2.0, 3.0], n), np.nan),
        rent_free=np.where(
            free & (chance.random(n) < 0.7), chance.choice([0, 15, 30, 30, 45, 60, 90], n), np.nan
        ),
        fit_out=only(chance.random(n) >= _FIT_OUT_UNKNOWN, fit_out),
        available_from=_days(wait, ready),
        verified_on=_days(-ago, ~unknown("verified", n, chance)),
    )


def _with_tenants(units: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
    """Fill invented tenants, their industries and the ends of leases of what is let."""
    n = len(units)
    let = (units["status"] == "let").to_numpy()
    number = chance.integers(1, _TENANTS + 1, n)
    industry = drawn_from(market()["industries"], _TENANTS, chance)
    return units.assign(
        tenant=only(let, [f"模拟企业 {i:04d}" for i in number]),
        tenant_industry=only(let, industry[number - 1]),
        lease_end=_days(chance.integers(15, 365 * 5, n), let & (chance.random(n) < 0.9)),
    )


def _days(offset: Any, known: Any) -> pd.Series[Any]:
    """Return the data date plus `offset` days where `known`."""
    return column(
        DATA_DATE + dt.timedelta(days=int(days)) if told else None
        for days, told in zip(offset, known, strict=True)
    )
