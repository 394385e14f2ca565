"""Routes that look for offices, set some side by side, and sum them up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import Connection

from api.access import OUTSIDE
from api.answers import Limit, clamped, page_answer
from api.office_examples import AREA, COMPARED, FOUND, STOCK
from api.office_tables import office_table
from api.problems import ProblemError
from api.repeated import once
from api.tables import heading, table_answer
from cim.access import lies_outside
from cim.database import reading
from cim.facts import FACTS
from cim.labels.rules import UnknownLabelError
from cim.offices import (
    FACETS,
    GROUPINGS,
    OfficeCriteria,
    OfficesWithin,
    compare,
    holdings,
    search,
    search_rows,
)
from cim.offices.areas import FewWords, Words
from cim.offices.criteria import ANY_USE, Uses
from cim.offices.holdings import COLUMNS
from cim.offices.starts import UnknownPlaceError
from cim.settings import answer_settings
from cim.walking import Walking

router = APIRouter()

Form = Literal["json", "csv", "xlsx"]


def _known_facets(names: list[str]) -> list[str]:
    if names == ["all"]:
        return list(FACETS)
    for name in names:
        if name not in FACETS:
            raise ValueError(
                f"没有分面 {name!r}；可用：all, {', '.join(FACETS)} / there is no facet {name!r}"
            )
    return list(dict.fromkeys(names))


class _Page(BaseModel):
    """How much of an answer is wanted, and in which form."""

    limit: Limit | None = None
    offset: int = Field(0, ge=0, le=10_000_000, description="跳过的条数 offices to skip")
    facets: Annotated[FewWords, AfterValidator(_known_facets)] | None = Field(
        None,
        description="分面计数：每个取值各有多少楼宇满足其他条件（标签：再勾选它还剩多少）；"
        "all 为全部 how many offices have which value, of those that meet all other bounds (of a"
        " label: how many are left when it is ticked, too); all for all: " + ", ".join(FACETS),
        examples=["street,grade,labels"],
    )
    f: Literal["geojson", "json", "csv", "xlsx"] | None = Field(
        None,
        description="格式；csv 与 xlsx 默认给出全部结果（至多一页的上限），"
        "只有一部分时文件名写明"
        " form; csv and xlsx hold all, up to the most of a page; a part says so in its name",
    )


class OfficeQuery(OfficeCriteria, _Page):
    """Parameters of ``GET /offices``."""


class AreaBody(OfficesWithin):
    """An area as plain GeoJSON, or ``within`` it and the bounds of ``GET /offices``."""

    model_config = ConfigDict(json_schema_extra={"examples": [AREA]})

    @model_validator(mode="before")
    @classmethod
    def _plain_area(cls, value: Any) -> Any:
        is_area = isinstance(value, dict) and isinstance(value.get("type"), str)
        return {"within": value} if is_area else value


@contextmanager
def _asking() -> Iterator[Connection]:
    """Give a connection; names that there are not become bad requests."""
    try:
        with reading() as connection:
            yield connection
    except (UnknownLabelError, UnknownPlaceError) as error:
        zh, _, en = str(error).partition(" / ")
        raise ProblemError(400, zh, en) from None


def _in_words(walking: Walking) -> str:
    """Say what distances and minutes are."""
    speed, detour = f"{walking.walk_speed:g}", f"{walking.detour:g}"
    return (
        f"步行沿道路网，{speed} 米/分钟（walk_basis 为 network）；没有路网处按直线 × {detour}"
        "（straight-line）；distance_m 为直线距离"
        f" / on foot through the streets at {speed} m/min, straight lines × {detour} where there"
        " is no network; distance_m is a straight line"
    )


def _found(request: Request, criteria: OfficeCriteria, page: _Page) -> Response:
    if page.f in ("csv", "xlsx"):
        most = answer_settings().max_limit
        limit = most if page.limit is None else clamped(page.limit)
        with _asking() as connection:
            rows = search_rows(connection, criteria, limit, page.offset)
        return office_table(page.f, rows, page.offset)
    limit = clamped(page.limit)
    with _asking() as connection:
        found = search(connection, criteria, limit, page.offset, page.facets or ())
        start = criteria.walk_from
        outside = (
            start is not None
            and start.station is None
            and lies_outside(connection, start.lon, start.lat)
        )
    returned = len(found.features)
    end = page.offset + returned
    more: dict[str, Any] = {"unknown": found.unknown}
    if criteria.q:
        match = "similar" if found.similar else "exact"
        more["text_match"] = match if found.matched else "none"
    if outside:
        more["note"] = OUTSIDE
    if found.facets:
        more["facets"] = {
            name: {
                **asdict(facet),
                "values": [
                    {k: v for k, v in asdict(count).items() if v is not None}
                    for count in facet.values
                ],
            }
            for name, facet in found.facets.items()
        }
    following = {"offset": end} if end < found.matched and returned else None
    return page_answer(
        request, found.features, found.matched, following, **more, walking=_in_words(found.walking)
    )


@router.get(
    "/offices",
    dependencies=[once(OfficeQuery)],
    responses=FOUND,
    summary="查找商办楼宇 Find offices",
)
def find_offices(request: Request, query: Annotated[OfficeQuery, Query()]) -> Response:
    """Find the offices that meet every bound.

    Area, rent, budget, move-in date and fit-out must hold for one free unit, or one block of
    adjacent free units. A value that is unknown never meets a bound; ``unknown`` says for how many
    offices that was so. ``ids`` alone gives a shortlist of any use.
    """
    return _found(request, query, query)


@router.post(
    "/offices/search",
    dependencies=[once(OfficeQuery)],
    responses=FOUND,
    summary="在给定范围内查找商办楼宇 Find offices in an area",
)
def find_offices_within(
    request: Request, body: AreaBody, query: Annotated[OfficeQuery, Query()]
) -> Response:
    """Find the offices that touch an area and meet every bound.

    The body is GeoJSON (a Polygon or MultiPolygon, a Feature or a FeatureCollection), or
    ``{"within": …}`` with the bounds of ``GET /offices`` beside it. Bounds may stand in the
    address, too; those of the body go before. The next page is the same body at the address of
    the link ``next``.
    """
    asked = {name: getattr(query, name) for name in query.model_fields_set}
    page = {name: asked.pop(name) for name in _Page.model_fields if name in asked}
    asked |= {name: getattr(body, name) for name in body.model_fields_set}
    return _found(request, OfficesWithin.model_validate(asked), _Page.model_validate(page))


class CompareQuery(BaseModel):
    """Parameters of a comparison."""

    model_config = ConfigDict(extra="forbid")

    ids: Words = Field(
        description="2 至 5 栋楼宇的编号 ids of 2 to 5 offices",
        examples=["luohu-example:B001,luohu-example:B002"],
    )
    f: Form | None = Field(None, description="格式 form")


@router.get(
    "/offices/compare",
    dependencies=[once(CompareQuery)],
    responses=COMPARED,
    summary="比较几栋楼宇 Compare offices",
)
def compare_offices(query: Annotated[CompareQuery, Query()]) -> Response:
    """Set two to five offices side by side, fact by fact.

    ``better`` says which direction is better, where one is; ``best`` names the best of those whose
    value is known.
    """
    ids = list(dict.fromkeys(query.ids))
    if not 2 <= len(ids) <= 5:
        raise ProblemError(400, "ids：请给 2 至 5 个不同的编号", "ids: name 2 to 5 offices")
    with reading() as connection:
        found = compare(connection, ids)
    if found.missing:
        missing = "、".join(found.missing)
        raise ProblemError(404, f"没有楼宇 {missing}", f"there is no office {missing}")
    if query.f in ("csv", "xlsx"):
        names = found.rows[list(FACTS).index("name")].values
        headings = ["项目", "单位", *(str(names[office]) for office in found.offices), "最优"]
        rows = (
            [
                row.zh,
                heading("", row.unit).strip("（）"),
                *(row.values[office] for office in found.offices),
                [names[office] for office in row.best],
            ]
            for row in found.rows
        )
        return table_answer(query.f, "楼宇比较", headings, rows)
    return _json({"offices": found.offices, "rows": [asdict(row) for row in found.rows]})


class StockQuery(BaseModel):
    """Parameters of the stock."""

    model_config = ConfigDict(extra="forbid")

    by: Literal["street", "district", "grade", "use", "business_district"] = Field(
        "street", description=f"按什么分组：{'、'.join(zh for zh, _ in GROUPINGS.values())} groups"
    )
    use: Uses = Field(
        [ANY_USE], description=f"用途，可多选；“{ANY_USE}”表示不限 uses; {ANY_USE} for any"
    )
    f: Form | None = Field(None, description="格式 form")


@router.get(
    "/offices/stock",
    dependencies=[once(StockQuery)],
    responses=STOCK,
    summary="商办存量 Stock of commercial space",
)
def sum_up(query: Annotated[StockQuery, Query()]) -> Response:
    """Sum up the stock by street, district, grade, use or business district.

    Areas and spaces add up what is known, and beside each stands of how many it is unknown. Rents
    are those of free units, weighted by area. An office in several business districts counts in
    each.
    """
    uses = None if ANY_USE in query.use else query.use
    with reading() as connection:
        groups = holdings(connection, query.by, uses)
    zh, en = GROUPINGS[query.by]
    if query.f in ("csv", "xlsx"):
        headings = [zh, *(heading(title, unit) for title, _, unit in COLUMNS.values())]
        rows = ([g["group"] or "不详", *(g[name] for name in COLUMNS)] for g in groups)
        return table_answer(query.f, f"商办存量（按{zh}）", headings, rows)
    columns = [
        {"name": name, "zh": title, "en": english, "unit": unit}
        for name, (title, english, unit) in COLUMNS.items()
    ]
    return _json(
        {"by": {"name": query.by, "zh": zh, "en": en}, "columns": columns, "groups": groups}
    )


def _json(value: Any) -> Response:
    return JSONResponse(jsonable_encoder(value))
