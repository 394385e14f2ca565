"""Routes of the commercial-space system."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.answers import GEOJSON, Limit, clamped, geojson, page_answer, takes
from api.problems import ProblemError
from cim.database import reading
from cim.offices import OfficeCriteria, search
from cim.offices.file import office_file, office_units
from cim.walking import Walking

router = APIRouter(tags=["商办用房 offices"])


def _in_words(walking: Walking) -> str:
    """Say what distances and minutes are."""
    rule = f"× {walking.detour:g} ÷ {walking.walk_speed:g}"
    return (
        f"距离为直线距离，步行分钟 = 直线米数 {rule}"
        f" / distances are straight lines; minutes on foot = metres {rule}"
    )


_EXAMPLE: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            GEOJSON: {
                "example": {
                    "type": "FeatureCollection",
                    "numberMatched": 1,
                    "numberReturned": 1,
                    "unknown": {"parking_ratio_min": 12},
                    "features": [
                        {
                            "type": "Feature",
                            "id": "luohu-example:F001",
                            "geometry": {"type": "Point", "coordinates": [114.1, 22.54]},
                            "properties": {
                                "id": "luohu-example:F001",
                                "name": "示例中心A座（模拟）",
                                "parking_ratio": 0.6667,
                                "parking_ratio_text": "1:150",
                                "parking_ratio_basis": "office",
                                "parking_ratio_area": "gross_floor_area",
                                "available_area": 5230.0,
                                "matching_units": 4,
                                "nearest_station": "大剧院",
                                "distance_m": 321.4,
                                "walk_min": 5.22,
                                "walk_basis": "straight-line",
                                "provenance": "simulated",
                            },
                        }
                    ],
                }
            }
        }
    },
    400: {"description": "参数有误 bad parameter (application/problem+json)"},
}


class OfficeQuery(OfficeCriteria):
    """Parameters of ``GET /offices``."""

    limit: Limit | None = None
    offset: int = Field(0, ge=0, le=10_000_000, description="跳过的条数 offices to skip")


class UnitsQuery(BaseModel):
    """Parameters of the units of an office."""

    model_config = ConfigDict(extra="forbid")

    limit: Limit | None = None
    after: str | None = Field(None, description="翻页 continues behind this id")
    free: bool = Field(False, description="仅可租单元 only those that can be let")


OfficeId = Annotated[
    str, Path(description="楼宇编号 id of an office", examples=["luohu-example:F001"])
]


def _none_such(identifier: str) -> ProblemError:
    return ProblemError(404, f"没有楼宇 {identifier}", f"there is no office {identifier}")


@router.get("/offices", responses=_EXAMPLE, summary="查找商办楼宇 Find offices")
def find_offices(request: Request, query: Annotated[OfficeQuery, Query()]) -> Response:
    """Find the offices that meet every bound.

    Area and rent must hold for one free unit, or one block of adjacent free units. A value that
    is unknown never meets a bound; ``unknown`` says for how many offices that was so. Distances
    are straight lines from the edge of the office.
    """
    limit = clamped(query.limit)
    with reading() as connection:
        page = search(connection, query, limit, query.offset)
    returned = len(page.features)
    end = query.offset + returned
    more = {"offset": end} if end < page.matched and returned else None
    return page_answer(
        request,
        page.features,
        page.matched,
        more,
        unknown=page.unknown,
        walking=_in_words(page.walking),
    )


# the path converter lets identifiers hold a slash, as keys joined by a source may
@router.get("/offices/{identifier:path}/units", summary="一栋楼的单元 Units of an office")
def list_units(
    request: Request, identifier: OfficeId, query: Annotated[UnitsQuery, Query()]
) -> Response:
    """Return the units of an office; tenants and lease ends are never served."""
    with reading() as connection:
        page = office_units(
            connection, identifier, clamped(query.limit), query.after, free=query.free
        )
    if page is None:
        raise _none_such(identifier)
    following = {"after": page.after} if page.after else None
    return page_answer(request, page.features, page.matched, following)


@router.get(
    "/offices/{identifier:path}",
    dependencies=[takes()],
    summary="一栋楼的全部资料 The whole file of an office",
)
def read_office(identifier: OfficeId) -> Response:
    """Return all that is known of one office, with its building, site and history."""
    with reading() as connection:
        found = office_file(connection, identifier)
    if found is None:
        raise _none_such(identifier)
    return geojson(found)
