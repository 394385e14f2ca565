"""The example city has the model's form, and says of every value how well it is known."""

from __future__ import annotations

import os
import subprocess
import sys

import geopandas as gpd
import numpy as np
import pytest
import shapely

from cim.model import LAYERS, PROVENANCES, columns_of, fields_of, layer_named
from layers.example_city import layers

ORDER = [
    "area",
    "landcover",
    "business_district",
    "site",
    "building",
    "office",
    "office_unit",
    "parking",
    "station",
    "station_entrance",
    "transit_line",
    "bus_stop",
    "amenity",
    "road",
]

City = dict[str, gpd.GeoDataFrame]


@pytest.fixture(scope="module")
def city() -> City:
    return dict(layers())


def test_the_layers_come_in_an_order_in_which_they_can_be_loaded(city: City) -> None:
    assert list(city) == ORDER
    assert set(ORDER) <= set(LAYERS)


@pytest.mark.parametrize("name", ORDER)
def test_a_layer_has_the_fields_and_values_of_the_model(city: City, name: str) -> None:
    frame, layer = city[name], layer_named(name)
    assert set(frame.columns) == set(columns_of(layer)) - {"dataset", "batch", "valid_from"}
    assert frame["id"].is_unique
    for field, meaning in fields_of(layer).items():
        if field not in frame or field == "geom":
            continue
        told = frame[field].dropna()
        if not columns_of(layer)[field].nullable:
            assert len(told) == len(frame), field
        if meaning.values:
            assert set(told) <= set(meaning.values), field
        if meaning.minimum is not None:
            assert (told >= meaning.minimum).all(), field
        if meaning.maximum is not None:
            assert (told <= meaning.maximum).all(), field
        if meaning.refers_to:
            # explode opens lists and leaves single references as they are
            assert set(told.explode()) <= set(city[meaning.refers_to]["id"]), field


@pytest.mark.parametrize("name", ORDER)
def test_every_geometry_is_sound_and_of_a_kind_the_layer_stores(city: City, name: str) -> None:
    frame = city[name]
    assert frame.geometry.name == "geom"
    assert frame.crs.to_epsg() == 4490
    placed = frame[frame.geom.notna()]
    assert set(placed.geom_type) <= set(columns_of(layer_named(name))["geom"].info["kinds"])
    assert placed.is_valid.all()
    assert not placed.is_empty.any()
    coordinates = shapely.get_coordinates(placed.geom.to_numpy())
    assert np.array_equal(coordinates, np.round(coordinates, 7))


@pytest.mark.parametrize("name", ORDER)
def test_every_row_says_where_it_stands(city: City, name: str) -> None:
    frame = city[name]
    assert frame[["provenance", "source", "source_date"]].notna().all(axis=None)
    for exceptions in frame["exceptions"].dropna():
        assert set(exceptions) <= set(frame.columns)
        assert set(exceptions.values()) <= set(PROVENANCES)


@pytest.mark.parametrize("name", ORDER)
def test_what_is_invented_is_named_so_that_nobody_takes_it_for_real(city: City, name: str) -> None:
    frame = city[name]
    invented = frame[frame["provenance"] == "simulated"]
    for field in ("name", "address", "owner", "manager", "subsidy", "tenant"):
        if field in invented:
            assert invented[field].dropna().str.contains("模拟").all(), field


def test_the_city_has_the_size_that_was_asked_for(city: City) -> None:
    count = {name: len(frame) for name, frame in city.items()}
    assert (count["office"], count["office_unit"], count["parking"]) == (350, 6_000, 1_200)
    assert (count["station"], count["business_district"]) == (36, 5)
    assert 7_500 <= count["building"] <= 8_500
    assert 215 <= count["site"] <= 245
    assert 300 <= count["bus_stop"] <= 400
    assert 850 <= count["amenity"] <= 950
    assert 3_000 <= count["road"] <= 6_000


def test_business_districts_are_candidates_until_someone_confirms_them(city: City) -> None:
    frame = city["business_district"]
    assert set(frame["name"]) == {"东门", "人民南", "蔡屋围·万象城", "水贝", "笋岗"}
    assert not frame["confirmed"].any()


_PRINT_HASH = """
import hashlib
from layers.example_city import layers
whole = hashlib.sha256()
for name, frame in layers():
    whole.update(frame.drop(columns="geom").to_json(default_handler=str).encode())
    whole.update(b"".join(frame.geom.to_wkb().dropna()))
    print(name, whole.hexdigest())
"""


def test_the_city_is_the_same_to_the_byte_in_every_run() -> None:
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", _PRINT_HASH],
            env=os.environ | {"PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
        )
        for seed in ("1", "2")
    ]
    first, second = (run.communicate()[0].decode().splitlines() for run in runs)
    assert [run.returncode for run in runs] == [0, 0]
    assert [line.split()[0] for line in first] == ORDER
    assert first == second
