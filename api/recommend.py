"""Routes of recommendation."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from fastapi import Request as HttpRequest
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from api.answers import Limit, clamped, link, takes
from api.problems import ProblemError
from api.repeated import once
from api.writes import WRITES
from cim.database import open_city, reading
from cim.labels.rules import UnknownLabelError
from cim.matching import Request, recommend
from cim.matching.answer import Answer
from cim.matching.keeping import Replay, keep, kept, list_kept, replay
from cim.offices.starts import UnknownPlaceError

router = APIRouter(tags=["招商推荐 recommendation"])


class RecommendRequest(Request):
    """A request, and whether to keep the run."""

    store: bool = Field(default=False, description="保存这次推荐 keep the run")
    title: str | None = Field(
        default=None, max_length=200, description="保存时的标题 title of the kept run"
    )
    made_by: str | None = Field(
        default=None, min_length=1, max_length=100, description="谁做的 who made it"
    )

    def question(self) -> Request:
        """Return what is asked, without what concerns the keeping."""
        stated = self.model_dump(mode="json", exclude_unset=True)
        for name in ("store", "title", "made_by"):
            stated.pop(name, None)
        return Request.model_validate(stated)


class StoredAnswer(Answer):
    """An answer, and the number under which the run is kept."""

    id: int | None = Field(default=None, description="保存的编号，未保存为空 null unless kept")


class KeptQuery(BaseModel):
    """Parameters of the list of kept runs."""

    model_config = ConfigDict(extra="forbid")

    limit: Limit | None = None
    before: int | None = Field(default=None, ge=1, description="翻页 only lower numbers")


Number = Annotated[int, Path(ge=1, le=2**62, description="保存的编号 number of a kept run")]


def _none_such(number: int) -> ProblemError:
    return ProblemError(404, f"没有推荐 {number}", f"there is no recommendation {number}")


@router.post(
    "/offices/recommend",
    dependencies=[*WRITES, takes()],
    response_model=StoredAnswer,
    responses={400: {"description": "需求有误 bad request (application/problem+json)"}},
    summary="按企业需求推荐房源 Recommend space to a company",
)
def recommend_offices(asked: RecommendRequest) -> JSONResponse:
    """Recommend space: must-haves with a funnel, then a score that explains itself.

    Offices that cannot be judged stand apart in ``unknown``. Where fewer remain than wanted,
    ``relaxations`` says what to give up and what that brings.
    """
    question = asked.question()
    try:
        with reading() as connection:
            answer = recommend(connection, question)
    except (UnknownLabelError, UnknownPlaceError) as error:
        zh, _, en = str(error).partition(" / ")
        raise ProblemError(400, zh, en) from None
    number = None
    if asked.store:
        with open_city().begin() as connection:
            number = keep(connection, question, answer, asked.title, asked.made_by)
    # written once: the models made it, nothing is left to check
    return JSONResponse({"id": number, **answer.model_dump(mode="json")})


@router.get(
    "/recommendations",
    dependencies=[once(KeptQuery)],
    summary="保存的推荐 Kept recommendations",
)
def list_recommendations(
    request: HttpRequest, query: Annotated[KeptQuery, Query()]
) -> dict[str, Any]:
    """List the kept runs, newest first, without their answers."""
    limit = clamped(query.limit)
    with reading() as connection:
        runs = list_kept(connection, limit + 1, query.before)
    links = [link(request, "/recommendations", "first", "application/json", "首页 first page")]
    if len(runs) > limit:
        runs = runs[:limit]
        path = f"/recommendations?limit={limit}&before={runs[-1]['id']}"
        links.append(link(request, path, "next", "application/json", "下一页 next page"))
    return {"recommendations": runs, "links": links}


@router.get(
    "/recommendations/{number}",
    dependencies=[takes()],
    summary="一次保存的推荐 A kept recommendation",
)
def read_recommendation(number: Number) -> dict[str, Any]:
    """Return what was asked and answered, and on which versions."""
    with reading() as connection:
        run = kept(connection, number)
    if run is None:
        raise _none_such(number)
    return run


@router.post(
    "/recommendations/{number}/replay",
    # it has no body, and changes nothing
    dependencies=[WRITES[0], takes()],
    summary="重做一次保存的推荐 Ask a kept recommendation again",
)
def replay_recommendation(number: Number) -> Replay:
    """Ask a kept run again; on the same versions it is the same, else the difference is told.

    A place, label, criterion or preset that is gone by now is told in ``difference.gone``.
    """
    with reading() as connection:
        found = replay(connection, number)
    if found is None:
        raise _none_such(number)
    return found
