"""From a source's columns to the layer's: rename, constants, identity, values."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import pandas as pd

from cim.model import Layer, columns_of, content_of, fields_of
from layers.columns.titles import Suggestion, folded, matched, rule_of, suggestions
from layers.expression import column_from
from layers.findings import Findings
from layers.mapping import FieldRule, Mapping, MappingError, UnsettledError
from layers.places.reading import place_columns
from layers.source import FID
from layers.values import convert, read_values
from layers.values.cells import texts
from layers.values.structures import with_estimates

DEFAULT_PROVENANCE = "unverified"
"""What a row is whose source says nothing of how well it is known."""

EXAMPLE = "示例"
"""How the identifier of an example row of a template begins."""


_NUMBERS = {FID, "objectid"}
"""Titles of feature numbers, which change from one export to the next."""


@dataclass(frozen=True)
class Plan:
    """How the columns of one source fill the fields of one layer.

    Attributes
    ----------
    fields
        The column, or expression, behind each field.
    unused
        Columns that fill none.
    taken
        What was taken for granted while reading, and for which fields.
    """

    layer: type[Layer]
    dataset: str
    mapping: Mapping
    fields: dict[str, FieldRule]
    unused: list[str]
    taken: dict[tuple[str, str], list[str]] = field(default_factory=dict, compare=False)

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

    @property
    def silent(self) -> list[str]:
        """Required fields of which neither the source nor the mapping says anything."""
        told = {"geom", "provenance", *self.filled(has_places=False)}
        columns = columns_of(self.layer)
        return [n for n in content_of(self.layer) if n not in told and not columns[n].nullable]

    @property
    def suggestions(self) -> list[Suggestion]:
        """Unused columns that may be meant for fields that nothing fills."""
        return suggestions(self.layer, _settled(self.fields, self.mapping), self.unused)

    def take(self, name: str, conventions: Collection[tuple[str, str]]) -> None:
        """Note what was taken for granted in reading a field."""
        for one in sorted(conventions):
            names = self.taken.setdefault(one, [])
            if name not in names:
                names.append(name)


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


def plan_for(
    layer: type[Layer], dataset: str, mapping: Mapping, columns: list[str], *, accept: bool = False
) -> Plan:
    """Decide which column fills which field.

    With ``[fields]`` in the mapping only those are filled; without, columns are matched by the
    titles declared on the model.

    Parameters
    ----------
    columns
        Titles of the source's columns, without its geometry.
    accept
        Whether the planner has accepted what `Plan.suggestions` proposes.

    Raises
    ------
    MappingError
        The mapping does not fit the layer.
    UnsettledError
        There is nothing to identify rows by.
    """
    mapping.check_against(layer)
    fields = dict(mapping.fields) or _by_title(layer, mapping, columns)
    used = {"dataset", FID, *mapping.key, *place_columns(columns, mapping.geometry)}
    unused = [c for c in columns if c not in used | {rule.source for rule in fields.values()}]
    alike = suggestions(layer, _settled(fields, mapping), unused)
    if accept:
        declared = fields_of(layer)
        fields |= {a.field: rule_of(a.column, a.unit, declared[a.field]) for a in alike}
        unused = [c for c in unused if c not in {one.column for one in alike}]
    if "id" not in fields and not mapping.key:
        if FID not in columns:
            proposed = [one for one in alike if one.field == "id"]
            plan = Plan(layer, dataset, mapping, fields, unused)
            raise UnsettledError(_unidentified(proposed), plan)
        fields["id"] = FieldRule.model_validate({"from": FID})
    return Plan(layer, dataset, mapping, fields, unused)


def _settled(fields: dict[str, FieldRule], mapping: Mapping) -> set[str]:
    """Return the fields that need no proposal.

    A feature number identifies rows only where there is no better.
    """
    filled = {*fields, *mapping.constants, *(["id"] if mapping.key else [])}
    numbered = "id" in fields and folded(fields["id"].source) in _NUMBERS
    return filled - {"id"} if numbered and "id" not in mapping.fields else filled


def _by_title(layer: type[Layer], mapping: Mapping, columns: list[str]) -> dict[str, FieldRule]:
    """Match columns by the titles declared on the model."""
    told = {"geom", "dataset", *mapping.constants}
    rules = {n: matched(layer, n, columns) for n in content_of(layer) if n not in told}
    return {name: rule for name, rule in rules.items() if rule is not None}


def _unidentified(alike: list[Suggestion]) -> str:
    zh, en = (f"；{alike[0]}", f"; {alike[0].column!r} looks like it") if alike else ("", "")
    return (
        '没有编号字段：请在映射文件 [fields] 里写 id = "列名"，或用 key = ["列", …] 指定'
        f"能唯一区分各行的列{zh} / nothing identifies the rows: map id, or state a key{en}"
    )


def without_examples(frame: pd.DataFrame, plan: Plan, findings: Findings) -> pd.DataFrame:
    """Return the rows without the example rows of a template, each of which is noted.

    Parameters
    ----------
    frame
        Rows of the source, indexed by row number.
    """
    title = plan.identity[0]
    if title not in frame.columns or pd.api.types.is_numeric_dtype(frame[title]):
        return frame
    if not frame[title].astype("string").str.contains(EXAMPLE, regex=False).any():
        return frame
    codes = texts(frame[title])
    example = codes.str.startswith(EXAMPLE).fillna(False).astype(bool)
    findings.add("row-example", example, "id", codes)
    return frame[~example.to_numpy()]


def _codes(frame: pd.DataFrame, plan: Plan, findings: Findings) -> pd.Series:
    """Return each row's code: its own, or the key columns joined."""
    # the identifier column reads codes as text
    as_text = columns_of(plan.layer)["id"]
    parts = [convert(column_from(frame, title), as_text, findings) for title in plan.identity]
    codes = parts[0]
    for part in parts[1:]:
        codes = codes.fillna("") + "|" + part.fillna("")
    missing = pd.concat(parts, axis=1).isna().all(axis=1)
    findings.add("id-missing", missing, "id", codes, "没有编号 / has no identifier")
    return codes


