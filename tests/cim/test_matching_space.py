"""Which space of an office serves: units, blocks, and what is put together."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from hypothesis import given

from cim.letting import FreeUnit
from tests.cim.random_market import ALWAYS, cities
from tests.cim.small_market import ask, free, market, names


def test_area_must_be_found_in_one_unit_or_one_block() -> None:
    here = market(
        [{"id": "A"}, {"id": "B"}],
        [
            free("a", "A", 900),
            free("b1", "B", 500, adjacent_to=("b2",)),
            free("b2", "B", 400),
        ],
    )
    answer = ask(here, need={"area": {"min": 850, "max": 950}})
    assert sorted(names(answer)) == ["A", "B"]
    block = next(r for r in answer["results"] if r["office"]["id"] == "B")
    assert [unit["id"] for unit in block["units"]] == ["b1", "b2"]
    assert block["option"]["area"] == 900
    assert not block["option"]["combined"]


def test_where_no_block_is_enough_the_fewest_parts_are_put_together_and_said_so() -> None:
    here = market(
        [{"id": "A"}], [free(f"a{n}", "A", area) for n, area in enumerate((300, 500, 450))]
    )
    answer = ask(here, need={"area": {"min": 900}})
    [found] = answer["results"]
    assert [unit["id"] for unit in found["units"]] == ["a1", "a2"]
    assert found["option"]["combined"]
    assert found["option"]["parts"] == 2
    assert found["option"]["area"] == 950
    assert "combined" in {caution["code"] for caution in found["cautions"]}
    # 300 + 500 + 450 is all there is
    assert names(ask(here, need={"area": {"min": 1250}})) == ["A"]
    assert names(ask(here, need={"area": {"min": 1251}})) == []


def test_a_unit_is_never_put_together_with_a_block_that_holds_it() -> None:
    here = market(
        [{"id": "A"}],
        [free("a1", "A", 500, adjacent_to=("a2",)), free("a2", "A", 400), free("a3", "A", 100)],
    )
    answer = ask(here, need={"area": {"min": 1000}})
    assert [unit["id"] for unit in answer["results"][0]["units"]] == ["a1", "a2", "a3"]
    assert names(ask(here, need={"area": {"min": 1001}})) == []


def test_area_rent_and_date_must_be_met_by_the_same_space() -> None:
    here = market(
        [{"id": "A"}],
        [free("large", "A", 1000, rent=200), free("cheap", "A", 200, rent=50)],
    )
    assert names(ask(here, need={"area": {"min": 800}})) == ["A"]
    assert names(ask(here, must={"rent_max": 60})) == ["A"]
    assert names(ask(here, need={"area": {"min": 800}}, must={"rent_max": 60})) == []


def test_a_budget_pays_for_the_least_area_that_will_do() -> None:
    # 1,000 m² that can be cut down to 600: 600 m² at 100 cost 60,000
    here = market([{"id": "A"}], [free("a", "A", 1000, rent=100, min_divisible_area=600)])
    need = {"area": {"min": 500, "max": 900}}
    [found] = ask(here, need={**need, "budget_per_month": 60_000})["results"]
    assert (found["option"]["let_area"], found["option"]["monthly"]) == (600, 60_000)
    assert not names(ask(here, need={**need, "budget_per_month": 59_999}))
    # with money enough it is the middle of what is wanted
    [found] = ask(here, need={**need, "budget_per_month": 90_000})["results"]
    assert (found["option"]["let_area"], found["option"]["monthly"]) == (700, 70_000)


def test_a_unit_of_unknown_rent_is_looked_into_only_where_nothing_known_will_do() -> None:
    units = [free("dear", "A", 900, rent=300), free("silent", "A", 900)]
    here = market([{"id": "A"}], units)
    [apart] = ask(here, must={"rent_max": 200})["unknown"]
    assert apart["units"] == ["silent"]
    assert apart["missing"][0]["zh"] == "租金不详"
    assert names(ask(here, must={"rent_max": 300})) == ["A"]


def test_of_several_units_that_serve_the_one_that_scores_best_is_shown() -> None:
    rents = {"a": 120.0, "b": 60.0, "c": 90.0}
    here = market([{"id": "A"}], [free(name, "A", 100, rent=rent) for name, rent in rents.items()])
    [found] = ask(here, weights={"rent": 1})["results"]
    assert [unit["id"] for unit in found["units"]] == ["b"]
    # one place goes before several, though these are cheaper
    units = [free("a1", "A", 400, rent=50), free("a2", "A", 400, rent=50)]
    need, must = {"area": {"min": 800, "max": 900}}, {"rent_max": 100}
    for rent, shown in ((101, ["a1", "a2"]), (100, ["a3"])):
        here = market([{"id": "A"}], [*units, free("a3", "A", 900, rent=rent)])
        [found] = ask(here, need=need, must=must, weights={"rent": 1})["results"]
        assert [unit["id"] for unit in found["units"]] == shown


def test_a_unit_that_comes_too_late_is_out_and_one_without_a_date_is_unknown() -> None:
    units = [
        free("a", "late", 100, status="coming", available_from=dt.date(2027, 4, 1)),
        free("b", "in time", 100, status="coming", available_from=dt.date(2027, 3, 1)),
        free("c", "nobody knows", 100, status="coming"),
        free("d", "now", 100),
    ]
    here = market([{"id": u.office_id} for u in units], units)
    answer = ask(here, need={"move_in": "2027-03-01"})
    assert sorted(names(answer)) == ["in time", "now"]
    assert [one["id"] for one in answer["unknown"]] == ["nobody knows"]


def test_parking_spaces_come_along_in_the_ratio_of_the_office() -> None:
    # 0.5 for 100 m²: 1,000 m² bring 5
    here = market([{"id": "A", "parking_ratio": 0.5}], [free("a", "A", 1000)])
    assert names(ask(here, need={"parking_spaces": 5})) == ["A"]
    assert names(ask(here, need={"parking_spaces": 6})) == []


@ALWAYS
@given(cities())
def test_space_is_found_where_any_set_of_units_would_do(
    city: tuple[list[dict[str, Any]], list[FreeUnit]],
) -> None:
    # every set of units that are known, one by one: enough area, and each below the rent
    offices, units = city
    answer = ask(
        market(offices, units), need={"area": {"min": 700.0}}, must={"rent_max": 150}, limit=100
    )

    def would_do(office: str) -> bool:
        fit = [u for u in units if u.office_id == office and u.rent is not None and u.rent <= 150]
        areas = [u.area for u in fit if u.area is not None]
        return any(
            sum(some) >= 700
            for n in range(1, len(areas) + 1)
            for some in itertools.combinations(areas, n)
        )

    assert set(names(answer)) == {o["id"] for o in offices if would_do(o["id"])}
