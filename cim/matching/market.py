"""The commercial space of the city in columns, kept in the process as long as nothing changes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection, Double, ScalarSelect, cast, func, select, text

from cim.facts import facts_query
from cim.labels.active import active_rules
from cim.labels.rules import Rules
from cim.letting import FREE_STATUSES
from cim.matching.naming import Names, names_in
from cim.matching.truth import NO, UNKNOWN, YES, Numbers, Truth
from cim.matching.versions import data_version
from cim.model import LettingOption, OfficeAccess, OfficeLabel, OfficeSurroundings, columns_of
from cim.model.office import Office
from cim.model.office_unit import OfficeUnit
from cim.model.station import Station
from cim.walking import Walking, walking

_KEPT = 2
"""Markets kept in the process."""

_UNIT = (
    "id",
    "office_id",
    "unit_no",
    "floor_label",
    "area",
    "rent",
    "rent_area_base",
    "rent_includes_fee",
    "rent_includes_tax",
    "status",
    "available_from",
    "fit_out",
    "verified_on",
    "provenance",
)
"""Public columns of a free unit."""


_UNCOUNTED = {
    "parking_spaces_near": "parking_lots_unknown",
    "bus_routes_near": "bus_stops_unknown",
    "metro_lines_near": "metro_stations_unlined",
}
"""Counts, and the fact that says how many of what they count could not be counted."""

_TRUTHS = {True: YES, False: NO, None: UNKNOWN}


@dataclass(frozen=True)
class Market:
    """All offices and all that is free in them; never changed.

    Attributes
    ----------
    version
        See `cim.matching.versions.data_version`.
    offices
        A row for each office in the order of ids: the facts, ``business_district_ids``, ``lon``,
        ``lat`` and ``unlined_min``, minutes on foot to the nearest metro station of which no
        lines are known.
    options
        What can be let as one, as `cim.model.LettingOption`, with ``office``, the place of its
        office in `offices`.
    units
        Free units by id.
    labels
        Whether each label holds for each office, by code.
    rules
        The label rules that count.
    names
        What places are called.
    """

    version: str
    walking: Walking
    offices: pd.DataFrame
    options: pd.DataFrame
    units: pd.DataFrame
    labels: dict[str, Truth]
    rules: Rules
    names: Names
    made: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """Return what is made from the market once and kept with it."""
        if name not in self.made:
            self.made[name] = make()
        return self.made[name]

    def __len__(self) -> int:
        return len(self.offices)

    def numbers(self, fact: str, beyond: str | None = None) -> Numbers:
        """Return a measure of the offices; NaN is unknown, infinite beyond reach."""

        def make() -> Numbers:
            values = numbers(self.offices[fact])
            if beyond is None:
                return values
            # an unknown truth is not "beyond"
            far = np.array([truth is True for truth in self.words(beyond)], dtype=bool)
            return np.where(far & np.isnan(values), np.inf, values)

        found: Numbers = self.once(f"numbers {fact} {beyond}", make)
        return found

    def no_less(self, fact: str) -> NDArray[np.bool_]:
        """Tell where a measure is only the least there is: something near was not counted."""
        uncounted = _UNCOUNTED.get(fact)
        if uncounted is None:
            return np.zeros(len(self), dtype=bool)
        return self.numbers(uncounted) > 0

    def words(self, fact: str) -> NDArray[np.object_]:
        """Return a fact that is words, lists or tables; None is unknown."""

        def make() -> NDArray[np.object_]:
            column = self.offices[fact].astype(object)
            return np.asarray(column.where(column.notna(), None), dtype=object)

        found: NDArray[np.object_] = self.once(f"words {fact}", make)
        return found


def numbers(column: pd.Series[Any]) -> Numbers:
    """Return a column as numbers; NaN is unknown."""
    return np.asarray(pd.to_numeric(column, errors="coerce"), dtype=float)


def _unlined() -> ScalarSelect[Any]:
    """Return the expression of the minutes to the nearest metro station of unknown lines."""
    access, station = OfficeAccess.__table__.c, Station.__table__.c
    return (
        select(func.min(access.walk_min))
        .join_from(OfficeAccess.__table__, Station.__table__, station.id == access.place_id)
        .where(access.office_id == Office.id, access.layer == "station", access.kind == "metro")
        .where(station.kind == "metro", station.lines.is_(None))
        .correlate(Office)
        .scalar_subquery()
    )


def _offices(connection: Connection) -> pd.DataFrame:
    spot = func.st_pointonsurface(Office.geom)
    query = facts_query(connection).add_columns(
        OfficeSurroundings.business_district_ids,
        cast(func.st_x(spot), Double).label("lon"),
        cast(func.st_y(spot), Double).label("lat"),
        _unlined().label("unlined_min"),
    )
    # ids are compared byte by byte, as Python does
    return pd.read_sql(query, connection).sort_values("id", ignore_index=True)


def _options(connection: Connection, offices: pd.DataFrame) -> pd.DataFrame:
    place = pd.Series(offices.index, index=offices["id"])
    found = pd.read_sql(select(LettingOption.__table__), connection)
    # ids of rows are given anew at each refresh: the units say which option it is
    found["key"] = found["units"].map(" ".join)
    found = found[found["office_id"].isin(place.index)]
    found["office"] = found["office_id"].map(place).astype(np.intp)
    return found.sort_values(["office", "key"], ignore_index=True).drop(columns=["id", "office_id"])


def _units(connection: Connection) -> pd.DataFrame:
    columns = columns_of(OfficeUnit)
    query = select(*(columns[name] for name in _UNIT)).where(OfficeUnit.status.in_(FREE_STATUSES))
    return pd.read_sql(query, connection).set_index("id", drop=False)


def _labels(connection: Connection, offices: pd.DataFrame) -> dict[str, Truth]:
    # whole columns at once: a row for each office and label would be far more
    place = {identifier: row for row, identifier in enumerate(offices["id"])}
    label = OfficeLabel.__table__.c
    found = connection.execute(
        select(label.label, func.array_agg(label.office_id), func.array_agg(label.holds)).group_by(
            label.label
        )
    )
    truths: dict[str, Truth] = {}
    for code, ids, holds in found:
        truth = np.full(len(offices), UNKNOWN, np.int8)
        rows = np.array([place.get(identifier, -1) for identifier in ids], dtype=np.intp)
        said = np.array([_TRUTHS[one] for one in holds], dtype=np.int8)
        truth[rows[rows >= 0]] = said[rows >= 0]
        truths[str(code)] = truth
    return truths


def _load(connection: Connection, version: str) -> Market:
    offices = _offices(connection)
    return Market(
        version=version,
        walking=walking(connection),
        offices=offices,
        options=_options(connection, offices),
        units=_units(connection),
        labels=_labels(connection, offices),
        rules=active_rules(connection),
        names=names_in(connection),
    )


_LOCK = threading.Lock()
_MARKETS: OrderedDict[tuple[str, str], Market] = OrderedDict()


def market_of(connection: Connection) -> Market:
    """Return the market as this connection sees it; loaded only when something has changed.

    Parameters
    ----------
    connection
        In a transaction that sees one moment of the city (`cim.database.reading`).
    """
    version = data_version(connection)
    database = connection.scalar(
        text(
            "select concat_ws('/', system_identifier, oid) from pg_control_system(), pg_database"
            " where datname = current_database()"
        )
    )
    key = (str(database), version)
    with _LOCK:
        if key not in _MARKETS:
            _MARKETS[key] = _load(connection, version)
            while len(_MARKETS) > _KEPT:
                _MARKETS.popitem(last=False)
        _MARKETS.move_to_end(key)
        return _MARKETS[key]


def forget() -> None:
    """Read the columns anew at the next question (for measurements)."""
    with _LOCK:
        _MARKETS.clear()
