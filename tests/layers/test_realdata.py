"""Cities nobody here made up: Seattle's offices and stations, Luohu's car parks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from pyproj import Geod
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from cim.database import close_city, connect, metric_srid, open_city
from cim.model import layer_named
from cim.settings import forget_settings
from layers.importing import import_source
from layers.mapping import Mapping
from layers.order import Order
from layers.reading import open_source

if TYPE_CHECKING:
    from tests.conftest import ContentOf, DatabaseFactory
    from tests.layers.conftest import ImportFile

REAL = Path(__file__).parents[3] / "shared/realdata"
BUILDINGS = REAL / "seattle/2016_Building_Energy_Benchmarking.csv"
RAIL = REAL / "seattle/sound-transit-lightrail.gpkg"
CAR_PARKS = REAL / "luohu/luohu_parking_lots_2018.csv"


def needs(path: Path) -> pytest.MarkDecorator:
    return pytest.mark.skipif(
        not path.exists(), reason=f"real data that may not be committed is not here: {path}"
    )


OFFICES = {
    "layer": "office",
    "dataset": "seattle-2016",
    "crs": "EPSG:4326",
    "where": "LargestPropertyUseType = 'Office'",
    "geometry": {"lon": "Longitude", "lat": "Latitude"},
    "fields": {
        "id": "OSEBuildingID",
        "name": "PropertyName",
        "gross_floor_area": {"from": "PropertyGFABuilding(s)", "unit": "ft2"},
        "parking_area": {"from": "PropertyGFAParking", "unit": "ft2"},
        "completed": "YearBuilt",
    },
    "constants": {"use": "办公", "source": "City of Seattle", "provenance": "published"},
}
STATIONS = {
    "layer": "station",
    "dataset": "sound-transit",
    "key": ["PROJECT", "NAME"],
    "fields": {
        "name": "NAME",
        "status": {
            "from": "LOCATION_CERTAINTY",
            "values": {"high (exists)": "operating"},
            "default": "planned",
        },
    },
    "constants": {"kind": "metro"},
}
RULES = """
[half-a-space]
zh = "车位配比半个以上"
en = "Half a space or more"
group = "parking"
version = 1
when = "parking_ratio >= 0.5"

[half-a-space-by-rail]
zh = "近轻轨且车位配比半个以上"
en = "Half a space or more, near light rail"
group = "parking"
version = 1
when = "parking_ratio >= 0.5 AND distance_m <= 800"
"""


@pytest.fixture
def seattle(make_database: DatabaseFactory, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Give Seattle, a city of its own with its own metric system."""
    monkeypatch.setenv("CIM_DATABASE_URL", make_database())
    monkeypatch.setenv("CIM_METRIC_CRS", "EPSG:32610")
    close_city()
    forget_settings()
    engine = connect()
    with engine.begin() as connection:
        # the template was made as a city of Shenzhen
        connection.execute(text("delete from city"))
    engine.dispose()
    city = open_city()
    for path, mapping in ((BUILDINGS, OFFICES), (RAIL, STATIONS)):
        rules = Mapping.model_validate(mapping)
        layer = layer_named(str(rules.layer))
        import_source(city, layer, open_source(path), rules, Order(strict=True))
    return city


@pytest.fixture
def plain() -> gpd.GeoDataFrame:
    """The offices as GeoPandas alone sees them, with their distance to a station that exists."""
    rows = pd.read_csv(BUILDINGS, thousands=",")
    rows = rows[rows["LargestPropertyUseType"] == "Office"]
    where = gpd.points_from_xy(rows["Longitude"], rows["Latitude"], crs=4326)
    offices = gpd.GeoDataFrame(rows, geometry=where).to_crs(32610)
    stations = gpd.read_file(RAIL).to_crs(32610)
    existing = stations[stations["LOCATION_CERTAINTY"] == "high (exists)"].union_all()
    return offices.assign(
        code="seattle-2016:" + offices["OSEBuildingID"].astype(str),
        distance=offices.distance(existing),
        share=offices["PropertyGFAParking"] / offices["PropertyGFABuilding(s)"],
    )


