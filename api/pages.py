"""The landing page: a page for people, links for programs."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from api.answers import JSON, link

router = APIRouter(tags=["首页与场景 pages and scenes"])


def _landing(request: Request) -> dict[str, Any]:
    """Return the landing page of OGC API – Common."""
    return {
        "title": "罗湖城市信息模型 Luohu city information model",
        "description": "城市图层与空间问答 layers of the city and answers about them",
        "links": [
            link(request, "/", "self", JSON, "首页 this page"),
            link(
                request,
                "/api",
                "service-desc",
                "application/vnd.oai.openapi+json;version=3.1",
                "接口定义 API definition",
            ),
            link(request, "/docs", "service-doc", "text/html", "接口文档 API documentation"),
            link(request, "/conformance", "conformance", JSON, "符合的标准 conformance"),
            link(request, "/collections", "data", JSON, "图层 layers"),
        ],
    }


@router.get("/", summary="首页 Landing page")
def landing(request: Request) -> Response:
    """Return the page for people to a browser, links to a program."""
    return JSONResponse(_landing(request))
