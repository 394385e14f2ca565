"""The example city stands where Luohu stands: its real facts, its streets and its buildings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from layers.example_city import layers

METRIC = 4547
FACTS = Path(__file__).parents[2] / "data" / "luohu"
FIGURES = ("height", "floors_above", "floors_below", "gross_floor_area", "year")

MEMORY = {"height": "height", "floors": "floors_above", "year": "year"}

City = dict[str, gpd.GeoDataFrame]


@pytest.fixture(scope="module")
def city() -> City:
    return dict(layers())


@pytest.fixture(scope="module")
def plane(city: City) -> City:
    """Return the same city in metres."""
    return {name: frame.to_crs(METRIC) for name, frame in city.items()}


def records(frame: pd.DataFrame) -> Iterator[Any]:
    yield from frame.itertuples()


def facts(name: str) -> pd.DataFrame:
    return pd.read_csv(FACTS / name, dtype=str, keep_default_na=False)


def centres() -> dict[str, Any]:
    rows = facts("street_centres.csv")
    places = shapely.points(rows["lon_approx"].astype(float), rows["lat_approx"].astype(float))
    return dict(zip(rows["code"], places, strict=True))


def test_the_outline_is_as_large_as_luohu_and_lies_where_it_lies(city: City, plane: City) -> None:
    district = city["area"]["level"] == "district"
    assert plane["area"][district].area.item() / 1e6 == pytest.approx(78.75, rel=0.03)
    bounds = city["area"][district].total_bounds
    assert bounds == pytest.approx([114.061, 22.530, 114.215, 22.619], abs=1e-3)


def test_stations_towers_ports_and_centres_of_streets_lie_inside_the_outline(city: City) -> None:
    outline = city["area"].geom[city["area"]["level"] == "district"].item()
    real = city["office"]["provenance"] != "simulated"
    places = [*city["station"].geom, *city["office"].geom[real], *centres().values()]
    assert len(places) == 36 + 27 + 10
    assert all(outline.contains(place) for place in places)


def test_streets_fill_the_district_and_hold_their_centres(city: City, plane: City) -> None:
    frame = plane["area"].set_index("id")
    cells = frame[frame["level"] == "street"]
    assert cells.area.sum() == pytest.approx(frame.geom["440303"].area, rel=1e-4)
    wanted = facts("street_centres.csv").set_index("code")["area_km2_approx"].astype(float)
    assert (cells.area / 1e6).to_dict() == pytest.approx(wanted.to_dict(), rel=0.05)
    drawn = city["area"].set_index("id").geom
    assert all(drawn[code].contains(centre) for code, centre in centres().items())


def test_a_community_has_a_code_and_a_street_but_no_known_outline(city: City) -> None:
    frame = city["area"]
    communities = frame[frame["level"] == "community"]
    assert len(communities) == 109
    assert communities["id"].str.fullmatch(r"\d{12}").all()
    assert (communities["parent"] == communities["id"].str[:9]).all()
    assert communities.geom.isna().all()


def test_names_of_areas_are_published_and_their_outlines_estimated(city: City) -> None:
    frame = city["area"]
    assert (frame["provenance"] == "published").all()
    assert (frame["exceptions"].str["geom"] == "estimated").equals(frame.geom.notna())


def test_a_real_tower_stands_where_the_facts_say_with_what_they_know(city: City) -> None:
    offices, buildings = (city[name].set_index("id") for name in ("office", "building"))
    for tower in records(facts("towers.csv")):
        office, building = offices.loc[tower.id], buildings.loc[tower.id]
        assert (office.geom.x, office.geom.y) == (float(tower.lon), float(tower.lat))
        assert building.geom.contains(office.geom)
        assert building.exceptions["geom"] == "simulated"
        for field in FIGURES:
            told = getattr(tower, field)
            assert (building[field] == float(told)) if told else pd.isna(building[field]), field


def test_nothing_is_invented_about_real_towers(city: City) -> None:
    frame = city["office"]
    real = frame[frame["provenance"] != "simulated"]
    assert len(real) == 27
    unknown = ["grade", "rent_min", "rent_max", "parking_spaces", "parking_area", "lettable_area"]
    assert real[unknown].isna().all(axis=None)
    assert not city["office_unit"]["office_id"].isin(real["id"]).any()


def test_what_comes_from_memory_is_unverified(city: City) -> None:
    buildings, offices = (city[name].set_index("id") for name in ("building", "office"))
    for tower in records(facts("towers.csv")):
        building, office = buildings.loc[tower.id], offices.loc[tower.id]
        if "memory" in tower.fact_source:
            # "year: memory" and "height, floors: memory" name single values
            named = re.findall("height|floors|year", tower.fact_source)
            fields = [MEMORY[word] for word in named or MEMORY]
            weak = [field for field in fields if pd.notna(building[field])]
            assert weak
            for field in weak:
                assert building.exceptions.get(field, building.provenance) == "unverified"
        if "memory" in tower.coord_source:
            assert (office.exceptions or {}).get("geom", office.provenance) == "unverified"


def test_kk100_names_the_base_of_each_of_its_floor_areas(city: City) -> None:
    building = city["building"].set_index("id").loc["B001"]
    office = city["office"].set_index("id").loc["B001"]
    site = city["site"].set_index("id").loc[office.site_id]
    assert (building.gross_floor_area, building.floor_area_base) == (220_000, "building")
    assert (office.office_area, site.area) == (173_000, 417_000)


def test_metro_lines_run_through_their_stations_in_order(plane: City) -> None:
    stations = plane["station"].set_index("id")
    metro = plane["transit_line"][plane["transit_line"]["kind"] == "metro"]
    assert len(metro) == 9
    for line in records(metro):
        stops = stations.loc[line.stations]
        assert all(line.name in lines for lines in stops["lines"])
        assert re.fullmatch("#[0-9a-f]{6}", line.colour)
        if line.geom is None:
            assert len(stops) == 1
            continue
        course = shapely.line_merge(line.geom)
        assert (stops.distance(course) < 0.5).all()
        assert (np.diff(shapely.line_locate_point(course, stops.geom.to_numpy())) > 0).all()


def test_dongmen_on_line_5_has_no_position_and_the_data_say_so(city: City) -> None:
    assert "东门" not in set(city["station"]["name"])
    assert "东门" in city["transit_line"].set_index("name").loc["5号线", "source"]


def test_every_metro_station_has_two_to_six_entrances_near_by(plane: City) -> None:
    stations, doors = plane["station"].set_index("id"), plane["station_entrance"]
    number = doors.groupby("station_id").size()
    assert set(number.index) == set(stations.index[stations["kind"] == "metro"])
    assert number.between(2, 6).all()
    apart = shapely.distance(doors.geom.to_numpy(), stations.geom[doors["station_id"]].to_numpy())
    assert ((apart > 29.9) & (apart < 120.1)).all()


def test_no_two_buildings_overlap(plane: City) -> None:
    shapes = plane["building"].geom.to_numpy()
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    a, b = a[a < b], b[a < b]
    assert (shapely.area(shapely.intersection(shapes[a], shapes[b])) > 0).sum() == 0


def test_no_building_stands_in_water_park_hill_street_or_railway(plane: City) -> None:
    tree = shapely.STRtree(plane["building"].geom.to_numpy())
    railway = plane["transit_line"][plane["transit_line"]["kind"] == "railway"]
    for barred in (plane["landcover"], plane["road"][~plane["road"]["tunnel"]], railway):
        hit, _ = tree.query(barred.geom.to_numpy(), predicate="intersects")
        assert len(hit) == 0


def test_the_streets_form_one_network_that_reaches_everything(plane: City) -> None:
    roads = plane["road"]
    lines = shapely.line_merge(roads.geom[roads["walkable"]].to_numpy())
    assert (shapely.get_type_id(lines) == 1).all()
    starts, finishes = (shapely.get_coordinates(shapely.get_point(lines, at)) for at in (0, -1))
    both = np.concatenate([starts, finishes]).round(1)
    _, junction = np.unique(both, axis=0, return_inverse=True)
    a, b = junction.reshape(2, -1)
    graph = coo_array((np.ones(len(lines)), (a, b)), shape=(junction.max() + 1,) * 2)
    assert connected_components(graph, directed=False)[0] == 1
    tree = shapely.STRtree(lines)
    for name, reach in (("station_entrance", 0.05), ("office", 150.0), ("parking", 150.0)):
        places = plane[name].geom.to_numpy()
        _, apart = tree.query_nearest(places, return_distance=True, all_matches=False)
        assert apart.max() <= reach, name


def test_motorways_and_road_tunnels_are_not_walked(plane: City) -> None:
    roads = plane["road"]
    barred = (roads["road_class"] == "motorway") | roads["tunnel"]
    assert (roads["walkable"] == ~barred).all()
    assert {"梧桐山隧道", "东部过境高速"} <= set(roads["name"][barred])
    assert roads["bridge"].sum() >= 15
    assert roads["steps"].any()


def test_invented_buildings_agree_with_themselves(plane: City) -> None:
    made = plane["building"][plane["building"]["provenance"] == "simulated"]
    floors = made["floors_above"].astype(float)
    assert (made["height"] / floors).between(2.9, 4.25).all()
    assert (made["gross_floor_area"] / (made.area * floors)).between(0.83, 0.97).all()


def test_the_centre_is_taller_than_the_villages(city: City) -> None:
    made = city["building"][city["building"]["provenance"] == "simulated"]
    centre = made.cx[114.100:114.118, 22.541:22.550]["height"]
    village = made.cx[114.180:114.192, 22.595:22.603]["height"]
    assert centre.median() > 2 * village.median()
