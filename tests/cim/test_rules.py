"""The rules that a layer's rows are held to, one planted fault at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely
from shapely.affinity import translate
from shapely.geometry import LineString, Point, box

from cim.model import LAYERS
from layers.report import RefusedError

if TYPE_CHECKING:
    from tests.conftest import Bring

METRE = 1 / 111_000
HOUSE = box(114.1, 22.54, 114.1 + 20 * METRE, 22.54 + 20 * METRE)
"""A footprint of 20 by 20 steps of a metre of latitude: 370 m² at this latitude."""


def building(code: str, east: float = 0, **fields: Any) -> dict[str, Any]:
    """A building whose footprint is moved east by some metres of latitude."""
    return {"id": code, "geom": translate(HOUSE, xoff=east * METRE), **fields}


def office(code: str, **fields: Any) -> dict[str, Any]:
    return {"id": code, "name": code, "use": "办公", "geom": HOUSE.centroid, **fields}


def unit(code: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": code,
        "office_id": "O",
        "unit_no": code,
        "status": "vacant",
        "geom": None,
        **fields,
    }


def road(code: str, *points: tuple[float, float]) -> dict[str, Any]:
    """A street through points given in metres of latitude from one corner."""
    line = LineString([(114.1 + x * METRE, 22.54 + y * METRE) for x, y in points])
    return {"id": code, "road_class": "local", "walkable": "是", "geom": line}


def told(bring: Bring, layer: str, *rows: dict[str, Any], **order: Any) -> dict[str, Any]:
    """What the import says of each rule: the codes of the rows, with what they collide with."""
    report = bring(layer, *rows, **order)
    assert report.rejected == 0
    return {
        check.code: [
            ((one.id or "").partition(":")[2], (one.other or "").partition(":")[2])
            for one in check.samples
        ]
        for check in report.checks
        if check.code != "outside-city"
    }


def test_a_tidy_city_breaks_no_rule(bring: Bring) -> None:
    assert told(bring, "building", building("B", height=99, floors_above=30)) == {}
    good = office("O", building_id="B", gross_floor_area=9000, parking_spaces=60, efficiency=70)
    assert told(bring, "office", good) == {}
    assert told(bring, "office_unit", unit("U", area=100, net_area=70, floor_order=30)) == {}
    streets = [road("R", (0, 0), (50, 0)), road("S", (50, 0), (50, 50))]
    assert told(bring, "road", *streets) == {}


@pytest.mark.parametrize(
    ("fields", "broken"),
    [
        ({"height": 30, "floors_above": 10}, False),
        ({"height": 19, "floors_above": 10}, True),
        ({"height": 81, "floors_above": 10}, True),
        # a hall of one floor may be high
        ({"height": 30, "floors_above": 1}, False),
        ({"height": 30}, False),
        ({"floors_above": 10}, False),
    ],
)
def test_floors_are_held_against_the_height(
    bring: Bring, fields: dict[str, Any], broken: bool
) -> None:
    assert ("floors-against-height" in told(bring, "building", building("B", **fields))) == broken


@pytest.mark.parametrize(
    ("fields", "broken"),
    [
        # 370 m² on the ground, ten floors and perhaps four below: at most 1.3 × 14 × 370 = 6,734
        ({"gross_floor_area": 6_600}, False),
        ({"gross_floor_area": 6_900}, True),
        ({"gross_floor_area": 6_600, "floors_below": 2}, True),
        ({"gross_floor_area": 360}, True),
        ({"gross_floor_area": 400}, False),
        # the whole development covers more than this building
        ({"gross_floor_area": 69_000, "floor_area_base": "整个项目"}, False),
        ({}, False),
    ],
)
def test_floor_area_is_held_against_footprint_and_floors(
    bring: Bring, fields: dict[str, Any], broken: bool
) -> None:
    found = told(bring, "building", building("B", floors_above=10, **fields))
    assert ("area-against-floors" in found) == broken


def test_footprints_that_overlap_are_named_in_pairs(bring: Bring) -> None:
    rows = [building("A"), building("B", 10), building("C", 29.5), building("D", 60)]
    assert told(bring, "building", *rows)["footprints-overlap"] == [("A", "B"), ("B", "C")]


def test_a_shared_wall_is_no_overlap(bring: Bring) -> None:
    # 5 centimetres by 20 metres
    assert told(bring, "building", building("A"), building("B", 19.97)) == {}


def test_a_footprint_is_held_against_the_buildings_that_are_there(bring: Bring) -> None:
    told(bring, "building", building("A"), building("Z", 500), dataset="old")
    found = told(bring, "building", building("B", 10), dataset="new")
    assert found == {"footprints-overlap": [("B", "A")]}


def test_a_building_that_comes_again_does_not_overlap_itself(bring: Bring) -> None:
    told(bring, "building", building("A"))
    assert told(bring, "building", building("A", height=10)) == {}
    assert told(bring, "building", building("A", 10)) == {}


def test_an_outline_that_begins_elsewhere_and_runs_the_other_way_is_the_same_place(
    bring: Bring,
) -> None:
    first = building("A")
    ring = shapely.get_coordinates(first["geom"])[:-1]
    turned = shapely.MultiPolygon([shapely.Polygon(np.roll(ring, 2, axis=0)[::-1])])
    found = told(bring, "building", first, {**first, "id": "B", "geom": turned})
    assert found == {"place-repeated": [("B", "A")]}
    assert told(bring, "building", {**first, "id": "C", "geom": turned}, dataset="new") == {
        "place-repeated": [("C", "A")],
        "footprints-overlap": [("C", "A"), ("C", "B")],
    }


def test_the_same_place_twice_is_noticed_in_the_file_and_against_the_layer(bring: Bring) -> None:
    first = {"id": "A", "geom": Point(114.1, 22.5)}
    assert told(bring, "parking", first, {**first, "id": "B"}, {**first, "id": "C"}) == {
        "place-repeated": [("B", "A"), ("C", "A")]
    }
    assert told(bring, "parking", {**first, "id": "D"}, dataset="other")["place-repeated"] == [
        ("D", "A")
    ]
    apart = {"id": "E", "geom": Point(114.1 + 1e-9, 22.5)}
    assert told(bring, "parking", apart) == {}


def test_several_amenities_and_units_may_share_a_place(bring: Bring) -> None:
    here = {"kind": "food", "geom": Point(114.1, 22.5)}
    assert told(bring, "amenity", {"id": "A", **here}, {"id": "B", **here}) == {}


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"rent_min": 200, "rent_max": 100}, "rents-in-order"),
        ({"gross_floor_area": 100, "lettable_area": 101}, "areas-in-order"),
        ({"efficiency": 0.7}, "efficiency-range"),
        ({"gross_floor_area": 100, "parking_spaces": 11}, "parking-ratio-range"),
        ({"gross_floor_area": 100_000, "parking_spaces": 19}, "parking-ratio-range"),
        ({"ev_spaces": 5, "parking_spaces": 4}, "charging-within-parking"),
    ],
)
def test_figures_of_an_office_that_contradict_each_other_are_noticed(
    bring: Bring, fields: dict[str, Any], rule: str
) -> None:
    assert told(bring, "office", office("O", **fields)) == {rule: [("O", "")]}


def test_an_office_without_parking_breaks_no_ratio(bring: Bring) -> None:
    assert told(bring, "office", office("O", gross_floor_area=100, parking_spaces=0)) == {}


def test_offices_and_units_are_looked_for_in_their_building(bring: Bring) -> None:
    told(bring, "building", building("B", floors_above=10, floors_below=2))
    there = translate(HOUSE.centroid, xoff=100 * METRE)
    found = told(bring, "office", office("O", building_id="B", geom=there))
    assert found == {"office-outside-building": [("O", "B")]}
    near = translate(HOUSE.centroid, xoff=15 * METRE)
    units = [
        unit("in", geom=near, floor_order=-2),
        unit("out", geom=there),
        unit("high", floor_order=11),
        unit("deep", floor_order=-3),
        unit("big", area=100, net_area=120),
    ]
    assert told(bring, "office_unit", *units) == {
        "unit-outside-building": [("out", "B")],
        "unit-above-building": [("high", "B"), ("deep", "B")],
        "unit-areas-in-order": [("big", "")],
    }


def test_an_entrance_far_from_its_station_is_noticed(bring: Bring) -> None:
    here, far = Point(114.1, 22.5), Point(114.1, 22.5 + 1100 * METRE)
    bring("station", {"id": "S", "name": "S", "kind": "metro", "status": "运营", "geom": here})
    entrances = [{"id": "near", "station_id": "S", "geom": here}]
    entrances += [{"id": "far", "station_id": "S", "geom": far}]
    assert told(bring, "station_entrance", *entrances) == {
        "entrance-far-from-station": [("far", "S")]
    }


def gate(code: str, name: str | None, spaces: int, north: float, **more: Any) -> dict[str, Any]:
    """A gate of a car park, some metres north of one corner."""
    place = Point(114.1, 22.5 + north * METRE)
    return {"id": code, "name": name, "spaces": spaces, "geom": place, **more}


def test_the_total_of_a_site_noted_at_each_gate_is_noticed(bring: Bring) -> None:
    bring("site", {"id": "S", "name": "某项目", "kind": "商务园区", "geom": None})
    rows = [
        gate("A", "东乐花园停车场", 100, 0),
        gate("B", "东乐花园-地下一停车场", 100, 50),
        gate("C", "东乐花园(北门)", 100, 100),
        # another number, another name, too far away: not the same total
        gate("D", "东乐花园南停车场", 90, 60),
        gate("E", "田贝花园-停车场", 100, 70),
        gate("F", "东乐花园2号停车场", 100, 900),
        # car parks of one size and site, and a name each
        gate("G", "甲座地下停车场", 100, 210, site_id="S"),
        gate("H", "乙座地面停车场", 100, 240, site_id="S"),
    ]
    assert told(bring, "parking", *rows) == {"site-total-repeated": [("B", "A"), ("C", "A")]}


def test_a_second_gate_that_comes_in_a_later_file_is_noticed(bring: Bring) -> None:
    bring("site", {"id": "S", "name": "某项目", "kind": "商务园区", "geom": None}, dataset="s")
    first = gate("A", "东乐花园停车场", 100, 0)
    of_site = gate("K", None, 60, 2000, site_id="s:S")
    assert told(bring, "parking", first, of_site, dataset="old") == {}
    second = gate("B", "东乐花园(北门)", 100, 250)
    other = gate("L", "南门停车场", 60, 2100, site_id="s:S")
    # 310 m from the one that stands, and another number of spaces
    apart = [gate("C", "东乐花园南停车场", 100, -310), gate("D", "东乐花园西停车场", 99, 10)]
    found = told(bring, "parking", second, other, *apart, dataset="new", dry_run=True)
    assert found == {"site-total-repeated": [("B", "A"), ("L", "K")]}


def test_gates_that_come_anew_or_vanish_repeat_nothing(bring: Bring) -> None:
    told(bring, "parking", gate("A", "东乐花园停车场", 100, 0))
    # the same gate under its own code, and renumbered where the whole is replaced
    assert told(bring, "parking", gate("A", "东乐花园停车场", 100, 20)) == {}
    renumbered = gate("X", "东乐花园停车场", 100, 0)
    assert told(bring, "parking", renumbered, mode="replace") == {}


def test_streets_that_hang_on_nothing_are_noticed_with_the_length_of_their_piece(
    bring: Bring,
) -> None:
    rows = [
        road("main", (0, 0), (500, 0)),
        road("side", (500, 0), (500, 100)),
        # crosses the main street on a bridge: no common vertex
        road("over", (250, -50), (250, 50)),
        road("far", (900, 0), (900, 60)),
        road("farther", (900, 60), (950, 60)),
    ]
    report = bring("road", *rows)
    (check,) = report.checks
    assert (check.code, check.count) == ("streets-disconnected", 3)
    assert [one.id for one in check.samples] == ["t:over", "t:far", "t:farther"]
    # 60 steps north are 59.9 m, 50 steps east 46.3 m at this latitude
    assert check.samples[1].value.startswith("孤立路段 2 条，共 106 m")


def test_a_street_is_connected_through_the_streets_that_are_there(bring: Bring) -> None:
    told(bring, "road", road("main", (0, 0), (500, 0)), dataset="old")
    joined = road("side", (500, 0), (500, 10))
    assert told(bring, "road", joined, dataset="new") == {}


def test_rejected_rows_are_not_held_against_the_others(bring: Bring) -> None:
    good = [building(f"G{n}", 100 * n) for n in range(30)]
    report = bring("building", *good, building("A", 5, height="tall"))
    assert report.rejected == 1
    assert [check.code for check in report.checks] == ["value-unreadable"]


def test_every_rule_of_a_layer_has_a_name_of_its_own_and_a_way_to_be_told() -> None:
    for layer in LAYERS.values():
        codes = [check.code for check in layer.__checks__]
        assert len(codes) == len(set(codes))
        for check in layer.__checks__:
            assert sum(way is not None for way in (check.wrong, check.query, check.indexed)) == 1


def test_what_a_replacement_takes_away_is_in_nobodys_way(bring: Bring) -> None:
    told(bring, "building", building("A"), building("B", 100))
    renumbered = [building("X"), building("Y", 100)]
    assert told(bring, "building", *renumbered, mode="replace") == {}


def test_a_street_is_held_against_the_whole_network_however_few_come(bring: Bring) -> None:
    main = [road(f"m{n}", (n * 100, 0), (n * 100 + 100, 0)) for n in range(20)]
    told(bring, "road", *main)
    sides = [road("s1", (100, 0), (100, 50)), road("s2", (1900, 0), (1900, 50))]
    assert told(bring, "road", *sides) == {}


def test_the_same_outline_many_times_is_named_once_for_each_and_not_in_pairs(bring: Bring) -> None:
    report = bring("building", *(building(f"B{n}") for n in range(300)), building("C", 10))
    counts = {check.code: check.count for check in report.checks}
    assert (counts["place-repeated"], counts["footprints-overlap"]) == (299, 1)


def test_a_feature_of_another_dataset_is_not_taken_over_without_a_word(bring: Bring) -> None:
    code = "4403030040010000001"
    told(bring, "building", building(code), dataset="old")
    report = bring("building", building(code, height=10), dataset="new")
    (check,) = report.checks
    assert (check.code, check.samples[0].value) == ("id-of-other-dataset", "old")
    assert report.difference is not None
    assert report.difference.fields == {"dataset": 1, "height": 1}


def test_a_replacement_with_an_unreadable_code_takes_nothing_away(bring: Bring) -> None:
    rows = [building(f"B{n}", 100 * n) for n in range(40)]
    told(bring, "building", *rows)
    rows[7] = {**rows[7], "id": None}
    with pytest.raises(RefusedError, match="1 行的编号读不出"):
        bring("building", *rows, mode="replace")
