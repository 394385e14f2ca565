"""Space that is free: units and blocks of units that can be let as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Engine

from cim.history import roll_back
from cim.model import layer_named
from layers.editing import edit

if TYPE_CHECKING:
    from tests.conftest import Bring

from tests.cim.small_city import found, office, unit, unknown


def test_area_and_rent_must_hold_for_one_and_the_same_unit(bring: Bring) -> None:
    bring("office", office("O"))
    bring("office_unit", unit("large", area=800, rent=120), unit("cheap", area=200, rent=60))
    assert "O" in found(area_min=500)
    assert "O" in found(rent_max=80)
    assert found(area_min=500, rent_max=80) == {}
    # two small ones that do not adjoin are not one large one
    assert found(area_min=900) == {}


def test_adjacent_units_are_let_together_whichever_of_them_says_so(bring: Bring) -> None:
    bring("office", office("O"))
    bring(
        "office_unit",
        unit("A", area=300, rent=90, adjacent_to="B"),
        unit("B", area=300, rent=100),
        unit("C", area=300, rent=110, adjacent_to="B"),
        unit("D", area=900, rent=200),
    )
    answer = found(area_min=600, rent_max=110)["O"]
    # the smallest block that does: two units, of which the dearer decides
    assert (answer["matching_units"], answer["rent_min"], answer["rent_max"]) == (2, 90, 100)
    assert found(area_min=900, rent_max=110)["O"]["matching_units"] == 3
    assert found(area_min=901, rent_max=110) == {}
    assert found(area_min=800)["O"]["matching_units"] == 1


def test_a_let_unit_interrupts_a_block(bring: Bring) -> None:
    bring("office", office("O"))
    bring(
        "office_unit",
        unit("A", area=300, adjacent_to="B"),
        unit("B", area=300, adjacent_to="C", status="let"),
        unit("C", area=300),
    )
    assert found(area_min=301) == {}


def test_units_of_two_offices_are_never_one_block(bring: Bring) -> None:
    bring("office", office("O"), office("P"))
    bring("office_unit", unit("A", area=300, adjacent_to="B"), unit("B", "P", area=300))
    assert found(area_min=301) == {}


def test_a_whole_run_of_more_than_six_units_counts_as_one(bring: Bring) -> None:
    bring("office", office("O"))
    floor = [unit(f"{i}", area=100, adjacent_to=f"{i + 1}" if i < 8 else None) for i in range(9)]
    bring("office_unit", *floor)
    assert found(area_min=900)["O"]["matching_units"] == 9
    assert found(area_min=901) == {}


def test_a_large_unit_serves_a_small_need_only_where_it_can_be_divided(bring: Bring) -> None:
    bring("office", office("whole"), office("divisible"))
    bring(
        "office_unit",
        unit("A", "whole", area=1000),
        unit("B", "divisible", area=1000, min_divisible_area=250),
    )
    assert set(found(area_max=300)) == {"divisible"}
    assert set(found(area_min=100, area_max=300)) == {"divisible"}
    assert found(area_max=200) == {}
    assert set(found(area_max=1000)) == {"whole", "divisible"}


def test_no_units_on_record_is_unknown_and_nothing_free_is_a_no(bring: Bring) -> None:
    bring("office", office("unrecorded"), office("full"), office("free"))
    bring(
        "office_unit",
        unit("A", "full", area=500, status="let"),
        unit("B", "free", area=500),
    )
    assert set(found(area_min=100)) == {"free"}
    assert unknown(area_min=100) == {"space": 1}
    stock = {code: (p["free_units"], p["available_area"]) for code, p in found().items()}
    assert stock == {"unrecorded": (None, None), "full": (0, 0), "free": (1, 500)}


def test_a_unit_of_unknown_area_or_rent_leaves_the_office_unknown_unless_another_fits(
    bring: Bring,
) -> None:
    bring("office", office("maybe"), office("surely"), office("no"))
    bring(
        "office_unit",
        unit("A", "maybe", area=500),
        unit("B", "surely", area=500),
        unit("C", "surely", area=600, rent=70),
        unit("D", "no", area=500, rent=200),
        # its rent is unknown, but it is too small for certain
        unit("E", "no", area=50),
    )
    assert set(found(area_min=400, rent_max=80)) == {"surely"}
    assert unknown(area_min=400, rent_max=80) == {"space": 1}


def test_what_is_known_of_a_block_may_be_enough(bring: Bring) -> None:
    bring("office", office("O"))
    bring(
        "office_unit",
        unit("A", area=300, adjacent_to="X"),
        unit("B", area=400, adjacent_to="X"),
        # only through X do A and B hang together, and nobody knows how large it is
        unit("X"),
    )
    assert found(area_min=700)["O"]["matching_units"] == 3
    assert (found(area_min=701), unknown(area_min=701)) == ({}, {"space": 1})


def test_a_block_with_one_dear_unit_is_too_dear_whatever_is_unknown_of_the_others(
    bring: Bring,
) -> None:
    bring("office", office("O"))
    bring(
        "office_unit",
        unit("A", area=300, rent=150, adjacent_to="B"),
        unit("B", area=300),
    )
    assert (found(area_min=600, rent_max=120), unknown(area_min=600, rent_max=120)) == ({}, {})
    assert unknown(area_min=600, rent_max=150) == {"space": 1}


def test_the_largest_free_block_is_the_largest_that_is_known(bring: Bring) -> None:
    bring("office", office("large"), office("perhaps"), office("small"))
    bring(
        "office_unit",
        unit("A", "large", area=1200),
        unit("B", "large"),
        unit("C", "perhaps", area=500),
        unit("D", "perhaps"),
        unit("E", "small", area=500),
    )
    told = {code: (p["largest_option"], p["free_area_unknown"]) for code, p in found().items()}
    assert told == {"large": (1200, 1), "perhaps": (500, 1), "small": (500, 0)}


def test_a_block_is_found_around_a_unit_that_does_not_do(bring: Bring) -> None:
    bring("office", office("O"))
    # a hall in the middle that all adjoin; what hangs together without the dear ones is M, 3 to 5
    bring(
        "office_unit",
        unit("M", area=100, rent=90, adjacent_to=[f"t:{n}" for n in range(1, 6)]),
        *(unit(f"{n}", area=100, rent=200 if n < 3 else 90) for n in range(1, 6)),
    )
    assert found(area_min=400, rent_max=100)["O"]["matching_units"] == 4
    assert found(area_min=401, rent_max=100) == {}


def test_a_block_is_found_even_among_more_units_than_all_sets_of_which_can_be_kept(
    bring: Bring,
) -> None:
    bring("office", office("O"))
    # twelve units that all adjoin each other: 4,095 sets
    codes = [f"{n:02}" for n in range(12)]
    bring(
        "office_unit",
        *(
            unit(
                code,
                area=100,
                rent=60 + 10 * n,
                fit_out="精装" if n % 2 else "毛坯",
                adjacent_to=[f"t:{other}" for other in codes[n + 1 :]] or None,
            )
            for n, code in enumerate(codes)
        ),
    )
    # 01, 03, 05, 07 are fitted out and ask 130 or less
    assert found(area_min=400, rent_max=130, fit_out="精装")["O"]["matching_units"] == 4
    assert found(area_min=401, rent_max=130, fit_out="精装") == {}
    assert found(area_min=800, rent_max=130)["O"]["matching_units"] == 8


def test_letting_options_follow_an_edit_of_a_unit_and_its_rollback(
    city: Engine, bring: Bring
) -> None:
    bring("office", office("O"))
    bring("office_unit", unit("A", area=300, adjacent_to="B"), unit("B", area=300))
    assert "O" in found(area_min=600)
    let = edit(city, layer_named("office_unit"), "t:B", {"status": "let"}).batch
    assert found(area_min=600) == {}
    assert found()["O"]["available_area"] == 300
    assert let is not None
    with city.begin() as connection:
        roll_back(connection, let)
    assert "O" in found(area_min=600)
    assert found()["O"]["available_area"] == 600


def test_a_unit_that_moves_to_another_office_is_counted_there_and_no_longer_here(
    city: Engine, bring: Bring
) -> None:
    bring("office", office("O"), office("P"))
    bring("office_unit", unit("A", area=300))
    edit(city, layer_named("office_unit"), "t:A", {"office_id": "P"})
    assert set(found(area_min=300)) == {"P"}
    assert {code: p["units"] for code, p in found().items()} == {"O": None, "P": 1}
