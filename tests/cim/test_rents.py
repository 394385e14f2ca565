"""Rents that are quoted on different bases are compared on one: gross area, without the fee."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Engine

from cim.database import reading
from cim.matching import Request, recommend
from cim.model import layer_named
from cim.offices.holdings import holdings
from layers.editing import edit

if TYPE_CHECKING:
    from tests.conftest import Bring

from tests.cim.small_city import found, office, unit, unknown

NET: dict[str, Any] = {"rent_area_base": "套内面积"}
WITH_FEE: dict[str, Any] = {"rent_includes_fee": "true"}


def recommended(**request: Any) -> Any:
    with reading() as connection:
        return recommend(connection, Request.model_validate(request))


def names(answer: Any) -> set[str]:
    return {result.office["name"] for result in answer.results}


@pytest.mark.parametrize(
    ("fields", "of_office", "comparable"),
    [
        ({}, {}, 100),
        # 700 of 1,000 m² are net: 100 for a net m² are 70 for a gross one
        (NET | {"net_area": 700}, {}, 70),
        (NET | {"net_area": 700}, {"efficiency": 80}, 70),
        (NET, {"efficiency": 80}, 80),
        # a net area above the gross one is none
        (NET | {"net_area": 1200}, {"efficiency": 80}, 80),
        (WITH_FEE, {"property_fee": 15}, 85),
        (NET | WITH_FEE, {"efficiency": 80, "property_fee": 15}, 65),
        # what is not said: by gross area, without the fee
        ({}, {"efficiency": 80, "property_fee": 15}, 100),
        ({"rent_includes_fee": "false"}, {"property_fee": 15}, 100),
    ],
)
def test_a_rent_is_compared_by_gross_area_and_without_the_property_fee(
    bring: Bring, fields: dict[str, Any], of_office: dict[str, Any], comparable: float
) -> None:
    bring("office", office("O", **of_office))
    bring("office_unit", unit("U", area=1000, rent=100, **fields))
    assert set(found(rent_max=comparable)) == {"O"}
    assert (found(rent_max=comparable - 0.01), unknown(rent_max=comparable - 0.01)) == ({}, {})
    assert found()["O"]["rent_min"] == found()["O"]["rent_max"] == comparable
    assert names(recommended(must={"rent_max": comparable})) == {"O"}
    assert recommended(must={"rent_max": comparable - 0.01}).unknown_count == 0
    [result] = recommended().results
    assert result.option is not None
    assert result.option.rent == comparable
    # the unit itself is shown as quoted
    assert result.units[0]["rent"] == 100
    with reading() as connection:
        assert holdings(connection, "use")[0]["rent_p50"] == comparable


@pytest.mark.parametrize(
    ("fields", "of_office", "most"),
    [
        (NET, {}, 100),
        (WITH_FEE, {}, 100),
        (NET | WITH_FEE, {"efficiency": 80}, 80),
        (NET | WITH_FEE, {"property_fee": 15}, 85),
        # a rent below the fee that it holds: one of the two is wrong
        (WITH_FEE, {"property_fee": 150}, 100),
    ],
)
def test_where_the_conversion_is_unknown_the_rent_is_known_to_be_no_higher(
    bring: Bring, fields: dict[str, Any], of_office: dict[str, Any], most: float
) -> None:
    bring("office", office("O", **of_office))
    bring("office_unit", unit("U", area=1000, rent=100, **fields))
    assert set(found(rent_max=most)) == {"O"}
    assert (found(rent_max=most - 1), unknown(rent_max=most - 1)) == ({}, {"space": 1})
    assert (found()["O"]["rent_min"], found()["O"]["rent_max"]) == (None, None)
    [result] = recommended(must={"rent_max": most}).results
    assert result.option is not None
    assert result.option.rent is None
    said = {caution.code: caution.zh for caution in result.cautions}
    assert f"不高于 {most} 元/㎡/月" in said["rent-not-comparable"]
    [apart] = recommended(must={"rent_max": most - 1}).unknown
    assert apart.missing[0].zh == "物业费或得房率不详，租金不能折算"
    with reading() as connection:
        [group] = holdings(connection, "use")
    assert (group["rent_p50"], group["rent_unknown"]) == (None, 1)


@pytest.mark.parametrize(
    ("fields", "of_office", "monthly", "fee"),
    [
        # the budget pays what is asked: 100 for each of 1,000 gross or of 700 net m²
        ({}, {}, 100_000, None),
        (NET | {"net_area": 700}, {}, 70_000, None),
        (NET, {"efficiency": 80}, 80_000, None),
        (WITH_FEE, {"property_fee": 15}, 100_000, True),
        (WITH_FEE, {}, 100_000, True),
        ({"rent_includes_fee": "false"}, {"property_fee": 15}, 100_000, False),
    ],
)
def test_a_budget_is_held_to_what_is_paid_and_the_answer_says_whether_the_fee_is_in(
    bring: Bring,
    fields: dict[str, Any],
    of_office: dict[str, Any],
    monthly: float,
    fee: bool | None,
) -> None:
    bring("office", office("O", **of_office))
    bring("office_unit", unit("U", area=1000, rent=100, **fields))
    assert set(found(budget_max=monthly)) == {"O"}
    assert (found(budget_max=monthly - 1), unknown(budget_max=monthly - 1)) == ({}, {})
    assert recommended(need={"budget_per_month": monthly - 1}).unknown_count == 0
    [result] = recommended(need={"budget_per_month": monthly}).results
    assert result.option is not None
    assert (result.option.monthly, result.option.fee_included) == (monthly, fee)


def test_of_a_net_rent_without_efficiency_the_cost_is_no_more_than_that_of_all_the_gross_area(
    bring: Bring,
) -> None:
    bring("office", office("O"))
    bring("office_unit", unit("U", area=1000, rent=100, **NET))
    assert set(found(budget_max=100_000)) == {"O"}
    assert unknown(budget_max=99_999) == {"space": 1}


@pytest.mark.parametrize(
    ("rents", "codes"),
    [
        ([(True, False), (True, False)], set()),
        ([(None, False), (True, False)], {"rent-tax"}),
        ([(True, False), (False, False)], {"rent-tax"}),
        ([(True, None), (True, False)], {"rent-fee"}),
        ([(True, True), (True, False)], {"rent-fee"}),
    ],
)
def test_tax_and_fee_that_differ_or_are_not_stated_are_told(
    bring: Bring, rents: list[tuple[bool | None, bool | None]], codes: set[str]
) -> None:
    bring("office", office("O", property_fee=10))
    said = {True: "true", False: "false", None: None}
    bring(
        "office_unit",
        *(
            unit(
                f"U{n}",
                area=500,
                rent=100,
                rent_area_base="建筑面积",
                rent_includes_tax=said[tax],
                rent_includes_fee=said[fee],
                adjacent_to="U1" if n == 0 else None,
            )
            for n, (tax, fee) in enumerate(rents)
        ),
    )
    [result] = recommended(need={"area": {"min": 1000}}).results
    told = {c.code for c in result.cautions if c.code.startswith("rent")}
    assert told == codes


def test_a_comparable_rent_follows_the_fee_of_the_office(city: Engine, bring: Bring) -> None:
    bring("office", office("O", property_fee=10))
    bring("office_unit", unit("U", area=1000, rent=100, **WITH_FEE))
    assert found()["O"]["rent_min"] == 90
    edit(city, layer_named("office"), "t:O", {"property_fee": "20"})
    assert found()["O"]["rent_min"] == 80
