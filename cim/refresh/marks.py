"""What a batch touched, noted in the batch's own transaction.

A mark names a `part` and a feature: ``office`` (everything of that office), ``surroundings``
(where it stands and what adds up; the ways on foot stay), ``labels``, a layer of places (the ways
of all offices to that place), ``streets`` (whether pieces of the network meet), ``all``, or
``stock`` (of an office where it failed). Batches only ever add marks, so that none waits for the
work that takes them away.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, text

from cim.changes import changes_of
from cim.crs import SRID
from cim.model import Layer
from cim.walking import Walking, walking

CHANNEL = "cim_marks"
"""Channel on which a committed batch tells that there is something to do."""

PLACES = ("station", "bus_stop", "parking", "amenity")
"""Layers whose features offices walk to."""

DUE = "(retry_at is null or retry_at <= now())"
"""Condition of the marks that are worked off now; what failed waits for its next try."""

_MANY = 1000
"""Changes above which their common extent is looked at, and not each of them."""


def _each(layer: str) -> str:
    """Return the query of the features that a batch changed."""
    return f"select feature from {changes_of(layer)} where batch = :batch"


def _envelopes(layer: str) -> str:
    """Return the query of where these features stood before and stand now."""
    return f"""
    select unnest(array[envelope_before, envelope_after]) as geom
    from {changes_of(layer)} where batch = :batch
    """


def _written(layer: str, column: str) -> str:
    """Return the query of what a batch wrote in a column, and of what stood there before."""
    return f"""
    select {column} from {layer} where batch = :batch and {column} is not null
    union
    select {column} from {layer}_past where closed_by = :batch and {column} is not null
    """


_HELD = f"select geom from office where id in ({_written('office_unit', 'office_id')})"
"""The offices that hold, or held before the batch, a unit that it wrote."""


def _around(places: str, metres: str) -> str:
    """Return the query of the offices within some metres (in degrees, a little more) of places.

    The box in degrees lets the GiST index of the offices answer.
    """
    return f"""
    with touched as materialized ({places}),
    place as materialized (
        select geom from touched
        where geom is not null and (select count(*) from touched) <= {_MANY}
        union all
        select st_setsrid(st_extent(geom)::geometry, {SRID}) from touched
        having count(*) > {_MANY}
    )
    select distinct o.id
    from place p
    join office o on o.geom && st_expand(
        st_envelope(p.geom),
        cast({metres} as float8) / (110000 * cos(radians(
            least(89, greatest(abs(st_ymin(p.geom)), abs(st_ymax(p.geom))) + 0.1)
        ))),
        cast({metres} as float8) / 110000
    )
    """


class _Touch(NamedTuple):
    """A part that a batch touches, and the query of its features."""

    part: str
    features: str


_TOUCHED: dict[str, list[_Touch]] = {
    **{layer: [_Touch(layer, _each(layer))] for layer in PLACES},
    # an office that comes, goes or moves takes its tenants along
    "office": [
        _Touch("office", _each("office")),
        _Touch("surroundings", _around(_envelopes("office"), ":near_walk")),
    ],
    "office_unit": [_Touch("surroundings", _around(_HELD, ":near_walk"))],
    "site": [_Touch("labels", f"select id from office where site_id in ({_each('site')})")],
    "station_entrance": [_Touch("station", _written("station_entrance", "station_id"))],
    "area": [_Touch("surroundings", _around(_envelopes("area"), "0"))],
    "business_district": [_Touch("surroundings", _around(_envelopes("business_district"), "0"))],
    # a way on foot lies within its own length of the office; whether there is one at all, anywhere
    "road": [
        _Touch("office", _around(_envelopes("road"), ":on_foot")),
        _Touch("streets", f"select '' where exists ({_each('road')})"),
    ],
}
"""What a batch of a layer touches."""


def _values(batch: int, settings: Walking) -> dict[str, object]:
    return {
        "batch": batch,
        "near_walk": settings.near_walk,
        # the way on foot, or to a street that makes the place one that streets lead to
        "on_foot": max(settings.reach_on_foot, settings.reach + 1000),
    }


def mark_after(connection: Connection, layer: type[Layer], batch: int) -> None:
    """Note what a batch touched, in its transaction."""
    touched = _TOUCHED.get(layer.__tablename__, [])
    values = _values(batch, walking(connection)) if touched else {}
    for part, features in touched:
        used = {name: value for name, value in values.items() if f":{name}" in features}
        connection.execute(
            text(f"""
            insert into refresh_mark (batch, part, feature)
            select :batch, :part, feature from ({features}) as found (feature)
            """),
            {**used, "batch": batch, "part": part},
        )
    if touched:
        connection.execute(text("select pg_notify(:channel, '')"), {"channel": CHANNEL})


def mark_offices(connection: Connection, offices: list[str]) -> None:
    """Note that some offices have to be worked out anew."""
    connection.execute(
        text("""
        insert into refresh_mark (part, feature)
        select 'office', unnest(cast(:offices as text[]))
        """),
        {"offices": offices},
    )


def mark_all(connection: Connection) -> None:
    """Note that everything has to be worked out anew."""
    connection.execute(text("insert into refresh_mark (part, feature) values ('all', '')"))
    connection.execute(text("select pg_notify(:channel, '')"), {"channel": CHANNEL})
