"""Where to look: a box, or an area drawn on the map, as people and programs write them."""

from __future__ import annotations

import json
from typing import Annotated, Any

import shapely
from pydantic import AfterValidator, BeforeValidator, Field
from shapely.errors import ShapelyError

from cim.items import Box

MOST_CORNERS = 20_000
"""Corners of an area beyond which it is refused."""

MOST_WORDS = 50
"""Words in a list beyond which it is refused."""


def split(value: object) -> object:
    """Read ``a,b`` and repeated parameters alike."""
    if value is None:
        return None
    parts = value if isinstance(value, list) else [value]
    return [word.strip() for part in parts for word in str(part).split(",") if word.strip()]


Words = Annotated[list[str], BeforeValidator(split)]

FewWords = Annotated[
    Words, Field(max_length=MOST_WORDS), AfterValidator(lambda words: list(dict.fromkeys(words)))
]
"""Each word once."""


def _box(numbers: list[float]) -> list[float]:
    if len(numbers) not in (4, 6):
        raise ValueError("bbox 要 4 个数：西,南,东,北 / bbox needs west,south,east,north")
    half = len(numbers) // 2
    if numbers[1] > numbers[half + 1]:
        raise ValueError("bbox 的南界大于北界 / south of bbox is above north")
    return numbers


BoundingBox = Annotated[
    list[float],
    BeforeValidator(split),
    AfterValidator(_box),
    Field(
        description="范围：西,南,东,北（度，CGCS2000/WGS84）west,south,east,north in degrees",
        examples=["114.09,22.53,114.13,22.56"],
    ),
]
"""Four numbers in a query, or six with heights."""


def box_of(numbers: list[float] | None) -> Box | None:
    """Return west, south, east, north, without the heights a box may carry."""
    if numbers is None:
        return None
    half = len(numbers) // 2
    return numbers[0], numbers[1], numbers[half], numbers[half + 1]


def _geometries(value: Any) -> list[Any]:
    """Return the geometries of a GeoJSON geometry, Feature or FeatureCollection."""
    if not isinstance(value, dict):
        raise ValueError("范围要写成 GeoJSON / an area is a GeoJSON object")  # noqa: TRY004
    match value.get("type"):
        case "FeatureCollection":
            features = value.get("features")
            return [g for f in features or () for g in _geometries(f)]
        case "Feature":
            return _geometries(value.get("geometry"))
        case "Polygon" | "MultiPolygon":
            return [value]
    raise ValueError(
        "范围要是 Polygon 或 MultiPolygon（可在 Feature、FeatureCollection 中）"
        " / an area is a Polygon or MultiPolygon, or a Feature or FeatureCollection of them"
    )


def area_of(value: dict[str, Any]) -> shapely.Geometry:
    """Return the area that a GeoJSON object encloses, in degrees.

    Raises
    ------
    ValueError
        It is no area, crosses itself, has too many corners, or lies beyond the globe.
    """
    try:
        parts = [shapely.force_2d(shapely.from_geojson(json.dumps(g))) for g in _geometries(value)]
    except (ShapelyError, TypeError):
        raise ValueError("GeoJSON 的坐标有误 / the coordinates are not those of GeoJSON") from None
    if not parts or all(part.is_empty for part in parts):
        raise ValueError("范围是空的 / the area is empty")
    corners = int(sum(shapely.get_num_coordinates(part) for part in parts))
    if corners > MOST_CORNERS:
        raise ValueError(
            f"范围有 {corners} 个角点，至多 {MOST_CORNERS} / an area has at most"
            f" {MOST_CORNERS} corners"
        )
    for part in parts:
        if not part.is_valid:
            why = shapely.is_valid_reason(part)
            raise ValueError(f"范围的边线有误（如自相交）：{why} / the outline is not valid: {why}")
    area = shapely.union_all(parts)
    west, south, east, north = area.bounds
    # written so that a coordinate that is no number fails, too
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise ValueError(
            "坐标要是经纬度（度），经度在前 / coordinates are degrees, longitude first"
        )
    return area


def _checked(value: dict[str, Any]) -> dict[str, Any]:
    area_of(value)
    return value


Area = Annotated[
    dict[str, Any],
    AfterValidator(_checked),
    Field(
        description="范围：GeoJSON 的面、Feature 或 FeatureCollection（度）"
        " GeoJSON polygons, or features of them, in degrees",
        examples=[
            {
                "type": "Polygon",
                "coordinates": [[[114.1, 22.53], [114.13, 22.53], [114.13, 22.56], [114.1, 22.53]]],
            }
        ],
    ),
]
