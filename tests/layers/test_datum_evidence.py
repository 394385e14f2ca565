"""Data in a disguised datum give themselves away by the things the city already knows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from pyproj import Transformer
from shapely.geometry import Point
from sqlalchemy import Engine, text

from layers.report import RefusedError
from tests.layers.disguises import ROOT, TOWERS, Rows, Shift, as_it_is, bd09, gcj02, sent

if TYPE_CHECKING:
    from tests.conftest import Bring

STATIONS = pd.read_csv(ROOT / "data/luohu/stations.csv")


def stations(folder: Path, shift: Shift, identifiers: bool = False) -> tuple[Path, dict[str, Any]]:
    """A table of Luohu's stations, shifted, and its mapping; with the base's codes or its own."""
    places = [shift(lon, lat) for lon, lat in STATIONS[["lon", "lat"]].to_numpy()]
    rows = pd.DataFrame(places, columns=["lon", "lat"])
    rows["id"] = STATIONS["id"] if identifiers else [f"S{n}" for n in range(len(STATIONS))]
    rows["name"] = "站" if identifiers else STATIONS["name"]
    path = folder / "stations.csv"
    rows.assign(kind="metro", status="operating").to_csv(path, index=False)
    return path, {"crs": "EPSG:4326", "constants": {"provenance": "published"}}


@pytest.mark.parametrize("identifiers", [False, True], ids=["by name", "by identifier"])
@pytest.mark.parametrize(
    ("shift", "datum", "east", "north"),
    # the shift at the middle of the district, from prcoords
    [(gcj02, "GCJ-02", 524, -298), (bd09, "BD-09", 1186, 402)],
    ids=["GCJ-02", "BD-09"],
)
def test_stations_from_a_map_portal_said_to_be_wgs84_are_noticed(
    luohu: Engine,
    tmp_path: Path,
    shift: Shift,
    datum: str,
    east: float,
    north: float,
    identifiers: bool,
) -> None:
    path, rules = stations(tmp_path, shift, identifiers)
    dataset = "luohu-example" if identifiers else "metro-company"
    found, refused = sent(luohu, path, "station", rules, dataset=dataset)
    assert (found.verdict, found.proposed) == ("doubtful", datum)
    assert found.pairs > 20
    assert found.east == pytest.approx(east, abs=15)
    assert found.north == pytest.approx(north, abs=15)
    assert found.theory_east == pytest.approx(found.east, abs=3)
    assert found.theory_north == pytest.approx(found.north, abs=3)
    assert refused is not None
    for said in (f"{found.east:.0f} m", f"--crs {datum}", "--crs EPSG:4326", "nothing was changed"):
        assert said in refused


@pytest.mark.parametrize(("shift", "datum"), [(gcj02, "GCJ-02"), (bd09, "BD-09")])
def test_true_stations_said_to_be_disguised_are_noticed_as_well(
    luohu: Engine, tmp_path: Path, shift: Shift, datum: str
) -> None:
    path, rules = stations(tmp_path, as_it_is)
    found, refused = sent(luohu, path, "station", rules | {"crs": datum}, dataset="m")
    assert (found.verdict, found.proposed) == ("doubtful", "EPSG:4326")
    assert refused is not None
    assert "--crs EPSG:4326" in refused
    # a place taken for disguised is moved the other way
    there, here = shift(114.12, 22.55), (114.12, 22.55)
    assert np.sign(found.east or 0) == np.sign(here[0] - there[0])
    assert np.sign(found.north or 0) == np.sign(here[1] - there[1])


@pytest.mark.parametrize(
    ("shift", "datum"),
    [(as_it_is, "EPSG:4326"), (as_it_is, "EPSG:4490"), (gcj02, "GCJ-02"), (bd09, "BD-09")],
)
def test_stations_in_the_datum_they_are_said_to_be_in_fit(
    luohu: Engine, tmp_path: Path, shift: Shift, datum: str
) -> None:
    path, rules = stations(tmp_path, shift)
    found, refused = sent(luohu, path, "station", rules | {"crs": datum}, dataset="m")
    assert (found.verdict, found.proposed, refused) == ("fits", None, None)
    assert found.pairs > 20
    assert found.east == pytest.approx(0, abs=3)


def test_the_planner_may_insist_and_the_report_keeps_the_evidence(
    luohu: Engine, tmp_path: Path
) -> None:
    path, rules = stations(tmp_path, gcj02)
    found, refused = sent(luohu, path, "station", rules, dataset="m", crs="EPSG:4326")
    assert refused is None
    assert (found.verdict, found.proposed, found.crs) == ("doubtful", "GCJ-02", "EPSG:4326")
    assert any("GCJ-02" in words for words in found.words)
    found, refused = sent(luohu, path, "station", rules, dataset="m", crs="GCJ-02")
    assert (found.verdict, refused) == ("fits", None)


def test_stations_whose_names_were_mixed_up_say_nothing(luohu: Engine, tmp_path: Path) -> None:
    path, rules = stations(tmp_path, as_it_is)
    for seed in range(5):
        rows = pd.read_csv(path)
        rows["name"] = np.random.default_rng(seed).permutation(rows["name"])
        rows.to_csv(tmp_path / "mixed.csv", index=False)
        found, refused = sent(luohu, tmp_path / "mixed.csv", "station", rules, dataset="m")
        assert (found.verdict, refused) == ("cannot tell", None)
        assert found.pairs > 20


# --- what counts as a pair ---------------------------------------------------------------------

PLACES = TOWERS[["lon", "lat"]].to_numpy()[:8]
NAMES = [f"甲乙丙大厦{letter}座" for letter in "ABCDEFGH"]


def offices(places: Any, provenance: str = "published", **more: Any) -> Rows:
    return [
        {"id": f"O{n}", "name": name, "use": "办公", "provenance": provenance, "geom": Point(place)}
        | more
        for n, (name, place) in enumerate(zip(NAMES, places, strict=False))
    ]


def car_parks(places: Any) -> Rows:
    return [
        {"id": f"P{n}", "name": f"{name}-地下停车场", "geom": Point(gcj02(*place))}
        for n, (name, place) in enumerate(zip(NAMES, places, strict=False))
    ]


def test_car_parks_are_known_by_the_towers_in_their_names(bring: Bring) -> None:
    bring("office", *offices(PLACES))
    with pytest.raises(RefusedError) as refusal:
        bring("parking", *car_parks(PLACES), dataset="p")
    found = refusal.value.report.whereabouts
    assert (found.verdict, found.proposed, found.pairs) == ("doubtful", "GCJ-02", 8)


@pytest.mark.parametrize("count", [0, 1, 4])
def test_fewer_than_five_pairs_say_nothing_and_are_counted(bring: Bring, count: int) -> None:
    if count:
        bring("office", *offices(PLACES[:count]))
    found = bring("parking", *car_parks(PLACES), dataset="p").whereabouts
    assert (found.verdict, found.proposed, found.pairs) == ("cannot tell", None, count)
    assert f"只找到 {count} 处" in found.words[-1]


@pytest.mark.parametrize("provenance", ["simulated", "estimated"])
def test_what_is_invented_or_guessed_is_no_evidence(bring: Bring, provenance: str) -> None:
    bring("office", *offices(PLACES, provenance))
    found = bring("parking", *car_parks(PLACES), dataset="p").whereabouts
    assert (found.verdict, found.pairs) == ("cannot tell", 0)


def test_a_real_tower_whose_place_is_a_guess_is_no_evidence(city: Engine, bring: Bring) -> None:
    bring("office", *offices(PLACES))
    with city.begin() as connection:
        connection.execute(text("""update office set exceptions = '{"geom": "estimated"}'"""))
    assert bring("parking", *car_parks(PLACES), dataset="p").whereabouts.pairs == 0


def test_towers_at_one_place_count_once(bring: Bring) -> None:
    lon, lat = PLACES[0]
    crowd = [(lon + 1e-4 * n, lat) for n in range(4)]
    bring("office", *offices([*crowd, PLACES[1]]))
    found = bring("parking", *car_parks([*crowd, PLACES[1]]), dataset="p").whereabouts
    # three of the four lie within 50 m of the first or of the next that is kept
    assert found.verdict == "cannot tell"
    assert found.pairs == 2


def test_other_names_and_names_in_brackets_are_names(bring: Bring) -> None:
    rows = offices(PLACES)
    for n, row in enumerate(rows):
        row["name"], row["aliases"] = (
            (f"某项目（{row['name']}）", None) if n % 2 else (f"又一处{n}", row["name"])
        )
    bring("office", *rows)
    with pytest.raises(RefusedError) as refusal:
        bring("parking", *car_parks(PLACES), dataset="p")
    assert refusal.value.report.whereabouts.pairs == 8


def test_a_name_that_stands_at_many_places_names_none(bring: Bring) -> None:
    chain = [
        {
            "id": f"C{n}",
            "name": "连锁酒店",
            "use": "办公",
            "provenance": "published",
            "geom": Point(place),
        }
        for n, place in enumerate(PLACES)
    ]
    bring("office", *chain)
    parks = [row | {"name": "连锁酒店停车场"} for row in car_parks(PLACES)]
    assert bring("parking", *parks, dataset="p").whereabouts.pairs == 0


def test_other_datasets_speak_before_an_earlier_import_of_the_same_that_was_wrong(
    bring: Bring,
) -> None:
    bring("parking", *car_parks(PLACES), dataset="p")
    # alone, what an earlier import left is evidence: read as WGS 84 these lie where those do
    found = bring("parking", *car_parks(PLACES), dataset="p", crs="GCJ-02", dry_run=True)
    assert found.whereabouts.proposed == "EPSG:4326"
    assert "同一数据集" in found.whereabouts.words[-1]
    bring("office", *offices(PLACES))
    found = bring("parking", *car_parks(PLACES), dataset="p", crs="GCJ-02")
    assert found.whereabouts.verdict == "fits"


def test_data_outside_china_and_data_in_metres_are_not_held_to_be_disguised(bring: Bring) -> None:
    seattle = np.add(PLACES, (-236.4, 25.1))
    bring("office", *offices(seattle))
    assert bring("office", *offices(np.add(seattle, (0.005, -0.003)))).whereabouts.verdict is None
    grid = Transformer.from_crs(4490, 4547, always_xy=True)
    metres = np.column_stack(grid.transform(*PLACES.T))
    bring("office", *offices(metres), crs="EPSG:4547")
    moved = bring("office", *offices(np.add(metres, (516.0, -304.0))), crs="EPSG:4547")
    assert moved.whereabouts.verdict is None


def test_the_report_of_the_evidence_is_plain_data(bring: Bring) -> None:
    bring("office", *offices(PLACES))
    found = bring("parking", *car_parks(PLACES), dataset="p", crs="EPSG:4490")
    written = json.loads(json.dumps(found.as_dict(), default=str))["whereabouts"]
    assert written["verdict"] == "doubtful"
    assert isinstance(written["east"], float)
