"""Values as people write them, brought to what a column stores."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
from sqlalchemy import Column

from cim.model import field_of, kind_of
from layers.findings import Findings
from layers.mapping import MappingError
from layers.values.cells import NO_TEXT, Reading, given, refuse_rounded, texts, without
from layers.values.dates import read_dates
from layers.values.quantities import read_numbers
from layers.values.structures import LIST_SEPARATORS, read_exceptions, read_lists
from layers.values.words import read_truth, read_words

__all__ = ["LIST_SEPARATORS", "Reading", "convert", "read_values"]


def convert(
    values: pd.Series, column: Column[Any], findings: Findings, unit: str | None = None
) -> pd.Series:
    """Bring one column of a source to what `column` stores, ready to be staged.

    See `read_values`, which also tells which values the source calls approximate.
    """
    return read_values(values, column, findings, unit).values


def read_values(
    values: pd.Series, column: Column[Any], findings: Findings, unit: str | None = None
) -> Reading:
    """Read one column of a source.

    Parameters
    ----------
    values
        As the source has them.
    column
        Column of the layer; its type, unit, bounds and allowed values decide.
    findings
        Receives the rows whose value cannot be read, with the reason, and those whose value is
        approximate.
    unit
        Unit of the source, where it differs from the column's; that in a cell goes before it.

    Raises
    ------
    MappingError
        `unit` does not fit the column.
    """
    kind, field = kind_of(column), field_of(column)
    if unit is not None and field.unit is None:
        raise MappingError(f"字段 {column.name} 没有单位 / field {column.name} has no unit")
    if kind in (int, float):
        return read_numbers(values, column, findings, unit)
    if kind is dt.date:
        return read_dates(values, column, findings)
    if kind is bool:
        return Reading(read_truth(values, column, findings))
    if kind is list:
        return Reading(read_lists(values))
    if kind is dict:
        return Reading(read_exceptions(values, column, findings))
    if field.values:
        return Reading(read_words(values, column, findings))
    return Reading(_read_text(values, column, findings))


def _read_text(values: pd.Series, column: Column[Any], findings: Findings) -> pd.Series:
    """Read free text and codes as they stand."""
    text = texts(values)
    refuse_rounded(values, text, column.name, findings)
    if field_of(column).refers_to is not None:
        # what belongs to nothing is often said so
        return given(text)
    return without(text, text.isin(NO_TEXT))
