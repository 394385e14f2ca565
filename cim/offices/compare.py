"""A few offices side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from cim.facts import FACTS, join_tables, reading_of, shown
from cim.offices.properties import TOLD, labels_that_hold, unverified
from cim.offices.question import known_labels

MORE = (
    "efficiency",
    "floor_height",
    "clear_height",
    "completed",
    "parking_ratio",
    "metro_lines_near",
    "bus_stops",
    "bus_routes_near",
    "parking_spaces_near",
)
"""Facts of which more is better for a company."""

LESS = (
    "property_fee",
    "rent_min",
    "rent_max",
    "asking_rent_min",
    "asking_rent_max",
    "distance_m",
    "walk_m",
    "walk_min",
    "port_distance_m",
    "port_walk_min",
    "railway_distance_m",
    "railway_walk_min",
)
"""Facts of which less is better; of all others it depends on the company."""


@dataclass(frozen=True)
class Compared:
    """One fact of all offices that are compared.

    Attributes
    ----------
    values
        By id of the office; None where unknown.
    best
        Ids of the best, where one direction is better and they are not all alike; an unknown
        value is never the best.
    """

    name: str
    zh: str
    en: str
    unit: str | None
    better: str | None
    values: dict[str, Any]
    best: list[str]


@dataclass(frozen=True)
class Comparison:
    """Offices side by side; `missing` are ids that there are not."""

    offices: list[str]
    rows: list[Compared]
    missing: list[str]


def _best(values: Mapping[str, Any], better: str | None) -> list[str]:
    known = {office: value for office, value in values.items() if value is not None}
    if better is None or len(set(known.values())) < 2:
        return []
    top = max(known.values()) if better == "more" else min(known.values())
    return [office for office, value in known.items() if value == top]


def compare(connection: Connection, ids: Sequence[str]) -> Comparison:
    """Return every fact of some offices, in the order in which they are named."""
    tables, joined = join_tables(connection)
    reading = reading_of(tables)
    labels = labels_that_hold(tables.office.c.id, known_labels(connection))
    columns = [*(shown(name, reading) for name in FACTS), labels, unverified(reading)]
    query = select(*columns).select_from(joined).where(tables.office.c.id.in_(ids))
    found = {row["id"]: row for row in connection.execute(query).mappings()}
    offices = [office for office in dict.fromkeys(ids) if office in found]
    titles = {name: (fact.zh, fact.en, fact.unit) for name, fact in FACTS.items()}
    titles |= {name: (*TOLD[name], None) for name in ("labels", "unverified")}
    rows = []
    for name, (zh, en, unit) in titles.items():
        values = {office: found[office][name] for office in offices}
        better = "more" if name in MORE else "less" if name in LESS else None
        rows.append(Compared(name, zh, en, unit, better, values, _best(values, better)))
    return Comparison(offices, rows, [office for office in ids if office not in found])
