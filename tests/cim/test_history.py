"""History: whatever is done to the city can be read back, and taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import astuple
from typing import TYPE_CHECKING, Any

import pytest
from shapely.geometry import Point, box
from sqlalchemy import Engine, select, text

from cim.database import reading
from cim.history import RollbackError, at, batches, roll_back
from cim.items import ItemsQuery, items
from cim.model import layer_named
from cim.references import left_behind
from layers.editing import edit

if TYPE_CHECKING:
    from tests.conftest import Bring, ContentOf

WATER = {"id": "W1", "name": "东湖", "kind": "water", "geom": box(114.14, 22.56, 114.15, 22.57)}
PARK = {"id": "P1", "name": "东湖公园", "kind": "park", "geom": box(114.13, 22.56, 114.14, 22.57)}
HILL = {"id": "H1", "name": "梧桐山", "kind": "hill", "geom": box(114.19, 22.57, 114.21, 22.59)}


def change(engine: Engine, identifier: str, layer: str = "landcover", **values: str) -> int | None:
    return edit(engine, layer_named(layer), identifier, values).batch


def take_back(engine: Engine, batch: int | None, *, force: bool = False) -> int | None:
    assert batch is not None
    with engine.begin() as connection:
        return roll_back(connection, batch, force=force).batch


def lost(engine: Engine, *made: int | None) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        found = left_behind(connection, [number for number in made if number is not None])
        return [astuple(one) for one in found]


def names_at(engine: Engine, moment: dt.datetime | None) -> dict[str, str]:
    rows = at(layer_named("landcover"), moment).c
    with engine.connect() as connection:
        return {row.id: row.name for row in connection.execute(select(rows.id, rows.name))}


def moments(engine: Engine) -> list[dt.datetime]:
    """Moments of all batches, oldest first."""
    with engine.connect() as connection:
        return [batch.made_at for batch in reversed(batches(connection))]


def changes(engine: Engine, batch: int | None) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        found = connection.execute(
            text("""
            select feature, operation, st_astext(envelope_before), st_astext(envelope_after)
            from change where batch = :batch order by feature
            """),
            {"batch": batch},
        )
        return [tuple(row) for row in found]


def test_importing_the_same_again_changes_nothing_and_makes_no_batch(
    city: Engine, bring: Bring, content_of: ContentOf
) -> None:
    first = bring("landcover", WATER, PARK).outcome
    before = content_of("landcover")
    again = bring("landcover", WATER, PARK).outcome
    assert first is not None
    assert again is not None
    assert (first.batch, first.added) == (1, 2)
    assert (again.batch, again.added, again.changed, again.unchanged) == (None, 0, 0, 2)
    assert content_of("landcover") == before
    assert len(moments(city)) == 1


def test_only_what_differs_is_written_anew(city: Engine, bring: Bring) -> None:
    bring("landcover", WATER, PARK)
    outcome = bring("landcover", {**WATER, "name": "深圳水库"}, PARK, HILL).outcome
    assert outcome is not None
    assert (outcome.added, outcome.changed, outcome.unchanged) == (1, 1, 1)
    assert [c[:2] for c in changes(city, outcome.batch)] == [("t:H1", "added"), ("t:W1", "changed")]


def test_a_change_row_tells_where_a_feature_was_and_where_it_is(city: Engine, bring: Bring) -> None:
    bring("landcover", WATER)
    there, here = WATER["geom"], HILL["geom"]
    moved = bring("landcover", {**WATER, "geom": here}).outcome
    gone = bring("landcover", PARK, mode="replace").outcome
    assert moved is not None
    assert gone is not None
    assert changes(city, 1) == [("t:W1", "added", None, outline(there))]
    assert changes(city, moved.batch) == [("t:W1", "changed", outline(there), outline(here))]
    assert changes(city, gone.batch) == [
        ("t:P1", "added", None, outline(PARK["geom"])),
        ("t:W1", "removed", outline(here), None),
    ]


def outline(place: Any) -> str:
    west, south, east, north = place.bounds
    ring = ((west, south), (west, north), (east, north), (east, south), (west, south))
    return "POLYGON((" + ",".join(f"{x:g} {y:g}" for x, y in ring) + "))"


def test_import_edit_and_roll_back_leave_the_content_exactly_as_before(
    city: Engine, bring: Bring, content_of: ContentOf
) -> None:
    bring("landcover", {**WATER, "exceptions": '{"name": "unverified"}', "source": "图"}, PARK)
    before = content_of("landcover")
    edited = change(city, "t:W1", name="仙湖", source="", geom=HILL["geom"].wkt)
    assert content_of("landcover")["t:W1"]["name"] == "仙湖"
    assert content_of("landcover")["t:W1"]["source"] is None
    take_back(city, edited)
    assert content_of("landcover") == before


def test_as_of_answers_for_every_moment_between(city: Engine, bring: Bring) -> None:
    bring("landcover", WATER)
    bring("landcover", PARK)
    change(city, "t:W1", name="仙湖")
    take_back(city, 2)
    bring("landcover", HILL, mode="replace")
    told = [
        {"t:W1": "东湖"},
        {"t:W1": "东湖", "t:P1": "东湖公园"},
        {"t:W1": "仙湖", "t:P1": "东湖公园"},
        {"t:W1": "仙湖"},
        {"t:H1": "梧桐山"},
    ]
    instant = dt.timedelta(microseconds=1)
    for i, moment in enumerate(moments(city)):
        # a batch holds from its own moment on, and not an instant sooner
        assert names_at(city, moment - instant) == (told[i - 1] if i else {})
        assert names_at(city, moment) == told[i]
        assert names_at(city, moment + instant) == told[i]
    assert names_at(city, None) == told[-1]


def test_the_order_of_batches_is_the_order_of_their_moments(city: Engine, bring: Bring) -> None:
    for name in ("一", "二", "三"):
        bring("landcover", {**WATER, "name": name})
    assert moments(city) == sorted(set(moments(city)))


def test_an_edit_that_changes_nothing_is_no_batch(city: Engine, bring: Bring) -> None:
    bring("landcover", WATER)
    assert change(city, "t:W1", name=str(WATER["name"])) is None


def test_a_batch_whose_features_changed_again_is_not_taken_back(
    city: Engine, bring: Bring, content_of: ContentOf
) -> None:
    bring("landcover", WATER, PARK)
    edited = change(city, "t:W1", name="仙湖")
    before = content_of("landcover")
    with pytest.raises(RollbackError, match=rf"批次 1 .*批次 {edited} 改动.*--force"):
        take_back(city, 1)
    assert content_of("landcover") == before
    # with the later one taken back, nothing stands in the way
    take_back(city, edited)
    take_back(city, 1)
    assert content_of("landcover") == {}


def test_force_returns_the_features_to_what_they_were_before_the_batch(
    city: Engine, bring: Bring, content_of: ContentOf
) -> None:
    bring("landcover", WATER, PARK)
    original = content_of("landcover")
    first = change(city, "t:W1", name="仙湖")
    change(city, "t:W1", kind="park")
    change(city, "t:P1", name="洪湖公园")
    take_back(city, first, force=True)
    assert content_of("landcover")["t:W1"] == original["t:W1"]
    assert content_of("landcover")["t:P1"]["name"] == "洪湖公园"


def test_a_batch_whose_features_are_referred_to_is_not_taken_back(
    city: Engine, bring: Bring, content_of: ContentOf
) -> None:
    place = Point(114.11, 22.55)
    bring("site", {"id": "S1", "name": "罗湖商务中心"})
    bring("office", {"id": "O1", "name": "A座", "use": "办公", "site_id": "S1", "geom": place})
    with pytest.raises(RollbackError, match=r"仍被引用：office\.site_id \(1，批次 batch 2\)"):
        take_back(city, 1)
    take_back(city, 1, force=True)
    assert content_of("site") == {}


def test_what_a_forced_rollback_leaves_leading_nowhere_is_named(city: Engine, bring: Bring) -> None:
    place = Point(114.11, 22.55)
    tower = {"name": "A座", "use": "办公", "geom": place}
    bring("site", {"id": "S1", "name": "罗湖商务中心"}, {"id": "S2", "name": "东门广场"})
    bring("office", *({**tower, "id": f"O{n}", "site_id": f"S{n % 2 + 1}"} for n in range(3)))
    taken = take_back(city, 1, force=True)
    assert lost(city, taken) == [("office.site_id", "site", 3, "t:O0", "t:S1")]
    # an office that comes back to a site that is gone
    cut = change(city, "t:O1", layer="office", site_id="")
    assert lost(city, cut) == []
    back = take_back(city, cut, force=True)
    assert lost(city, back) == [("office.site_id", "site", 1, "t:O1", "t:S2")]
    # whoever takes the rollback itself back has the sites again
    again = take_back(city, taken, force=True)
    assert lost(city, taken, back, again) == []


def test_a_list_that_names_what_a_forced_rollback_took_is_named(city: Engine, bring: Bring) -> None:
    station = {"name": "国贸", "kind": "metro", "status": "operating", "geom": Point(114.1, 22.5)}
    bring("station", {**station, "id": "G"})
    bring("station", {**station, "id": "L", "name": "老街"})
    line = {"id": "L1", "name": "1号线", "kind": "metro", "status": "operating"}
    bring("transit_line", {**line, "stations": "G;L"})
    taken = take_back(city, 1, force=True)
    assert lost(city, taken) == [("transit_line.stations", "station", 1, "t:L1", "t:G")]


def test_a_reference_in_a_list_counts_as_well(city: Engine, bring: Bring) -> None:
    station = {"id": "G", "name": "国贸", "kind": "metro", "status": "operating"}
    bring("station", {**station, "geom": Point(114.118, 22.540)})
    line = {"id": "L1", "name": "1号线", "kind": "metro", "status": "operating"}
    bring("transit_line", {**line, "stations": "G"})
    with pytest.raises(RollbackError, match=r"transit_line\.stations \(1，批次 batch 2\)"):
        take_back(city, 1)


def test_rows_that_refer_to_each_other_within_a_batch_go_together(
    city: Engine, bring: Bring, content_of: ContentOf
) -> None:
    bring(
        "area",
        {"id": "440303", "name": "罗湖区", "level": "district", "parent": None},
        {"id": "440303001", "name": "桂园街道", "level": "street", "parent": "440303"},
    )
    take_back(city, 1)
    assert content_of("area") == {}


def test_a_rollback_can_be_taken_back(city: Engine, bring: Bring, content_of: ContentOf) -> None:
    bring("landcover", WATER, PARK)
    edited = change(city, "t:W1", name="仙湖")
    after = content_of("landcover")
    undone = take_back(city, edited)
    take_back(city, undone)
    assert content_of("landcover") == after
    with city.connect() as connection:
        newest = batches(connection)[0]
    assert (newest.kind, newest.rolls_back) == ("rollback", undone)


def test_a_removed_feature_comes_back_as_it_was(
    city: Engine, bring: Bring, content_of: ContentOf
) -> None:
    bring("landcover", WATER, PARK)
    before = content_of("landcover")
    bring("landcover", HILL, mode="replace")
    take_back(city, 2)
    assert content_of("landcover") == before


def test_there_is_no_taking_back_of_what_never_was(city: Engine) -> None:
    with pytest.raises(RollbackError, match="没有批次 7"):
        take_back(city, 7)


def test_a_batch_tells_who_did_what_and_why(city: Engine, bring: Bring) -> None:
    bring("landcover", WATER, made_by="王规划", reason="年度更新")
    with city.begin() as connection:
        roll_back(connection, 1, made_by="李招商", reason="图形有误")
        newest, oldest = batches(connection, "landcover")
    assert (oldest.kind, oldest.made_by, oldest.reason) == ("import", "王规划", "年度更新")
    assert (oldest.file_name, oldest.crs, oldest.dataset) == ("a test", "EPSG:4490", "t")
    assert (newest.kind, newest.made_by, newest.reason) == ("rollback", "李招商", "图形有误")


def test_an_answer_is_of_one_moment_though_the_city_changes_under_it(
    city: Engine, bring: Bring
) -> None:
    bring("landcover", WATER)
    query = ItemsQuery(limit=10)
    with reading() as connection:
        first = items(connection, layer_named("landcover"), query)
        bring("landcover", PARK)
        second = items(connection, layer_named("landcover"), query)
    assert (first.matched, second.matched) == (1, 1)


@pytest.fixture
def everything(city: Engine) -> Iterator[None]:
    """Hold, at the end of a test, that no feature has two versions at one moment."""
    yield
    with city.connect() as connection:
        overlapping = connection.scalar(
            text("""
            with version as (
                select id, valid_from, valid_to from landcover_past
                union all select id, valid_from, 'infinity' from landcover
            )
            select count(*) from version a join version b
                on a.id = b.id and a.valid_from < b.valid_from and a.valid_to > b.valid_from
            """)
        )
    assert overlapping == 0


@pytest.mark.usefixtures("everything")
def test_versions_of_a_feature_never_overlap(city: Engine, bring: Bring) -> None:
    for name in ("一", "二", "三"):
        bring("landcover", {**WATER, "name": name})
    take_back(city, 3)
    take_back(city, 4)
    bring("landcover", HILL, mode="replace")
    take_back(city, 6)
