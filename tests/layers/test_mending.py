"""Outlines that cross themselves are mended, and the change of their area is told."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import momepy
import pytest
import shapely
from shapely.geometry import Polygon
from sqlalchemy import Engine

from layers.findings import Finding
from layers.report import Report

if TYPE_CHECKING:
    from tests.layers.conftest import ImportFile

BUBENEC = Path(momepy.datasets.get_path("bubenec"))


def remarks(report: Report, code: str) -> list[Finding]:
    return next((check.samples for check in report.checks if check.code == code), [])


def crossed(outline: Polygon) -> Polygon:
    """Exchange two corners of an outline, so that it crosses itself."""
    ring = shapely.get_coordinates(outline.exterior)[:-1]
    ring[[1, 2]] = ring[[2, 1]]
    return Polygon(ring)


def areas(report: Report) -> dict[str, tuple[float, float]]:
    """The areas before and after, by the identifier of the feature."""
    told = {}
    for one in remarks(report, "geometry-repaired"):
        numbers = re.fullmatch(r"([\d.]+) → ([\d.]+) m²", one.value)
        assert numbers is not None
        assert one.place is not None
        told[str(one.id)] = (float(numbers[1]), float(numbers[2]))
    return told


@pytest.mark.parametrize("here", [False, True], ids=["in Prague", "moved to Luohu"])
def test_a_mended_outline_tells_its_area_before_and_after_as_geopandas_measures_it(
    city: Engine, tmp_path: Path, import_file: ImportFile, here: bool
) -> None:
    frame = gpd.read_file(BUBENEC, layer="buildings")
    frame["id"] = [f"B{n}" for n in range(len(frame))]
    every_fifth = frame.index % 5 == 0
    frame.loc[every_fifth, "geometry"] = frame.geometry[every_fifth].map(crossed)
    if here:
        west, south = frame.total_bounds[:2]
        moved = frame.translate(510_000 - west, 2_495_000 - south)
        frame = frame.set_geometry(moved.set_crs("EPSG:4547", allow_override=True))
    frame[["id", "geometry"]].to_file(tmp_path / "b.gpkg")
    told = areas(import_file("building", tmp_path / "b.gpkg", dataset="b"))
    broken = frame[~frame.is_valid]
    assert len(broken) > 10
    assert set(told) == {f"b:{code}" for code in broken["id"]}
    # on either plane areas are those on the ground to some millionths
    plane = "EPSG:4547" if here else "+proj=laea +lat_0=50.104 +lon_0=14.402 +ellps=GRS80"
    before = broken.to_crs(plane).area
    after = broken.make_valid(method="structure").to_crs(plane).area
    for code, was, became in zip(broken["id"], before, after, strict=True):
        assert told[f"b:{code}"] == pytest.approx((was, became), abs=0.02)
