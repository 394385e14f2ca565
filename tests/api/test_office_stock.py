"""Offices side by side, and the stock of the district, against pandas."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

if TYPE_CHECKING:
    from tests.api.conftest import Tables

from tests.api.letting_judge import FREE
from tests.api.office_judge import Facts


@pytest.fixture(scope="session")
def facts(tables: Tables) -> Facts:
    return Facts(tables)


def quantile(units: pd.DataFrame, share: float) -> float | None:
    """The lowest rent that at least this share of the free area asks at most."""
    known = units.dropna(subset=["rent", "area"]).sort_values("rent")
    known = known[known["area"] > 0]
    if known.empty:
        return None
    rents = known.groupby("rent")["area"].sum().cumsum()
    reached = rents >= share * known["area"].sum() * (1 - 1e-12)
    return float(rents.index[int(np.argmax(reached))])


@pytest.mark.parametrize("by", ["street", "grade", "use"])
def test_the_stock_of_each_group_is_what_pandas_adds_up(
    luohu: Engine, rest: TestClient, facts: Facts, tables: Tables, by: str
) -> None:
    key = facts.street if by == "street" else facts.office[by]
    answer = rest.get(f"/offices/stock?by={by}").json()
    assert sum(group["offices"] for group in answer["groups"]) == len(facts.office)
    units = tables.office_unit.assign(
        group=tables.office_unit["office_id"].map(key), rent=facts.comparable
    )
    assert (facts.comparable < tables.office_unit["rent"]).any()
    for group in answer["groups"]:
        own = key.isna() if group["group"] is None else key == group["group"]
        offices = facts.office[own]
        here = units[units["office_id"].isin(offices.index)]
        free = here[here["status"].isin(FREE)]
        assert group["offices"] == len(offices)
        assert group["offices_without_units"] == (~offices.index.isin(facts.recorded)).sum()
        assert (group["units"], group["free_units"]) == (len(here), len(free))
        if len(here):
            assert group["available_area"] == pytest.approx(free["area"].sum(), abs=0.06)
            share = 100 * free["area"].sum() / here["area"].sum()
            assert group["vacancy_percent"] == pytest.approx(share, abs=0.06)
        spaces = offices["parking_spaces"]
        assert (group["parking_spaces"] or 0) == spaces.sum()
        assert group["parking_spaces_unknown"] == spaces.isna().sum()
        assert group["rent_unknown"] == free[["rent", "area"]].isna().any(axis=1).sum()
        for share in (10, 25, 50, 75, 90):
            assert group[f"rent_p{share}"] == quantile(free, share / 100)


def test_an_office_in_two_business_districts_counts_in_each_and_one_in_none_apart(
    luohu: Engine, rest: TestClient, facts: Facts, tables: Tables
) -> None:
    groups = rest.get("/offices/stock?by=business_district").json()["groups"]
    names = set(tables.business_district["name"])
    within = pd.Series({o: len(names & held) for o, held in facts.districts.items()})
    apart = next(group["offices"] for group in groups if group["group"] is None)
    assert apart == len(facts.office) - (within > 0).sum()
    assert sum(group["offices"] for group in groups) == within.sum() + apart


def test_the_stock_is_a_table_as_well(luohu: Engine, rest: TestClient) -> None:
    answer = rest.get("/offices/stock?by=grade&use=办公&f=csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    groups = rest.get("/offices/stock?by=grade&use=办公").json()["groups"]
    assert [int(row["楼宇数"]) for row in rows] == [group["offices"] for group in groups]
    assert rows[-1]["等级"] == "不详"


def test_offices_side_by_side_show_which_is_best_where_one_direction_is(
    luohu: Engine, rest: TestClient, facts: Facts
) -> None:
    ids = [str(i) for i in facts.office.index[facts.office["efficiency"].notna()][:3]]
    unknown = str(facts.office.index[facts.office["efficiency"].isna()][0])
    answer = rest.get(f"/offices/compare?ids={','.join([*ids, unknown])}").json()
    assert answer["offices"] == [*ids, unknown]
    rows = {row["name"]: row for row in answer["rows"]}
    told = rows["efficiency"]
    given = facts.office.loc[ids, "efficiency"]
    assert told["best"] == list(given.index[given == given.max()])
    assert told["values"][unknown] is None
    assert rows["walk_min"]["better"] == "less"
    walks = {o: m for o, m in rows["walk_min"]["values"].items() if m is not None}
    assert rows["walk_min"]["best"] == [o for o, m in walks.items() if m == min(walks.values())]
    # of a floor area it depends on the company
    assert rows["gross_floor_area"]["better"] is None
    assert rows["gross_floor_area"]["best"] == []


def test_a_comparison_is_of_two_to_five_offices_there_are(
    luohu: Engine, rest: TestClient, facts: Facts
) -> None:
    some = [str(i) for i in facts.office.index[:6]]
    assert rest.get(f"/offices/compare?ids={some[0]}").status_code == 400
    assert rest.get(f"/offices/compare?ids={some[0]},{some[0]}").status_code == 400
    assert rest.get(f"/offices/compare?ids={','.join(some)}").status_code == 400
    missing = rest.get(f"/offices/compare?ids={some[0]},none")
    assert missing.status_code == 404
    assert "none" in missing.json()["detail"]
    table = rest.get(f"/offices/compare?ids={some[0]},{some[1]}&f=csv").content.decode("utf-8-sig")
    assert "步行到地铁" in table
