"""What a recommendation scores by: the criteria and presets that stand in ``data/``."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from cim.facts import FACTS
from cim.matching.scoring import value_of
from cim.matching.truth import Numbers

FOLDER = Path(__file__).parents[2] / "data"

OFFER = {"offer.rent", "offer.area_gap"}
"""Measures of the space on offer; every other fact is one of `FACTS`."""


def _fact(name: str) -> str:
    if name not in FACTS and name not in OFFER:
        raise ValueError(f"没有事实 {name!r} / there is no fact {name!r}")
    return name


Fact = Annotated[str, AfterValidator(_fact)]
Share = Annotated[float, Field(ge=0, le=1)]


class Criterion(BaseModel):
    """One criterion; see ``data/criteria.toml`` for what its parts mean."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    zh: str
    en: str
    fact: Fact
    unit: str | None = None
    digits: int = 0
    beyond: Fact | None = None
    count: str | None = Field(None, pattern="^(sum|industry)$")
    points: tuple[tuple[float, Share], ...] = ()
    words: dict[str, Share] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _sound(self) -> Criterion:
        if bool(self.words) == (len(self.points) >= 2):
            raise ValueError("要么给 points（至少两点），要么给 words / either points or words")
        steps = np.diff(np.array(self.points or [[0, 0]], dtype=float), axis=0)
        rising = (steps[:, 1] >= 0).all()
        if (steps[:, 0] <= 0).any() or not (rising or (steps[:, 1] <= 0).all()):
            raise ValueError("points 须按数值递增、取值单调 / points must rise and be monotone")
        return self

    def value(self, x: Numbers) -> Numbers:
        """Return the value of each x; NaN where unknown."""
        xs, ys = np.array(self.points, dtype=float).T
        return value_of(x, xs, ys)


class Preset(BaseModel):
    """The weights of one industry; see ``data/presets.toml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    zh: str
    en: str
    weights: dict[str, Annotated[float, Field(gt=0)]]
    area_per_person: float = Field(gt=0)
    industry: str | None = None

    @model_validator(mode="after")
    def _known(self) -> Preset:
        if unknown := self.weights.keys() - criteria().keys():
            raise ValueError(f"没有评分项 {unknown} / there are no criteria {unknown}")
        return self


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))


@cache
def criteria() -> Mapping[str, Criterion]:
    """Return every criterion by its name."""
    return {name: Criterion.model_validate(row) for name, row in _read("criteria.toml").items()}


@cache
def presets() -> Mapping[str, Preset]:
    """Return every preset by its name."""
    return {name: Preset.model_validate(row) for name, row in _read("presets.toml").items()}


@cache
def fingerprint() -> str:
    """Return what tells two states of criteria and presets apart."""
    read = b"".join((FOLDER / name).read_bytes() for name in ("criteria.toml", "presets.toml"))
    return hashlib.sha256(read).hexdigest()[:8]


def weights_of(preset: str | None, given: Mapping[str, float]) -> dict[str, float]:
    """Return the weights in force, not yet scaled, those of 0 left out.

    A given weight takes the place of the preset's; the preset's others stay. Without a preset
    only the given weights count, and without either the preset ``default``.
    """
    base = presets()[preset or "default"].weights if preset or not given else {}
    merged = {**base, **given}
    return {name: merged[name] for name in criteria() if merged.get(name, 0) > 0}
