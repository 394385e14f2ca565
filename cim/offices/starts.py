"""Where a walk starts: a station by its id or name, or any point."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

LONGEST_WALK = 120.0
"""Minutes on foot beyond which nobody asks."""


class UnknownPlaceError(LookupError):
    """There is no such place or line; the message names those there are."""


@dataclass(frozen=True)
class WalkFrom:
    """A walk of some minutes from a station, or from a point in degrees."""

    minutes: float
    station: str | None = None
    lon: float = math.nan
    lat: float = math.nan


def read_walk(words: str) -> WalkFrom:
    """Read ``station,minutes`` or ``lon,lat,minutes``.

    Raises
    ------
    ValueError
        It is neither.
    """
    place, _, last = words.replace("，", ",").rpartition(",")
    minutes = _number(last)
    if not place.strip() or minutes is None or not 0 <= minutes <= LONGEST_WALK:
        raise ValueError(
            f"within_walk 写成“站点,分钟”或“经度,纬度,分钟”，至多 {LONGEST_WALK:g} 分钟"
            " / within_walk is station,minutes or lon,lat,minutes"
        )
    numbers = [_number(part) for part in place.split(",")]
    match numbers:
        case [float(lon), float(lat)]:
            if not (-180 <= lon <= 180 and -90 < lat < 90):
                raise ValueError("within_walk 的坐标要是经度,纬度（度） / is lon,lat in degrees")
            return WalkFrom(minutes, lon=lon, lat=lat)
    return WalkFrom(minutes, station=place.strip())


def _number(words: str) -> float | None:
    try:
        value = float(words)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def stations_named(connection: Connection, name: str) -> list[str]:
    """Return the ids of the operating stations of this id or name, with or without 站.

    Raises
    ------
    UnknownPlaceError
        There is none.
    """
    values = {"name": name, "short": name.removesuffix("站")}
    found = connection.scalars(
        text("""
        select id from station
        where status = 'operating'
            and (id = :name or name in (:name, :short) or name = :short || '站')
        order by id
        """),
        values,
    ).all()
    if found:
        return list(found)
    like = connection.scalars(
        text("""
        select name from station where status = 'operating'
        group by name order by min(name <-> :short), name limit 5
        """),
        values,
    ).all()
    known = "、".join(like)
    raise UnknownPlaceError(
        f"没有运营中的站点 {name!r}；相近的有：{known} / there is no operating station {name!r}"
    )


def known_lines(connection: Connection) -> Sequence[str]:
    """Return the metro lines there are, as stations write them."""
    return connection.scalars(
        text("""
        select distinct line from station cross join unnest(lines) as line
        where kind = 'metro' and status = 'operating' order by line
        """)
    ).all()


def lines_named(connection: Connection, names: Sequence[str]) -> list[str]:
    """Return the metro lines of these names; see `lines_among`."""
    return lines_among(known_lines(connection), names)


def lines_among(known: Sequence[str], names: Sequence[str]) -> list[str]:
    """Return the lines of these names, as stations write them: ``2`` finds ``2/8号线``.

    Raises
    ------
    UnknownPlaceError
        There is none of one of the names.
    """
    parts = {line: {line, *line.removesuffix("号线").split("/")} for line in known}
    found: set[str] = set()
    for name in names:
        same = {line for line, of in parts.items() if name in of or name.removesuffix("号线") in of}
        # a city of which no lines are known cannot say that there is none
        if not same and known:
            raise UnknownPlaceError(
                f"没有地铁线 {name!r}；有：{'、'.join(known)} / there is no metro line {name!r}"
            )
        found |= same or {name}
    return sorted(found)


def stations_without_lines(connection: Connection) -> Sequence[str]:
    """Return the ids of the operating metro stations whose lines are unknown."""
    return connection.scalars(
        text("""
        select id from station
        where kind = 'metro' and status = 'operating' and lines is null order by id
        """)
    ).all()
