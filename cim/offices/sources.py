"""Where what was counted around an office comes from."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, TextClause, text

from cim.walking import walking

PARTS = ("metro", "port", "railway", "bus", "parking", "amenity", "neighbours")
"""What is counted around an office."""


@cache
def _query() -> TextClause:
    return text(
        Path(__file__).parents[1].joinpath("sql", "office-sources.sql").read_text(encoding="utf-8")
    )


def sources_of(connection: Connection, office: str) -> dict[str, list[dict[str, Any]]]:
    """Return for each of `PARTS` what was counted, by where it comes from, the most first.

    Each entry has ``layer, dataset, source, source_date, provenance`` and ``count``. Stations are
    those within reach and the entrances their ways end at, all else what is near on foot; of
    neighbours the let units whose industry is known, and no count where they are fewer than three.
    """
    found: dict[str, list[dict[str, Any]]] = {part: [] for part in PARTS}
    values = {"office": office, "near_walk": walking(connection).near_walk}
    for row in connection.execute(_query(), values).mappings():
        entry = dict(row)
        entry["count"] = entry.pop("number")
        found[entry.pop("part")].append(entry)
    return found
