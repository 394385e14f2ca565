"""How fresh what is told of an office is."""

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


def freshness(connection: Connection, office: str) -> Freshness:
    """Return how fresh the labels of an office are."""
    row = connection.execute(
        text("""
        select r.refreshed_at, r.batch, exists (
            select from refresh_mark m
            where m.part not in ('office', 'surroundings', 'labels') or m.feature = :office
        ) as pending
        from (select cast(:office as text) as office_id) as asked
        left join office_refresh r using (office_id)
        """),
        {"office": office},
    ).one()
    return Freshness(row.refreshed_at, row.batch, row.pending)
