"""Data in a disguised datum give themselves away by the things the city already knows."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import prcoords
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point
from sqlalchemy import Engine, text

from cim.model import layer_named
from layers.importing import import_source
from layers.mapping import Mapping, read_mapping
from layers.order import Order
from layers.reading import open_source
from layers.report import RefusedError, Whereabouts
from layers.whereabouts.datum import Evidence, judge

if TYPE_CHECKING:
    from tests.conftest import Bring, ContentOf

ROOT = Path(__file__).parents[2]
REAL = ROOT.parent / "shared/realdata/luohu"
CAR_PARKS = REAL / "luohu_parking_lots_2018.csv"
OUTLINE = REAL / "luohu_boundary_wgs84.geojson"
OUTLINE_GCJ02 = REAL / "luohu_boundary_amap_gcj02.geojson"
STATIONS = pd.read_csv(ROOT / "data/luohu/stations.csv")
TOWERS = pd.read_csv(ROOT / "data/luohu/towers.csv")

Rows = list[dict[str, Any]]
Shift = Callable[[float, float], tuple[float, float]]


def needs(path: Path) -> pytest.MarkDecorator:
    return pytest.mark.skipif(
        not path.exists(), reason=f"real data that may not be committed is not here: {path}"
    )


def gcj02(lon: float, lat: float) -> tuple[float, float]:
    """Disguise a place, as prcoords does it."""
    moved = prcoords.wgs_gcj(prcoords.Coords(lat, lon))
    return moved.lon, moved.lat


def bd09(lon: float, lat: float) -> tuple[float, float]:
    moved = prcoords.wgs_bd(prcoords.Coords(lat, lon))
    return moved.lon, moved.lat


def as_it_is(lon: float, lat: float) -> tuple[float, float]:
    return lon, lat


def sent(
    city: Engine, path: Path, layer: str, rules: dict[str, Any], **order: Any
) -> tuple[Whereabouts, str | None]:
    """What an import says of the place of its rows, and why it was refused; nothing is kept."""
    try:
        report = import_source(
            city,
            layer_named(layer),
            open_source(path),
            Mapping.model_validate(rules),
            Order(dry_run=True, **order),
        )
    except RefusedError as refusal:
        return refusal.report.whereabouts, refusal.report.refused
    return report.whereabouts, None


# --- the stations of Luohu, sent again by another department -----------------------------------


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
    assert "519" not in found.because
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
    wrong = car_parks(PLACES)
    bring("parking", *wrong, dataset="p")
    # alone, what was there before is evidence: it says that these lie elsewhere
    right = [row | {"geom": Point(place)} for row, place in zip(wrong, PLACES, strict=True)]
    with pytest.raises(RefusedError, match="同一数据集"):
        bring("parking", *right, dataset="p")
    bring("office", *offices(PLACES))
    assert bring("parking", *right, dataset="p").whereabouts.verdict == "fits"


def test_metric_data_and_data_outside_china_are_left_alone(bring: Bring) -> None:
    away = [(lon - 236, lat + 25) for lon, lat in PLACES]
    bring("office", *offices(away))
    moved = [
        row | {"geom": Point(x + 0.005, y)} for row, (x, y) in zip(offices(away), away, strict=True)
    ]
    assert bring("office", *moved).whereabouts.verdict is None


# --- outlines ----------------------------------------------------------------------------------


def outline(shift: Shift, wobble: float = 0.0) -> Any:
    """A made-up district of some kilometres with sixty corners."""
    angles = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    chance = np.random.default_rng(7)
    radius = 0.04 + 0.01 * np.sin(5 * angles)
    ring = np.column_stack([114.13 + radius * np.cos(angles), 22.57 + radius * np.sin(angles)])
    ring += wobble * chance.standard_normal(ring.shape)
    return shapely.Polygon([shift(*place) for place in ring])


def district(geom: Any) -> dict[str, Any]:
    return {
        "id": "440303",
        "name": "罗湖区",
        "level": "district",
        "provenance": "published",
        "geom": geom,
    }


def test_one_outline_in_two_datums_is_evidence_by_its_vertices(
    bring: Bring, content_of: ContentOf
) -> None:
    bring("area", district(outline(as_it_is)))
    before = content_of("area")
    with pytest.raises(RefusedError) as refusal:
        bring("area", district(outline(gcj02)))
    found = refusal.value.report.whereabouts
    assert (found.verdict, found.proposed, found.pairs) == ("doubtful", "GCJ-02", 60)
    assert content_of("area") == before
    assert bring("area", district(outline(gcj02)), crs="GCJ-02").whereabouts.verdict == "fits"


def test_an_outline_that_moved_by_some_other_way_is_no_evidence(bring: Bring) -> None:
    def moved(lon: float, lat: float) -> tuple[float, float]:
        return lon + 0.0054, lat - 0.0026

    bring("area", district(outline(as_it_is)))
    # as far as GCJ-02 would move it, within thirty metres, and yet not so
    found = bring("area", district(outline(moved))).whereabouts
    assert found.verdict == "cannot tell"
    assert found.pairs == 60


@needs(OUTLINE)
def test_the_real_outline_from_a_map_portal_is_noticed(city: Engine) -> None:
    rules = {
        "fields": {"id": "adcode", "name": "name"},
        "constants": {"level": "district", "provenance": "published"},
    }
    area, source = layer_named("area"), open_source(OUTLINE)
    import_source(city, area, source, Mapping.model_validate(rules), Order())
    found, refused = sent(city, OUTLINE_GCJ02, "area", rules)
    assert (found.verdict, found.proposed) == ("doubtful", "GCJ-02")
    assert found.east == pytest.approx(516, abs=5)
    assert found.north == pytest.approx(-304, abs=5)
    assert refused is not None
    assert sent(city, OUTLINE_GCJ02, "area", rules, crs="GCJ-02")[0].verdict == "fits"
    assert sent(city, OUTLINE, "area", rules)[0].verdict == "fits"


@needs(CAR_PARKS)
def test_the_real_car_parks_are_noticed_by_the_real_towers(luohu: Engine) -> None:
    path = ROOT / "data/mappings/luohu-parking.toml"
    rules = read_mapping(path).model_dump(by_alias=True, exclude_defaults=True)
    found, refused = sent(luohu, CAR_PARKS, "parking", rules | {"crs": "EPSG:4326"})
    assert (found.verdict, found.proposed) == ("doubtful", "BD-09")
    assert found.pairs >= 5
    assert found.east == pytest.approx(1180, abs=20)
    assert found.north == pytest.approx(390, abs=20)
    assert refused is not None
    assert sent(luohu, CAR_PARKS, "parking", rules)[0].verdict == "fits"


# --- chance ------------------------------------------------------------------------------------


def weighed(places: Any, base: Any, declared: str | None = None) -> Whereabouts:
    pairs = pd.DataFrame(np.hstack([places, base]), columns=["lon", "lat", "base_lon", "base_lat"])
    believed = Whereabouts(declared or "EPSG:4326", "")
    return judge(Evidence(pairs, exact=False, own=False), declared, believed)


@given(
    seed=st.integers(0, 2**32),
    count=st.integers(5, 27),
    declared=st.sampled_from([None, "GCJ-02", "BD-09"]),
)
@settings(deadline=None)
def test_names_given_out_by_chance_never_cast_doubt(
    seed: int, count: int, declared: str | None
) -> None:
    chance = np.random.default_rng(seed)
    base = chance.permutation(TOWERS[["lon", "lat"]].to_numpy())[:count]
    noise = chance.normal(0, 0.001, base.shape)
    assert weighed(chance.permutation(base) + noise, base, declared).verdict != "doubtful"


@given(seed=st.integers(0, 2**32), count=st.integers(5, 27))
@settings(deadline=None)
def test_places_known_only_roughly_never_cast_doubt_where_they_are_right(
    seed: int, count: int
) -> None:
    chance = np.random.default_rng(seed)
    base = chance.permutation(TOWERS[["lon", "lat"]].to_numpy())[:count]
    # up to some 200 m in either direction
    assert weighed(base + chance.uniform(-0.002, 0.002, base.shape), base).verdict != "doubtful"


@given(seed=st.integers(0, 2**32), count=st.integers(5, 27))
@settings(deadline=None)
def test_disguised_places_are_noticed_though_a_few_names_are_wrong(seed: int, count: int) -> None:
    chance = np.random.default_rng(seed)
    base = chance.permutation(TOWERS[["lon", "lat"]].to_numpy())[:count]
    # some 50 m off at most, as a car park lies beside its tower
    true = base + chance.uniform(-0.0004, 0.0004, base.shape)
    sent_places = np.array([gcj02(*place) for place in true])
    wrong = count // 5
    sent_places[:wrong] = sent_places[:wrong][::-1] + 0.03
    found = weighed(sent_places, base)
    assert (found.verdict, found.proposed) == ("doubtful", "GCJ-02")


def test_the_report_of_the_evidence_is_plain_data(bring: Bring) -> None:
    bring("office", *offices(PLACES))
    found = bring("parking", *car_parks(PLACES), dataset="p", crs="EPSG:4490")
    written = json.loads(json.dumps(found.as_dict(), default=str))["whereabouts"]
    assert written["verdict"] == "doubtful"
    assert isinstance(written["east"], float)
