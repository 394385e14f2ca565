"""Where trips call: which routes serve which stops, and the usual course of each route."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from layers.findings import Finding
from layers.gtfs.feed import Feed, distinct, read, remark, whole
from layers.source import SourceError

_TABLE = "stop_times.txt"
_COLUMNS = ("trip_id", "stop_id", "stop_sequence")


@dataclass(frozen=True)
class Calls:
    """What ``stop_times.txt`` says, without its times.

    Attributes
    ----------
    served
        One row for each route and stop it calls at: ``route_id``, ``stop_id``.
    courses
        The usual trip of each route, call by call in order: ``route_id``, ``stop_id``.
    shapes
        Identifier of the shape of that trip by ``route_id``.
    """

    served: pd.DataFrame
    courses: pd.DataFrame
    shapes: pd.Series


def read_calls(
    feed: Feed, routes: pd.DataFrame, stops: pd.DataFrame, remarks: list[Finding]
) -> Calls:
    """Read where the trips of some routes call.

    The usual trip of a route is one of the pattern (the same stops in the same order) that most
    trips follow; among equals the longest, then the first in the feed. ``stop_times.txt`` is
    read twice in chunks, so that memory grows with trips and not with calls.

    Parameters
    ----------
    routes, stops
        With ``route_id``, and with ``stop_id``.
    remarks
        Receives calls at stops and of trips that the feed does not hold.

    Raises
    ------
    SourceError
        A table is damaged, or a ``stop_sequence`` is no number.
    """
    trips = whole(feed, "trips.txt", ("route_id", "trip_id"), ("shape_id",))
    trips = distinct(trips, "trips.txt", "trip_id", remarks)
    known = pd.Index(trips["trip_id"])
    ours = trips["route_id"].isin(routes["route_id"]).to_numpy()
    route = pd.Index(routes["route_id"]).get_indexer(pd.Index(trips["route_id"]))
    stop_index = pd.Index(stops["stop_id"])
    pattern = np.zeros(len(trips), dtype=np.uint64)
    length = np.zeros(len(trips), dtype=np.int64)
    pairs = np.empty(0, dtype=np.int64)
    for every in _calls(feed, known, stop_index, _Lost(remarks)):
        calls = every[ours[every["trip"]]]
        trip, stop = calls["trip"].to_numpy(), calls["stop"].to_numpy()
        np.add.at(pattern, trip, _mixed(stop, calls["sequence"].to_numpy()))
        np.add.at(length, trip, 1)
        pairs = np.unique(np.concatenate([pairs, route[trip] * len(stops) + stop]))
    usual = _usual(trips.assign(pattern=pattern, length=length)[ours])
    return Calls(
        served=pd.DataFrame(
            {
                "route_id": routes["route_id"].to_numpy()[pairs // max(len(stops), 1)],
                "stop_id": stops["stop_id"].to_numpy()[pairs % max(len(stops), 1)],
            }
        ),
        courses=_courses(feed, usual, known, stop_index),
        shapes=usual.set_index("route_id")["shape_id"],
    )


class _Lost:
    """What calls refer to in vain: each remarked upon once, with the first row."""

    def __init__(self, remarks: list[Finding] | None) -> None:
        self.remarks = remarks
        self.told: set[tuple[str, str]] = set()

    def tell(self, rows: pd.DataFrame, field: str, table: str) -> None:
        """Remark on rows whose `field` names nothing in `table`."""
        if self.remarks is None or rows.empty:
            return
        for row, value in rows[field].fillna("").drop_duplicates().items():
            if (field, value) in self.told:
                continue
            self.told.add((field, value))
            reason = (
                f"{field} {value!r} 不在 {table} 中，此类行不计"
                f" / names {field} {value!r}, which {table} does not hold: such rows are left out"
            )
            self.remarks.append(
                remark("row-left-out", _TABLE, int(str(row)), value or None, field, value, reason)
            )


def _calls(feed: Feed, trips: pd.Index, stops: pd.Index, lost: _Lost) -> Iterator[pd.DataFrame]:
    """Yield calls as positions in `trips` and `stops`, with their place in the trip."""
    for rows in read(feed, _TABLE, _COLUMNS):
        trip = trips.get_indexer(pd.Index(rows["trip_id"]))
        stop = stops.get_indexer(pd.Index(rows["stop_id"]))
        lost.tell(rows[trip < 0], "trip_id", "trips.txt")
        lost.tell(rows[stop < 0], "stop_id", "stops.txt")
        sequence = pd.to_numeric(rows["stop_sequence"], errors="coerce")
        if sequence.isna().any():
            row = sequence.index[sequence.isna()][0]
            raise SourceError(
                f"{feed.path.name} 里的 {_TABLE} 第 {row} 行：stop_sequence 不是数字"
                f" / row {row} of {_TABLE} has a stop_sequence that is no number:"
                f" {rows.loc[row, 'stop_sequence']!r}"
            )
        calls = pd.DataFrame(
            {"trip": trip, "stop": stop, "sequence": sequence.to_numpy(dtype=np.int64)}
        )
        yield calls[(trip >= 0) & (stop >= 0)]


def _mixed(stop: NDArray[np.int64], sequence: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return one number for each call whose sums tell patterns apart, whatever the row order.

    The finaliser of SplitMix64 (Steele, Lea and Flood 2014).
    """
    value = stop.astype(np.uint64) << np.uint64(32) | sequence.astype(np.uint64)
    value += np.uint64(0x9E3779B97F4A7C15)
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: NDArray[np.uint64] = value ^ (value >> np.uint64(31))
    return mixed


def _usual(trips: pd.DataFrame) -> pd.DataFrame:
    """Return one trip of each route: of the most frequent pattern, else the longest."""
    running = trips[trips["length"] > 0]
    frequency = running.groupby(["route_id", "pattern"])["trip_id"].transform("size")
    ordered = running.assign(frequency=frequency).sort_values(
        ["frequency", "length"], ascending=False, kind="stable"
    )
    return ordered.drop_duplicates("route_id")


def _courses(feed: Feed, usual: pd.DataFrame, trips: pd.Index, stops: pd.Index) -> pd.DataFrame:
    """Return the calls of some trips in order."""
    wanted = trips.get_indexer(pd.Index(usual["trip_id"]))
    found = [calls[calls["trip"].isin(wanted)] for calls in _calls(feed, trips, stops, _Lost(None))]
    calls = pd.concat(found).sort_values(["trip", "sequence"], kind="stable")
    route_of = dict(zip(wanted, usual["route_id"], strict=True))
    return pd.DataFrame(
        {
            "route_id": calls["trip"].map(route_of).to_numpy(),
            "stop_id": stops.to_numpy()[calls["stop"]],
        }
    )
