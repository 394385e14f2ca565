"""Places in the disguised datums, by a library that is not ours."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import prcoords
import pytest
from sqlalchemy import Engine

from cim.model import layer_named
from layers.importing import import_source
from layers.mapping import Mapping
from layers.order import Order
from layers.reading import open_source
from layers.report import RefusedError, Whereabouts

ROOT = Path(__file__).parents[2]
TOWERS = pd.read_csv(ROOT / "data/luohu/towers.csv")

Rows = list[dict[str, Any]]
Shift = Callable[[float, float], tuple[float, float]]


def needs(path: Path) -> pytest.MarkDecorator:
    return pytest.mark.skipif(
        not path.exists(), reason=f"real data that may not be committed is not here: {path}"
    )


def gcj02(lon: float, lat: float) -> tuple[float, float]:
    """Disguise a place, as prcoords does it."""
    moved = prcoords.wgs_gcj(prcoords.Coords(lat, lon))
    return moved.lon, moved.lat


def bd09(lon: float, lat: float) -> tuple[float, float]:
    moved = prcoords.wgs_bd(prcoords.Coords(lat, lon))
    return moved.lon, moved.lat


def as_it_is(lon: float, lat: float) -> tuple[float, float]:
    return lon, lat


def sent(
    city: Engine, path: Path, layer: str, rules: dict[str, Any], **order: Any
) -> tuple[Whereabouts, str | None]:
    """What an import says of the place of its rows, and why it was refused; nothing is kept."""
    try:
        report = import_source(
            city,
            layer_named(layer),
            open_source(path),
            Mapping.model_validate(rules),
            Order(dry_run=True, **order),
        )
    except RefusedError as refusal:
        return refusal.report.whereabouts, refusal.report.refused
    return report.whereabouts, None
