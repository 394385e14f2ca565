"""What identifies the rows of a source that says so in more than one way, or in none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from layers.columns.plan import Plan
from layers.columns.titles import matched
from layers.expression import column_from
from layers.source import FID
from layers.values.cells import texts


def with_codes(plan: Plan, frame: pd.DataFrame, feature_id: str | None) -> Plan:
    """Take a column of codes for the identifier where only the feature's own id would be.

    What a program writes as the id of a GeoJSON feature is often a number of that program; a
    column 编号 is what the department calls it. It counts where every row has a code of its own.

    Parameters
    ----------
    plan
        From `layers.columns.plan.plan_for`.
    frame
        The first rows of the source.
    feature_id
        Column with the features' own ids, see `layers.source.Source`.
    """
    stated = plan.mapping.fields or plan.mapping.key
    if feature_id is None or stated or plan.fields["id"].source != feature_id:
        return plan
    others = [str(title) for title in frame.columns if title not in (feature_id, FID)]
    rule = matched(plan.layer, "id", others)
    if rule is None:
        return plan
    codes = texts(column_from(frame, rule.source))
    if codes.isna().any() or codes.duplicated().any():
        return plan
    unused = [title for title in plan.unused if title != rule.source]
    return replace(plan, fields={**plan.fields, "id": rule}, unused=[*unused, feature_id])


def numbering(plan: Plan, feature_id: str | None) -> Iterator[str]:
    """Say in Chinese and English where rows are known by their number in the file alone."""
    if plan.identity == [FID] and feature_id != FID and "id" not in plan.mapping.fields:
        yield (
            "没有编号，各行以文件中的要素序号为编号；文件改动后再导入，可能对不上原来的要素"
            " / no identifier: rows are numbered as the file numbers them, and importing a changed"
            " file again may not match them"
        )
