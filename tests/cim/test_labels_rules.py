"""The rule file: what it may say, what is wrong with it, and what a change of it does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Boolean, Double, Engine, Text, cast, literal, null, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from cim.database import open_city
from cim.labels import (
    FILE,
    RuleError,
    Rules,
    UnknownLabelError,
    active_rules,
    adopt_rules,
    diff,
    read_rules,
    rule_in_words,
)
from cim.labels.condition import ConditionError, check, condition, parse
from cim.refresh import changing, mark_all
from tests.cim.small_city import office

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Bring

RULE = """
[efficient]
zh = "高得房率"
en = "High efficiency"
group = "building"
version = 1
when = "efficiency >= 72"
"""


@pytest.fixture
def rules(tmp_path: Path) -> Callable[[str], Rules]:
    """Write a rule file and read it."""

    def read(words: str) -> Rules:
        path = tmp_path / "labels.toml"
        path.write_text(words, encoding="utf-8")
        return read_rules(path)

    return read


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ('when = "efficency >= 72"', "efficient：when：没有名为 'efficency' 的指标"),
        ('when = "efficiency >="', "efficient：when：条件写得不对"),
        ("when = \"efficiency >= '72'\"", "efficient：when：>= 两边不能比较"),
        ('when = "grade = 1"', "efficient：when：= 两边不能比较"),
        ("when = \"grade = '甲'\"", "efficient：when：grade 没有取值 '甲'"),
        ("when = \"grade > '乙级'\"", "efficient：when：> 要用于数字"),
        ('when = "efficiency"', "efficient：when：条件 the condition 要用于是或否"),
        ('when = "efficiency = NULL"', "efficient：when：未知要写成 IS NULL"),
        ("when = \"certificates = 'LEED'\"", "efficient：when：= 两边不能比较"),
        ('when = "sqrt(efficiency) > 8"', "efficient：when：不支持的运算"),
        ('when = "size() > 8"', "efficient：when：size 的参数不对"),
        ("version = 0", "efficient：version：从 1 起"),
        ('version = "1"', "efficient：version：要写成整数"),
        ('group = "traffic"', "efficient：group：要从这些里选"),
        ('zh = ""', "efficient：zh：不能为空"),
        ('wenn = "1 = 1"', "efficient：wenn：没有这样的项目"),
        ('why_zh = "{efficiency}"', "efficient：why_zh 与 why_en 要一起写"),
        ('why_zh = "{x}"\nwhy_en = "{x}"', "efficient：why_zh：没有名为 'x' 的指标"),
    ],
)
def test_a_mistake_in_the_file_is_told_by_rule_and_field(
    rules: Callable[[str], Rules], wrong: str, told: str
) -> None:
    field = wrong.split(" ", 1)[0]
    kept = [line for line in RULE.splitlines() if not line.startswith(f"{field} ")]
    with pytest.raises(RuleError) as error:
        rules("\n".join([*kept, wrong]))
    assert told in str(error.value)


def test_all_mistakes_are_told_at_once(rules: Callable[[str], Rules]) -> None:
    missing = RULE.replace("[efficient]", "[Other]").replace("version = 1\n", "")
    with pytest.raises(RuleError) as error:
        rules(RULE.replace("72", "'72'") + missing)
    assert "efficient：when" in str(error.value)
    assert "Other：version：缺少这一项" in str(error.value)


def test_two_rules_may_not_bear_one_name(rules: Callable[[str], Rules]) -> None:
    with pytest.raises(RuleError, match="efficient 与 other 的 zh 相同"):
        rules(RULE + RULE.replace("[efficient]", "[other]").replace("High", "Higher"))


def test_a_file_that_is_no_toml_is_told_so(rules: Callable[[str], Rules], tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="不是正确的 TOML"):
        rules("[efficient")
    with pytest.raises(RuleError, match="读不了规则文件"):
        read_rules(tmp_path / "nowhere.toml")


def test_a_label_is_named_by_code_or_title(rules: Callable[[str], Rules]) -> None:
    found = rules(
        RULE
        + RULE.replace("efficient", "off").replace("高", "低").replace("H", "on")
        + "on = false\n"
    )
    for name in ("efficient", "高得房率", "high Efficiency", " 高得房率 "):
        assert found.named(name).code == "efficient"
    for name in ("off", "近地铁"):
        with pytest.raises(UnknownLabelError, match="高得房率（efficient）"):
            found.named(name)


FACTS: dict[str, Any] = {
    "walk_min": literal(12.0),
    "clear_height": cast(null(), Double),
    "free_units": literal(3),
    "gross_floor_area": literal(0.0),
    "grade": literal("甲级"),
    "subsidy": cast(null(), Text),
    "metro_beyond_reach": literal(value=False),
    "registrable": cast(null(), Boolean),
    "certificates": literal(["LEED 金级", "ISO"], ARRAY(Text)),
    "aliases": cast(null(), ARRAY(Text)),
}


@pytest.mark.parametrize(
    ("words", "truth"),
    [
        ("walk_min <= 12", True),
        ("12 > walk_min", False),
        ("walk_min BETWEEN 10 AND 12", True),
        ("walk_min NOT BETWEEN 10 AND 12", False),
        ("walk_min * 2 - free_units / 2 = 22.5", True),
        # what is divided by nothing is unknown
        ("walk_min / gross_floor_area > 1", None),
        ("clear_height > 2.8", None),
        ("clear_height IS NULL", True),
        ("walk_min IS NOT NULL", True),
        ("NOT clear_height > 2.8", None),
        # unknown and no is no; unknown or yes is yes
        ("clear_height > 2.8 AND walk_min > 100", False),
        ("clear_height > 2.8 AND walk_min < 100", None),
        ("clear_height > 2.8 OR walk_min < 100", True),
        ("clear_height > 2.8 OR walk_min > 100", None),
        ("grade IN ('甲级', '超甲级')", True),
        ("grade NOT IN ('甲级', '超甲级')", False),
        ("grade <> '乙级'", True),
        ("grade LIKE '%级'", True),
        ("subsidy LIKE '%补%'", None),
        ("NOT metro_beyond_reach", True),
        ("metro_beyond_reach = FALSE AND registrable", None),
        ("certificates LIKE 'LEED%'", True),
        ("certificates LIKE '%绿%'", False),
        ("aliases LIKE '%绿%'", None),
        ("a_contains(certificates, ('ISO', 'WELL'))", False),
        ("a_overlaps(certificates, ('ISO', 'WELL'))", True),
        ("size(certificates) = 2", True),
        ("size(aliases) = 0", None),
    ],
)
def test_a_condition_is_true_false_or_unknown(
    shared_city: Engine, words: str, truth: bool | None
) -> None:
    with shared_city.connect() as connection:
        assert connection.scalar(select(condition(parse(words), FACTS))) is truth


def test_counts_by_kind_are_as_many_as_their_kinds(shared_city: Engine) -> None:
    with shared_city.connect() as connection:
        connection.execute(text('create temp table f as select \'{"a": 1, "b": 9}\'::jsonb as j'))
        some, none = text("select j from f"), text("select null::jsonb")
        for query, truth in ((some, True), (none, None)):
            counted = query.columns(amenities=FACTS["aliases"].type).scalar_subquery()
            held = condition(parse("size(amenities) = 2"), {"amenities": counted})
            assert connection.scalar(select(held)) is truth


def test_dates_are_compared_as_dates() -> None:
    check(parse("verified_on > DATE('2026-01-01')"))
    with pytest.raises(ConditionError, match="两边不能比较"):
        check(parse("verified_on > '2026-01-01'"))


@pytest.mark.parametrize(
    ("when", "zh", "en"),
    [
        (
            "walk_min <= 10 AND NOT metro_beyond_reach",
            "步行到地铁 ≤ 10 分钟",
            "Walk to the metro ≤ 10 min",
        ),
        (
            "parking_ratio >= 0.5 AND parking_ratio < 1",
            "车位配比 ≥ 0.5 个/100㎡ 且 < 1 个/100㎡",
            "Parking ratio ≥ 0.5 spaces/100m2 and < 1 spaces/100m2",
        ),
        (
            "NOT (grade = '甲级' OR free_units > 0)",
            "等级 ≠ 甲级 且 可租单元数 ≤ 0",
            "Grade ≠ grade A and Free units ≤ 0",
        ),
        ("10 >= walk_min", "步行到地铁 ≤ 10 分钟", "Walk to the metro ≤ 10 min"),
        ("registrable = FALSE", "并非“可注册”", "not “A company can be registered here”"),
        ("subsidy IS NOT NULL", "租金补贴 有记录", "Rent subsidy known"),
    ],
)
def test_a_rule_reads_as_a_planner_would_say_it(
    rules: Callable[[str], Rules], when: str, zh: str, en: str
) -> None:
    rule = rules(RULE.replace("efficiency >= 72", when)).all[0]
    assert (rule_in_words(rule, "zh"), rule_in_words(rule, "en")) == (zh, en)


# ---- what a change of the rules does ----


def let_count(city: Engine, rules: Rules) -> None:
    with changing(city) as connection:
        adopt_rules(connection, rules)
        mark_all(connection)


def labelled(city: Engine) -> set[tuple[str, str, bool | None, int]]:
    with city.connect() as connection:
        rows = connection.execute(
            text("select office_id, label, holds, rule_version from office_label")
        )
        return {(row[0].removeprefix("t:"), *row[1:]) for row in rows}


@pytest.fixture
def offices(city: Engine, bring: Bring, rules: Callable[[str], Rules]) -> Engine:
    """Offices with an efficiency of 60 to 80, one of which it is unknown, under one rule."""
    bring("office", *(office(str(share), efficiency=share) for share in (60, 70, 75, 80)))
    bring("office", office("unknown"))
    let_count(city, rules(RULE))
    return city


def test_the_file_counts_in_a_new_city_and_is_kept_there(city: Engine, bring: Bring) -> None:
    bring("office", office("O"))
    with city.connect() as connection:
        kept = connection.scalar(text("select value from city where key = 'label_rules'"))
        assert active_rules(connection) == read_rules(FILE)
    assert kept == read_rules(FILE).kept()


def test_a_new_bound_gains_and_loses_exactly_whom_the_difference_names(
    offices: Engine, rules: Callable[[str], Rules]
) -> None:
    before = labelled(offices)
    wanted = rules(RULE.replace("72", "78").replace("version = 1", "version = 2"))
    with offices.connect() as connection:
        (found,) = diff(connection, wanted).labels
    assert (found.change, found.loses.names, found.gains.ids) == ("condition", ("75",), ())
    assert (found.unknown.ids, found.refused.ids) == ((), ())
    # nothing was written by looking
    assert labelled(offices) == before
    let_count(offices, wanted)
    after = labelled(offices)
    assert after == {
        ("60", "efficient", False, 2),
        ("70", "efficient", False, 2),
        ("75", "efficient", False, 2),
        ("80", "efficient", True, 2),
        ("unknown", "efficient", None, 2),
    }
    with offices.connect() as connection:
        assert not any(label.changes for label in diff(connection, wanted).labels)


def test_a_condition_that_reads_another_fact_leaves_open_whom_it_is_unknown_of(
    offices: Engine, rules: Callable[[str], Rules]
) -> None:
    other = RULE.replace("efficiency >= 72", "efficiency >= 65 AND clear_height > 2.5")
    with offices.connect() as connection:
        found = diff(connection, rules(other))
    (label,) = found.labels
    # 60 is a no whatever its height
    assert set(label.unknown.names) == {"70", "75", "80"}
    assert (label.gains.ids, label.loses.ids) == ((), ())
    assert "规则 efficient 改了条件但没有改版本号" in found.mistakes[0]


def test_a_condition_that_changed_under_its_old_version_does_not_count(
    offices: Engine, rules: Callable[[str], Rules]
) -> None:
    before = labelled(offices)
    with pytest.raises(RuleError, match="规则 efficient 改了条件但没有改版本号"):
        let_count(offices, rules(RULE.replace("72", "78")))
    assert labelled(offices) == before
    # the same condition written otherwise is no change; words may change freely
    let_count(offices, rules(RULE.replace("efficiency >= 72", "efficiency>=72.0")))
    let_count(offices, rules(RULE.replace("High", "Very high")))
    assert labelled(offices) == before


def test_a_rule_that_is_off_or_gone_takes_its_labels_along(
    offices: Engine, rules: Callable[[str], Rules]
) -> None:
    off = rules(RULE + "on = false\n")
    with offices.connect() as connection:
        (found,) = diff(connection, off).labels
    assert (found.change, found.loses.names) == ("off", ("75", "80"))
    let_count(offices, off)
    assert labelled(offices) == set()
    other = rules(RULE.replace("efficient", "other"))
    with open_city().connect() as connection:
        changes = {label.rule.code: label for label in diff(connection, other).labels}
    assert (changes["other"].change, changes["efficient"].change) == ("new", "removed")
    assert changes["other"].gains.names == ("75", "80")
    assert changes["other"].unknown.names == ("unknown",)
