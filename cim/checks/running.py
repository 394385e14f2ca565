"""From the rules of a layer to the staged rows for which they do not hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pandas as pd
import shapely
from sqlalchemy import Connection, text

from cim.checks.ground import ground_of
from cim.checks.overlaps import overlapping
from cim.checks.places import repeated
from cim.model import COMMON, LAYERS, Check, Layer, fields_of
from cim.statements import statement

SAMPLES = 1_000
"""Rows of one rule that are named; the rest is counted."""

_NOTHING = pd.Series(dtype=object)
"""No geometries."""


def _apart(connection: Connection, staged: Any, others: Any) -> pd.DataFrame:
    from cim.checks.network import apart

    heights = "level, bridge, tunnel"
    return apart(
        staged,
        others,
        pd.read_sql(f"select row_no, {heights} from staged", connection, index_col="row_no"),
        pd.read_sql(f"select id, {heights} from road", connection, index_col="id"),
    )


def _repeated(staged: pd.Series, others: pd.Series) -> tuple[pd.DataFrame, bool]:
    return repeated(staged, others), True


Found = tuple[pd.DataFrame, bool]

_INDEXED: dict[str, Callable[[pd.Series, pd.Series], Found]] = {
    "overlaps": overlapping,
    "places": _repeated,
}
"""What finds the breaches of a rule, and tells whether it found them all."""


@dataclass(frozen=True)
class Broken:
    """One staged row for which a rule does not hold.

    `value` says what was found, `other` names the feature it collides with, `place` is in
    stored degrees.
    """

    row: int
    id: str
    value: str
    other: str | None
    place: tuple[float, float] | None


@dataclass(frozen=True)
class Verdict:
    """One rule, how often it does not hold, and where, as far as named.

    With `more` there may be breaches that were not looked for.
    """

    check: Check
    count: int
    rows: list[Broken]
    more: bool = False


def needs_places(layer: type[Layer]) -> bool:
    """Tell whether rules of a layer are worked out over the geometries of all rows at once."""
    return any(check.indexed for check in _checks(layer))


def _checks(layer: type[Layer]) -> list[Check]:
    own = list(layer.__checks__)
    return own if layer.__shares_places__ else [*own, COMMON["place-repeated"]]


@dataclass(frozen=True)
class Begun:
    """The rules over all rows of a layer that is empty, worked out while the server goes on."""

    coming: dict[Check, Future[Found]]

    def verdicts(self, connection: Connection) -> Iterator[Verdict]:
        """Wait for the rules, and yield those that do not hold for some staged rows."""
        for check, found in self.coming.items():
            yield from _verdict(connection, check, *found.result())


def begin(layer: type[Layer], places: pd.Series) -> Begun:
    """Begin with the rules over all rows of a layer that is empty, and return at once.

    The rows have only each other to collide with.

    Parameters
    ----------
    places
        As for `verdicts`.
    """
    working = ThreadPoolExecutor(1)
    coming = {
        check: working.submit(_INDEXED[check.indexed], places, _NOTHING)
        for check in _checks(layer)
        if check.indexed in _INDEXED
    }
    working.shutdown(wait=False)
    return Begun(coming)


def verdicts(
    connection: Connection,
    layer: type[Layer],
    places: pd.Series | None = None,
    begun: Begun | None = None,
) -> Iterator[Verdict]:
    """Yield the rules of a layer that do not hold for some staged rows.

    Parameters
    ----------
    connection
        In the transaction in which the rows were staged.
    places
        The geometries of the staged rows by row number, where the caller has them at hand.
    begun
        Begun for just these rows; its rules are left out.
    """
    staged = others = _NOTHING
    if needs_places(layer):
        staged = _staged(connection) if places is None else places
        others = _others(connection, layer, staged)
    for check in _checks(layer):
        if begun is not None and check in begun.coming:
            continue
        if check.indexed is None:
            count, rows = _by_query(connection, check, layer)
            if count:
                yield Verdict(check, count, rows)
        elif check.indexed == "network":
            yield from _verdict(
                connection, check, _apart(connection, staged, others), complete=True
            )
        else:
            yield from _verdict(connection, check, *_INDEXED[check.indexed](staged, others))


def _verdict(
    connection: Connection, check: Check, found: pd.DataFrame, complete: bool
) -> Iterator[Verdict]:
    """Yield the verdict on what a rule over all rows found, if it found any."""
    count, rows = _named(connection, found)
    if count:
        yield Verdict(check, count, rows, more=not complete)


def _query(check: Check, layer: type[Layer]) -> str:
    """Return the query of the rows for which a rule does not hold: id, value, other.

    What it found is told under the titles of the fields, ``{layer.field}`` in a file.
    """
    if check.query is not None:
        written = statement(f"checks/{check.query}.sql")
        return re.sub(
            r"\{(\w+)\.(\w+)\}", lambda found: fields_of(LAYERS[found[1]])[found[2]].zh, written
        )
    fields = fields_of(layer)
    shown = ", ".join(f"'{fields[name].zh} = ' || r.\"{name}\"" for name in check.fields)
    return f"""
        select r.id, concat_ws('，', {shown}) as value, null::text as other
        from staged r where {check.wrong}
    """


_PLACE = "cross join lateral (select st_centroid(st_envelope(s.geom)) as geom) as p"


def _by_query(connection: Connection, check: Check, layer: type[Layer]) -> tuple[int, list[Broken]]:
    rows = connection.execute(
        text(f"""
        with found as ({_query(check, layer)})
        select s.row_no, f.id, f.value, f.other, st_x(p.geom) as lon, st_y(p.geom) as lat,
            count(*) over () as total
        from found f join staged s using (id) {_PLACE}
        order by s.row_no, f.other
        limit :samples
        """),
        {"samples": SAMPLES},
    ).all()
    return (rows[0].total if rows else 0), [_broken(row) for row in rows]


def _broken(row: Any) -> Broken:
    place = None if row.lon is None else (row.lon, row.lat)
    return Broken(row.row_no or 0, row.id, row.value, row.other, place)


def _named(connection: Connection, found: pd.DataFrame) -> tuple[int, list[Broken]]:
    """Fetch the names of the rows that a rule over all of them found."""
    if found.empty:
        return 0, []
    shown = found.head(SAMPLES)
    rows = pd.unique(pd.concat([shown["row"], shown["other_row"].dropna()])).tolist()
    named = {
        row.row_no: row
        for row in connection.execute(
            text(f"""
            select s.row_no, s.id, st_x(p.geom) as lon, st_y(p.geom) as lat
            from unnest(cast(:rows as bigint[])) as shown (row_no) join staged s using (row_no)
            {_PLACE}
            """),
            {"rows": [int(row) for row in rows]},
        )
    }
    return len(found), [
        Broken(
            row=one["row"],
            id=named[one["row"]].id,
            value=one["value"],
            other=one["other_id"] if pd.isna(one["other_row"]) else named[one["other_row"]].id,
            place=(named[one["row"]].lon, named[one["row"]].lat),
        )
        for one in shown.to_dict("records")
    ]


def _staged(connection: Connection) -> pd.Series:
    """Return the geometries of the staged rows by row number."""
    read = connection.execute(
        text("select row_no, st_asbinary(geom) from staged where geom is not null")
    ).all()
    index = pd.Index([row for row, _ in read], dtype="int64")
    return pd.Series(shapely.from_wkb([wkb for _, wkb in read]), index=index, dtype=object)


def _others(connection: Connection, layer: type[Layer], staged: pd.Series) -> pd.Series:
    """Return the geometries of the layer near the staged rows that stay beside them, by id.

    A network is one whole: of streets all are returned.
    """
    if connection.scalar(text(f"select not exists (select from {layer.__tablename__})")):
        return _NOTHING
    if any(check.indexed == "network" for check in layer.__checks__):
        near, bound = f"select id, geom from {layer.__tablename__} where geom is not null", {}
    else:
        near, bound = _near(layer), _sides(staged)
    read = connection.execute(
        text(f"""
        with near as materialized ({near})
        select near.id, st_asbinary(near.geom) from near
        where not exists (select from staged s where s.id = near.id)
            and not exists (select from vanished v where v.id = near.id)
        """),
        bound,
    ).all()
    index = pd.Index([identifier for identifier, _ in read], dtype=object)
    return pd.Series(shapely.from_wkb([wkb for _, wkb in read]), index=index, dtype=object)


def _near(layer: type[Layer]) -> str:
    """Return the query of the features that meet any of the boxes bound as their sides.

    Each box is looked up in the index by itself: a layer that has just grown has no statistics
    yet, and a join planned without them took a minute for 12,000 rows.
    """
    return f"""
        select distinct on (found.id) found.id, found.geom
        from unnest(cast(:west as float[]), cast(:south as float[]), cast(:east as float[]),
            cast(:north as float[])) as box (west, south, east, north)
        cross join lateral (
            select t.id, t.geom from {layer.__tablename__} t
            where t.geom && st_makeenvelope(box.west, box.south, box.east, box.north, 4490)
        ) as found
    """


def _sides(staged: pd.Series) -> dict[str, list[float]]:
    boxes = ground_of(staged.to_numpy(dtype=object))
    return dict(zip(("west", "south", "east", "north"), boxes.T.tolist(), strict=True))
