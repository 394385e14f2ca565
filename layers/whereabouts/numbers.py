"""What coordinates look like that do not lie in the city as declared, or are not declared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Proj
from pyproj.aoi import AreaOfInterest
from pyproj.database import CRSInfo, query_crs_info
from pyproj.enums import PJType
from pyproj.exceptions import CRSError

from cim.crs import BD09, GCJ02, UnknownCRSError, check_crs, in_degrees, to_stored
from layers.report import Whereabouts
from layers.whereabouts.city import Extent

_SAMPLE = 1_000
"""Rows that are tried in other systems."""

_MOST = 2 / 3
"""Share of the sample that must lie in the city under a system to propose it."""

_SHOWN = 4
"""Systems that are named."""

_DEGREES = ("EPSG:4326", GCJ02, BD09)

_EDGE = 3.5
"""Degrees by which data may reach beyond the area of use of their system: into the next zone."""

_LOST = ("coordinates-impossible", "coordinates-swapped")


@dataclass(frozen=True)
class Candidate:
    """A system in which coordinates would lie in the city.

    Attributes
    ----------
    crs
        For ``--crs``.
    name
        Its name in the EPSG catalogue.
    swapped
        Only once x and y are exchanged.
    share
        Of the sample that would lie in the city.
    """

    crs: str
    name: str
    swapped: bool
    share: float

    @property
    def words(self) -> tuple[str, str]:
        """What is proposed, in Chinese and in English."""
        # the catalogue's " / " would be taken for the one between Chinese and English
        name = self.name.replace(" / ", " ")
        name, english = (f"（{name}）", f" ({name})") if name else ("", "")
        if self.swapped:
            return f"对调 x 与 y 后的 {self.crs}{name}", f"{self.crs}{english} with x and y swapped"
        return f"{self.crs}{name}", f"{self.crs}{english}"


def sample_of(places: NDArray[Any]) -> NDArray[np.float64]:
    """Return the middles of some geometries, evenly spread, in the source's own numbers (n, 2)."""
    present = places[~shapely.is_missing(places)]
    step = max(1, len(present) // _SAMPLE)
    bounds = shapely.bounds(present[::step][:_SAMPLE])
    centres: NDArray[np.float64] = (bounds[:, :2] + bounds[:, 2:]) / 2
    return centres[np.isfinite(centres).all(axis=1)]


def _usual(city: Extent) -> Iterator[str]:
    """Yield the plane systems that data of the city come in, the likeliest first."""
    yield f"EPSG:{city.metric_srid}"
    middle = (city.west + city.east) / 2
    # CGCS2000 / 3-degree Gauss-Kruger by central meridian, without and with the zone in front:
    # EPSG:4534 is CM 75E, EPSG:4513 is zone 25 (75E); the city's zone before its neighbours
    zone = round(middle / 3)
    for number in (zone, zone - 1, zone + 1):
        if 25 <= number <= 45:
            yield from (f"EPSG:{4534 + number - 25}", f"EPSG:{4513 + number - 25}")
    # the 6-degree zones 13 to 23, and UTM, likewise
    six = int((middle + 180) // 6) + 1
    for number in (six, six - 1, six + 1):
        if 43 <= number <= 53:
            yield from (f"EPSG:{4502 + number - 43}", f"EPSG:{4491 + number - 43}")
        if 1 <= number <= 60:
            yield f"EPSG:{(32700 if city.north < 0 else 32600) + number}"
    yield from ("EPSG:3857", "EPSG:2326")


def _share(numbers: NDArray[np.float64], crs: str, city: Extent) -> float:
    """Return the share of places that lie in the city, and near where the system is used."""
    degrees = in_degrees(crs)
    if degrees and (np.abs(numbers) > (180, 90)).any():
        return 0.0
    lon, lat = shapely.get_coordinates(to_stored(shapely.points(numbers), crs)).T
    good = city.holds(lon, lat)
    used = None if degrees else CRS.from_user_input(crs).area_of_use
    if used is not None and used.west <= used.east:
        good &= (lon >= used.west - _EDGE) & (lon <= used.east + _EDGE)
        good &= (lat >= used.south - _EDGE) & (lat <= used.north + _EDGE)
    return float(good.mean())


def _tried(
    numbers: NDArray[np.float64], systems: Iterable[str], city: Extent, *, swapped: bool
) -> list[Candidate]:
    """Return the systems that put enough of the sample into the city, the most first."""
    found: dict[str, Candidate] = {}
    given = numbers[:, ::-1] if swapped else numbers
    for crs in systems:
        with suppress(UnknownCRSError):
            share = _share(given, crs, city)
            if share >= _MOST and crs not in found:
                name = "" if crs in (GCJ02, BD09) else CRS.from_user_input(crs).name
                found[crs] = Candidate(crs, name, swapped, share)
    # sorting keeps the order of likeliness among equals
    return sorted(found.values(), key=lambda one: -one.share)


def _catalogued(numbers: NDArray[np.float64], city: Extent) -> list[Candidate]:
    """Try every plane system of the EPSG catalogue that is used there, the most local first.

    Only unprojected, without a change of datum: that takes a minute for all, and is below what a
    city's extent can tell.
    """
    here = AreaOfInterest(city.west, city.south, city.east, city.north)
    found: list[Candidate] = []
    for one in sorted(query_crs_info("EPSG", PJType.PROJECTED_CRS, here), key=_size):
        # what PROJ cannot unproject, or nobody may bring in, is nothing to propose
        with suppress(CRSError, UnknownCRSError):
            share = _unprojected_share(numbers, one, city)
            if share >= _MOST:
                check_crs(f"EPSG:{one.code}")
                found.append(Candidate(f"EPSG:{one.code}", one.name, False, share))
        if len(found) == _SHOWN:
            break
    return found


def _unprojected_share(numbers: NDArray[np.float64], one: CRSInfo, city: Extent) -> float:
    """Return the share of places that lie in the city, and where the system is used."""
    x, y = numbers.T
    lon, lat = Proj(f"EPSG:{one.code}")(x, y, inverse=True)
    good = city.holds(lon, lat)
    if one.area_of_use is not None:
        west, south, east, north = one.area_of_use.bounds
        good &= (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    return float(good.mean())


def _size(one: CRSInfo) -> float:
    """Return the area of use of a catalogued system, in square degrees."""
    if one.area_of_use is None:
        return float("inf")
    west, south, east, north = one.area_of_use.bounds
    return float(((east - west) % 360 or 360) * (north - south))


def candidates(
    numbers: NDArray[np.float64],
    city: Extent,
    declared: str | None = None,
    *,
    anywhere: bool = True,
) -> list[Candidate]:
    """Return the systems in which coordinates would lie in the city, the likeliest first.

    Degrees are tried as they are, then with x and y exchanged. For metres or feet the usual systems
    are tried first; where none fits, every plane system of the EPSG catalogue that is used there;
    then the usual ones with x and y exchanged.

    Parameters
    ----------
    numbers
        x and y as the source has them, shape (n, 2), from `sample_of`.
    declared
        The system that the source states, which is no news.
    anywhere
        Go through the catalogue. Among so many systems some may fit by chance, so that it is left
        where the numbers do make sense as declared.
    """
    if not len(numbers):
        return []
    if (np.abs(numbers) <= 180).all():
        # in metres these would all lie at the origin of some grid
        plain = [crs for crs in _DEGREES if crs != declared]
        return _tried(numbers, plain, city, swapped=False) or _tried(
            numbers, _DEGREES, city, swapped=True
        )
    usual = [crs for crs in _usual(city) if crs != declared]
    found = (
        _tried(numbers, usual, city, swapped=False)
        or (anywhere and _catalogued(numbers, city))
        or _tried(numbers, _usual(city), city, swapped=True)
    )
    return found[:_SHOWN]


def look_alike(
    numbers: NDArray[np.float64] | None,
    city: Extent | None,
    declared: str | None = None,
    *,
    anywhere: bool = True,
) -> tuple[str, list[Candidate]]:
    """Say in Chinese and English what coordinates look like, and which systems would fit.

    Parameters
    ----------
    numbers, declared, anywhere
        As for `candidates`; None where nothing was read.
    """
    if numbers is None or city is None or not len(numbers):
        return "", []
    (west, south), (east, north) = numbers.min(axis=0), numbers.max(axis=0)
    ranges = f"x {_short(west)} – {_short(east)}, y {_short(south)} – {_short(north)}"
    found = candidates(numbers, city, declared, anywhere=anywhere)
    if not found:
        words = (
            f"坐标为 {ranges}，试过的坐标系都不会使其落在城市内"
            f" / the coordinates are {ranges}: no system that was tried puts them in the city"
        )
        return words, []
    chinese = "、".join(one.words[0] for one in found)
    english = ", ".join(one.words[1] for one in found)
    words = (
        f"坐标为 {ranges}；若是 {chinese}，则位于城市内"
        f" / the coordinates are {ranges}; they would lie in the city as {english}"
    )
    return words, found


def _short(number: float) -> str:
    return f"{number:.5f}" if abs(number) < 1000 else f"{number:.0f}"


def with_strays(
    believed: Whereabouts,
    counts: Counter[str],
    matched: int,
    numbers: NDArray[np.float64] | None,
    city: Extent | None,
) -> Whereabouts:
    """Add what the coordinates look like, where most rows cannot lie where they are said to.

    Parameters
    ----------
    believed
        The system that was believed, and why.
    counts
        How often each rule was broken, among `matched` rows.
    numbers
        From `sample_of`.

    Returns
    -------
    Whereabouts
        With the verdict ``doubtful`` where another system would put the rows in the city, and
        ``cannot tell`` where most rows cannot be and none would.
    """
    lost = sum(counts[code] for code in _LOST)
    if believed.crs is None or (lost + counts["outside-city"]) * 2 <= matched:
        return believed
    words, found = look_alike(numbers, city, believed.crs, anywhere=lost * 2 > matched)
    if not words:
        return believed
    plain = [one.crs for one in found if not one.swapped]
    verdict = "doubtful" if found else "cannot tell" if lost * 2 > matched else None
    return replace(
        believed,
        verdict=verdict,
        proposed=plain[0] if plain else None,
        words=[*believed.words, words],
    )
