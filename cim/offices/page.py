"""What is told of the offices of a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Double,
    Integer,
    RowMapping,
    Select,
    Text,
    bindparam,
    cast,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from cim.facts import joined_tables, reading_of, rounded
from cim.geojson import feature
from cim.offices.properties import labels_that_hold, measures
from cim.offices.question import Label
from cim.settings import answer_settings
from cim.walking import Walking

OF_SPACE = {
    "matching_units": Integer,
    "matching_as": Text,
    "rent_min": Double,
    "rent_max": Double,
}
"""What is told of the space that meets a need."""

PASSED_ON = {"office_id": Text, **OF_SPACE}
"""What the search found out of each office of a page."""


def told_of(
    connection: Connection,
    page: Mapping[str, Sequence[Any]],
    known: Sequence[Label],
    walking: Walking,
    *,
    as_features: bool,
) -> Sequence[RowMapping]:
    """Return what is told of some offices, in their order.

    Parameters
    ----------
    page
        Columns of `PASSED_ON`; those of the space only where one was asked for.
    known
        The labels there are.

    Returns
    -------
    sequence of mappings
        Each with ``feature`` (GeoJSON text), or with the properties by name, ``lon`` and ``lat``.
    """
    days = answer_settings().unverified_after
    query = _query(tuple(page), tuple(known), walking, days, as_features)
    return connection.execute(query, dict(page)).mappings().all()


# some two hundred expressions, built once for every question of a kind
@lru_cache(maxsize=16)
def _query(
    passed: tuple[str, ...],
    known: tuple[Label, ...],
    walking: Walking,
    _unverified_after: int,
    as_features: bool,
) -> Select[Any]:
    arrays: list[ColumnElement[Any]] = [
        cast(bindparam(name), ARRAY(PASSED_ON[name])) for name in passed
    ]
    page = (
        func.unnest(*arrays)
        .table_valued(*passed, with_ordinality="place")
        .render_derived(name="page")
    )
    tables, joined = joined_tables(walking)
    if len(passed) > 1:
        tables = replace(tables, options=page)
    o = tables.office.c
    shown = [*measures(reading_of(tables)), labels_that_hold(o.id, known)]
    columns: list[ColumnElement[Any]] = [feature(o.id, o.geom, shown).label("feature")]
    if not as_features:
        spot = func.st_pointonsurface(o.geom)
        columns = [
            *shown,
            rounded(func.st_x(spot), 6).label("lon"),
            rounded(func.st_y(spot), 6).label("lat"),
        ]
    return (
        select(*columns)
        .select_from(page.join(joined, o.id == page.c.office_id))
        .order_by(page.c.place)
    )
