"""What the command line says of columns: which fills which field, and which may be meant."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from typing import Any

from rich.cells import cell_len

from cim.model import Field, Layer, fields_of
from cim.model.field import UNIT_TITLES
from layers.columns.titles import Suggestion
from layers.source import FID
from layers.units import unit_factor

_WIDEST = 30
"""Cells of the terminal that titles of columns are padded to."""


def column_lines(layer: type[Layer], mapping: str, unused: Iterable[str]) -> list[str]:
    """List which column of a source fills which field, those that fill none last.

    Parameters
    ----------
    mapping
        As it was used, the text of a mapping file.
    unused
        Columns that fill no field.
    """
    pairs = _pairs(layer, tomllib.loads(mapping))
    width = min(max((cell_len(column) for column, _ in pairs), default=0), _WIDEST)
    padded = [(column + " " * (width - cell_len(column)), title) for column, title in pairs]
    lines = [f"    {column} → {title}" for column, title in padded]
    if left := "、".join(unused):
        lines.append(f"    未用的列 columns not used: {left}")
    return ["  列 columns:", *lines] if lines else []


def _pairs(layer: type[Layer], mapping: dict[str, Any]) -> list[tuple[str, str]]:
    """Return each column with the field it fills."""
    fields = fields_of(layer)
    pairs = []
    if key := mapping.get("key"):
        pairs.append((" + ".join(key), _title("id", fields)))
    for name, written in mapping.get("fields", {}).items():
        rule = {"from": written} if isinstance(written, str) else written
        column = "要素号 feature number" if rule["from"] == FID else rule["from"]
        pairs.append((column, _title(name, fields) + _converted(rule.get("unit"), fields[name])))
    if place := mapping.get("geometry"):
        pairs.append(("、".join(place.values()), _title("geom", fields)))
    for name, value in mapping.get("constants", {}).items():
        pairs.append((f"= {value}", _title(name, fields)))
    return pairs


def _title(name: str, fields: dict[str, Field]) -> str:
    return f"{fields[name].zh} {name}"


def _converted(unit: str | None, field: Field) -> str:
    """Say that numbers are converted, where a title or the mapping names another unit."""
    if unit is None or field.unit is None or unit_factor(unit, field.unit) == 1:
        return ""
    return f"（{unit} → {UNIT_TITLES.get(field.unit, field.unit)}）"


def suggestion_lines(suggestions: Iterable[Suggestion]) -> list[str]:
    """List the columns that may be meant for a field, and how to take them."""
    lines = [
        f"  建议 suggestion: “{one.column}” 像是 may be {one.title} {one.field}"
        f"（{one.likeness:.0f}%）"
        for one in suggestions
    ]
    if lines:
        lines.append("  采用建议请加 --accept / to take the suggestions add --accept")
    return lines
