"""Space that can be let as one: free units, and blocks of adjacent free units.

All connected sets of units would be exponentially many. Kept are every unit, every adjacent
pair, and for every unit the blocks that grow from it breadth-first, nearest units first: at most
a quadratic number, among which every size up to the whole run of adjacent units is found.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, insert, text

from cim.model import LettingOption

LONGEST_BLOCK = 30
"""Units in the longest block that is grown; beyond it only the whole run is kept."""

FREE_STATUSES = ("vacant", "coming")
"""States of a unit that can be let."""

Block = tuple[str, ...]


@dataclass(frozen=True)
class FreeUnit:
    """A unit that can be let; areas in m², rent in CNY/m2/month, None where unknown.

    `monthly_rent` is what all of it costs (CNY/month). A unit that is ``vacant`` without a date
    is free already; one that is ``coming`` without a date becomes free nobody knows when.
    """

    id: str
    office_id: str
    status: str
    area: float | None
    min_divisible_area: float | None
    rent: float | None
    monthly_rent: float | None
    available_from: dt.date | None
    fit_out: str | None
    adjacent_to: tuple[str, ...]

    @property
    def free_known(self) -> bool:
        """Whether it is known when the unit is free."""
        return self.available_from is not None or self.status == "vacant"


def neighbours(units: Iterable[FreeUnit]) -> dict[str, list[str]]:
    """Return who adjoins whom among free units of one office, whichever of the two states it."""
    known = {unit.id: unit for unit in units}
    found: dict[str, set[str]] = {identifier: set() for identifier in known}
    for unit in known.values():
        for other in unit.adjacent_to:
            if other in known and other != unit.id:
                found[unit.id].add(other)
                found[other].add(unit.id)
    return {identifier: sorted(others) for identifier, others in found.items()}


def _grown(start: str, adjoining: Mapping[str, list[str]]) -> list[str]:
    """Return the run of a unit, breadth-first: every beginning of it is a connected block."""
    order, waiting = [start], deque([start])
    seen = {start}
    while waiting:
        for other in adjoining[waiting.popleft()]:
            if other not in seen:
                seen.add(other)
                order.append(other)
                waiting.append(other)
    return order


def blocks(adjoining: Mapping[str, list[str]]) -> set[Block]:
    """Return the blocks of one office, each as its sorted units."""
    found: set[Block] = set()
    for start, others in adjoining.items():
        run = _grown(start, adjoining)
        found.update(tuple(sorted(run[:n])) for n in range(1, min(len(run), LONGEST_BLOCK) + 1))
        found.add(tuple(sorted(run)))
        found.update(tuple(sorted((start, other))) for other in others)
    return found


def _sum(values: list[float | None]) -> float | None:
    """Add up; a sum over an unknown is unknown."""
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def _option(block: Block, known: Mapping[str, FreeUnit]) -> dict[str, object]:
    """Return the row of one block."""
    units = [known[identifier] for identifier in block]
    area = _sum([unit.area for unit in units])
    # the unit that can be cut down furthest gives the least area of the block
    spare = max(
        (
            unit.area - min(unit.area, unit.min_divisible_area)
            for unit in units
            if unit.area is not None and unit.min_divisible_area is not None
        ),
        default=0.0,
    )
    rents = [unit.rent for unit in units if unit.rent is not None]
    all_known = len(rents) == len(units)
    return {
        "office_id": units[0].office_id,
        "units": list(block),
        "unit_count": len(units),
        "area": area,
        "smallest": None if area is None else area - spare,
        "rent_lowest": min(rents) if all_known else None,
        "rent_highest": max(rents) if all_known else None,
        "monthly_rent": _sum([unit.monthly_rent for unit in units]),
        "free_from": max(
            (unit.available_from for unit in units if unit.available_from is not None),
            default=None,
        ),
        "free_known": all(unit.free_known for unit in units),
        "fit_outs": sorted({unit.fit_out for unit in units if unit.fit_out is not None}),
        "fit_out_known": all(unit.fit_out is not None for unit in units),
    }


def options(units: Iterable[FreeUnit]) -> list[dict[str, object]]:
    """Return the rows of `cim.model.LettingOption` for the free units of any number of offices."""
    by_office: dict[str, dict[str, FreeUnit]] = defaultdict(dict)
    for unit in units:
        by_office[unit.office_id][unit.id] = unit
    return [
        _option(block, known)
        for _, known in sorted(by_office.items())
        for block in sorted(blocks(neighbours(known.values())))
    ]


def refresh_options(connection: Connection, touched: str) -> None:
    """Write the letting options of the offices in the temporary table `touched` anew."""
    connection.execute(
        text(f"delete from letting_option d using {touched} t where d.office_id = t.id")
    )
    found = connection.execute(
        text(f"""
        select u.id, u.office_id, u.status, u.area, u.min_divisible_area, u.rent,
            -- rents are by gross floor area unless the unit says otherwise
            u.rent * case when u.rent_area_base = '套内面积' then u.net_area else u.area end
                as monthly_rent,
            u.available_from, u.fit_out, coalesce(u.adjacent_to, '{{}}') as adjacent_to
        from office_unit u join {touched} t on t.id = u.office_id
        where u.status = any(:free)
        order by u.id
        """),
        {"free": list(FREE_STATUSES)},
    )
    rows = options(
        FreeUnit(**{**row, "adjacent_to": tuple(row["adjacent_to"])}) for row in found.mappings()
    )
    if rows:
        connection.execute(insert(LettingOption), rows)
