"""Lists, and the provenance of single values."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Column

from cim.model import PROVENANCES
from layers.findings import Findings
from layers.values.cells import NOTHING, missing

LIST_SEPARATORS = re.compile(r"[|、，,;；/]")


def _parts(text: str) -> list[str]:
    """Split text at separators; a JSON array, as exports write it, is taken as it stands."""
    if text.startswith("["):
        try:
            return [str(part) for part in json.loads(text) if part is not None]
        except ValueError:
            pass
    return LIST_SEPARATORS.split(text)


def _listed(value: Any) -> list[str] | None:
    if isinstance(value, (list, tuple, np.ndarray)):
        parts = [str(part) for part in value]
    elif missing(value) or str(value).strip().casefold() in {"", *NOTHING}:
        return None
    else:
        parts = _parts(str(value).strip())
    parts = [part.replace("\0", "").strip() for part in parts]
    return [part for part in parts if part]


def read_lists(values: pd.Series) -> pd.Series:
    """Return the texts of lists, or of text with separators."""
    return pd.Series([_listed(value) for value in values], index=values.index, dtype="object")


def _object(value: object) -> object:
    if isinstance(value, dict):
        return value
    if missing(value) or not str(value).strip():
        return None
    try:
        return json.loads(str(value))
    except ValueError:
        return str(value)


def read_exceptions(values: pd.Series, column: Column[Any], findings: Findings) -> pd.Series:
    """Return JSON objects that give the provenance of single fields, as text."""
    known = {c.name for c in column.table.columns}

    def fault(value: object) -> bool:
        return not isinstance(value, dict) or not all(
            name in known and provenance in PROVENANCES for name, provenance in value.items()
        )

    objects = values.astype("object").map(_object)
    given = objects.notna()
    findings.add(
        "value-unreadable",
        given & objects.map(fault),
        column.name,
        values,
        "不是 {字段: 数据性质} 的 JSON 对象 / is not a JSON object {field: provenance}",
    )
    return objects.map(
        lambda value: json.dumps(value, ensure_ascii=False, sort_keys=True), na_action="ignore"
    ).astype("string")


def with_estimates(exceptions: pd.Series, names: pd.Series) -> pd.Series:
    """Add to the exceptions of some rows the fields whose values are approximate.

    Parameters
    ----------
    exceptions
        JSON objects as text; what they say of a field stands.
    names
        List of fields, for the rows that have any; indexed by row number.
    """
    rows = {}
    for row, fields, stated in zip(names.index, names, exceptions.loc[names.index], strict=True):
        known = {} if pd.isna(stated) else json.loads(stated)
        if isinstance(known, dict):
            known = {**dict.fromkeys(fields, "estimated"), **known}
            rows[row] = json.dumps(known, ensure_ascii=False, sort_keys=True)
    changed = pd.Series(rows, dtype="string")
    return exceptions.mask(exceptions.index.isin(changed.index), changed.reindex(exceptions.index))
