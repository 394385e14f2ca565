"""What a report keeps to itself: values of private fields, for the page goes to others."""

from __future__ import annotations

import re
from typing import Any

from cim.model import LAYERS, fields_of

HIDDEN = "•••"
"""Stands where a value is left out."""

_WORDS = re.compile(r"[\w()（）]+")


def without_private(report: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Leave the values of private fields out of a report.

    A finding is private where its field, or the column that fills it, is a private field of the
    layer, or where its rule reads one; so is a change of such a field.

    Parameters
    ----------
    report
        ``layers.report.Report.as_dict()``; not changed.

    Returns
    -------
    tuple
        The report, and the names of the private fields of which something was left out.
    """
    titles, rules = _private_titles(report), _private_rules(report)
    left_out: set[str] = set()

    def covered(one: dict[str, Any]) -> dict[str, Any]:
        named = _named(str(one.get("field") or ""), titles)
        named |= rules.get(str(one.get("code")), set())
        if not named or not one.get("value"):
            return one
        left_out.update(named)
        value, reason = str(one["value"]), str(one.get("reason") or "")
        return {**one, "value": HIDDEN, "reason": reason.replace(value, HIDDEN)}

    def changed(one: dict[str, Any]) -> dict[str, Any]:
        named = _named(str(one.get("field") or ""), titles)
        if one.get("field") == "exceptions":
            named |= _named(f"{one.get('before')} {one.get('after')}", titles)
        if not named:
            return one
        left_out.update(named)
        return {**one, **{side: one[side] and HIDDEN for side in ("before", "after")}}

    kept = dict(report)
    kept["rejects"] = [covered(one) for one in report.get("rejects") or []]
    kept["checks"] = [
        {**check, "samples": [covered(one) for one in check.get("samples") or []]}
        for check in report.get("checks") or []
    ]
    if difference := report.get("difference"):
        listed = [changed(one) for one in difference.get("changed") or []]
        kept["difference"] = {**difference, "changed": listed}
    return kept, sorted(left_out)


def _private_titles(report: dict[str, Any]) -> dict[str, str]:
    """Return what a finding may call a private field, with the field's name."""
    layer = LAYERS.get(str(report.get("layer")))
    if layer is None:
        return {}
    columns = report.get("columns") or {}
    titles: dict[str, str] = {}
    for name, field in fields_of(layer).items():
        if field.private:
            called = (name, field.zh, field.en, *field.headers, columns.get(name) or name)
            titles.update((str(title).casefold(), name) for title in called)
    return titles


def _private_rules(report: dict[str, Any]) -> dict[str, set[str]]:
    """Return the rules of the layer that read private fields, with those fields."""
    layer = LAYERS.get(str(report.get("layer")))
    if layer is None:
        return {}
    private = {name for name, field in fields_of(layer).items() if field.private}
    return {check.code: private & set(check.fields) for check in layer.__checks__}


def _named(words: str, titles: dict[str, str]) -> set[str]:
    """Return the private fields that some words name, alone or in a list or an expression."""
    found = {word.casefold() for word in _WORDS.findall(words)} | {words.casefold()}
    return {name for title, name in titles.items() if title in found}
