"""Where the city lies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS
from sqlalchemy import Connection, text

from cim.database import metric_srid
from layers.whereabouts.apart import DEGREE

BUFFER = 30_000.0
"""Metres around the district's outline that still count as the city: a neighbouring district, a
line that leads out, is no mistake; another zone, swapped axes or another country is."""


@dataclass(frozen=True)
class Extent:
    """A box of stored degrees in which the city lies, and the city's metric system."""

    west: float
    south: float
    east: float
    north: float
    metric_srid: int
    because: str

    def apart(self, bounds: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Tell which envelopes (n, 4) have no point in common with the city; NaN has none."""
        west, south, east, north = bounds.T
        with np.errstate(invalid="ignore"):
            meets: NDArray[np.bool_] = (west <= self.east) & (east >= self.west)
            meets &= (south <= self.north) & (north >= self.south)
        return np.logical_not(meets)

    def holds(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Tell which places lie in the city."""
        return ~self.apart(np.column_stack([lon, lat, lon, lat]))


def city_extent(connection: Connection) -> Extent | None:
    """Return where the city lies.

    The outlines of its districts, those that are not simulated before those that are, with
    `BUFFER` around; where no district has an outline, the area of use of the metric system.

    Returns
    -------
    Extent or None
        None where the metric system has no area of use, or one across the date line.
    """
    srid = metric_srid(connection)
    drawn = connection.execute(
        text("""
        select st_xmin(box), st_ymin(box), st_xmax(box), st_ymax(box) from (
            select st_extent(geom) as box,
                provenance = 'simulated' or exceptions ->> 'geom' = 'simulated' as invented
            from area where level = 'district' and geom is not null
            group by invented order by invented nulls first limit 1
        ) as districts
        """)
    ).one_or_none()
    if drawn is not None:
        west, south, east, north = drawn
        high = BUFFER / DEGREE
        wide = high / float(np.cos(np.radians((south + north) / 2)))
        because = (
            f"区划轮廓及其周围 {BUFFER / 1000:.0f} km"
            f" / the district's outline and {BUFFER / 1000:.0f} km around"
        )
        return Extent(west - wide, south - high, east + wide, north + high, srid, because)
    used = CRS.from_epsg(srid).area_of_use
    if used is None or used.west > used.east:
        return None
    because = f"EPSG:{srid} 的适用范围 / the area of use of EPSG:{srid}"
    return Extent(used.west, used.south, used.east, used.north, srid, because)
