"""How a source is to be imported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Mode = Literal["upsert", "replace", "append"]


@dataclass(frozen=True)
class Order:
    """How a source is to be imported; what is None here is taken from the mapping or source.

    Attributes
    ----------
    crs
        The planner's decision; it stands even where the evidence speaks against it.
    strict
        Accept no reject.
    accept
        Take the columns that are suggested by likeness, too.
    """

    dataset: str | None = None
    crs: str | None = None
    where: str | None = None
    mode: Mode = "upsert"
    strict: bool = False
    dry_run: bool = False
    accept: bool = False
    made_by: str | None = None
    reason: str | None = None
