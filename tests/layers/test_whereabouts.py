"""Where is it? What cannot be is noticed row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pyproj import CRS, Geod
from shapely.geometry import box
from sqlalchemy import Engine

from layers.findings import Finding
from layers.report import Report
from layers.whereabouts.city import city_extent
from tests.layers.banks import LUOHU, PLACES, banks, district, in_system

if TYPE_CHECKING:
    from tests.conftest import Bring, ContentOf


@pytest.fixture
def city(city: Engine, bring: Bring) -> Engine:
    """Give a city that knows the outline of its district."""
    bring("area", district("440303", LUOHU))
    return city


def remarks(report: Report, code: str) -> list[Finding]:
    return next((check.samples for check in report.checks if check.code == code), [])


def test_the_city_is_where_its_district_is_drawn_and_thirty_kilometres_around(
    city: Engine,
) -> None:
    with city.connect() as connection:
        extent = city_extent(connection)
    assert extent is not None
    earth = Geod(ellps="WGS84")
    assert earth.inv(114.15, 22.66, 114.15, extent.north)[2] == pytest.approx(30_000, rel=0.01)
    assert earth.inv(114.22, 22.58, extent.east, 22.58)[2] == pytest.approx(30_000, rel=0.01)


def test_a_simulated_district_counts_only_where_there_is_no_other(
    city: Engine, bring: Bring
) -> None:
    bring("area", district("440399", box(120, 30, 121, 31), "simulated"))
    with city.connect() as connection:
        extent = city_extent(connection)
    assert extent is not None
    assert extent.east < 115


def test_a_city_without_a_district_is_where_its_metric_system_is_used(
    shared_city: Engine,
) -> None:
    with shared_city.connect() as connection:
        extent = city_extent(connection)
    used = CRS.from_epsg(4547).area_of_use
    assert extent is not None
    assert used is not None
    assert (extent.west, extent.south, extent.east, extent.north) == used.bounds


# --- rows --------------------------------------------------------------------------------------


def test_a_place_far_off_is_to_be_looked_at_and_enters(
    city: Engine, bring: Bring, content_of: ContentOf
) -> None:
    report = bring("amenity", *banks([*PLACES, (121.47, 31.23)]))
    (one,) = remarks(report, "outside-city")
    assert (one.id, one.place, one.row) == ("t:40", (121.47, 31.23), 41)
    assert "30 km" in one.reason
    assert len(content_of("amenity")) == 41
    assert report.whereabouts.verdict != "doubtful"


def test_zero_and_zero_is_no_place(city: Engine, bring: Bring) -> None:
    report = bring("amenity", *banks([*PLACES, (0.0, 0.0)]))
    assert [(one.code, one.id) for one in report.rejects] == [("coordinates-zero", "t:40")]


def test_a_single_place_with_its_axes_swapped_is_found_among_good_ones(
    city: Engine, bring: Bring, content_of: ContentOf
) -> None:
    report = bring("amenity", *banks([*PLACES, (22.55, 114.12)]))
    (one,) = report.rejects
    assert one.code == "coordinates-swapped"
    assert "lon" in one.reason
    assert one.value == "POINT (22.55 114.12)"
    assert len(content_of("amenity")) == 40


def test_northings_written_before_eastings_are_swapped_axes_too(city: Engine, bring: Bring) -> None:
    metres = in_system(4547)
    metres[5] = metres[5][::-1]
    report = bring("amenity", *banks(metres), crs="EPSG:4547", strict=False)
    assert [one.code for one in report.rejects] == ["coordinates-swapped"]


def test_a_number_that_no_place_has_in_the_plane_system_is_impossible(
    city: Engine, bring: Bring
) -> None:
    metres = in_system(4547)
    metres[7, 0] += 38_000_000
    report = bring("amenity", *banks(metres), crs="EPSG:4547")
    (one,) = report.rejects
    assert one.code == "coordinates-impossible"
    assert "EPSG:4547" in one.reason


@pytest.mark.parametrize(
    ("place", "code"),
    [
        # by gdaltransform, from 119.3 E, 26.08 N (Fuzhou) and 102.7 E, 25.04 N (Kunming)
        ((1349257.13, 1246673.34), "outside-city"),
        ((-326966.97, 1171120.20), "outside-city"),
        ((8.4e7, 8.2e5), "coordinates-impossible"),
    ],
)
def test_a_place_far_off_in_the_grid_of_hong_kong_is_outside_and_not_impossible(
    city: Engine, bring: Bring, place: tuple[float, float], code: str
) -> None:
    places = [*in_system(2326), place]
    report = bring("amenity", *banks(places), crs="EPSG:2326")
    assert [one.code for one in report.checks] == [code]
    assert report.rejected == (code == "coordinates-impossible")


def test_a_row_that_is_wrong_in_another_way_tells_its_place(city: Engine, bring: Bring) -> None:
    rows = banks(PLACES)
    rows[3]["kind"] = "castle"
    report = bring("amenity", *rows)
    (one,) = report.rejects
    assert one.code == "value-unknown"
    assert one.place == pytest.approx(PLACES[3], abs=1e-6)
