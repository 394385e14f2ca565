"""From a source's columns to the layer's: rename, constants, identity, values."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import pandas as pd

from cim.model import Layer, columns_of, content_of, fields_of
from layers.expression import column_from
from layers.findings import Findings
from layers.mapping import FieldRule, Mapping, MappingError
from layers.places import place_columns
from layers.source import FID
from layers.units import unit_factor
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


_BRACKETED = re.compile(r"(.+?)\(([^()]*)\)")


def _folded(title: object) -> str:
    """Make titles comparable: full-width letters, case, spaces and underscores do not count."""
    text = unicodedata.normalize("NFKC", str(title))
    return re.sub(r"[\s_]", "", text).casefold()


def _titles_of(layer: type[Layer], name: str) -> tuple[str, ...]:
    field = fields_of(layer)[name]
    own = layer.__id_titles__ if name == "id" else ()
    # the surest first: a feature number is the code only where there is no better
    return (name, field.zh, field.en, *own, *field.headers)


def _matched(layer: type[Layer], name: str, columns: list[str]) -> FieldRule | None:
    """Find the column whose title is that of a field, with or without its unit in brackets."""
    wanted = [_folded(title) for title in _titles_of(layer, name)]
    by_title = {_folded(column): column for column in reversed(columns)}
    for title in wanted:
        if title in by_title:
            return FieldRule.model_validate({"from": by_title[title]})
    target = fields_of(layer)[name].unit
    for column in columns:
        parts = _BRACKETED.fullmatch(unicodedata.normalize("NFKC", column).strip())
        if parts is None or target is None or _folded(parts[1]) not in wanted:
            continue
        try:
            unit_factor(parts[2], target)
        except MappingError:
            # the bracket says something else: 建筑面积(地上) is not the floor area
            continue
        return FieldRule.model_validate({"from": column, "unit": parts[2]})
    return None


def own_dataset(frame: pd.DataFrame) -> str | None:
    """Return the dataset a file names itself, as an export of a layer does.

    Raises
    ------
    MappingError
        It names several; then it must be said which rows are meant.
    """
    if "dataset" not in frame.columns or "id" not in frame.columns:
        return None
    named = frame["dataset"].dropna().astype("string").unique()
    if len(named) > 1:
        raise MappingError(
            f"文件里有多个数据集（{'、'.join(map(str, named))}）；"
            "请用 --where \"dataset = '…'\" 选一个，或用 --dataset 指定"
            " / the file holds several datasets: choose one with --where, or name one by --dataset"
        )
    return str(named[0]) if len(named) else None


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
        for name in content_of(layer):
            if name in ("geom", "dataset") or name in mapping.constants:
                continue
            if (rule := _matched(layer, name, columns)) is not None:
                fields[name] = rule
    if "id" not in fields and not mapping.key and FID in columns:
        fields["id"] = FieldRule.model_validate({"from": FID})
    if "id" not in fields and not mapping.key:
        raise MappingError(
            '没有编号字段：请在映射文件 [fields] 里写 id = "列名"，或用 key = ["列", …] 指定'
            "能唯一区分各行的列 / nothing identifies the rows: map id, or state key = [columns]"
        )
    used = {rule.source for rule in fields.values()} | set(mapping.key) | {"dataset", FID}
    used |= place_columns(columns, mapping.geometry)
    return Plan(layer, dataset, mapping, fields, [c for c in columns if c not in used])


def _codes(frame: pd.DataFrame, plan: Plan, findings: Findings) -> pd.Series:
    """Return each row's code: its own, or the key columns joined."""
    # the identifier column reads codes as text
    as_text = columns_of(plan.layer)["id"]
    parts = [convert(column_from(frame, title), as_text, findings) for title in plan.identity]
    codes = parts[0]
    for part in parts[1:]:
        codes = codes.fillna("") + "|" + part.fillna("")
    missing = parts[0].isna()
    for part in parts[1:]:
        missing &= part.isna()
    findings.add("id-missing", missing, "id", codes, "没有编号 / has no identifier")
    return codes


def _identifiers(codes: pd.Series, plan: Plan) -> pd.Series:
    """Return national codes as they are, others as ``dataset:code``."""
    prefixed = f"{plan.dataset}:" + codes
    already = codes.str.startswith(f"{plan.dataset}:")
    national = plan.layer.__national_code__
    if national is not None:
        already = already | codes.str.fullmatch(national)
    return codes.where(already.fillna(False), prefixed)


def _translated(values: pd.Series, rule: FieldRule, name: str, findings: Findings) -> pd.Series:
    """Apply the value table of a rule, and its default to what is missing or not in it."""
    if rule.values:
        text = values.astype("string").str.strip()
        table = {str(key): value for key, value in rule.values.items()}
        translated = text.map(table).astype("object")
        if rule.default is None:
            findings.add(
                "value-unknown",
                text.notna() & translated.isna(),
                name,
                values,
                "映射文件的 values 里没有此值 / is not in the mapping's values",
            )
        values = translated
    if rule.default is not None:
        values = values.astype("object").where(values.notna(), rule.default)
    return values


def mapped(frame: pd.DataFrame, plan: Plan, findings: Findings) -> pd.DataFrame:
    """Return the content columns of the layer, all but the geometry.

    Parameters
    ----------
    frame
        Rows of the source, indexed by row number.
    plan
        From `plan_for`.
    findings
        Receives what is wrong with the rows.
    """
    layer, columns = plan.layer, columns_of(plan.layer)
    findings.ids = None
    codes = _codes(frame, plan, findings)
    result = pd.DataFrame({"id": _identifiers(codes, plan)}, index=frame.index)
    findings.ids = result["id"]
    for name in content_of(layer):
        if name in ("id", "geom"):
            continue
        column = columns[name]
        if name == "dataset":
            result[name] = plan.dataset
            continue
        values = _given(frame, plan, name, findings)
        if values is None:
            # nothing to read: an unknown value for every row
            values = pd.Series(pd.NA, index=frame.index, dtype="string")
            result[name] = values
        else:
            unit = plan.fields[name].unit if name in plan.fields else None
            result[name] = convert(values, column, findings, unit)
        if name == "provenance":
            result[name] = result[name].fillna(DEFAULT_PROVENANCE)
        elif not column.nullable:
            findings.add(
                "value-missing",
                result[name].isna(),
                name,
                values,
                f"缺少必填字段“{fields_of(layer)[name].zh}” / a required value is missing",
            )
    return result


def _given(frame: pd.DataFrame, plan: Plan, name: str, findings: Findings) -> pd.Series | None:
    """Return what the source or the mapping says of one field; None where neither does."""
    if name in plan.fields:
        rule = plan.fields[name]
        return _translated(column_from(frame, rule.source), rule, name, findings)
    if name in plan.mapping.constants:
        return pd.Series([plan.mapping.constants[name]] * len(frame), index=frame.index)
    return None
