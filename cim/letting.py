"""Space that can be let as one: free units, and blocks of adjacent free units."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, insert, text

from cim.blocks import Block, Known, Unseen, blocks, neighbours
from cim.model import LettingOption

FREE_STATUSES = ("vacant", "coming")
"""States of a unit that can be let."""

_FREE_UNITS_SQL = Path(__file__).with_name("sql") / "free_units.sql"


@dataclass(frozen=True)
class FreeUnit:
    """A unit that can be let; areas in m², None where unknown.

    `rent_least` and `rent_most` are the ends between which its comparable rent lies (CNY per m²
    of gross floor area and month, without property fee), `monthly_least` and `monthly_most` those
    of what all of it costs as quoted (CNY a month): the same where it is known, 0 and None where
    nothing is. A unit that is ``vacant`` without a date is free already; one that is ``coming``
    without a date becomes free nobody knows when.
    """

    id: str
    office_id: str
    status: str
    area: float | None
    min_divisible_area: float | None
    rent_least: float
    rent_most: float | None
    monthly_least: float
    monthly_most: float | None
    available_from: dt.date | None
    fit_out: str | None
    adjacent_to: tuple[str, ...]

    @property
    def rent(self) -> float | None:
        """The comparable rent, where it is known."""
        return self.rent_most if self.rent_most == self.rent_least else None

    @property
    def free_known(self) -> bool:
        """Whether it is known when the unit is free."""
        return self.available_from is not None or self.status == "vacant"

    @property
    def spare(self) -> float:
        """How much of it can be left out of a letting for certain, m²."""
        if self.area is None or self.min_divisible_area is None:
            return 0.0
        return self.area - min(self.area, self.min_divisible_area)

    @property
    def known(self) -> Known:
        """What is asked of each unit of a block by itself."""
        day = self.available_from or (dt.date.min if self.status == "vacant" else None)
        return Known(self.rent_least, self.rent_most, day, self.fit_out)


def _sum(values: list[float | None]) -> float | None:
    """Add up; a sum over an unknown is unknown."""
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def _most(values: list[float | None]) -> float | None:
    """Return the largest; one that is unknown may be larger."""
    known = [value for value in values if value is not None]
    return max(known) if len(known) == len(values) else None


def _mean_rent(units: list[FreeUnit]) -> float | None:
    """Return the comparable rent of all of it, by area."""
    if len(units) == 1:
        return units[0].rent
    rents = [(u.rent * u.area, u.area) for u in units if u.rent is not None and u.area is not None]
    area = sum(area for _, area in rents)
    return sum(cost for cost, _ in rents) / area if len(rents) == len(units) and area else None


def _option(block: Block, unseen: Unseen, known: Mapping[str, FreeUnit]) -> dict[str, object]:
    """Return the row of one block."""
    units = [known[identifier] for identifier in block]
    area = _sum([unit.area for unit in units])
    area_least = sum(unit.area or 0.0 for unit in units)
    # the unit that can be cut down furthest gives the least area of the block
    smallest_least = area_least - max(unit.spare for unit in units)
    rents = [unit.rent for unit in units if unit.rent is not None]
    return {
        "office_id": units[0].office_id,
        "units": list(block),
        "unit_count": len(units),
        "area": area,
        "area_least": area_least,
        "smallest": None if area is None else smallest_least,
        "smallest_least": smallest_least,
        "rent": _mean_rent(units),
        "rent_lowest": min(rents) if len(rents) == len(units) else None,
        "rent_least": max(unit.rent_least for unit in units),
        "rent_most": _most([unit.rent_most for unit in units]),
        "monthly_least": sum(unit.monthly_least for unit in units),
        "monthly_most": _sum([unit.monthly_most for unit in units]),
        "free_from": max(
            (unit.available_from for unit in units if unit.available_from is not None),
            default=None,
        ),
        "free_known": all(unit.free_known for unit in units),
        "fit_outs": sorted({unit.fit_out for unit in units if unit.fit_out is not None}),
        "fit_out_known": all(unit.fit_out is not None for unit in units),
        "unseen": int(unseen),
    }


def options(units: Iterable[FreeUnit]) -> list[dict[str, object]]:
    """Return the rows of `cim.model.LettingOption` for the free units of any number of offices."""
    by_office: dict[str, dict[str, FreeUnit]] = defaultdict(dict)
    for unit in units:
        by_office[unit.office_id][unit.id] = unit
    found = []
    for _, here in sorted(by_office.items()):
        adjoining = neighbours({i: unit.adjacent_to for i, unit in here.items()})
        known = {i: unit.known for i, unit in here.items()}
        found += [
            _option(block, unseen, here)
            for block, unseen in sorted(blocks(adjoining, known).items())
        ]
    return found


def refresh_options(connection: Connection, touched: str) -> None:
    """Write the letting options of the offices in the temporary table `touched` anew."""
    connection.execute(
        text(f"delete from letting_option d using {touched} t where d.office_id = t.id")
    )
    found = connection.execute(
        text(_FREE_UNITS_SQL.read_text(encoding="utf-8")), {"free": list(FREE_STATUSES)}
    )
    rows = options(
        FreeUnit(**{**row, "adjacent_to": tuple(row["adjacent_to"])}) for row in found.mappings()
    )
    if rows:
        connection.execute(insert(LettingOption), rows)
