"""The streets of São Paulo's centre, against a plain count of their tags."""

from __future__ import annotations

from collections import Counter

import osmium
from osmium.filter import KeyFilter
from osmium.osm import Way
from sqlalchemy import Engine

from layers.importing import import_sources
from layers.order import Order
from layers.osm import osm_sources
from tests.conftest import ContentOf
from tests.layers.test_realdata import REAL, needs

STREETS = REAL / "saopaulo/spo_osm.pbf"
SQUARES = {"footway", "pedestrian", "corridor", "steps"}
NO_ROADS = {"platform", "services", "bus_stop"}


@needs(STREETS)
def test_sao_paulo_s_streets_enter_without_a_reject(city: Engine, content_of: ContentOf) -> None:
    # the city is Luohu: what lies in São Paulo is asked about, unless its system is stated
    reports = import_sources(city, osm_sources(STREETS), Order(crs="EPSG:4326"))
    assert all(report.rejected == 0 for report in reports)
    kinds: dict[str, str] = {}
    yards = Counter[str]()
    for way in osmium.FileProcessor(STREETS).with_filter(KeyFilter("highway")):
        if isinstance(way, Way):
            kind = way.tags["highway"]
            if way.tags.get("area") == "yes" and kind not in SQUARES:
                yards[kind] += 1
            elif kind not in NO_ROADS:
                kinds[f"w{way.id}"] = kind
    roads = content_of("road")
    of_way = {code: code.split(":")[1].split("-")[0] for code in roads}
    assert set(of_way.values()) == set(kinds)
    assert len(kinds) > 5_900
    assert sum(yards.values()) < 30
    steps = {of_way[code] for code, row in roads.items() if row["steps"]}
    assert steps == {way for way, kind in kinds.items() if kind == "steps"}
    trunk = {row["road_class"] for code, row in roads.items() if kinds[of_way[code]] == "trunk"}
    assert trunk == {"primary"}
    assert len(content_of("station_entrance")) == 19
