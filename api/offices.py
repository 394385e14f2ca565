"""Routes of one office: its whole file, and its units."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api import office_search
from api.answers import Limit, clamped, geojson, page_answer, takes
from api.problems import ProblemError
from api.repeated import once
from cim.database import reading
from cim.offices.file import office_file, office_units

router = APIRouter(tags=["商办用房 offices"])
# first, since an identifier may hold anything: "compare" is none
router.include_router(office_search.router)


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


# the path converter lets identifiers hold a slash, as keys joined by a source may
@router.get(
    "/offices/{identifier:path}/units",
    dependencies=[once(UnitsQuery)],
    summary="一栋楼的单元 Units of an office",
)
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
