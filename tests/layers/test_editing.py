"""An officer's single edit passes the checks a file passes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import shapely
from shapely.geometry import Point, box
from sqlalchemy import Engine

from cim.history import batches
from cim.model import layer_named
from layers.editing import EditError, edit

if TYPE_CHECKING:
    from tests.conftest import Bring, ContentOf

HERE = Point(114.1183, 22.5405)


@pytest.fixture(scope="module")
def city(shared_city: Engine, bring_into: Callable[[Engine], Bring]) -> Engine:
    """Give a tower with one unit, in a district with an outline."""
    bring = bring_into(shared_city)
    bring("site", {"id": "S", "name": "国贸"})
    bring("office", {"id": "O", "name": "国贸大厦", "use": "办公", "lifts": 5, "geom": HERE})
    bring("office_unit", {"id": "U", "office_id": "O", "unit_no": "1", "status": "vacant"})
    outline = box(114.1, 22.5, 114.2, 22.6)
    bring("area", {"id": "440303", "name": "罗湖区", "level": "district", "geom": outline})
    return shared_city


def set_field(city: Engine, layer: str, identifier: str, **given: str) -> int | None:
    return edit(city, layer_named(layer), identifier, given, made_by="李招商", reason="来电").batch


EDITS: list[tuple[str, str, str, str, Any]] = [
    ("office", "t:O", "lifts", "12", 12),
    ("office", "t:O", "lifts", "", None),
    ("office", "t:O", "aliases", "国贸、ITC", ["国贸", "ITC"]),
    ("office", "t:O", "site_id", "S", "t:S"),
    ("office", "t:O", "registrable", "是", True),
    ("office", "t:O", "land_right_expires", "2047年6月30日", "2047-06-30"),
    ("office", "t:O", "exceptions", '{"lifts": "measured"}', {"lifts": "measured"}),
    ("office", "t:O", "name", "a'; drop table office; --", "a'; drop table office; --"),
    ("office_unit", "t:U", "status", "已租", "let"),
    ("office_unit", "t:U", "tenant", "某公司", "某公司"),
    ("area", "440303", "geom", "", None),
]


@pytest.mark.parametrize(("layer", "identifier", "field", "given", "stored"), EDITS)
def test_an_edit_stores_what_was_meant_and_nothing_else(
    city: Engine,
    content_of: ContentOf,
    layer: str,
    identifier: str,
    field: str,
    given: str,
    stored: Any,
) -> None:
    before = content_of(layer)[identifier]
    batch = set_field(city, layer, identifier, **{field: given})
    assert content_of(layer)[identifier] == {**before, field: stored}
    with city.connect() as connection:
        newest = batches(connection)[0]
    assert (newest.id, newest.kind, newest.made_by, newest.reason) == (
        batch,
        "edit",
        "李招商",
        "来电",
    )


def test_a_tower_can_be_moved(city: Engine, content_of: ContentOf) -> None:
    before = content_of("office")["t:O"]["geom"]
    set_field(city, "office", "t:O", geom="POINT (114.12 22.54)")
    assert content_of("office")["t:O"]["geom"] != before


REFUSED = [
    ("office", "t:O", "lifts", "许多", "lifts.*不是数字"),
    ("office", "t:O", "lifts", "-1", "小于最小值"),
    ("office", "t:O", "use", "住宅", "不在允许的取值内"),
    ("office", "t:O", "name", "  ", "name 是必填字段"),
    ("office", "t:O", "site_id", "S404", "图层 site 中没有此编号"),
    ("office", "t:O", "geom", "LINESTRING (0 0, 1 1)", "几何类型不是"),
    ("office", "t:O", "geom", "somewhere", "geom.*不是 WKT"),
    ("area", "440303", "geom", "somewhere", "geom.*不是 WKT"),
    ("office", "t:O", "geom", "POINT (22.5 114.1)", "不可能属于"),
    ("office", "t:O", "id", "X", "没有可改的字段 'id'"),
    ("office", "t:O", "dataset", "X", "没有可改的字段 'dataset'"),
    ("office", "t:O", "batch", "1", "没有可改的字段 'batch'"),
    ("office", "t:O", "colour", "red", "没有可改的字段 'colour'"),
    ("office", "t:404", "lifts", "1", "没有 t:404"),
]


def test_an_outline_drawn_clockwise_is_stored_counterclockwise(
    city: Engine, content_of: ContentOf
) -> None:
    drawn = "POLYGON ((114.11 22.51, 114.11 22.59, 114.19 22.59, 114.19 22.51, 114.11 22.51))"
    assert not shapely.from_wkt(drawn).exterior.is_ccw
    set_field(city, "area", "440303", geom=drawn)
    stored = shapely.from_wkb(content_of("area")["440303"]["geom"])
    assert all(shapely.is_ccw(part.exterior) for part in stored.geoms)


@pytest.mark.parametrize(("layer", "identifier", "field", "given", "reason"), REFUSED)
def test_what_may_not_be_is_refused_and_changes_nothing(
    city: Engine,
    content_of: ContentOf,
    layer: str,
    identifier: str,
    field: str,
    given: str,
    reason: str,
) -> None:
    before = content_of(layer)
    with pytest.raises(EditError, match=reason):
        set_field(city, layer, identifier, **{field: given})
    assert content_of(layer) == before
