"""One edit of one feature, as a batch through the checks an import goes through."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass

import pandas as pd
import shapely
from sqlalchemy import Connection, Engine, text

from cim.changeset import ROW, STAGED, Origin, Outcome, apply, lock, quoted, stage
from cim.checks import verdicts
from cim.model import Layer, columns_of, content_of
from cim.refresh import changing
from layers.findings import Finding, Findings
from layers.places.geometry import stored_places
from layers.staging import complete_references, refuse_dangling
from layers.values import convert

_FIXED = ("id", "dataset")
_IMPOSSIBLE = ("verified-in-the-future",)
"""Rules that an import only warns of, and an edit must not break."""


@dataclass(frozen=True)
class Edited(Outcome):
    """What an edit did; `warnings` are the rules that the feature now breaks, in words."""

    warnings: tuple[str, ...] = ()


class EditError(ValueError):
    """The edit cannot be made; the message names the field."""


class ChangedSinceError(EditError):
    """Somebody changed the feature since the caller read it."""


class UnknownFeatureError(EditError):
    """The layer has no feature of that id."""


def _converted(layer: type[Layer], given: Mapping[str, str]) -> dict[str, object]:
    """Bring the given texts to what the columns store; empty text is unknown."""
    findings, values = Findings(), dict[str, object]()
    for name, value in given.items():
        if name not in content_of(layer) or name in _FIXED:
            allowed = [n for n in content_of(layer) if n not in _FIXED]
            raise EditError(
                f"图层 {layer.__tablename__} 没有可改的字段 {name!r}；可用：{'、'.join(allowed)}"
                f" / there is no field {name!r} to edit"
            )
        column = columns_of(layer)[name]
        if value.strip() == "":
            if not column.nullable:
                raise EditError(f"{name} 是必填字段，不能清空 / {name} is required")
            values[name] = None
        elif name == "geom":
            places = shapely.from_wkt([value], on_invalid="ignore")
            if places[0] is None:
                raise EditError(f"geom = {value!r}：不是 WKT / is not WKT")
            stored = stored_places(places, pd.RangeIndex(1), "EPSG:4490", layer, findings)
            wkb = stored[0].as_py()
            values[name] = None if wkb is None else wkb.hex()
        else:
            found = convert(pd.Series([value], dtype="string"), column, findings)
            one = found.iloc[0]
            # what is no list the server reads as text
            values[name] = one if isinstance(one, list) else None if pd.isna(one) else str(one)
    _raise_first(findings.errors())
    if vague := [one for one in findings.remarks if one.code == "value-approximate"]:
        raise EditError(
            f"{vague[0].field} = {vague[0].value!r}：请写确切的值；估算的值请导入"
            " / write an exact value: an estimate is imported, and marked as one"
        )
    return values


def _raise_first(errors: list[Finding]) -> None:
    if errors:
        first = errors[0]
        raise EditError(f"{first.field} = {first.value!r}：{first.reason}")


def edit(
    engine: Engine,
    layer: type[Layer],
    identifier: str,
    given: Mapping[str, str],
    *,
    made_by: str | None = None,
    reason: str | None = None,
    patient: bool = True,
    follows: Collection[int] | None = None,
) -> Edited:
    """Change fields of one feature.

    Parameters
    ----------
    identifier
        Id of the feature.
    given
        New values by field, as a person writes them; empty means unknown. ``geom`` is WKT in
        degrees.
    made_by, reason
        For the history.
    patient
        Whether to wait for a long refresh that somebody else has under way.
    follows
        Batches one of which must be the last that changed the feature; None for any.

    Raises
    ------
    EditError
        No such feature (`UnknownFeatureError`) or field, the value is not allowed, or the last
        change is none of `follows` (`ChangedSinceError`).
    """
    values = _converted(layer, given)
    with changing(engine, patient=patient) as connection:
        stage(connection, layer)
        lock(connection, layer)
        content = quoted(content_of(layer))
        dataset = connection.scalar(
            text(f"""
            insert into {STAGED} ({content}, {ROW})
            select {content}, 1 from {layer.__tablename__} where id = :id returning dataset
            """),
            {"id": identifier},
        )
        if dataset is None:
            raise UnknownFeatureError(
                f"图层 {layer.__tablename__} 里没有 {identifier} / there is no {identifier}"
            )
        # nobody else changes it while the layer is locked
        if follows is not None and _last_change(connection, layer, identifier) not in follows:
            raise ChangedSinceError(
                f"{identifier} 此后又有改动，没有修改"
                f" / {identifier} was changed since: nothing is done"
            )
        for name, value in values.items():
            kind = columns_of(layer)[name].type.compile(engine.dialect)
            connection.execute(
                text(f'update {STAGED} set "{name}" = cast(:value as {kind})'),
                {"value": value},
            )
        findings = Findings()
        complete_references(connection, layer, dataset, values)
        # a reference that was broken before is not this edit's fault
        refuse_dangling(connection, layer, findings, values)
        _raise_first(findings.errors())
        warnings = _broken_rules(connection, layer)
        origin = Origin(kind="edit", dataset=dataset, made_by=made_by, reason=reason)
        done = apply(connection, layer, origin)
    return Edited(**asdict(done), warnings=warnings)


def _last_change(connection: Connection, layer: type[Layer], identifier: str) -> int:
    query = text(f"select batch from {layer.__tablename__} where id = :id")
    return int(connection.execute(query, {"id": identifier}).scalar_one())


def _broken_rules(connection: Connection, layer: type[Layer]) -> tuple[str, ...]:
    """Return the rules that the staged feature breaks, in words.

    Raises
    ------
    EditError
        One of them is an error, or cannot be.
    """
    warnings = []
    for verdict in verdicts(connection, layer):
        if verdict.count == 0:
            continue
        values = "；".join(row.value for row in verdict.rows[:1] if row.value)
        words = f"{verdict.check.broken_zh}（{values}） / {verdict.check.broken_en}"
        # of one feature that a person writes by hand, what cannot be is refused outright
        if verdict.check.severity == "error" or verdict.check.code in _IMPOSSIBLE:
            raise EditError(words)
        warnings.append(words)
    return tuple(warnings)
