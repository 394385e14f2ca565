"""What the routes share: media types, links, limits, moments."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import Depends, Query, Request, Response
from pydantic import AfterValidator, BeforeValidator, Field

from api.problems import ProblemError
from cim.city_time import CITY_TIME
from cim.geojson import collection
from cim.settings import answer_settings

GEOJSON = "application/geo+json"
JSON = "application/json"


def _moment(value: object) -> object:
    # an unescaped "+08:00" in a query arrives as " 08:00"
    return value.strip().replace(" ", "+") if isinstance(value, str) and "T" in value else value


def _in_city_time(value: dt.datetime) -> dt.datetime:
    return value if value.tzinfo else value.replace(tzinfo=CITY_TIME)


Moment = Annotated[dt.datetime, BeforeValidator(_moment), AfterValidator(_in_city_time)]
"""A moment; without a zone it is Chinese time."""

Limit = Annotated[
    int,
    Field(ge=1, description="每页条数，超过上限按上限 features on a page, clamped to the maximum"),
]


def clamped(limit: int | None) -> int:
    """Return the number of features on a page: the default, or at most the maximum."""
    settings = answer_settings()
    return min(limit or settings.default_limit, settings.max_limit)


def only_json(
    f: Annotated[Literal["json"] | None, Query(description="格式 format: json")] = None,
) -> None:
    """Accept the ``f=json`` that clients of OGC APIs add."""


def takes(*names: str) -> Any:
    """Return a dependency that refuses every query parameter but these (OGC 17-069r4, 7.12)."""

    def check(request: Request) -> None:
        for name in request.query_params:
            if name not in (*names, "f"):
                raise ProblemError(
                    400, f"{name}：没有这个参数", f"{name}: there is no such parameter"
                )

    return Depends(check)


def link(request: Request, path: str, rel: str, media: str, title: str) -> dict[str, str]:
    """Return a link with an absolute address."""
    base = str(request.base_url).rstrip("/")
    return {"href": f"{base}{path}", "rel": rel, "type": media, "title": title}


def page_links(request: Request, media: str, following: Mapping[str, Any] | None) -> list[Any]:
    """Return the links of a page: itself, and the next with changed parameters."""
    path, query = request.url.path, request.url.query
    links = [link(request, f"{path}?{query}" if query else path, "self", media, "本页 this page")]
    if following is not None:
        kept = [(k, v) for k, v in request.query_params.multi_items() if k not in following]
        more = urlencode([*kept, *((k, str(v)) for k, v in following.items())])
        links.append(link(request, f"{path}?{more}", "next", media, "下一页 next page"))
    return links


def geojson(body: bytes | str) -> Response:
    """Return bytes that PostGIS wrote as a GeoJSON answer."""
    return Response(body, media_type=GEOJSON)


def page_answer(
    request: Request,
    features: Sequence[str],
    matched: int,
    following: Mapping[str, Any] | None,
    **more: Any,
) -> Response:
    """Return one page of features (OGC 17-069r4, 7.15.8).

    Parameters
    ----------
    features
        Each as GeoJSON text.
    matched
        How many there are on all pages.
    following
        Parameters that lead to the next page; None on the last.
    more
        Further members of the collection.
    """
    members = {
        "numberMatched": matched,
        "numberReturned": len(features),
        **more,
        "timeStamp": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "links": page_links(request, GEOJSON, following),
    }
    written = json.dumps(members, ensure_ascii=False, separators=(",", ":"))
    return geojson(collection(features, written[1:-1]))
