"""The metro, trains and some buses of São Paulo, against plain pandas."""

from __future__ import annotations

import zipfile

import pandas as pd
import pytest
import shapely
from sqlalchemy import Engine

from layers.gtfs import gtfs_sources
from layers.importing import import_sources
from layers.order import Order
from layers.report import Report
from tests.conftest import ContentOf
from tests.layers.test_realdata import REAL, needs

FEED = REAL / "saopaulo/spo.zip"
KINDS = {1: "metro", 2: "railway", 3: "bus"}

pytestmark = needs(FEED)


@pytest.fixture
def reports(city: Engine) -> list[Report]:
    # the city is Luohu: what lies in São Paulo is asked about, unless its system is stated
    return import_sources(city, gtfs_sources(FEED), Order(crs="EPSG:4326"))


@pytest.fixture
def plain() -> pd.DataFrame:
    """Every call of every trip, with its stop and route, as pandas alone joins them."""
    with zipfile.ZipFile(FEED) as archive:
        tables = {
            name: pd.read_csv(archive.open(f"{name}.txt"), dtype={"stop_id": str})
            for name in ("stop_times", "trips", "routes", "stops")
        }
    calls = tables["stop_times"].merge(tables["trips"], on="trip_id")
    calls = calls.merge(tables["routes"], on="route_id").merge(tables["stops"], on="stop_id")
    return calls.assign(kind=calls["route_type"].map(KINDS))


def test_the_654_stops_are_88_of_the_metro_100_of_trains_and_466_of_buses(
    reports: list[Report], plain: pd.DataFrame, content_of: ContentOf
) -> None:
    assert [(report.layer, report.rejected) for report in reports] == [
        ("station", 0),
        ("bus_stop", 0),
        ("transit_line", 0),
    ]
    assert plain.groupby("kind")["stop_id"].nunique().to_dict() == {
        "bus": 466,
        "metro": 88,
        "railway": 100,
    }
    kinds = plain.drop_duplicates(["stop_id", "kind"]).set_index("stop_id")["kind"]
    # no stop serves two kinds
    assert kinds.index.is_unique
    stations = {code: row["kind"] for code, row in content_of("station").items()}
    assert stations == {f"spo:{code}": kind for code, kind in kinds[kinds != "bus"].items()}
    assert set(content_of("bus_stop")) == {f"spo:{code}" for code in kinds.index[kinds == "bus"]}


def test_stops_know_the_routes_that_call_and_stand_where_pandas_reads_them(
    reports: list[Report], plain: pd.DataFrame, content_of: ContentOf
) -> None:
    called = plain.groupby("stop_id")["route_short_name"].agg(set)
    where = plain.drop_duplicates("stop_id").set_index("stop_id")[["stop_lon", "stop_lat"]]
    for layer, field in (("station", "lines"), ("bus_stop", "routes")):
        for code, row in content_of(layer).items():
            stop = code.removeprefix("spo:")
            assert set(row[field]) == called[stop]
            place = shapely.from_wkb(row["geom"])
            assert (place.x, place.y) == pytest.approx(tuple(where.loc[stop]), abs=1e-9)


def test_six_metro_seven_railway_and_six_bus_lines_call_at_the_stations_of_a_trip_in_order(
    reports: list[Report], plain: pd.DataFrame, content_of: ContentOf
) -> None:
    lines = content_of("transit_line")
    kinds = pd.Series([row["kind"] for row in lines.values()]).value_counts().to_dict()
    assert kinds == {"metro": 6, "railway": 7, "bus": 6}
    ordered = plain.sort_values("stop_sequence").groupby(["route_id", "trip_id"])["stop_id"]
    courses = ordered.agg(list)
    for code, row in lines.items():
        if row["kind"] == "bus":
            assert row["stations"] is None
            continue
        stations = [station.removeprefix("spo:") for station in row["stations"]]
        of_route = list(courses.loc[code.removeprefix("spo:")])
        assert stations in of_route
        assert len(stations) == max(len(course) for course in of_route)


def test_lines_pass_their_stations_but_for_one_that_the_feed_s_own_shape_misses(
    reports: list[Report], content_of: ContentOf
) -> None:
    stations = {code: shapely.from_wkb(row["geom"]) for code, row in content_of("station").items()}
    missed = []
    for code, row in content_of("transit_line").items():
        course = shapely.from_wkb(row["geom"])
        assert course.geom_type == "MultiLineString"
        # 0.003 degrees are some 300 metres
        far = [one for one in row["stations"] or () if course.distance(stations[one]) > 0.003]
        missed += [(code, one) for one in far]
    # Brás: shapes.txt draws the line from the next station on
    assert missed == [("spo:CPTM L12", "spo:18987")]
