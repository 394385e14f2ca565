"""Why an office has a label, has it not, or why that cannot be said: in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cim.labels.kinds import fact_kinds
from cim.labels.rules import Rule, placeholders
from cim.labels.words import (
    Junction,
    Language,
    Leaf,
    Part,
    bounds_in_words,
    in_words,
    leaves,
    numbers_in,
    plain,
    said,
    title,
)
from cim.model import PROVENANCES

Inputs = Mapping[str, Any]

_WELL_KNOWN = ("measured", "published")


def _asks(part: Part) -> Part:
    """Leave out of a condition that something is *not* beyond reach: the bound says it."""
    if isinstance(part, Leaf):
        return part
    kept = tuple(
        _asks(each)
        for each in part.parts
        if not (part.op == "and" and isinstance(each, Leaf) and each.truth and each.negated)
    )
    return kept[0] if len(kept) == 1 else Junction(part.op, kept or part.parts)


def rule_in_words(rule: Rule, language: Language) -> str:
    """Return what a rule asks for."""
    return in_words(_asks(plain(rule.condition)), language)


def _asked(rule: Rule, holds: bool, language: Language) -> str | None:
    """Return what the rule asks of the facts told before it; None where nothing is left to say."""
    asked = _asks(plain(rule.condition))
    if isinstance(asked, Leaf) and asked.truth:
        return None
    # that a word is the one asked for goes without saying
    if holds and not any(leaf.sets_a_bound for leaf in leaves(asked)):
        return None
    words = bounds_in_words(asked, language) or in_words(asked, language)
    if holds:
        return words
    return f"要求 {words}" if language == "zh" else f"asked: {words}"


def _told(fact: str, inputs: Inputs, language: Language, bounds: list[float]) -> str:
    return f"{title(fact, language)} {said(fact, inputs[fact], language, bounds)}"


def _listed(rule: Rule, inputs: Inputs, language: Language) -> str:
    """List the known facts that a rule read; of a yes or no beside others, only a yes."""
    asked = list(leaves(plain(rule.condition)))
    beside = {leaf.truth for leaf in asked if leaf.truth} if len(asked) > 1 else set()
    bounds = numbers_in(rule.condition)
    facts = [
        title(fact, language) if fact in beside else _told(fact, inputs, language, bounds)
        for fact in rule.decides
        if (inputs[fact] is True if fact in beside else inputs[fact] is not None)
    ]
    return ("，" if language == "zh" else ", ").join(facts)


def _facts(rule: Rule, inputs: Inputs, language: Language) -> str:
    template = rule.why_zh if language == "zh" else rule.why_en
    if template is None or any(inputs[n] in (None, []) for n in placeholders(template)):
        return _listed(rule, inputs, language)
    bounds = numbers_in(rule.condition)
    return template.format_map(
        {name: said(name, inputs[name], language, bounds) for name in placeholders(template)}
    )


def _unknown(rule: Rule, inputs: Inputs, language: Language) -> str:
    """Say which facts are missing, or what casts doubt on those there are."""
    zh = language == "zh"
    missing = [fact for fact in rule.decides if inputs[fact] is None]
    # that it is beyond reach is unknown for the same reason as the way itself
    missing = [fact for fact in missing if fact_kinds()[fact] != "truth"] or missing
    if missing:
        names = list(dict.fromkeys(title(fact, language) for fact in missing))
        return f"缺少：{'、'.join(names)}" if zh else f"missing: {', '.join(names)}"
    known = _listed(rule, inputs, language)
    doubts = [_told(fact, inputs, language, []) for fact in rule.doubts]
    joined = ("，" if zh else ", ").join(doubts)
    return f"{known}，但{joined}" if zh else f"{known}, but {joined}"


def why(
    rule: Rule, holds: bool | None, inputs: Inputs, provenance: str | None, language: Language
) -> str:
    """Return why a rule holds for an office, does not, or cannot be judged.

    Parameters
    ----------
    inputs
        The facts that the rule read, by name, unrounded.
    provenance
        How well the least certain of them is known.
    """
    zh = language == "zh"
    if holds is None:
        return _unknown(rule, inputs, language)
    sentence, asked = _facts(rule, inputs, language), _asked(rule, holds, language)
    if asked is not None:
        sentence += f"（{asked}）" if zh else f" ({asked})"
    if provenance is not None and provenance not in _WELL_KNOWN:
        known_zh, known_en = PROVENANCES[provenance]
        sentence += f"；{known_zh}数据" if zh else f"; {known_en} data"
    return sentence
