"""Keeps what the system works out itself in step with the layers.

Called inside the transaction of every batch, so that an answer never mixes an edit with what
was derived before it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, TextClause, select, text
from sqlalchemy.dialects.postgresql import insert

from cim.letting import FREE_STATUSES, refresh_options
from cim.model import City, Layer
from cim.settings import answer_settings

_TOUCHED = "touched"
_KEY = "walking"

# offices whose own row a batch wrote or took away
_OFFICES = "select feature as id from change where batch = :batch"
# offices that hold, or held before the batch, a unit that it wrote
_OFFICES_OF_UNITS = """
    select office_id as id from office_unit where batch = :batch
    union
    select office_id from office_unit_past where closed_by = :batch
"""
_ALL_OFFICES = "select id from office"

# which offices a batch of a layer touches, for each kind of derived table
_SURROUNDINGS = {
    "office": _OFFICES,
    "station": _ALL_OFFICES,
    "area": _ALL_OFFICES,
    "business_district": _ALL_OFFICES,
}
_STOCK = {"office": _OFFICES, "office_unit": _OFFICES_OF_UNITS}


@dataclass(frozen=True)
class Walking:
    """How distances become minutes; fixed in the city until `settle` changes it.

    Attributes
    ----------
    reach
        How far surroundings count, m.
    detour
        Walking over straight-line distance.
    walk_speed
        Metres in a minute.
    """

    reach: float
    detour: float
    walk_speed: float

    @property
    def reach_minutes(self) -> float:
        """How far surroundings count, in minutes."""
        return self.reach * self.detour / self.walk_speed


def _wanted() -> Walking:
    settings = answer_settings()
    return Walking(settings.reach, settings.detour, settings.walk_speed)


def walking(connection: Connection) -> Walking:
    """Return what the derived tables of this city were made with."""
    stored = connection.scalar(select(City.value).where(City.key == _KEY))
    return _wanted() if stored is None else Walking(**json.loads(stored))


@cache
def _sql(name: str) -> TextClause:
    return text(Path(__file__).with_name("sql").joinpath(name).read_text(encoding="utf-8"))


def _touch(connection: Connection, touched: str, batch: int | None) -> None:
    """Fill the temporary table of touched offices, and let one such work at a time go on.

    An office and a station that come at once would otherwise not see each other, and both would
    write the same rows.
    """
    connection.execute(text("select pg_advisory_xact_lock(hashtext('cim derived'))"))
    connection.execute(text(f"drop table if exists pg_temp.{_TOUCHED}"))
    connection.execute(
        text(f"create temp table {_TOUCHED} on commit drop as {touched}"),
        {} if batch is None else {"batch": batch},
    )
    connection.execute(text(f"analyze {_TOUCHED}"))


def _refresh_surroundings(connection: Connection) -> None:
    connection.execute(
        text(f"delete from office_surroundings d using {_TOUCHED} t where d.office_id = t.id")
    )
    connection.execute(_sql("surroundings.sql"), asdict(walking(connection)))


def _refresh_stock(connection: Connection) -> None:
    connection.execute(
        text(f"delete from office_stock d using {_TOUCHED} t where d.office_id = t.id")
    )
    refresh_options(connection, _TOUCHED)
    connection.execute(_sql("stock.sql"), {"free": list(FREE_STATUSES)})


def is_source(layer: type[Layer]) -> bool:
    """Tell whether derived tables are made from a layer."""
    return layer.__tablename__ in {*_SURROUNDINGS, *_STOCK}


def refresh_after(connection: Connection, layer: type[Layer], batch: int) -> None:
    """Bring the derived tables up to date with a batch that was just written."""
    name = layer.__tablename__
    if touched := _SURROUNDINGS.get(name):
        _touch(connection, touched, batch)
        _refresh_surroundings(connection)
    if touched := _STOCK.get(name):
        _touch(connection, touched, batch)
        _refresh_stock(connection)


def settle(connection: Connection) -> None:
    """Bring the city to the settings of walking, and its derived tables with it.

    Only what starts the city does this: a command that was given other settings by mistake must
    not change the answers of a running server.
    """
    wanted = json.dumps(asdict(_wanted()), sort_keys=True)
    changed = connection.scalar(
        insert(City)
        .values(key=_KEY, value=wanted)
        .on_conflict_do_update(
            index_elements=[City.key], set_={"value": wanted}, where=City.value != wanted
        )
        .returning(City.value)
    )
    if changed is not None:
        _touch(connection, _ALL_OFFICES, None)
        _refresh_surroundings(connection)
