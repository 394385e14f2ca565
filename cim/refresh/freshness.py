"""How fresh what is told of an office is, and what could not be worked out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, text


@dataclass(frozen=True)
class Freshness:
    """When the labels of an office were worked out.

    Attributes
    ----------
    refreshed_at, batch
        The moment, and the last batch of the city at that moment; None where never.
    pending
        Whether a later batch touched it, or something it may walk to.
    """

    refreshed_at: dt.datetime | None
    batch: int | None
    pending: bool


@dataclass(frozen=True)
class Failing:
    """What could not be worked out: see `cim.model.derived.RefreshMark`."""

    part: str
    feature: str
    tries: int
    error: str
    retry_at: dt.datetime


def failing(connection: Connection) -> list[Failing]:
    """Return what could not be worked out and waits to be tried again, most often tried first."""
    rows = connection.execute(
        text("""
        select part, feature, max(tries), max(error), max(retry_at)
        from refresh_mark where error is not null
        group by part, feature order by 3 desc, 1, 2
        """)
    )
    return [Failing(*row) for row in rows]


def freshness(connection: Connection, office: str) -> Freshness:
    """Return how fresh the labels of an office are."""
    row = connection.execute(
        text("""
        select r.refreshed_at, r.batch, exists (
            select from refresh_mark m
            where m.part not in ('office', 'surroundings', 'labels', 'stock') or m.feature = :office
        ) as pending
        from (select cast(:office as text) as office_id) as asked
        left join office_refresh r using (office_id)
        """),
        {"office": office},
    ).one()
    return Freshness(row.refreshed_at, row.batch, row.pending)
