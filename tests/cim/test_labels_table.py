"""Twenty offices of the example city, every label, against pandas and networkx."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Engine, create_engine, text

from cim.database import open_city
from cim.labels import labels_of
from tests.cim.labels_judge import Answers, Judge

OFFICES = [
    *("B015", "B025", "S029", "S068", "S076", "S091", "S137", "S158", "S212", "S253"),
    *("S278", "S305", "S311", "S317", "S318", "S319", "S320", "S321", "S322", "S323"),
]
NEVER_REFUSED = {"green-building", "rent-subsidy"}
"""Of no office of the example city does anybody say that it has no certificate or no subsidy."""
ALWAYS_KNOWN = {
    *("metro-at-door", "near-metro", "two-metro-lines", "far-from-metro", "near-port"),
    *("near-railway", "good-buses", "good-amenities", "in-business-district"),
}
"""The example city knows its streets, stations and stops everywhere."""


@pytest.fixture(scope="module")
def expected(example_database: str) -> dict[str, Answers]:
    engine = create_engine(example_database)
    judge = Judge(engine)
    engine.dispose()
    return {code: judge.of(f"luohu-example:{code}") for code in OFFICES}


@pytest.mark.usefixtures("luohu")
@pytest.mark.parametrize("code", OFFICES)
def test_an_office_has_the_labels_that_pandas_gives_it(
    code: str, expected: dict[str, Answers]
) -> None:
    with open_city().connect() as connection:
        told = labels_of(connection, f"luohu-example:{code}")
    assert {label["code"]: label["holds"] for label in told} == expected[code]


def test_the_twenty_hold_every_label_lack_it_and_leave_it_open(
    expected: dict[str, Answers],
) -> None:
    table = pd.DataFrame(expected).T.astype(object)
    for code, answers in table.items():
        found = {None if pd.isna(answer) else bool(answer) for answer in answers}
        wanted: set[Any] = {True}
        wanted |= set() if code in NEVER_REFUSED else {False}
        wanted |= set() if code in ALWAYS_KNOWN else {None}
        assert found == wanted, code


def test_no_label_is_told_without_its_reason_rule_and_version(luohu: Engine) -> None:
    rules = tomllib.loads(Path("data/labels.toml").read_text(encoding="utf-8"))
    versions = {code: rule["version"] for code, rule in rules.items()}
    with luohu.connect() as connection:
        told = [
            label for code in OFFICES for label in labels_of(connection, f"luohu-example:{code}")
        ]
        date = connection.execute(text("select min(source_date) from station")).scalar()
    for label in told:
        assert label["why_zh"]
        assert label["why_en"]
        assert label["rule_version"] == versions[label["code"]]
        assert (
            label["why_zh"].startswith("缺少：")
            == any(value["value"] is None for value in label["inputs"])
            or label["holds"] is not None
        )
    walks = [label for label in told if label["code"] == "near-metro"]
    assert {label["data_date"] for label in walks} == {date}
