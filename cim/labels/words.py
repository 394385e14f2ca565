"""Conditions and values in words: as a planner reads them, Chinese or English."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from cim.facts import FACTS
from cim.labels.condition import Node
from cim.labels.kinds import fact_words
from cim.model.field import UNIT_TITLES

Language = Literal["zh", "en"]

_SIGNS = {"=": "=", "<>": "≠", "<": "<", "<=": "≤", ">": ">", ">=": "≥"}
_NEGATED = {"=": "<>", "<>": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_OTHER = {"and": "or", "or": "and"}
_JOINED = {"zh": {"and": " 且 ", "or": " 或 "}, "en": {"and": " and ", "or": " or "}}
_MOST_DIGITS = 6


@dataclass(frozen=True)
class Leaf:
    """One comparison, or a fact that is a yes or no by itself."""

    node: Node
    negated: bool = False

    @property
    def about(self) -> Node:
        """What it is about."""
        if not isinstance(self.node, dict) or self.truth is not None:
            return self.node
        return _sides(self)[0] if self.node["op"] in _SIGNS else self.node["args"][0]

    @property
    def sets_a_bound(self) -> bool:
        """Whether a measure is held against a number, so that how far it is off tells something."""
        return (
            isinstance(self.node, dict)
            and self.node.get("op") in (*_TURNED, "between")
            and not _is_size(self.about)
        )

    @property
    def truth(self) -> str | None:
        """The fact that is a yes or no by itself; None for a comparison."""
        return property_of(self.node)


@dataclass(frozen=True)
class Junction:
    """Parts of which all (``and``) or one (``or``) must hold."""

    op: str
    parts: tuple[Part, ...]


Part = Leaf | Junction


def plain(node: Node, *, negated: bool = False) -> Part:
    """Return a condition with its negations at the leaves, where they are easy to read."""
    op, args = (node.get("op"), node.get("args", [])) if isinstance(node, dict) else (None, [])
    if op == "not":
        return plain(args[0], negated=not negated)
    if op in _OTHER:
        return Junction(
            _OTHER[op] if negated else op, tuple(plain(arg, negated=negated) for arg in args)
        )
    if op in ("=", "<>") and isinstance(args[1], bool) and property_of(args[0]):
        return Leaf(args[0], negated != ((op == "=") != args[1]))
    return Leaf(node, negated)


def leaves(part: Part) -> Iterator[Leaf]:
    """Give the leaves of a condition from left to right."""
    if isinstance(part, Leaf):
        yield part
    else:
        for each in part.parts:
            yield from leaves(each)


def property_of(node: Node) -> str | None:
    """Return the fact that a node is; None where it is anything else."""
    name: str | None = node.get("property") if isinstance(node, dict) else None
    return name


def title(fact: str, language: Language) -> str:
    """Return what a fact is called."""
    declared = FACTS[fact]
    return declared.zh if language == "zh" else declared.en


def _with_unit(number: str, unit: str | None, language: Language) -> str:
    if unit is None:
        return number
    if unit == "percent":
        return f"{number}%"
    return f"{number} {UNIT_TITLES.get(unit, unit) if language == 'zh' else unit}"


def _number(value: float, digits: int, bounds: list[float]) -> str:
    """Write a number with as many decimals as keep it on its side of the bounds."""
    while digits < _MOST_DIGITS and any(round(value, digits) == b != value for b in bounds):
        digits += 1
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def said(
    fact: str | None, value: Any, language: Language, bounds: list[float] | None = None
) -> str:
    """Return the value of a fact in words, with its unit.

    Parameters
    ----------
    fact
        None for a constant beside no fact.
    bounds
        Numbers it was held against: it is written so that it does not seem to meet them.
    """
    if value is None:
        return "未知" if language == "zh" else "unknown"
    if isinstance(value, bool):
        return ("是" if value else "否") if language == "zh" else ("yes" if value else "no")
    if isinstance(value, (int, float)):
        declared = FACTS[fact] if fact else None
        digits = declared.digits if declared and declared.digits is not None else 2
        unit = declared.unit if declared else None
        return _with_unit(_number(value, digits, bounds or []), unit, language)
    between = "、" if language == "zh" else ", "
    if isinstance(value, list):
        return between.join(value) or ("无" if language == "zh" else "none")
    if isinstance(value, Mapping):
        counted = [f"{_word(fact, kind, language)} {number:g}" for kind, number in value.items()]
        return between.join(counted) or ("无" if language == "zh" else "none")
    return _word(fact, str(value), language)


def _word(fact: str | None, word: str, language: Language) -> str:
    zh, en = fact_words().get(fact or "", {}).get(word, (word, word))
    return zh if language == "zh" else en


def _operand(node: Node, language: Language, beside: str | None = None) -> str:
    """Return one side of a comparison; a constant takes the unit of the fact beside it."""
    if isinstance(node, dict):
        if (fact := property_of(node)) is not None:
            return title(fact, language)
        if "date" in node:
            return str(node["date"])
        args = [_operand(arg, language) for arg in node["args"]]
        if node["op"] == "size":
            return args[0] if language == "zh" else f"number of {args[0].lower()}"
        return f" {node['op']} ".join(args)
    if isinstance(node, (int, float)) and not isinstance(node, bool):
        unit = FACTS[beside].unit if beside else None
        return _with_unit(_number(node, _MOST_DIGITS, []), unit, language)
    return said(beside, node, language)


def _is_size(node: Node) -> bool:
    return isinstance(node, dict) and node.get("op") == "size"


def _sides(leaf: Leaf) -> tuple[Node, str, Node]:
    """Return what a comparison is about, its sign, and what it is held against."""
    op, (left, right) = leaf.node["op"], leaf.node["args"]
    if not isinstance(left, dict):
        left, right, op = right, left, _TURNED.get(op, op)
    return left, _NEGATED[op] if leaf.negated else op, right


def _pattern_in_words(pattern: Node, language: Language) -> str:
    """Return what a text must look like: what stands at its beginning, its end, or anywhere."""
    if not isinstance(pattern, str):
        return _operand(pattern, language)
    open_before, open_after = pattern.startswith("%"), pattern.endswith("%")
    zh, en = {
        (True, True): ("含“{}”", "containing “{}”"),
        (False, True): ("以“{}”开头", "beginning with “{}”"),
        (True, False): ("以“{}”结尾", "ending with “{}”"),
        (False, False): ("为“{}”", "equal to “{}”"),
    }[open_before, open_after]
    return (zh if language == "zh" else en).format(pattern.strip("%"))


def bound_in_words(leaf: Leaf, language: Language) -> str:
    """Return what a comparison asks of the one thing that it is about."""
    zh = language == "zh"
    op, args = leaf.node["op"], leaf.node["args"]
    if op in _SIGNS:
        left, sign, right = _sides(leaf)
        bound = f"{_SIGNS[sign]} {_operand(right, language, property_of(left))}"
        return f"{bound} 项" if zh and _is_size(left) else bound
    if op == "isNull":
        known = leaf.negated
        return ("有记录" if known else "没有记录") if zh else ("known" if known else "unknown")
    no = ("不" if zh else "not ") if leaf.negated else ""
    fact = property_of(args[0])
    if op == "between":
        low, high = (_operand(arg, language, fact) for arg in args[1:])
        return f"{no}在 {low} 至 {high} 之间" if zh else f"{no}between {low} and {high}"
    if op == "like":
        return f"{no}{_pattern_in_words(args[1], language)}"
    members = [_operand(member, language, fact) for member in args[1]]
    if op in ("a_contains", "a_overlaps"):
        joined = ("、" if zh else ", ").join(members)
        return f"{no}含 {joined}" if zh else f"{no}containing {joined}"
    return f"{'≠' if leaf.negated else '='} {('或' if zh else ' or ').join(members)}"


def _leaf_in_words(leaf: Leaf, language: Language) -> str:
    if leaf.truth is not None:
        name = title(leaf.truth, language)
        if not leaf.negated:
            return name
        return f"并非“{name}”" if language == "zh" else f"not “{name}”"
    if not isinstance(leaf.node, dict):
        return said(None, leaf.node != leaf.negated, language)
    return f"{_operand(leaf.about, language)} {bound_in_words(leaf, language)}"


def bounds_in_words(part: Part, language: Language) -> str | None:
    """Return what is asked of the one thing that a condition is about; None where it is of more."""
    found = list(leaves(part))
    if any(leaf.truth or leaf.about != found[0].about for leaf in found):
        return None
    if isinstance(part, Leaf):
        return bound_in_words(part, language)
    if not all(isinstance(each, Leaf) for each in part.parts):
        return None
    return _JOINED[language][part.op].join(bound_in_words(leaf, language) for leaf in found)


def in_words(part: Part, language: Language) -> str:
    """Return a condition in words."""
    if isinstance(part, Leaf):
        return _leaf_in_words(part, language)
    if (bounds := bounds_in_words(part, language)) is not None:
        return f"{_operand(next(leaves(part)).about, language)} {bounds}"
    return _JOINED[language][part.op].join(
        f"({in_words(each, language)})"
        if part.op == "and" and isinstance(each, Junction) and each.op == "or"
        else in_words(each, language)
        for each in part.parts
    )


def numbers_in(node: Node) -> list[float]:
    """Return the numbers that a condition holds facts against."""
    if isinstance(node, dict):
        node = node.get("args", [])
    if isinstance(node, list):
        return [number for part in node for number in numbers_in(part)]
    return [float(node)] if isinstance(node, (int, float)) and not isinstance(node, bool) else []