@needs(BUILDINGS)
def test_seattle_s_offices_with_parking_near_a_station_that_exists_are_forty_one(
    seattle: Engine, rest: TestClient, plain: gpd.GeoDataFrame
) -> None:
    with seattle.connect() as connection:
        assert metric_srid(connection) == 32610

    def ask(question: str) -> set[str]:
        answer = rest.get(f"/offices?limit=10000{question}").json()
        assert answer["numberReturned"] == answer["numberMatched"]
        return {feature["id"] for feature in answer["features"]}

    def those(rows: gpd.GeoDataFrame) -> set[str]:
        return set(rows["code"])

    near, parking = plain["distance"] <= 800, plain["share"] >= 0.2
    # one space for 40 m²: a fifth of the building area is half a space for 100 m²
    answers = {
        "": (498, plain),
        "&parking_ratio_min=0.000001": (179, plain[plain["PropertyGFAParking"] > 0]),
        "&metro_distance_max=800": (222, plain[near]),
        "&parking_ratio_min=0.5&metro_distance_max=800": (41, plain[near & parking]),
    }
    for question, (known, rows) in answers.items():
        assert len(ask(question)) == known, question
        assert ask(question) == those(rows), question


@needs(BUILDINGS)
def test_the_forty_one_carry_the_label_that_a_planner_s_own_rules_give_them(
    seattle: Engine, rest: TestClient, plain: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    def labelled(label: str) -> set[str]:
        answer = rest.get(f"/offices?limit=10000&labels={label}")
        assert answer.status_code == 200, answer.text
        features = answer.json()["features"]
        assert len(features) == answer.json()["numberMatched"]
        return {feature["id"] for feature in features}

    assert rest.get("/offices?labels=half-a-space").status_code == 400
    file = tmp_path / "rules.toml"
    file.write_text(RULES, encoding="utf-8")
    cim = str(Path(sys.executable).with_name("cim"))
    subprocess.run([cim, "labels", "refresh", "--rules", str(file)], check=True, timeout=120)

    near, parking = plain["distance"] <= 800, plain["share"] >= 0.2
    assert len(labelled("half-a-space-by-rail")) == 41
    assert labelled("half-a-space-by-rail") == set(plain.loc[near & parking, "code"])
    assert labelled("half-a-space") == set(plain.loc[parking, "code"])
    # a label and a bound together find the same as the two bounds
    assert len(labelled("half-a-space&metro_distance_max=800")) == 41
    # no parking at all is known, too: nothing is left unknown where every row says it
    assert plain["PropertyGFAParking"].notna().all()
    labels = rest.get("/offices?limit=1&facets=labels").json()["facets"]["labels"]["values"]
    (half,) = (one for one in labels if one["value"] == "half-a-space")
    assert (half["count"], half["unknown"]) == (parking.sum(), 0)


@needs(BUILDINGS)
def test_seattle_s_distances_are_those_of_geopandas_to_a_thousandth(
    seattle: Engine, rest: TestClient, plain: gpd.GeoDataFrame
) -> None:
    answer = rest.get("/offices?limit=10000&metro_distance_max=3000").json()
    by_code = plain.set_index("code")["distance"]
    assert answer["numberMatched"] > 300
    for feature in answer["features"]:
        measured = feature["properties"]["distance_m"]
        # UTM is off by up to 0.04 % where Seattle lies
        assert measured == pytest.approx(by_code[feature["id"]], rel=1e-3, abs=0.1)


@needs(CAR_PARKS)
def test_every_car_park_of_luohu_is_brought_from_bd_09_to_within_a_tenth_of_a_metre(
    import_file: ImportFile, content_of: ContentOf
) -> None:
    report = import_file(
        "parking",
        CAR_PARKS,
        """
        dataset = "luohu-2018"
        crs = "BD-09"
        [geometry]
        lon = "lon_bd09"
        lat = "lat_bd09"
        [fields]
        id = "src_id"
        name = "name"
        address = "address"
        spaces = "spaces_if_known"
        """,
        strict=True,
    )
    rows = pd.read_csv(CAR_PARKS, dtype={"src_id": str}).set_index("src_id")
    stored = content_of("parking")
    assert report.outcome is not None
    assert report.outcome.added == len(rows) == len(stored) == 1205
    earth = Geod(ellps="WGS84")
    for code, row in rows.iterrows():
        car_park = stored[f"luohu-2018:{code}"]
        place = shapely.from_wkb(car_park["geom"])
        assert earth.inv(place.x, place.y, row["lon_wgs84"], row["lat_wgs84"])[2] < 0.1
        assert car_park["name"] == row["name"]
    assert sum(car_park["spaces"] is not None for car_park in stored.values()) == 169
