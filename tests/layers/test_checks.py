"""Checks: what is wrong stays out, and the planner reads what and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from shapely.geometry import Point
from sqlalchemy import Engine

from cim.history import batches
from layers.report import RefusedError, Report

if TYPE_CHECKING:
    from tests.conftest import Bring, ContentOf
    from tests.layers.conftest import ImportFile

HERE = Point(114.1183, 22.5405)


def car_park(code: Any, **fields: Any) -> dict[str, Any]:
    return {"id": code, "geom": HERE, **fields}


GOOD = [car_park(f"G{i}", spaces=100) for i in range(100)]


def test_what_a_source_does_not_say_is_unknown_and_unverified(
    bring: Bring, content_of: ContentOf
) -> None:
    bring("parking", car_park("1"))
    row = content_of("parking")["t:1"]
    assert row["provenance"] == "unverified"
    assert {v for k, v in row.items() if k not in ("id", "geom", "dataset", "provenance")} == {None}


# --- references --------------------------------------------------------------------------------


def test_a_reference_may_be_a_code_of_the_same_dataset(bring: Bring, content_of: ContentOf) -> None:
    bring("site", {"id": "S1", "name": "A"}, dataset="t")
    bring("site", {"id": "S1", "name": "B"}, dataset="other")
    bring("parking", car_park("1", site_id="S1"), car_park("2", site_id="other:S1"))
    assert {i: p["site_id"] for i, p in content_of("parking").items()} == {
        "t:1": "t:S1",
        "t:2": "other:S1",
    }


def test_a_list_of_references_is_completed_in_order_and_refused_where_one_leads_nowhere(
    bring: Bring, content_of: ContentOf
) -> None:
    station = {"name": "x", "kind": "metro", "status": "operating", "geom": HERE}
    bring("station", {**station, "id": "B"}, {**station, "id": "A"})
    line = {"name": "1号线", "kind": "metro", "status": "operating"}
    bring("transit_line", {**line, "id": "1", "stations": "B、t:A、B"})
    assert content_of("transit_line")["t:1"]["stations"] == ["t:B", "t:A", "t:B"]
    with pytest.raises(RefusedError) as refusal:
        bring("transit_line", {**line, "id": "2", "stations": "A、Z"})
    (reject,) = refusal.value.report.rejects
    assert (reject.field, reject.value) == ("stations", "Z")


def test_rows_may_refer_to_rows_of_the_same_file_but_not_to_rejected_ones(
    bring: Bring, content_of: ContentOf
) -> None:
    street = {"level": "street", "population": 1}
    good: list[dict[str, Any]] = [
        {"id": "440303", "name": "罗湖区", "level": "district", "parent": None},
        *({**street, "id": f"4403030{i:02}", "name": "x", "parent": "440303"} for i in range(90)),
    ]
    report = bring(
        "area",
        *good,
        # the first is wrong, and so is whoever leans on it, at any remove
        {"id": "440304", "name": "x", "level": "district", "parent": "nowhere"},
        {"id": "440304001", "name": "x", "level": "street", "parent": "440304"},
        {"id": "440304001001", "name": "x", "level": "community", "parent": "440304001"},
    )
    assert [reject.row for reject in report.rejects] == [92, 93, 94]
    assert set(content_of("area")) == {row["id"] for row in good}


# --- how much is too much ----------------------------------------------------------------------


def many(good: int, bad: int) -> list[dict[str, Any]]:
    wrong = [car_park(f"B{i}", spaces="?") for i in range(bad)]
    return [*(car_park(f"G{i}", spaces="1") for i in range(good)), *wrong]


def test_up_to_five_in_a_hundred_are_left_out_and_the_rest_enters(
    city: Engine, bring: Bring, content_of: ContentOf
) -> None:
    report = bring("parking", *many(95, 5))
    assert (len(report.rejects), len(content_of("parking"))) == (5, 95)
    with city.connect() as connection:
        (batch,) = batches(connection)
    assert batch.rejected == 5
    assert len(batch.report["rejects"]) == 5


def test_of_more_than_five_in_a_hundred_nothing_enters(
    city: Engine, bring: Bring, content_of: ContentOf
) -> None:
    with pytest.raises(
        RefusedError, match=r"100 行中有 6 行不合格.*nothing was changed"
    ) as refusal:
        bring("parking", *many(94, 6))
    report: Report = refusal.value.report
    assert (len(report.rejects), report.outcome) == (6, None)
    assert content_of("parking") == {}
    with city.connect() as connection:
        assert batches(connection) == []


def test_a_row_that_stays_out_collides_with_none_that_enters(bring: Bring) -> None:
    apart = [car_park(f"{i}", geom=Point(114.1 + i / 1000, 22.5)) for i in range(40)]
    # an identifier that comes again is found out only when all rows are there
    report = bring("parking", *apart, car_park("7", geom=apart[7]["geom"]))
    assert report.rejected == 1
    assert [check.code for check in report.checks] == ["id-repeated"]


def test_a_row_that_repeats_an_identifier_is_told_to_overwrite_if_it_comes_back_unmended(
    bring: Bring, content_of: ContentOf
) -> None:
    again = car_park("G7", spaces="2")
    (told,) = bring("parking", *many(40, 0), again).rejects
    assert "请改编号或删去此行，否则会覆盖" in told.reason
    assert "or it overwrites the row that was accepted" in told.reason
    assert content_of("parking")["t:G7"]["spaces"] == 1
    # what the words warn of
    bring("parking", again)
    assert content_of("parking")["t:G7"]["spaces"] == 2


def test_an_import_that_is_refused_tells_what_else_is_wrong(bring: Bring) -> None:
    with pytest.raises(RefusedError) as refusal:
        bring("parking", *GOOD[:2], car_park("B", spaces=-5))
    told = {check.code: check.count for check in refusal.value.report.checks}
    assert told == {"value-range": 1, "place-repeated": 1}


def test_strict_means_not_even_one(bring: Bring, content_of: ContentOf) -> None:
    with pytest.raises(RefusedError):
        bring("parking", *many(99, 1), strict=True)
    assert content_of("parking") == {}


def test_the_share_is_that_of_the_rows_chosen_and_not_of_the_whole_file(
    tmp_path: Path, import_file: ImportFile
) -> None:
    pd.DataFrame(
        {
            "id": range(100),
            "spaces": ["?" if i < 2 else 1 for i in range(100)],
            "chosen": ["yes" if i < 10 else "no" for i in range(100)],
            "lon": 114.1,
            "lat": 22.5,
        }
    ).to_csv(tmp_path / "c.csv", index=False)
    with pytest.raises(RefusedError, match="10 行中有 2 行"):
        import_file("parking", tmp_path / "c.csv", crs="EPSG:4490", where="chosen = 'yes'")


def test_a_row_is_told_everything_that_is_wrong_with_it(bring: Bring) -> None:
    report = bring("parking", *GOOD, car_park("B", spaces="?", public="?", kind="?"))
    assert [reject.field for reject in report.rejects] == ["kind", "spaces", "public"]
    assert report.rejected == 1


# --- trial runs and modes ----------------------------------------------------------------------


def test_a_dry_run_tells_what_would_be_and_changes_nothing(
    city: Engine, bring: Bring, content_of: ContentOf
) -> None:
    bring("parking", car_park("1", spaces=5), car_park("2"))
    before = content_of("parking")
    report = bring("parking", car_park("1", spaces=6), car_park("3"), mode="replace", dry_run=True)
    assert report.outcome is not None
    assert (report.outcome.added, report.outcome.changed, report.outcome.removed) == (1, 1, 1)
    assert report.dry_run
    assert content_of("parking") == before
    with city.connect() as connection:
        assert len(batches(connection)) == 1


def test_upsert_adds_and_changes_and_leaves_the_rest(bring: Bring, content_of: ContentOf) -> None:
    bring("parking", car_park("1", spaces=5), car_park("2", spaces=5))
    bring("parking", car_park("1", spaces=6), car_park("3", spaces=6))
    assert {i: p["spaces"] for i, p in content_of("parking").items()} == {
        "t:1": 6,
        "t:2": 5,
        "t:3": 6,
    }


def test_replace_takes_away_what_the_dataset_no_longer_has_and_no_other_dataset_s(
    bring: Bring, content_of: ContentOf
) -> None:
    bring("parking", car_park("1"), car_park("2"))
    bring("parking", car_park("9"), dataset="other")
    outcome = bring("parking", car_park("2"), car_park("3"), mode="replace").outcome
    assert outcome is not None
    assert (outcome.added, outcome.removed, outcome.unchanged) == (1, 1, 1)
    assert set(content_of("parking")) == {"t:2", "t:3", "other:9"}


def test_append_refuses_what_is_there_already(bring: Bring, content_of: ContentOf) -> None:
    bring("parking", car_park("1", spaces=5))
    more = [car_park(f"{i}", spaces=6) for i in range(1, 41)]
    report = bring("parking", *more, mode="append")
    assert [(r.row, r.reason[:8]) for r in report.rejects] == [(1, "图层中已有此编号")]
    assert content_of("parking")["t:1"]["spaces"] == 5
    assert len(content_of("parking")) == 40


def test_the_same_code_of_two_datasets_is_two_features(bring: Bring, content_of: ContentOf) -> None:
    bring("parking", car_park("1"), dataset="a")
    bring("parking", car_park("1"), dataset="b")
    assert set(content_of("parking")) == {"a:1", "b:1"}


def test_a_national_code_is_the_same_building_whichever_dataset_brings_it(
    bring: Bring, content_of: ContentOf
) -> None:
    code = "4403030010010000012"
    for dataset, name in (("a", "旧名"), ("b", "新名")):
        bring(
            "building",
            {"id": code, "name": name, "geom": HERE.buffer(0.001)},
            dataset=dataset,
        )
    assert [(b["name"], b["dataset"]) for b in content_of("building").values()] == [("新名", "b")]
