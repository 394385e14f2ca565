"""A city of a few offices, and what a search says of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from shapely.geometry import Point

from cim.database import reading
from cim.offices import OfficeCriteria, search

if TYPE_CHECKING:
    pass

HERE = Point(114.1183, 22.5405)
METRE_NORTH = 1 / 110_751.0
"""Degrees of latitude for a metre, at 22.5° on the CGCS2000 ellipsoid."""

Answer = dict[str, dict[str, Any]]


def office(code: str, **fields: Any) -> dict[str, Any]:
    return {"id": code, "name": code, "use": "办公", "geom": HERE, **fields}


def unit(code: str, office_code: str = "O", **fields: Any) -> dict[str, Any]:
    return {"id": code, "office_id": office_code, "unit_no": code, "status": "vacant", **fields}


def station(code: str, place: Point, **fields: Any) -> dict[str, Any]:
    return {
        "id": code,
        "name": code,
        "kind": "metro",
        "status": "operating",
        "geom": place,
        **fields,
    }


def found(**criteria: Any) -> Answer:
    """Offices that meet the criteria: their properties by code."""
    with reading() as connection:
        page = search(connection, OfficeCriteria(**criteria), limit=1000)
    properties = [json.loads(feature)["properties"] for feature in page.features]
    assert page.matched == len(properties)
    return {p["id"].removeprefix("t:"): p for p in properties}


def unknown(**criteria: Any) -> dict[str, int]:
    with reading() as connection:
        return search(connection, OfficeCriteria(**criteria), limit=0).unknown
