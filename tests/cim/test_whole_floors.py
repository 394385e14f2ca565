"""Whole floors that are free, for certain or perhaps."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import Bring

from tests.cim.small_city import found, office, unit, unknown


def floors(least: int) -> tuple[set[str], int]:
    return set(found(floors_whole=least)), unknown(floors_whole=least).get("floors_whole", 0)


def test_a_floor_of_unknown_area_may_be_one_more_whole_floor(bring: Bring) -> None:
    bring("office", office("O", typical_floor_area=1000))
    bring(
        "office_unit",
        unit("A", floor_order=1, area=1000),
        unit("B", floor_order=2),
        unit("C", floor_order=3),
        unit("D", floor_order=4, area=100),
        unit("E", floor_order=5, status="let"),
    )
    assert floors(1) == ({"O"}, 0)
    assert floors(2) == (set(), 1)
    assert floors(3) == (set(), 1)
    assert floors(4) == (set(), 0)
    assert found()["O"]["whole_floors"] == 1


def test_a_free_unit_of_unknown_floor_may_make_one_floor_whole(bring: Bring) -> None:
    bring("office", office("O", typical_floor_area=1000), office("none"), office("full"))
    bring(
        "office_unit",
        unit("A", floor_order=1, area=1000),
        unit("B", area=900),
        unit("C", area=900, status="let"),
        unit("D", "full", floor_order=1, area=900, status="let"),
    )
    assert floors(1) == ({"O"}, 1)
    # of the office without units on record nothing is known
    assert floors(2) == (set(), 2)
    assert floors(3) == (set(), 1)
