"""The parking ratio of an office, and what stays unknown of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Engine

from cim.database import reading
from cim.matching import Request, recommend
from cim.refresh import catch_up, mark_all
from cim.settings import forget_settings
from cim.walking import settle

if TYPE_CHECKING:
    from tests.conftest import Bring

from tests.cim.small_city import found, office, unit, unknown


def parking_of(answer: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(answer[f"parking_ratio{part}"] for part in ("", "_text", "_basis", "_area"))


def test_an_office_with_spaces_of_its_own_is_reckoned_on_its_own_floor_area(
    bring: Bring,
) -> None:
    bring("site", {"id": "S", "name": "项目", "area": 100_000, "parking_spaces": 2000})
    own = office("O", site_id="S", parking_spaces=200, gross_floor_area=30_000, parking_area=9e6)
    bring("office", own)
    assert parking_of(found()["O"]) == (0.6667, "1:150", "office", "gross_floor_area")
    assert found()["O"]["parking_ratio_area_m2"] == 30_000


@pytest.mark.parametrize(
    "own",
    [
        {"gross_floor_area": 30_000},
        {"parking_spaces": 200},
        {"parking_spaces": 200, "gross_floor_area": 0},
    ],
    ids=["no spaces", "no floor area", "a floor area of zero"],
)
def test_an_office_without_parking_data_of_its_own_shares_that_of_its_site(
    bring: Bring, own: dict[str, Any]
) -> None:
    bring("site", {"id": "S", "name": "项目", "area": 100_000, "parking_spaces": 500})
    bring("office", office("O", site_id="S", parking_area=8000, **own))
    assert parking_of(found()["O"]) == (0.5, "1:200", "site", "site.area")
    assert found()["O"]["parking_ratio_area_m2"] == 100_000


def test_a_parking_area_is_a_last_resort_and_says_that_it_is_an_estimate(bring: Bring) -> None:
    bring("site", {"id": "S", "name": "项目", "area": 100_000})
    bring("office", office("O", site_id="S", parking_area=8000, gross_floor_area=40_000))
    # 8,000 m² are 200 spaces of 40 m²
    assert parking_of(found()["O"]) == (0.5, "1:200", "estimated", "gross_floor_area")
    assert found()["O"]["parking_ratio_provenance"] == "estimated"


def test_how_large_a_space_is_can_be_set(bring: Bring, monkeypatch: pytest.MonkeyPatch) -> None:
    bring("office", office("O", parking_area=8000, gross_floor_area=40_000))
    monkeypatch.setenv("CIM_PARKING_AREA_PER_SPACE", "25")
    forget_settings()
    assert found()["O"]["parking_ratio"] == 0.8


def test_search_labels_and_recommendation_count_by_the_space_the_city_settled_on(
    city: Engine, bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    # 8,000 m² in 100,000 m²: 0.2 at 40 m² for a space, 1.6 at 5 m²
    bring("office", office("O", parking_area=8000, gross_floor_area=100_000))
    bring("office_unit", unit("U", area=300))

    ample = {"must": {"parking_ratio_min": 0.5}}

    def said() -> tuple[float, set[str], bool, list[str]]:
        with reading() as connection:
            answer = recommend(connection, Request.model_validate(ample))
        return (
            found()["O"]["parking_ratio"],
            set(found(parking_ratio_min=0.5)),
            "O" in found(labels=["parking-ample"]),
            [result.office["id"] for result in answer.results],
        )

    with city.begin() as connection:
        settle(connection)
    assert said() == (0.2, set(), False, [])
    monkeypatch.setenv("CIM_PARKING_AREA_PER_SPACE", "5")
    forget_settings()
    # a command with other settings changes no answer
    assert said() == (0.2, set(), False, [])
    with city.begin() as connection:
        assert settle(connection)
        mark_all(connection)
    catch_up(city)
    assert said() == (1.6, {"O"}, True, ["t:O"])


def test_no_spaces_at_all_is_a_ratio_of_zero_and_not_unknown(bring: Bring) -> None:
    bring("office", office("O", parking_spaces=0, gross_floor_area=30_000))
    assert parking_of(found()["O"]) == (0, "0", "office", "gross_floor_area")
    assert "O" in found(parking_ratio_min=0)
    assert unknown(parking_ratio_min=0.1) == {}


def test_an_office_without_parking_data_is_unknown_not_poor(bring: Bring) -> None:
    bring(
        "office",
        office("nothing"),
        office("spaces only", parking_spaces=100),
        office("floor only", gross_floor_area=30_000),
        office("good", parking_spaces=300, gross_floor_area=30_000),
        office("poor", parking_spaces=30, gross_floor_area=30_000),
    )
    for code in ("nothing", "spaces only", "floor only"):
        assert parking_of(found()[code]) == (None, None, None, None)
    # an unknown value never passes a bound, not even of zero, and the answer says how many
    assert set(found(parking_ratio_min=0)) == {"good", "poor"}
    assert set(found(parking_ratio_min=0.5)) == {"good"}
    assert unknown(parking_ratio_min=0.5) == {"parking_ratio_min": 3}


def test_ratios_are_compared_unrounded(bring: Bring) -> None:
    bring("office", office("O", parking_spaces=200, gross_floor_area=30_000))
    # 0.66666… is shown as 0.6667, which it does not reach
    assert found()["O"]["parking_ratio"] == 0.6667
    assert found(parking_ratio_min=0.6667) == {}
    assert "O" in found(parking_ratio_min=0.66666)


def test_a_ratio_is_only_as_certain_as_the_worst_of_what_it_is_made_of(bring: Bring) -> None:
    known = office("O", parking_spaces=200, gross_floor_area=30_000, provenance="measured")
    bring("office", {**known, "exceptions": '{"gross_floor_area": "simulated"}'})
    answer = found()["O"]
    assert (answer["provenance"], answer["parking_ratio_provenance"]) == ("measured", "simulated")


def test_who_is_left_out_for_another_reason_is_not_counted_as_unknown(bring: Bring) -> None:
    bring("office", office("shop", use="商业"), office("unknown"))
    assert unknown(parking_ratio_min=0.5) == {"parking_ratio_min": 1}
    assert unknown(parking_ratio_min=0.5, use=["全部"]) == {"parking_ratio_min": 2}
    # whoever is unknown in two respects counts in both
    assert unknown(parking_ratio_min=0.5, area_min=100) == {"parking_ratio_min": 1, "space": 1}
