"""What coordinates look like that cannot be where they are said to be."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine

from cim.settings import forget_settings
from layers.findings import Finding
from layers.mapping import MappingError
from layers.report import RefusedError, Report
from layers.whereabouts.city import Extent
from layers.whereabouts.numbers import candidates
from tests.layers.banks import LUOHU, PLACES, banks, district, in_system, refused

if TYPE_CHECKING:
    from tests.conftest import Bring, ContentOf
    from tests.layers.conftest import ImportFile


@pytest.fixture
def city(city: Engine, bring: Bring) -> Engine:
    """Give a city that knows the outline of its district."""
    bring("area", district("440303", LUOHU))
    return city


def remarks(report: Report, code: str) -> list[Finding]:
    return next((check.samples for check in report.checks if check.code == code), [])


def as_geojson(folder: Path, places: Any) -> Path:
    """A GeoJSON of banks, in whatever numbers; the format itself says WGS 84."""
    features = [
        {
            "type": "Feature",
            "properties": {"id": str(n), "kind": "bank"},
            "geometry": {"type": "Point", "coordinates": [float(x), float(y)]},
        }
        for n, (x, y) in enumerate(places)
    ]
    path = folder / "banks.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


SYSTEMS = [4547, 4526, 4546, 4548, 32650, 3857, 2326]


@pytest.mark.parametrize("epsg", SYSTEMS)
def test_a_geojson_that_holds_metres_is_refused_and_their_system_is_proposed(
    city: Engine,
    tmp_path: Path,
    import_file: ImportFile,
    content_of: ContentOf,
    epsg: int,
) -> None:
    path = as_geojson(tmp_path, in_system(epsg))
    with pytest.raises(RefusedError) as refusal:
        import_file("amenity", path)
    report = refusal.value.report
    assert {one.code for one in report.rejects} == {"coordinates-impossible"}
    assert f"EPSG:{epsg}" in str(report.refused)
    assert content_of("amenity") == {}
    # what was proposed is right
    placed = import_file("amenity", path, crs=f"EPSG:{epsg}")
    assert placed.outcome is not None
    assert placed.outcome.added == 40
    assert placed.extent == pytest.approx((114.10, 22.52, 114.20, 22.65), abs=1e-6)


@pytest.mark.parametrize("epsg", SYSTEMS)
def test_a_file_without_a_system_is_asked_for_it_with_those_that_would_fit(
    city: Engine, tmp_path: Path, import_file: ImportFile, epsg: int
) -> None:
    frame = gpd.GeoDataFrame(
        {"id": [str(n) for n in range(40)], "kind": "bank"},
        geometry=gpd.points_from_xy(*in_system(epsg).T),
    )
    frame.to_parquet(tmp_path / "a.parquet")
    with pytest.raises(MappingError, match="--crs") as question:
        import_file("amenity", tmp_path / "a.parquet")
    chinese, english = str(question.value).split(" / ")
    assert f"EPSG:{epsg}（" in chinese
    assert f"EPSG:{epsg} (" in english
    assert "GCJ-02、BD-09" not in chinese


def test_degrees_without_a_system_may_be_in_any_of_three(
    city: Engine, tmp_path: Path, import_file: ImportFile
) -> None:
    rows = pd.DataFrame({"id": range(40), "kind": "bank", "lon": PLACES.T[0], "lat": PLACES.T[1]})
    rows.to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(MappingError, match=r"EPSG:4326（WGS 84）、GCJ-02、BD-09"):
        import_file("amenity", tmp_path / "a.csv")


def test_a_file_with_all_its_axes_swapped_says_so(city: Engine, bring: Bring) -> None:
    report = refused(bring, PLACES[:, ::-1])
    assert Counter(one.code for one in report.rejects) == {"coordinates-swapped": 40}
    assert "EPSG:4326 (WGS 84) with x and y swapped" in str(report.refused)


def test_the_grid_of_hong_kong_said_to_be_that_of_shenzhen_is_a_question(
    city: Engine, tmp_path: Path, import_file: ImportFile, bring: Bring, content_of: ContentOf
) -> None:
    places = in_system(2326)
    frame = gpd.GeoDataFrame(
        {"id": [str(n) for n in range(40)], "kind": "bank"},
        geometry=gpd.points_from_xy(*places.T, crs="EPSG:4547"),
    )
    frame.to_file(tmp_path / "a.shp")
    with pytest.raises(RefusedError) as refusal:
        import_file("amenity", tmp_path / "a.shp")
    report = refusal.value.report
    assert (report.whereabouts.verdict, report.whereabouts.proposed) == ("doubtful", "EPSG:2326")
    for said in ("--crs EPSG:2326", "--crs EPSG:4547", "未作任何改动"):
        assert said in str(report.refused)
    assert content_of("amenity") == {}
    # they lie on the earth, and whoever insists is obeyed
    insisted = bring("amenity", *banks(places), crs="EPSG:4547")
    assert insisted.outcome is not None
    assert insisted.outcome.added == 40
    assert insisted.whereabouts.proposed == "EPSG:2326"
    assert len(remarks(insisted, "outside-city")) == 40


def test_feet_of_a_state_plane_are_known_from_the_catalogue() -> None:
    seattle = Extent(-122.6, 47.3, -122.1, 47.9, 32610, "")
    chance = np.random.default_rng(1)
    places = chance.uniform((-122.4, 47.5), (-122.25, 47.7), (50, 2))
    found = candidates(in_system(2285, places), seattle, "OGC:CRS84")
    assert "EPSG:2285" in [one.crs for one in found]
    assert not any(one.swapped for one in found)


def test_numbers_that_fit_nothing_are_said_to(city: Engine, bring: Bring) -> None:
    report = refused(bring, PLACES * 1e9)
    assert "no system that was tried" in str(report.refused)


def test_a_good_file_is_asked_nothing(city: Engine, bring: Bring) -> None:
    report = bring("amenity", *banks(PLACES))
    assert report.checks == []
    assert report.whereabouts.crs == "EPSG:4490"
    assert report.whereabouts.because == "数据自带的说明 / declared by the source"


# --- a local system ----------------------------------------------------------------------------


def test_data_in_a_local_system_enter_by_its_name_and_the_report_says_how(
    city: Engine, bring: Bring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    metres = in_system(4547)
    local = metres - [400_000, 2_400_000]
    control = np.hstack([local, metres])[[0, 20, 39]] + [0, 0, 0, 0]
    control[1] += [500, 0, 500, 0]
    path = tmp_path / "luohu.local-crs.toml"
    points = json.dumps(control.tolist())
    path.write_text(f'[ours]\nto = "EPSG:4547"\ncontrol = {points}\n')
    monkeypatch.setenv("CIM_LOCAL_CRS", str(path))
    forget_settings()
    report = bring("amenity", *banks(local), crs="ours")
    assert report.crs == "ours"
    assert report.extent == pytest.approx((114.10, 22.52, 114.20, 22.65), abs=1e-7)
    assert "3 个控制点" in report.whereabouts.words[0]
    assert "残差最大 0.000 m" in report.whereabouts.words[0]
