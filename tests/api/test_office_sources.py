"""Where what was counted around an office comes from, against pandas and GeoPandas."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point
from sqlalchemy import Engine
from starlette.testclient import TestClient

if TYPE_CHECKING:
    from tests.conftest import Bring

from tests.cim.small_city import HERE, METRE_NORTH, office, station, unit

NAMES = ["layer", "dataset", "source", "source_date", "provenance"]
PARTS = {
    "bus": "bus_stop",
    "parking": "parking",
    "amenity": "amenity",
    "metro": "station",
    "port": "station",
    "railway": "station",
}


def counts(rows: pd.DataFrame, layer: str) -> Counter[Any]:
    told = rows.assign(layer=layer, source_date=rows["source_date"].map(str))[NAMES]
    return Counter(map(tuple, told.where(told.notna() & (told != "None"), None).to_numpy()))


@pytest.mark.parametrize("code", ["B015", "S029", "S068", "S137"])
def test_every_place_that_was_counted_stands_under_its_source(
    luohu: Engine, rest: TestClient, code: str
) -> None:
    identifier = f"luohu-example:{code}"
    with luohu.connect() as connection:
        ways = pd.read_sql("select * from office_access", connection)
        layers = {
            name: pd.read_sql(f"select * from {name}", connection).set_index("id")
            for name in {*PARTS.values(), "station_entrance"}
        }
        units = pd.read_sql("select * from office_unit", connection)
        offices = gpd.read_postgis("select id, geom from office", connection).set_index("id")
    ways = ways[ways["office_id"] == identifier]
    told = rest.get(f"/offices/{identifier}").json()["properties"]["counted"]

    def shown(part: str) -> dict[Any, int]:
        return {tuple(entry[name] for name in NAMES): entry["count"] for entry in told[part]}

    for part, layer in PARTS.items():
        mine = ways[ways["layer"] == layer]
        mine = mine[mine["kind"] == part] if layer == "station" else mine[mine["walk_m"] <= 500]
        expected = counts(layers[layer].loc[mine["place_id"]], layer)
        doors = mine["entrance_id"].dropna()
        expected += counts(layers["station_entrance"].loc[doors], "station_entrance")
        assert shown(part) == expected, part
    assert sum(shown("metro").values()) > 0
    metres = offices.to_crs(4547).distance(offices.to_crs(4547).geometry[identifier])
    # the metric grid is a little short or long; nothing lies so close to the bound
    assert not metres.between(499, 501).any()
    let = units[(units["status"] == "let") & units["tenant_industry"].notna()]
    beside = counts(let[let["office_id"].isin(metres.index[metres <= 500])], "office_unit")
    assert shown("neighbours") == {of: n if n >= 3 else None for of, n in beside.items()}


def test_two_sources_of_one_layer_are_told_apart_and_few_tenants_are_not_counted(
    city: Engine, bring: Bring, rest: TestClient
) -> None:
    near = Point(HERE.x, HERE.y + 50 * METRE_NORTH)
    bring("office", office("O"))
    bring("station", station("A", near) | {"source": "甲局"})
    theirs = (station(code, near) | {"source": "乙局"} for code in "BC")
    bring("station", *theirs, dataset="u")
    bring("office_unit", *(unit(f"U{n}", status="let", tenant_industry="金融") for n in range(2)))
    told = rest.get("/offices/t:O").json()["properties"]["counted"]
    assert [(e["dataset"], e["source"], e["count"]) for e in told["metro"]] == [
        ("u", "乙局", 2),
        ("t", "甲局", 1),
    ]
    assert told["bus"] == []
    [tenants] = told["neighbours"]
    assert tenants["count"] is None
