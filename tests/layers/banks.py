"""Banks in Luohu, for tests of where things are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pyproj import Transformer
from shapely.geometry import Point, box

from layers.report import RefusedError, Report
from tests.conftest import Bring

LUOHU = box(114.09, 22.51, 114.22, 22.66)
PLACES = np.column_stack([np.linspace(114.10, 114.20, 40), np.linspace(22.52, 22.65, 40)])


def district(code: str, geom: Any, provenance: str = "published") -> dict[str, Any]:
    return {
        "id": code,
        "name": code,
        "level": "district",
        "provenance": provenance,
        "geom": geom,
    }


def banks(places: Any) -> list[dict[str, Any]]:
    return [{"id": f"{n}", "kind": "bank", "geom": Point(p)} for n, p in enumerate(places)]


def refused(bring: Bring, places: Any, **order: Any) -> Report:
    with pytest.raises(RefusedError) as refusal:
        bring("amenity", *banks(places), **order)
    return refusal.value.report


def in_system(epsg: int, places: Any = PLACES) -> Any:
    return np.column_stack(
        Transformer.from_crs(4326, epsg, always_xy=True).transform(*np.transpose(places))
    )
