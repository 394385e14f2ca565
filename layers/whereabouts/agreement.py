"""Geometry held against the coordinate columns that stand beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from cim.crs import disguised, in_degrees, to_stored, undisguised
from layers.findings import Findings
from layers.places.coordinates import degrees
from layers.places.titles import datum_of
from layers.whereabouts.apart import DATUMS, Floats, displacement, in_china, nearest, title
from layers.whereabouts.rows import note_rows

TOLERANCE = 5.0
"""Metres by which geometry and columns may differ: five decimals of a degree, and a centre that
is not quite the centre."""

_EXPLAINED = 10.0
"""Metres within which a disguise must explain the difference (median)."""


@dataclass
class Agreement:
    """What was found while the chunks go by.

    Attributes
    ----------
    compared
        Rows that have both.
    columns
        Titles of the two columns.
    apart
        Of each row that disagrees: lon and lat by its geometry, then by its columns.
    """

    compared: int = 0
    columns: tuple[str, str] = ("", "")
    apart: list[Floats] = field(default_factory=list)

    def compare(
        self,
        frame: pd.DataFrame,
        columns: tuple[str, str],
        given: NDArray[Any],
        stored: NDArray[Any],
        crs: str,
        findings: Findings,
    ) -> None:
        """Compare a chunk and note the rows that disagree by more than `TOLERANCE`.

        Parameters
        ----------
        frame
            The rows as the source has them.
        columns
            Titles of the columns with x (longitude) and y (latitude).
        given, stored
            The geometries in `crs`, and in stored degrees, where None marks a refused row.
        """
        x, y = (degrees(frame[name]).to_numpy(dtype=float, na_value=np.nan) for name in columns)
        both = np.isfinite(x) & np.isfinite(y) & ((x != 0) | (y != 0))
        both &= ~shapely.is_missing(stored)
        rows = np.flatnonzero(both)
        if not len(rows):
            return
        points = np.column_stack([x, y])[rows]
        named = datum_of(columns[0]) or crs
        places, points = _comparable(given[rows], stored[rows], points, crs, named)
        sound = np.isfinite(points).all(axis=1) & (np.abs(points) <= (180, 90)).all(axis=1)
        rows, places, points = rows[sound], places[sound], points[sound]
        from_lon, from_lat = nearest(places, shapely.points(points)).T
        distance = displacement(from_lon, from_lat, points[:, 0], points[:, 1])[:, 0]
        self.compared += len(rows)
        self.columns = columns
        wrong = distance > TOLERANCE
        pairs = np.column_stack([from_lon, from_lat, points])
        self.apart.append(pairs[wrong])
        metres = dict(zip(rows[wrong].tolist(), distance[wrong].tolist(), strict=True))
        marks = np.zeros(len(frame), dtype=bool)
        marks[rows[wrong]] = True
        note_rows(
            findings,
            "coordinates-disagree",
            marks,
            frame.index,
            lambda at: f"{metres[at]:.1f} m",
            lambda at: (
                f"几何与坐标列 {columns[0]}、{columns[1]} 相距 {metres[at]:.0f} m"
                f" / the columns {columns[0]}, {columns[1]} lie {metres[at]:.0f} m from the"
                " geometry"
            ),
            shapely.bounds(stored),
        )

    def words(self) -> list[str]:
        """Sum up in Chinese and English sentences; nothing where all agree."""
        pairs = np.vstack(self.apart) if self.apart else np.empty((0, 4))
        if not len(pairs):
            return []
        lon, lat, to_lon, to_lat = pairs.T
        distance, east, north = displacement(lon, lat, to_lon, to_lat).T
        x, y = self.columns
        low, mid, high = distance.min(), np.median(distance), distance.max()
        shift = f"{np.median(east):+.0f} m, {np.median(north):+.0f} m"
        summary = (
            f"{self.compared} 行同时有几何和坐标列 {x}、{y}，其中 {len(pairs)} 行相差超过"
            f" {TOLERANCE:g} m：最小 {low:.0f} m，中位 {mid:.0f} m，最大 {high:.0f} m；"
            f"坐标列相对几何向东、向北的中位偏移为 {shift}。导入的是几何"
            f" / {self.compared} rows have both a geometry and the columns {x}, {y}; {len(pairs)}"
            f" differ by more than {TOLERANCE:g} m: least {low:.0f} m, median {mid:.0f} m, most"
            f" {high:.0f} m; the columns lie {shift} east and north of the geometry (median)."
            " The geometry was taken"
        )
        return [summary, _explained(pairs)]


def _comparable(
    given: NDArray[Any], stored: NDArray[Any], points: Floats, crs: str, named: str
) -> tuple[NDArray[Any], Floats]:
    """Bring both to degrees: the unshifted numbers where both are in one system, else stored.

    Parameters
    ----------
    named
        The system that the titles of the columns name; `crs` where they name none.
    """
    if named == crs and in_degrees(crs):
        return given, points
    in_range = np.asarray((np.abs(points) <= (180, 90)).all(axis=1))
    if named == crs and in_range.mean() > 0.5:
        return stored, points
    if in_degrees(named):
        points = np.where(in_range[:, None], points, np.nan)
    sound = np.isfinite(points).all(axis=1)
    result = np.full(points.shape, np.nan)
    moved = to_stored(shapely.points(points[sound]), named)
    result[sound] = shapely.get_coordinates(moved)
    return stored, result


def _explained(pairs: Floats) -> str:
    """Say whether one side being in a disguised datum explains the difference."""
    lon, lat, to_lon, to_lat = pairs.T
    if in_china(lon, lat):
        for of_geometry in DATUMS:
            for of_columns in DATUMS:
                if of_geometry == of_columns:
                    continue
                there = disguised(*undisguised(lon, lat, of_geometry), of_columns)
                left = float(np.median(displacement(*there, to_lon, to_lat)[:, 0]))
                if left <= _EXPLAINED:
                    first, second = title(of_geometry), title(of_columns)
                    return (
                        f"与几何为 {first}、坐标列为 {second} 时的差异一致（余差中位 {left:.1f} m）"
                        f" / as it would be with the geometry in {first} and the columns in"
                        f" {second} (median left {left:.1f} m)"
                    )
    return (
        "这一差异不是 GCJ-02 或 BD-09 的偏移所能解释的"
        " / the difference is not that of GCJ-02 or BD-09"
    )
