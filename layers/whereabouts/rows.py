"""Every row held against the place it gives: empty, impossible, swapped, or out of the city."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from cim.crs import from_stored, in_degrees, to_stored
from cim.model import COMMON
from layers.findings import Finding, Findings
from layers.whereabouts.apart import short
from layers.whereabouts.city import Extent

Bounds = NDArray[np.float64]
Marks = NDArray[np.bool_]

_SHOWN = 1_000
"""Warnings of one rule in one chunk that are noted one by one; the rest is counted."""

_RETURNS = 1.0
"""Metres within which a plane place must come back from degrees to where it was."""


def note_rows(
    findings: Findings,
    code: str,
    wrong: Marks,
    rows: pd.Index,
    value: Callable[[int], str],
    reason: Callable[[int], str],
    bounds: Bounds | None = None,
) -> None:
    """Note a rule that does not hold for the places of some rows.

    Parameters
    ----------
    wrong
        Marks the rows.
    value, reason
        What to show and why, by the position of a row.
    bounds
        Envelopes in stored degrees, of which the middle is the place of a finding.
    """
    found = np.flatnonzero(wrong)
    for count, at in enumerate(map(int, found), start=1):
        row = int(rows[at])
        place = None if bounds is None else middle(bounds[at])
        findings.note(code, row, "geom", value(at), reason(at), place=place)
        if count == _SHOWN and COMMON[code].severity != "error":
            # a million warnings say no more than a thousand and their number
            findings.counts[code] += len(found) - _SHOWN
            return


def middle(bounds: Bounds) -> tuple[float, float] | None:
    """Return the middle of one envelope in stored degrees, to a centimetre; None off the globe."""
    if not np.isfinite(bounds).all() or _off_globe(bounds[None, :])[0]:
        return None
    lon, lat = (bounds[:2] + bounds[2:]) / 2
    return round(float(lon), 7), round(float(lat), 7)


def written(places: NDArray[Any]) -> Callable[[int], str]:
    """Return what writes the geometry of a row as text."""
    return lambda at: "" if places[at] is None else shapely.to_wkt(places[at], rounding_precision=6)


def placed(
    places: NDArray[Any],
    bounds: Bounds,
    rows: pd.Index,
    crs: str,
    findings: Findings,
    city: Extent | None,
) -> tuple[NDArray[Any], Bounds]:
    """Bring geometries to stored degrees, and refuse those whose place cannot be.

    Parameters
    ----------
    places
        In `crs`, x before y, finite, None where there is none.
    bounds
        Their envelopes.
    city
        Where the rows ought to lie; None where that is not known.

    Returns
    -------
    tuple
        Geometries in stored degrees, None where refused, and their envelopes.
    """
    zero = (bounds == 0).all(axis=1)
    degrees = in_degrees(crs)
    off = _off_globe(bounds) if degrees else np.zeros(len(places), dtype=bool)
    moved = to_stored(emptied(places, zero | off), crs)
    there = bounds if moved is places else shapely.bounds(moved)
    present = ~shapely.is_missing(moved)
    lost = off | (present & (_off_globe(there) | ~np.isfinite(there).all(axis=1)))
    away = np.zeros(len(places), dtype=bool)
    if city is not None:
        away = present & ~lost & city.apart(there)
    if not degrees and away.any():
        lost |= _not_returning(places, moved, away, crs)
    swapped = np.zeros(len(places), dtype=bool)
    if city is not None and (lost | away).any():
        swapped = _swapped(places, lost | away, crs, city)
    show = written(places)
    note_rows(findings, "coordinates-zero", zero, rows, show, _said(_ZERO))
    note_rows(findings, "coordinates-swapped", swapped, rows, show, _said(_SWAPPED))
    beyond = "经纬度范围" if degrees else "投影的范围"
    name = short(crs)
    impossible = _said(f"坐标不可能属于 {name}（超出{beyond}） / cannot be coordinates in {name}")
    note_rows(findings, "coordinates-impossible", lost & ~swapped, rows, show, impossible)
    if city is not None:
        note_rows(
            findings,
            "outside-city",
            away & ~swapped & ~lost,
            rows,
            lambda at: ", ".join(f"{number:.6f}" for number in middle(there[at]) or ()),
            _said(
                f"在城市范围之外（{_in_both(city.because)[0]}）"
                f" / outside the city ({_in_both(city.because)[1]})"
            ),
            there,
        )
    return emptied(moved, lost | swapped), there


_ZERO = "坐标为 (0, 0)，是空值 / coordinates (0, 0) are a missing value"
_SWAPPED = (
    "对调两个坐标后位于城市内：请在映射文件 [geometry] 中对调 lon 与 lat，几何则在源数据中对调"
    " / lies in the city with its coordinates exchanged: exchange lon and lat in [geometry] of the"
    " mapping, or the axes of the source's geometry"
)


def _said(reason: str) -> Callable[[int], str]:
    return lambda _: reason


def _in_both(words: str) -> tuple[str, str]:
    """Split words into Chinese and English."""
    chinese, _, english = words.partition(" / ")
    return chinese, english


def emptied(places: NDArray[Any], marked: Marks) -> NDArray[Any]:
    """Return the places with the marked ones taken out; the array itself where none is."""
    if not marked.any():
        return places
    result = places.copy()
    result[marked] = None
    return result


def _off_globe(bounds: Bounds) -> Marks:
    """Tell which envelopes are no degrees: metres or feet, or swapped axes."""
    west, south, east, north = bounds.T
    with np.errstate(invalid="ignore"):
        off: Marks = (west < -180) | (east > 180) | (south < -90) | (north > 90)
    return off


def _swapped(places: NDArray[Any], rows: Marks, crs: str, city: Extent) -> Marks:
    """Tell which of the marked rows lie in the city once x and y are exchanged."""
    result = np.zeros(len(places), dtype=bool)
    turned = shapely.transform(places[rows], lambda points: points[:, ::-1])
    bounds = shapely.bounds(turned)
    if in_degrees(crs):
        turned = emptied(turned, _off_globe(bounds))
    there = shapely.bounds(to_stored(turned, crs))
    centre = (there[:, :2] + there[:, 2:]) / 2
    result[rows] = city.holds(centre[:, 0], centre[:, 1])
    return result


def _not_returning(places: NDArray[Any], moved: NDArray[Any], rows: Marks, crs: str) -> Marks:
    """Tell which of the marked rows no place on earth has in this plane system.

    Far out of its range a projection is not one to one: unprojected and projected again, such
    numbers come back as others.
    """
    result = np.zeros(len(places), dtype=bool)
    given, owner = shapely.get_coordinates(places[rows], return_index=True)
    first = np.unique(owner, return_index=True)[1]
    degrees = shapely.get_coordinates(moved[rows])[first]
    back = from_stored(degrees[:, 0], degrees[:, 1], crs)
    if back is not None:
        apart = np.hypot(*(np.column_stack(back) - given[first]).T)
        result[rows] = ~(apart <= _RETURNS)
    return result


def locate(findings: Findings, rows: pd.Index, bounds: Bounds) -> None:
    """Give the findings of a chunk the places of their rows, where these are known.

    Parameters
    ----------
    rows, bounds
        Row numbers of the chunk and envelopes in stored degrees.
    """
    findings.locate(lambda one: _located(one, rows, bounds))


def _located(finding: Finding, rows: pd.Index, bounds: Bounds) -> Finding:
    if finding.place is not None or finding.row is None or finding.row not in rows:
        return finding
    return dataclasses.replace(finding, place=middle(bounds[rows.get_loc(finding.row)]))
