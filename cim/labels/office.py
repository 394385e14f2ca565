"""The labels of one office, each with its reason."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from cim.facts import FACTS
from cim.labels.active import active_rules
from cim.labels.reasons import rule_in_words, why
from cim.labels.rules import GROUPS, Rule
from cim.model import OfficeLabel


def _input(name: str, value: object) -> dict[str, Any]:
    fact = FACTS[name]
    if isinstance(value, float) and fact.digits is not None:
        value = round(value, fact.digits)
    return {"name": name, "zh": fact.zh, "en": fact.en, "unit": fact.unit, "value": value}


def _label(rule: Rule, row: Row[Any] | None) -> dict[str, Any]:
    zh, en = GROUPS[rule.group]
    label: dict[str, Any] = {
        "code": rule.code,
        "zh": rule.zh,
        "en": rule.en,
        "group": rule.group,
        "group_zh": zh,
        "group_en": en,
        "holds": None if row is None else row.holds,
        "rule_version": rule.version if row is None else row.rule_version,
        "rule_zh": rule_in_words(rule, "zh"),
        "rule_en": rule_in_words(rule, "en"),
        "inputs": [],
        "data_date": None,
        "provenance": None,
    }
    # rules that count and labels that are not worked out yet do not fit each other
    if row is None or row.rule_version != rule.version or not set(rule.inputs) <= set(row.inputs):
        return {
            **label,
            "holds": None,
            "why_zh": "规则已更新，标签还没有重新计算",
            "why_en": "the rule is newer than the labels: they are not worked out yet",
        }
    inputs = row.inputs
    return {
        **label,
        "why_zh": why(rule, row.holds, inputs, row.provenance, "zh"),
        "why_en": why(rule, row.holds, inputs, row.provenance, "en"),
        "inputs": [_input(name, inputs[name]) for name in rule.inputs],
        "data_date": row.data_date,
        "provenance": row.provenance,
    }


def labels_of(connection: Connection, office: str) -> list[dict[str, Any]]:
    """Return every label that is worked out, as it stands for one office.

    Returns
    -------
    list of dict
        In the order of the rules: ``code``, ``zh``, ``en``, ``group`` (with its titles),
        ``holds`` (None where unknown), ``why_zh``, ``why_en``, what the rule asks (``rule_zh``,
        ``rule_en``), ``rule_version``, ``inputs`` (``name``, titles, ``unit``, ``value`` rounded
        for display), ``data_date`` and ``provenance`` of what was read.
    """
    query = select(OfficeLabel.__table__).where(OfficeLabel.office_id == office)
    rows = {row.label: row for row in connection.execute(query)}
    return [_label(rule, rows.get(rule.code)) for rule in active_rules(connection).on]
