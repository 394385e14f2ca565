"""Outlines and car parks from map portals, held against what the city holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely
from sqlalchemy import Engine

from cim.model import layer_named
from layers.importing import import_source
from layers.mapping import Mapping, read_mapping
from layers.order import Order
from layers.reading import open_source
from layers.report import RefusedError
from tests.layers.disguises import ROOT, Shift, as_it_is, gcj02, needs, sent

if TYPE_CHECKING:
    from tests.conftest import Bring, ContentOf

REAL = ROOT.parent / "shared/realdata/luohu"
CAR_PARKS = REAL / "luohu_parking_lots_2018.csv"
OUTLINE = REAL / "luohu_boundary_wgs84.geojson"
OUTLINE_GCJ02 = REAL / "luohu_boundary_amap_gcj02.geojson"


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
