"""Words out of a list: grades, uses and states as departments write them."""

from __future__ import annotations

import pandas as pd
import pytest

from cim.model import LAYERS, columns_of, fields_of, layer_named
from layers.findings import Findings
from layers.values import convert
from layers.values.cells import NOTHING
from layers.values.words import fold

WORDS = {
    "office.grade": {
        "甲级": "甲级", "甲": "甲级", "A级": "甲级", "Ａ 级": "甲级", "GRADE  A": "甲级",
        "Grade A": "甲级", "超甲": "超甲级", "B级": "乙级", "class c": "丙级",
    },
    "office.use": {"写字楼": "办公", "商铺": "商业", "R&D": "研发", "Office": "办公"},
    "office.air_conditioning": {"无": "无", "ｖｒｆ": "VRV", "集中空调": "中央空调"},
    "office.ownership": {"国企": "国有", "个人": "私有", "村集体": "集体"},
    "office_unit.status": {
        "空置": "vacant", "空": "vacant", "待租": "vacant", "已出租": "let", "自用": "own_use",
        "已预定": "reserved",
    },
    "office_unit.fit_out": {"毛坯": "毛坯", "未装修": "毛坯", "豪装": "精装", "拎包入驻": "带家具"},
    "station.status": {"运营中": "operating", "建设中": "building", "拟建": "planned"},
    "parking.kind": {"地库": "underground", "停车楼": "multi_storey", "路边": "street"},
    "area.level": {"街道办": "street", "居委会": "community"},
}  # fmt: skip
"""What departments write for allowed values, and what is meant."""


@pytest.mark.parametrize("field", WORDS)
def test_allowed_values_are_known_by_the_words_of_the_trade(field: str) -> None:
    layer, name = field.split(".")
    findings = Findings()
    words = pd.Series(list(WORDS[field]))
    read = convert(words, columns_of(layer_named(layer))[name], findings)
    assert dict(zip(words, read, strict=True)) == WORDS[field]
    assert not findings.counts


AMBIGUOUS = [
    ("office_unit.status", "出租中"),
    ("office.use", "商办"),
    ("office.use", "commercial"),
    ("office.grade", "准甲级"),
    ("office.grade", "5A"),
    ("office_unit.fit_out", "标准装修"),
]


@pytest.mark.parametrize(("field", "word"), AMBIGUOUS)
def test_a_word_that_may_mean_two_values_is_not_guessed(field: str, word: str) -> None:
    layer, name = field.split(".")
    findings = Findings()
    convert(pd.Series([word]), columns_of(layer_named(layer))[name], findings)
    assert [one.code for one in findings.errors()] == ["value-unknown"]


@pytest.mark.parametrize("layer", LAYERS)
def test_no_spelling_stands_for_two_values_of_a_field(layer: str) -> None:
    for name, field in fields_of(layer_named(layer)).items():
        assert set(field.synonyms) <= {*field.values, "true", "false"}, name
        claimed: dict[str, str] = {}
        for value, titles in field.values.items():
            for word in (value, *titles, *field.synonyms.get(value, ())):
                assert claimed.setdefault(fold(word), value) == value, (name, word)
        for value in ("true", "false"):
            for word in field.synonyms.get(value, ()):
                assert claimed.setdefault(fold(word), value) == value, (name, word)


def test_every_word_for_nothing_is_written_small_and_plain() -> None:
    assert all(word == word.casefold().strip() for word in NOTHING)
