"""The simulated offices look like a market: areas add up, and the gaps are as in life."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from layers.example_city import layers
from layers.example_city.market import market

City = dict[str, gpd.GeoDataFrame]
DATA_DATE = dt.date(2026, 9, 30)


@pytest.fixture(scope="module")
def city() -> City:
    return dict(layers())


@pytest.fixture(scope="module")
def offices(city: City) -> pd.DataFrame:
    frame = city["office"]
    return pd.DataFrame(frame[frame["provenance"] == "simulated"].set_index("id"))


@pytest.fixture(scope="module")
def units(city: City, offices: pd.DataFrame) -> pd.DataFrame:
    frame = pd.DataFrame(city["office_unit"])
    return frame.join(offices[["grade", "typical_floor_area", "lettable_area"]], on="office_id")


def test_every_invented_office_has_units_and_a_building(
    city: City, offices: pd.DataFrame, units: pd.DataFrame
) -> None:
    assert set(units["office_id"]) == set(offices.index)
    building = city["building"].set_index("id").loc[offices["building_id"]]
    assert (building["gross_floor_area"].to_numpy() == offices["gross_floor_area"]).all()
    assert (building["site_id"].to_numpy() == offices["site_id"]).all()


def test_units_have_sizes_that_are_let_in_life(units: pd.DataFrame) -> None:
    assert units["area"].between(60, 2500).all()
    net = units["net_area"].dropna()
    assert (net < units.loc[net.index, "area"]).all()


def test_the_units_of_a_floor_add_up_to_what_can_be_let_of_it(units: pd.DataFrame) -> None:
    floor = units.groupby(["office_id", "floor_order"]).agg(
        area=("area", "sum"), whole=("typical_floor_area", "first")
    )
    assert (floor["area"] / floor["whole"]).between(0.84, 0.98).all()
    spread = floor["area"].groupby("office_id").agg(np.ptp)
    assert (spread < 0.1).all()
    office = units.groupby("office_id").agg(area=("area", "sum"), most=("lettable_area", "first"))
    assert (office["area"] <= office["most"] + 1).all()


def test_neighbours_are_neighbours_of_each_other_in_one_office(units: pd.DataFrame) -> None:
    joined = units[["id", "adjacent_to"]].dropna().explode("adjacent_to")
    pairs = set(zip(joined["id"], joined["adjacent_to"], strict=True))
    assert len(pairs) > 5_000
    assert {(b, a) for a, b in pairs} == pairs
    place = units.set_index("id")[["office_id", "floor_order"]]
    left, right = place.loc[joined["id"]], place.loc[joined["adjacent_to"]]
    assert (left["office_id"].to_numpy() == right["office_id"].to_numpy()).all()
    # along the corridor, or one whole floor above another
    apart = np.abs((left["floor_order"].to_numpy() - right["floor_order"].to_numpy()).astype(int))
    assert set(apart) == {0, 1}


def test_vacancy_is_the_citys_and_differs_between_buildings(units: pd.DataFrame) -> None:
    vacant = units["status"] == "vacant"
    assert vacant.mean() == pytest.approx(market()["vacancy"], abs=0.005)
    by_office = vacant.groupby(units["office_id"]).mean()
    assert (by_office == 0).sum() > 20
    assert (by_office > 0.35).sum() > 20
    assert set(units["status"]) == {"vacant", "let", "own_use", "reserved", "coming"}


@pytest.mark.parametrize(
    ("grade", "low", "high"), [("甲级", 140, 260), ("乙级", 80, 150), ("丙级", 45, 95)]
)
def test_rents_follow_the_grade(units: pd.DataFrame, grade: str, low: float, high: float) -> None:
    rents = units.loc[units["grade"] == grade, "rent"].dropna()
    assert len(rents) > 200
    assert rents.between(low, high).mean() > 0.9
    assert rents.between(low * 0.8, high * 1.25).all()


def test_rents_are_dearer_in_the_centre(city: City, units: pd.DataFrame) -> None:
    centre = city["office"].set_index("id").cx[114.099:114.119, 22.540:22.551].index
    graded = units[units["grade"] == "乙级"]
    inside = graded["office_id"].isin(centre)
    assert graded["rent"][inside].median() > graded["rent"][~inside].median()


def test_rents_rise_with_the_floor(units: pd.DataFrame) -> None:
    office = units.groupby("office_id")
    level = units["rent"] / office["rent"].transform("median")
    above = (units["floor_order"] > office["floor_order"].transform("median")).astype(bool)
    assert level[above].mean() > level[~above].mean()


def test_an_office_quotes_the_range_of_its_units(
    offices: pd.DataFrame, units: pd.DataFrame
) -> None:
    asked = units.groupby("office_id")["rent"].agg(["min", "max"]).loc[offices.index]
    for quoted, found in (("rent_min", "min"), ("rent_max", "max")):
        assert np.array_equal(offices[quoted], asked[found], equal_nan=True)


def test_the_data_have_gaps_and_none_of_them_is_a_zero(
    city: City, offices: pd.DataFrame, units: pd.DataFrame
) -> None:
    assert units["rent"].isna().mean() == pytest.approx(0.12, abs=0.02)
    assert offices["parking_spaces"].isna().mean() == pytest.approx(0.15, abs=0.05)
    assert offices["efficiency"].isna().mean() == pytest.approx(0.08, abs=0.04)
    assert city["parking"]["spaces"].notna().mean() == pytest.approx(0.6, abs=0.04)
    assert (units["rent"].dropna() > 0).all()
    assert (offices["parking_spaces"].dropna() > 0).all()


def test_an_office_without_spaces_of_its_own_may_have_a_site_or_an_area(
    city: City, offices: pd.DataFrame
) -> None:
    untold = offices[offices["parking_spaces"].isna()]
    by_site = untold["site_id"].map(city["site"].set_index("id")["parking_spaces"]).notna()
    by_area = untold["parking_area"].notna()
    assert by_site.any()
    assert (by_area & ~by_site).any()
    assert (~by_site & ~by_area).any()


def test_parking_looks_like_shenzhens_and_grows_with_the_years(offices: pd.DataFrame) -> None:
    told = offices[offices["parking_spaces"].notna()]
    ratio = told["parking_spaces"].astype(float) / told["gross_floor_area"] * 100
    assert ratio.between(0.15, 1.2).all()
    new = (told["completed"] > 2008).astype(bool)
    assert ratio[new].median() > 1.3 * ratio[~new].median()


def test_only_let_units_have_tenants(units: pd.DataFrame) -> None:
    let = units["status"] == "let"
    assert (units["tenant"].notna() == let).all()
    assert units["tenant"].dropna().str.fullmatch(r"模拟企业 \d{4}").all()
    assert (units["lease_end"].dropna() > DATA_DATE).all()
    assert not units["lease_end"].notna()[~let].any()


def test_only_free_units_have_a_day_to_move_in(units: pd.DataFrame) -> None:
    free = units["status"].isin(["vacant", "coming", "reserved"])
    assert not units["available_from"].notna()[~free].any()
    coming = units.loc[units["status"] == "coming", "available_from"].dropna()
    assert (coming > DATA_DATE).all()


def test_units_were_verified_within_half_a_year_of_the_data_date(units: pd.DataFrame) -> None:
    ago = units["verified_on"].dropna().map(lambda day: (DATA_DATE - day).days)
    assert ago.between(0, 180).all()
    assert units["verified_on"].isna().any()


def test_floors_are_named_as_people_name_them(units: pd.DataFrame) -> None:
    assert {"高区", "中区", "低区", "23A"} <= set(units["floor_label"])
    assert units["unit_no"].str.fullmatch(r"\d+A?\d{2}").all()


def test_large_units_can_be_divided(units: pd.DataFrame) -> None:
    large = units[units["min_divisible_area"].notna()]
    assert len(large) > 50
    assert (large["min_divisible_area"] < large["area"]).all()


def test_a_site_has_one_to_four_towers_and_a_car_park(city: City, offices: pd.DataFrame) -> None:
    assert set(offices.groupby("site_id").size()) == {1, 2, 3, 4}
    parks = city["parking"]
    assert set(parks["site_id"].dropna()) == set(offices["site_id"])
    assert set(parks["kind"]) == {"surface", "multi_storey", "underground", "street"}
