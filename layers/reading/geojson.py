"""What GDAL does not say of GeoJSON: where its system is stated, and which lines it leaves out."""

from __future__ import annotations

import json
import re
from pathlib import Path

from layers.source import FID, SourceError

DRIVERS = {"GeoJSON", "GeoJSONSeq"}

_BY_STANDARD = "GeoJSON 标准 (RFC 7946) / the GeoJSON standard (RFC 7946)"
_BY_MEMBER = "GeoJSON 的 crs 成员 / the crs member of the GeoJSON"
_FEATURES = re.compile(r'"features"\s*:\s*\[\s*')
_START = 1 << 23
"""Bytes in which the first feature ends: an outline may be long."""
_RECORD = b"\x1e"
"""What begins a feature of a text sequence (RFC 8142), which may run over several lines."""


def stated_by(path: Path) -> str:
    """Say where the coordinate system is stated: by RFC 7946, or by a ``crs`` as before it."""
    with path.open("rb") as file:
        start = file.read(1 << 16)
    return _BY_MEMBER if re.search(rb'"crs"\s*:\s*\{', start) else _BY_STANDARD


def feature_id(path: Path) -> str | None:
    """Return the column in which GDAL gives the ids of the features themselves; None without.

    Texts come in a column ``id``, unless there is an attribute of that name; numbers become the
    numbers of the features.
    """
    with path.open("rb") as file:
        start = file.read(_START).decode("utf-8-sig", "ignore").lstrip("\x1e \t\r\n")
    begun = _FEATURES.search(start)
    try:
        first, _ = json.JSONDecoder().raw_decode(start, begun.end() if begun else 0)
        identifier = first.get("id")
        attributes = first.get("properties") or {}
    except (ValueError, AttributeError):
        return None
    if isinstance(identifier, int):
        return FID
    return "id" if isinstance(identifier, str) and "id" not in attributes else None


def check_lines(path: Path, features: int) -> None:
    """Make sure that every line is a feature: GDAL leaves out silently what it cannot read.

    Parameters
    ----------
    features
        How many GDAL finds.

    Raises
    ------
    SourceError
        A line is no GeoJSON; the message names it.
    """
    with path.open("rb") as file:
        if file.read(1) == _RECORD:
            return
        file.seek(0)
        whole = 0
        for number, line in enumerate(file, start=1):
            text = line.strip()
            if text.startswith(b"{") and text.endswith(b"}"):
                whole += 1
            elif text:
                raise _broken(path, number)
        if whole == features:
            return
        file.seek(0)
        for number, line in enumerate(file, start=1):
            try:
                json.loads(line.strip() or b"{}")
            except ValueError:
                raise _broken(path, number) from None


def _broken(path: Path, number: int) -> SourceError:
    return SourceError(
        f"{path.name} 第 {number} 行不是完整的 GeoJSON"
        f" / line {number} of {path.name} is no whole GeoJSON"
    )
