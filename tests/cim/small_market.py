"""A market made by hand, without a database: offices, and the units that are free in them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from cim.facts import FACTS
from cim.labels.rules import FILE, read_rules
from cim.letting import FreeUnit, options
from cim.matching.market import Market
from cim.matching.naming import Names
from cim.matching.need import Request
from cim.matching.recommending import recommend_in
from cim.model import LettingOption
from cim.walking import Walking

DAY = dt.date(2026, 11, 24)
_UNKNOWN: dict[str, Any] = {
    "use": "办公",
    "metro_beyond_reach": False,
    "units": 1,
    "business_districts": [],
    "business_district_ids": [],
    "provenance": "measured",
    "lon": 114.1,
    "lat": 22.5,
}


def free(code: str, office: str, area: float | None, **fields: Any) -> FreeUnit:
    """A vacant unit; its rent is by gross floor area, without the property fee.

    `rent_least`, `rent_most` state the ends of a rent that cannot be compared.
    """
    rent = fields.pop("rent", None)
    least, most = fields.pop("rent_least", rent or 0.0), fields.pop("rent_most", rent)
    stated = {
        "status": "vacant",
        "min_divisible_area": None,
        "available_from": None,
        "fit_out": None,
        "adjacent_to": (),
        "rent_least": least,
        "rent_most": most,
        "monthly_least": least * (area or 0),
        "monthly_most": None if most is None or area is None else most * area,
        **fields,
    }
    return FreeUnit(id=code, office_id=office, area=area, **stated)


def market(
    offices: list[dict[str, Any]], units: list[FreeUnit], names: Names | None = None
) -> Market:
    """Offices by their facts, what is not stated being unknown, with their free units."""
    columns = [*FACTS, "business_district_ids", "lon", "lat", "unlined_min"]
    rows = [{**dict.fromkeys(columns), **_UNKNOWN, "name": o["id"], **o} for o in offices]
    frame = pd.DataFrame(rows, columns=columns, dtype=object)
    frame = frame.sort_values("id", ignore_index=True)
    place = {identifier: n for n, identifier in enumerate(frame["id"])}
    found = pd.DataFrame(options(units), columns=_COLUMNS)
    found["key"] = found["units"].map(" ".join)
    found["office"] = found["office_id"].map(place).astype(np.intp)
    told = pd.DataFrame([_told(unit) for unit in units], columns=_UNIT_COLUMNS)
    return Market(
        version="by hand · waiting 0 · x",
        walking=Walking(3000, 1.3, 80, 500, 10, 40),
        offices=frame,
        options=found.sort_values(["office", "key"], ignore_index=True),
        units=told.set_index("id", drop=False),
        labels={},
        rules=read_rules(FILE),
        names=names or Names(),
    )


_COLUMNS = [column.name for column in LettingOption.__table__.c if column.name != "id"]
_UNIT_COLUMNS = [
    "id",
    "area",
    "rent",
    "rent_area_base",
    "rent_includes_fee",
    "rent_includes_tax",
    "verified_on",
    "provenance",
]


def _told(unit: FreeUnit) -> dict[str, Any]:
    return {
        "id": unit.id,
        "area": unit.area,
        "rent": unit.rent_most,
        "rent_area_base": "建筑面积",
        "rent_includes_fee": False,
        "rent_includes_tax": False,
        "verified_on": DAY,
        "provenance": "measured",
    }


def ask(where: Market, **request: Any) -> dict[str, Any]:
    """What is recommended, as JSON."""
    return recommend_in(where, Request.model_validate(request), DAY).model_dump(mode="json")


def names(answer: dict[str, Any]) -> list[str]:
    """Ids of the offices, best first."""
    return [result["office"]["id"] for result in answer["results"]]