def _identifiers(codes: pd.Series, plan: Plan) -> pd.Series:
    """Return national codes as they are, others as ``dataset:code``."""
    prefix = f"{plan.dataset}:"
    already = codes.str.startswith(prefix).fillna(False)
    national = plan.layer.__national_code__
    if national is not None:
        already |= codes.str.fullmatch(national).fillna(False)
    return codes.where(already, prefix + codes) if already.any() else prefix + codes


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

    A required field of which the source says nothing stays empty here: rows that are in the
    layer already keep what they have, see `layers.columns.completeness`.

    Parameters
    ----------
    frame
        Rows of the source, indexed by row number.
    plan
        From `plan_for`; receives what is taken for granted.
    findings
        Receives what is wrong with the rows.
    """
    findings.ids = None
    codes = _codes(frame, plan, findings)
    fields = {"id": _identifiers(codes, plan)}
    findings.ids = fields["id"]
    silent = pd.Series(pd.NA, index=frame.index, dtype="string")
    estimated: dict[str, pd.Series] = {}
    for name in content_of(plan.layer):
        if name == "dataset":
            fields[name] = silent.fillna(plan.dataset)
        elif name not in ("id", "geom"):
            read = _field(frame, plan, name, findings, estimated)
            fields[name] = silent if read is None else read
    result = pd.DataFrame(fields)
    if estimated:
        result["exceptions"] = _with_marks(result, pd.DataFrame(estimated))
    return result


def _field(
    frame: pd.DataFrame, plan: Plan, name: str, findings: Findings, estimated: dict[str, pd.Series]
) -> pd.Series | None:
    """Return one field of the rows, None where neither the source nor the mapping speaks of it.

    `estimated` receives which of its values are approximate.
    """
    given = _given(frame, plan, name, findings)
    if given is None:
        if name == "provenance":
            return pd.Series(DEFAULT_PROVENANCE, index=frame.index, dtype="string")
        return None
    column = columns_of(plan.layer)[name]
    unit = plan.fields[name].unit if name in plan.fields else None
    reading = read_values(given, column, findings, unit)
    plan.take(name, reading.assumed)
    if reading.estimated is not None and reading.estimated.any():
        estimated[name] = reading.estimated
    if name == "provenance":
        return reading.values.fillna(DEFAULT_PROVENANCE)
    if not column.nullable:
        findings.add(
            "value-missing",
            reading.values.isna(),
            name,
            given,
            f"缺少必填字段“{fields_of(plan.layer)[name].zh}” / a required value is missing",
        )
    return reading.values


def _with_marks(result: pd.DataFrame, estimated: pd.DataFrame) -> pd.Series:
    """Return the exceptions of the rows with their approximate values marked as estimated."""
    marked = estimated[estimated.any(axis=1) & (result["provenance"] != "estimated")]
    names = marked.apply(lambda row: list(marked.columns[row]), axis=1, result_type="reduce")
    return with_estimates(result["exceptions"], names) if len(marked) else result["exceptions"]


def _given(frame: pd.DataFrame, plan: Plan, name: str, findings: Findings) -> pd.Series | None:
    """Return what the source or the mapping says of one field; None where neither does."""
    if name in plan.fields:
        rule = plan.fields[name]
        return _translated(column_from(frame, rule.source), rule, name, findings)
    if name in plan.mapping.constants:
        return pd.Series([plan.mapping.constants[name]] * len(frame), index=frame.index)
    return None
