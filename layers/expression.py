"""CQL2 over the columns of a source (OGC 21-065), as the mapping file and ``--where`` use it."""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Callable, Iterator
from typing import Any

import cql2
import numpy as np
import pandas as pd

from layers.mapping import MappingError

Operand = Any
"""A pandas Series over the rows, or one constant."""

_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": operator.mod,
    "div": operator.floordiv,
    "^": operator.pow,
}


def numbers(values: pd.Series) -> pd.Series:
    """Read numbers as people write them: thousands separators, full-width digits.

    What is not a number becomes NaN.
    """
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        number = values.astype("float64")
        return number.where(np.isfinite(number))
    text = values.astype("string").str.normalize("NFKC").str.strip()
    # a comma separates thousands only where three digits follow each one
    grouped = text.str.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?").fillna(False)
    text = text.where(~grouped, text.str.replace(",", ""))
    found = pd.to_numeric(text, errors="coerce")
    return found.astype("float64").where(np.isfinite(found.astype("float64")))


def parse(expression: str) -> Any:
    """Parse CQL2 text to its JSON form.

    Raises
    ------
    MappingError
        The text is not CQL2.
    """
    try:
        return cql2.parse_text(expression).to_json()
    except (cql2.ParseError, cql2.ValidationError, ValueError) as error:
        raise MappingError(f"表达式有误 / not a CQL2 expression: {expression}\n{error}") from None


def _like_kind(values: Operand, other: Operand) -> Operand:
    """Read a text column as what it is compared with: numbers, or moments."""
    if not isinstance(values, pd.Series) or isinstance(other, bool):
        return values
    if isinstance(other, (int, float)):
        return numbers(values)
    if isinstance(other, pd.Timestamp):
        return pd.to_datetime(values, errors="coerce", format="mixed")
    return values


def _comparable(left: Operand, right: Operand) -> tuple[Operand, Operand]:
    """Read text columns as what they meet; two columns of numbers as numbers."""
    if isinstance(left, pd.Series) and isinstance(right, pd.Series):
        read = [numbers(side) for side in (left, right)]
        if all(r.notna().equals(side.notna()) for r, side in zip(read, (left, right), strict=True)):
            return read[0], read[1]
        return left, right
    return _like_kind(left, right), _like_kind(right, left)


def _like(values: pd.Series, pattern: str) -> pd.Series:
    """Match ``%`` to any run of characters and ``_`` to one."""
    regex = re.escape(pattern).replace("%", ".*").replace("_", ".")
    found: pd.Series = values.astype("string").str.fullmatch(regex, flags=re.DOTALL)
    return found


def _truth(values: Operand, frame: pd.DataFrame) -> pd.Series:
    """Return a truth value for every row; an unknown one is not true (CQL2 7.3)."""
    column = values if isinstance(values, pd.Series) else pd.Series(values, index=frame.index)
    return column.astype("boolean")


def _junction(args: list[Any], frame: pd.DataFrame, op: str) -> Operand:
    truths = [_truth(_value(arg, frame), frame) for arg in args]
    join = operator.and_ if op == "and" else operator.or_
    return functools.reduce(join, truths)


def _in(args: list[Any], frame: pd.DataFrame) -> Operand:
    wanted = [_value(arg, frame) for arg in args[1]]
    value = _like_kind(_value(args[0], frame), wanted[0]) if wanted else _value(args[0], frame)
    return value.isin(wanted).astype("boolean").mask(value.isna())


def _between(args: list[Any], frame: pd.DataFrame) -> Operand:
    value, low, high = (_value(arg, frame) for arg in args)
    value = _like_kind(value, low)
    return value.between(low, high).astype("boolean").mask(value.isna())


def _casei(args: list[Any], frame: pd.DataFrame) -> Operand:
    value = _value(args[0], frame)
    return value.str.casefold() if isinstance(value, pd.Series) else str(value).casefold()


def _compare(args: list[Any], frame: pd.DataFrame, op: str) -> Operand:
    left, right = _comparable(_value(args[0], frame), _value(args[1], frame))
    result = _COMPARISONS[op](left, right)
    for side in (left, right):
        if isinstance(side, pd.Series):
            result = result.astype("boolean").mask(side.isna())
    return result


def _calculate(args: list[Any], frame: pd.DataFrame, op: str) -> Operand:
    sides = [_value(arg, frame) for arg in args]
    return _ARITHMETIC[op](*(numbers(s) if isinstance(s, pd.Series) else s for s in sides))


_OPERATORS: dict[str, Callable[[list[Any], pd.DataFrame], Operand]] = {
    **{op: functools.partial(_junction, op=op) for op in ("and", "or")},
    **{op: functools.partial(_compare, op=op) for op in _COMPARISONS},
    **{op: functools.partial(_calculate, op=op) for op in _ARITHMETIC},
    "not": lambda args, frame: ~_truth(_value(args[0], frame), frame),
    "isNull": lambda args, frame: _value(args[0], frame).isna(),
    "like": lambda args, frame: _like(_value(args[0], frame), _value(args[1], frame)),
    "in": _in,
    "between": _between,
    "casei": _casei,
}


def _value(node: Any, frame: pd.DataFrame) -> Operand:
    """Evaluate one node of the JSON form of CQL2 over the rows of `frame`."""
    if not isinstance(node, dict):
        return node
    if "property" in node:
        name = node["property"]
        if name not in frame.columns:
            raise MappingError(
                f"数据里没有列 {name!r}；有：{'、'.join(map(str, frame.columns))}"
                f" / the source has no column {name!r}"
            )
        return frame[name]
    if "date" in node or "timestamp" in node:
        return pd.Timestamp(node.get("date") or node["timestamp"])
    if node["op"] not in _OPERATORS:
        raise MappingError(f"不支持的运算 / not supported in a mapping: {node['op']}")
    return _OPERATORS[node["op"]](node["args"], frame)


def _evaluated(expression: str, frame: pd.DataFrame) -> Operand:
    """Evaluate CQL2 text over the rows of `frame`."""
    try:
        return _value(parse(expression), frame)
    except (TypeError, ValueError, AttributeError) as error:
        if isinstance(error, MappingError):
            raise
        raise MappingError(
            f"表达式不能用于这些列 / the expression does not fit the columns: {expression}\n{error}"
        ) from None


def columns_in(expression: str) -> set[str]:
    """Return the columns that CQL2 text reads."""

    def names(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            if "property" in node:
                yield node["property"]
            node = node.get("args", [])
        if isinstance(node, list):
            for part in node:
                yield from names(part)

    return set(names(parse(expression)))


def rows_where(frame: pd.DataFrame, expression: str) -> pd.DataFrame:
    """Return the rows for which a CQL2 condition is true.

    Raises
    ------
    MappingError
        The condition cannot be read, or names a column the source lacks.
    """
    truth = _truth(_evaluated(expression, frame), frame)
    return frame[truth.fillna(False).to_numpy(dtype=bool)]


def column_from(frame: pd.DataFrame, source: str) -> pd.Series:
    """Return the column called `source`, or what the CQL2 expression `source` yields.

    Raises
    ------
    MappingError
        There is neither such a column nor is it an expression over columns.
    """
    if source in frame.columns:
        return frame[source]
    value = _evaluated(source, frame)
    return value if isinstance(value, pd.Series) else pd.Series(value, index=frame.index)
