"""From a source's columns to the layer's: rename, constants, identity, values."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from cim.model import Field, Layer, columns_of, content_of, fields_of
from layers.expression import column_from
from layers.mapping import FieldRule, Mapping, MappingError
from layers.rejects import Rejects
from layers.source import FID
from layers.values import convert

DEFAULT_PROVENANCE = "unverified"
"""What a row is whose source says nothing of how well it is known."""


@dataclass(frozen=True)
class Plan:
    """How the columns of one source fill the fields of one layer."""

    layer: type[Layer]
    dataset: str
    mapping: Mapping
    fields: dict[str, FieldRule]
    unused: list[str]

    def filled(self, *, has_places: bool) -> set[str]:
        """Return the fields the source speaks of."""
        return {"id", "dataset", *self.fields, *self.mapping.constants} | (
            {"geom"} if has_places else set()
        )

    @property
    def identity(self) -> list[str]:
        """Titles of the columns that make up the identifier."""
        if self.mapping.key:
            return self.mapping.key
        return [self.fields["id"].source] if "id" in self.fields else []


def _folded(title: object) -> str:
    return str(title).strip().casefold().replace(" ", "").replace("_", "")


def _titles_of(name: str, field: Field) -> tuple[str, ...]:
    return (name, field.zh, field.en, *field.headers)


def plan_for(layer: type[Layer], dataset: str, mapping: Mapping, columns: list[str]) -> Plan:
    """Decide which column fills which field.

    With ``[fields]`` in the mapping only those are filled; without, columns are matched by the
    titles declared on the model.

    Raises
    ------
    MappingError
        The mapping does not fit the layer, or there is nothing to identify rows by.
    """
    mapping.check_against(layer)
    fields = dict(mapping.fields)
    if not fields:
        titles = {_folded(column): column for column in columns}
        for name in (n for n in content_of(layer) if n not in ("geom", "dataset")):
            if name in mapping.constants:
                continue
            found = (titles.get(_folded(t)) for t in _titles_of(name, fields_of(layer)[name]))
            column = next((c for c in found if c is not None), None)
            if column is not None:
                fields[name] = FieldRule.model_validate({"from": column})
    if "id" not in fields and not mapping.key and FID in columns:
        fields["id"] = FieldRule.model_validate({"from": FID})
    if "id" not in fields and not mapping.key:
        raise MappingError(
            '没有编号字段：请在映射文件 [fields] 里写 id = "列名"，或用 key = ["列", …] 指定'
            "能唯一区分各行的列 / nothing identifies the rows: map id, or state key = [columns]"
        )
    used = {rule.source for rule in fields.values()} | set(mapping.key)
    return Plan(layer, dataset, mapping, fields, [c for c in columns if c not in used])


def _codes(frame: pd.DataFrame, plan: Plan, rejects: Rejects) -> pd.Series:
    """Return each row's code: its own, or the key columns joined."""
    # the identifier column reads codes as text
    as_text = columns_of(plan.layer)["id"]
    parts = [convert(column_from(frame, title), as_text, rejects) for title in plan.identity]
    codes = parts[0]
    for part in parts[1:]:
        codes = codes.fillna("") + "|" + part.fillna("")
    missing = parts[0].isna()
    for part in parts[1:]:
        missing &= part.isna()
    rejects.add(missing, "id", codes, "没有编号 / has no identifier")
    return codes


def _identifiers(codes: pd.Series, plan: Plan) -> pd.Series:
    """Return national codes as they are, others as ``dataset:code``."""
    prefixed = f"{plan.dataset}:" + codes
    already = codes.str.startswith(f"{plan.dataset}:")
    national = plan.layer.__national_code__
    if national is not None:
        already = already | codes.str.fullmatch(national)
    return codes.where(already.fillna(False), prefixed)


def _translated(values: pd.Series, rule: FieldRule, name: str, rejects: Rejects) -> pd.Series:
    """Apply the value table of a rule, and its default to what is missing or not in it."""
    if rule.values:
        text = values.astype("string").str.strip()
        table = {str(key): value for key, value in rule.values.items()}
        translated = text.map(table).astype("object")
        if rule.default is None:
            rejects.add(
                text.notna() & translated.isna(),
                name,
                values,
                "映射文件的 values 里没有此值 / is not in the mapping's values",
            )
        values = translated
    if rule.default is not None:
        values = values.astype("object").where(values.notna(), rule.default)
    return values


def mapped(frame: pd.DataFrame, plan: Plan, rejects: Rejects) -> pd.DataFrame:
    """Return the content columns of the layer, all but the geometry.

    Parameters
    ----------
    frame
        Rows of the source, indexed by row number.
    plan
        From `plan_for`.
    rejects
        Receives the rows that stay out.
    """
    layer, columns = plan.layer, columns_of(plan.layer)
    rejects.ids = None
    codes = _codes(frame, plan, rejects)
    result = pd.DataFrame({"id": _identifiers(codes, plan)}, index=frame.index)
    rejects.ids = result["id"]
    for name in content_of(layer):
        if name in ("id", "geom"):
            continue
        column = columns[name]
        unit = None
        if name == "dataset":
            result[name] = plan.dataset
            continue
        if name in plan.fields:
            rule = plan.fields[name]
            values = _translated(column_from(frame, rule.source), rule, name, rejects)
            unit = rule.unit
        elif name in plan.mapping.constants:
            values = pd.Series([plan.mapping.constants[name]] * len(frame), index=frame.index)
        elif name == "provenance":
            values = pd.Series(DEFAULT_PROVENANCE, index=frame.index)
        else:
            values = pd.Series(pd.NA, index=frame.index, dtype="string")
        result[name] = convert(values, column, rejects, unit)
        if name == "provenance":
            result[name] = result[name].fillna(DEFAULT_PROVENANCE)
        elif not column.nullable:
            rejects.add(
                result[name].isna(),
                name,
                values,
                f"缺少必填字段“{fields_of(layer)[name].zh}” / a required value is missing",
            )
    return result
