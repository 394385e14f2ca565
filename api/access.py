"""Routes of walking access."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from api.answers import GEOJSON, geojson, takes
from api.office_examples import problem
from api.problems import ProblemError
from api.repeated import once
from cim.access import describe, isochrones, lies_outside, network_of
from cim.database import reading
from cim.offices.areas import split
from cim.walking import walking

router = APIRouter(prefix="/access", tags=["步行可达 access on foot"])

_MOST = 12
"""Areas in one answer."""

Minutes = Annotated[
    list[float],
    BeforeValidator(split),
    Field(
        min_length=1,
        max_length=_MOST,
        description="步行分钟，一个或多个 minutes on foot, one or several",
        examples=["5,10,15"],
    ),
]

_EXAMPLE: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            GEOJSON: {
                "example": {
                    "type": "FeatureCollection",
                    "features": [
                        {
                            "type": "Feature",
                            "properties": {
                                "minutes": 5.0,
                                "metres": 400.0,
                                "area_m2": 96412.3,
                                "basis": "network",
                            },
                            "geometry": {"type": "Polygon", "coordinates": []},
                        }
                    ],
                }
            }
        }
    },
    400: problem("参数有误 bad parameter"),
}

OUTSIDE = (
    "此点在本辖区范围之外：范围外的道路资料不全，结果仅供参考"
    " / the point is outside the city: beyond its outline not all streets are known"
)


class IsochroneQuery(BaseModel):
    """A point, and how long one walks from it."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    lon: float = Field(
        ge=-180, le=180, description="经度（度，CGCS2000/WGS84）longitude", examples=[114.118]
    )
    lat: float = Field(ge=-85, le=85, description="纬度（度）latitude", examples=[22.54])
    minutes: Minutes
    step_free: bool = Field(False, description="不走已知的台阶 leave out streets known to be steps")
    f: str | None = Field(None, description="格式 format: json")


@router.get(
    "/isochrone",
    dependencies=[once(IsochroneQuery)],
    responses=_EXAMPLE,
    summary="步行多久能到的范围 What is within a walk of a point",
)
def walk_areas(query: Annotated[IsochroneQuery, Query()]) -> Response:
    """Return the areas within some minutes on foot, the smallest first; each holds those before.

    ``basis`` is ``network`` where the walk follows the streets, ``straight-line`` where no street
    is near the point: then it is a circle, shortened by the usual detour. ``note`` is there where
    the point lies outside the city: streets and places beyond its outline are not all known.
    """
    with reading() as connection:
        _check_minutes(query.minutes, walking(connection).longest_walk)
        areas = isochrones(
            connection, query.lon, query.lat, query.minutes, step_free=query.step_free
        )
        outside = lies_outside(connection, query.lon, query.lat)
    # the same numbers; GeoJSON names no other system (RFC 7946, 4)
    areas = areas.set_crs("EPSG:4326", allow_override=True)
    told = areas.to_json(drop_id=True, show_bbox=False, ensure_ascii=False)
    return geojson(
        f'{told[:-1]}, "note": {json.dumps(OUTSIDE, ensure_ascii=False)}}}' if outside else told
    )


_MOST_AREAS = 6
"""Areas drawn in one answer: each is worked out from all the streets it reaches."""


def _check_minutes(minutes: list[float], most: float) -> None:
    """Refuse walks of less than a minute, and farther than anything is looked at."""
    if len(minutes) > _MOST_AREAS:
        raise ProblemError(
            400,
            f"minutes 最多 {_MOST_AREAS} 个",
            f"minutes must be at most {_MOST_AREAS} numbers",
        )
    if min(minutes) < 1 or max(minutes) > most:
        raise ProblemError(
            400,
            f"minutes 须在 1 与 {most:g} 之间",
            f"minutes must be between 1 and {most:g}",
        )


@router.get("/network", dependencies=[takes()], summary="步行网络的规模与连通情况 The walk network")
def walk_network() -> dict[str, Any]:
    """Say how large the walk network is, and which connected pieces it falls into.

    A piece that does not count (``counts`` false) is too short for anything to be reached by it.
    """
    with reading() as connection:
        return describe(network_of(connection))
