"""How many spaces there are near an office: what stands at several gates of a place counts once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from shapely.geometry import Point
from sqlalchemy import Engine

from cim.refresh import refresh_all
from tests.cim.small_city import HERE, METRE_NORTH, found, office
from tests.cim.test_refresh_random import derived

if TYPE_CHECKING:
    from tests.conftest import Bring


def lot(code: str, name: str | None, spaces: int, north: float = 0, **more: Any) -> dict[str, Any]:
    place = Point(HERE.x, HERE.y + north * METRE_NORTH)
    return {"id": code, "name": name, "spaces": spaces, "public": True, "geom": place, **more}


IN_SITE: dict[str, Any] = {"site_id": "t:S"}

LOTS: dict[str, tuple[list[dict[str, Any]], int]] = {
    "three gates of one name": (
        [
            lot("A", "嘉里中心停车场（东门）", 300, -60),
            lot("B", "嘉里中心停车场（西门）", 300),
            lot("C", "嘉里中心南门停车场", 300, 60),
        ],
        300,
    ),
    "three car parks of one site": (
        [
            lot("A", "A座地下停车场", 40, **IN_SITE),
            lot("B", "B座地下停车场", 40, **IN_SITE),
            lot("C", "C座地面停车场", 40, **IN_SITE),
        ],
        120,
    ),
    "gates of a site without names of their own": (
        [
            lot("A", None, 300, **IN_SITE),
            lot("B", "停车场", 300, 50, **IN_SITE),
            lot("C", "北出入口", 300, 100, **IN_SITE),
        ],
        300,
    ),
    "places without a name and a site": ([lot("A", None, 40), lot("B", "停车场", 40, 10)], 80),
    "one name, and another number": (
        [lot("A", "国贸停车场", 40), lot("B", "国贸停车场", 50, 10)],
        90,
    ),
    "one name, too far from each other": (
        [lot("A", "国贸停车场", 40, -160), lot("B", "国贸停车场", 40, 160)],
        80,
    ),
    "one name, each near the next": (
        [lot(code, "国贸停车场", 40, n) for code, n in (("A", -160), ("B", 0), ("C", 160))],
        40,
    ),
    "so small that numbers are alike by chance": (
        [lot("A", "国贸停车场", 9), lot("B", "国贸停车场", 9, 10)],
        18,
    ),
}


@pytest.mark.parametrize(("lots", "spaces"), LOTS.values(), ids=LOTS)
def test_spaces_near_count_once_where_gates_repeat_the_total_of_their_place(
    bring: Bring, lots: list[dict[str, Any]], spaces: int
) -> None:
    bring("site", {"id": "S", "name": "园区"})
    bring("office", office("O"))
    bring("parking", *lots)
    assert found()["O"]["parking_spaces_near"] == spaces


def test_a_gate_between_two_others_that_comes_and_goes_changes_the_sum(
    city: Engine, bring: Bring
) -> None:
    ends = [lot("A", "国贸停车场", 40, -160), lot("C", "国贸停车场", 40, 160)]
    bring("office", office("O"))
    bring("parking", *ends)
    for lots, spaces in (([*ends, lot("B", "国贸停车场", 40)], 40), (ends, 80)):
        bring("parking", *lots, mode="replace")
        assert found()["O"]["parking_spaces_near"] == spaces
        now = derived(city)
        refresh_all(city)
        assert now == derived(city)
