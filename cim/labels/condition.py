"""The condition of a label rule: CQL2 (OGC 21-065) over the facts of an office, as SQL.

Truth has three values, as in SQL and in CQL2 section 7.3: what hangs on an unknown fact is unknown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial, reduce
from typing import Any, Protocol

import cql2
from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    Double,
    Text,
    and_,
    case,
    cast,
    column,
    func,
    literal,
    not_,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from cim.labels.kinds import KIND_TITLES, Kind, fact_kinds, fact_words

Node = Any
"""A node of the JSON form of CQL2."""


class ConditionError(ValueError):
    """The condition is not CQL2, or does not fit the facts; the message says where."""


@dataclass(frozen=True)
class Term:
    """A part of a condition: its SQL and the kind of value it yields."""

    kind: Kind
    sql: ColumnElement[Any]
    fact: str | None = None
    constant: object = None


class Columns(Protocol):
    """The columns of the facts, by their names."""

    def __getitem__(self, name: str, /) -> ColumnElement[Any]: ...


def parse(text: str) -> Node:
    """Parse CQL2 text to its JSON form.

    Raises
    ------
    ConditionError
        The text is not CQL2.
    """
    try:
        return cql2.parse_text(text).to_json()
    except (cql2.ParseError, cql2.ValidationError, ValueError) as error:
        raise ConditionError(
            f"条件写得不对，不是 CQL2 / not a CQL2 expression: {text}\n{error}"
        ) from None


def facts_in(node: Node) -> list[str]:
    """Return the facts that a condition reads, in the order in which it names them."""

    def names(part: Node) -> Iterator[str]:
        if isinstance(part, dict):
            if "property" in part:
                yield part["property"]
            part = part.get("args", [])
        if isinstance(part, list):
            for each in part:
                yield from names(each)

    return list(dict.fromkeys(names(node)))


def condition(node: Node, columns: Columns) -> ColumnElement[bool]:
    """Return the condition over the columns of the facts, by their names.

    Raises
    ------
    ConditionError
        A fact is unknown, or kinds of values do not fit each other.
    """
    return _truth(_term(node, columns))


def check(node: Node) -> None:
    """Raise `ConditionError` where a condition does not fit the facts."""
    condition(node, {name: column(name) for name in fact_kinds()})


def _said(term: Term) -> str:
    zh, en = KIND_TITLES[term.kind]
    name = term.fact or (None if term.constant is None else repr(term.constant))
    return f"{name} 是{zh} ({en})" if name else f"{zh} ({en})"


def _want(term: Term, kinds: tuple[Kind, ...], op: str) -> None:
    if term.kind not in kinds:
        zh = "、".join(KIND_TITLES[kind][0] for kind in kinds)
        en = " or ".join(KIND_TITLES[kind][1] for kind in kinds)
        raise ConditionError(f"{op} 要用于{zh}，而{_said(term)} / {op} wants {en}")


def _truth(term: Term) -> ColumnElement[bool]:
    _want(term, ("truth",), "条件 the condition")
    return term.sql


def _check_word(fact: str | None, word: object) -> None:
    allowed = fact_words().get(fact or "")
    if allowed and word not in allowed:
        raise ConditionError(
            f"{fact} 没有取值 {word!r}；有：{'、'.join(allowed)} / no such value of {fact}"
        )


def _same_kind(left: Term, right: Term, op: str) -> None:
    if left.kind != right.kind:
        raise ConditionError(
            f"{op} 两边不能比较：{_said(left)}，{_said(right)}"
            f" / the sides of {op} cannot be compared"
        )
    for one, other in ((left, right), (right, left)):
        if one.fact and other.constant is not None:
            _check_word(one.fact, other.constant)


_COMPARISONS: dict[str, Callable[[Any, Any], ColumnElement[bool]]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_ARITHMETIC: dict[str, Callable[[Any, Any], ColumnElement[Any]]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    # what is divided by nothing is unknown
    "/": lambda a, b: a / func.nullif(b, 0),
}


def _compare(args: list[Node], columns: Columns, op: str) -> Term:
    left, right = (_term(arg, columns) for arg in args)
    _same_kind(left, right, op)
    equal: tuple[Kind, ...] = ("number", "date", "text", "truth")
    # grades and names have no order that letters would give
    _want(left, equal if op in ("=", "<>") else ("number", "date"), op)
    return Term("truth", _COMPARISONS[op](left.sql, right.sql))


def _between(args: list[Node], columns: Columns) -> Term:
    value, low, high = (_term(arg, columns) for arg in args)
    for bound in (low, high):
        _same_kind(value, bound, "BETWEEN")
    _want(value, ("number", "date"), "BETWEEN")
    return Term("truth", value.sql.between(low.sql, high.sql))


def _in(args: list[Node], columns: Columns) -> Term:
    value = _term(args[0], columns)
    members = [_term(member, columns) for member in args[1]]
    for member in members:
        _same_kind(value, member, "IN")
    return Term("truth", value.sql.in_([member.sql for member in members]))


def _like(args: list[Node], columns: Columns) -> Term:
    """Match a text; of several texts, one that matches is enough."""
    value, pattern = (_term(arg, columns) for arg in args)
    _want(value, ("text", "list"), "LIKE")
    _want(pattern, ("text",), "LIKE")
    if value.kind == "text":
        return Term("truth", value.sql.like(pattern.sql))
    member = func.unnest(value.sql).table_valued("member").render_derived()
    matching = select(literal(1)).select_from(member).where(member.c.member.like(pattern.sql))
    return Term("truth", case((value.sql.is_not(None), matching.exists())))


def _members(args: list[Node], columns: Columns, op: str) -> Term:
    value = _term(args[0], columns)
    _want(value, ("list",), op)
    if not (isinstance(args[1], list) and all(isinstance(word, str) for word in args[1])):
        raise ConditionError(f"{op} 要列出文字 / {op} wants texts: {op}(…, ('甲', '乙'))")
    words = literal(args[1], ARRAY(Text))
    operator = "@>" if op == "a_contains" else "&&"
    return Term("truth", value.sql.op(operator, return_type=Boolean())(words))


def _size(args: list[Node], columns: Columns) -> Term:
    """Count the texts of a list, or the kinds of counts."""
    (value,) = (_term(arg, columns) for arg in args)
    _want(value, ("list", "counts"), "size")
    if value.kind == "list":
        return Term("number", cast(func.cardinality(value.sql), Double))
    kinds = select(func.count()).select_from(func.jsonb_object_keys(value.sql).alias())
    return Term("number", case((value.sql.is_not(None), cast(kinds.scalar_subquery(), Double))))


def _junction(args: list[Node], columns: Columns, join: Callable[..., Any]) -> Term:
    return Term("truth", join(*(_truth(_term(arg, columns)) for arg in args)))


def _not(args: list[Node], columns: Columns) -> Term:
    return Term("truth", not_(_truth(_term(args[0], columns))))


def _is_null(args: list[Node], columns: Columns) -> Term:
    return Term("truth", _term(args[0], columns).sql.is_(None))


def _calculate(args: list[Node], columns: Columns, op: str) -> Term:
    terms = [_term(arg, columns) for arg in args]
    for term in terms:
        _want(term, ("number",), op)
    return Term("number", reduce(_ARITHMETIC[op], (cast(term.sql, Double) for term in terms)))


_OPERATORS: dict[str, Callable[[list[Node], Columns], Term]] = {
    "and": partial(_junction, join=and_),
    "or": partial(_junction, join=or_),
    "not": _not,
    **{op: partial(_compare, op=op) for op in _COMPARISONS},
    **{op: partial(_calculate, op=op) for op in _ARITHMETIC},
    "between": _between,
    "in": _in,
    "like": _like,
    "isNull": _is_null,
    "a_contains": partial(_members, op="a_contains"),
    "a_overlaps": partial(_members, op="a_overlaps"),
    "size": _size,
}


def _fact(name: str, columns: Columns) -> Term:
    kind = fact_kinds().get(name)
    if kind is None:
        raise ConditionError(
            f"没有名为 {name!r} 的指标；有：{'、'.join(fact_kinds())} / no fact is called {name!r}"
        )
    return Term(kind, columns[name], fact=name)


def _constant(value: object) -> Term:
    if isinstance(value, bool):
        return Term("truth", literal(value, Boolean), constant=value)
    if isinstance(value, (int, float)):
        return Term("number", literal(float(value), Double), constant=value)
    if isinstance(value, str):
        return Term("text", literal(value, Text), constant=value)
    raise ConditionError(
        "未知要写成 IS NULL 或 IS NOT NULL / write IS NULL for what is unknown"
        if value is None
        else f"看不懂 / cannot be read: {value!r}"
    )


def _date(text: str) -> Term:
    try:
        return Term("date", literal(dt.date.fromisoformat(text), Date), constant=text)
    except ValueError:
        raise ConditionError(f"不是日期 / not a date: {text}") from None


def _term(node: Node, columns: Columns) -> Term:
    if not isinstance(node, dict):
        return _constant(node)
    if "property" in node:
        return _fact(node["property"], columns)
    if "date" in node:
        return _date(node["date"])
    operator = _OPERATORS.get(node.get("op", ""))
    if operator is None:
        raise ConditionError(
            f"不支持的运算 / not supported in a label rule: {node.get('op', node)};"
            f" {' '.join(_OPERATORS)}"
        )
    try:
        return operator(node["args"], columns)
    except ConditionError:
        raise
    # too few or too many arguments of a function
    except (ValueError, IndexError, TypeError):
        raise ConditionError(f"{node['op']} 的参数不对 / wrong arguments of {node['op']}") from None
