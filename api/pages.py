"""The landing page: a page for people, links for programs; and the API's documentation."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import fastapi_offline
from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.staticfiles import StaticFiles

from api.answers import JSON, link
from viz.home import ASSETS, POLICY, home_html

router = APIRouter(tags=["首页与场景 pages and scenes"])

_OPENAPI = "application/vnd.oai.openapi+json;version=3.1"
_SWAGGER = Path(fastapi_offline.__file__).with_name("static")


def mount_assets(app: FastAPI) -> None:
    """Serve the files of the pages, all from this machine."""
    app.mount("/assets/home", StaticFiles(directory=ASSETS), name="home")
    app.mount("/assets/docs", StaticFiles(directory=_SWAGGER), name="docs")


def _landing(request: Request) -> dict[str, Any]:
    """Return the landing page of OGC API – Common."""
    return {
        "title": "罗湖城市信息模型 Luohu city information model",
        "description": "城市图层与空间问答 layers of the city and answers about them",
        "links": [
            link(request, "/", "self", JSON, "首页 this page"),
            link(request, "/api", "service-desc", _OPENAPI, "接口定义 API definition"),
            link(request, "/docs", "service-doc", "text/html", "接口文档 API documentation"),
            link(request, "/conformance", "conformance", JSON, "符合的标准 conformance"),
            link(request, "/collections", "data", JSON, "图层 layers"),
        ],
    }


@router.get("/", summary="首页 Landing page")
def landing(
    request: Request,
    f: Annotated[Literal["json", "html"] | None, Query(description="格式 format")] = None,
) -> Response:
    """Return the page for people to a browser, links to a program."""
    wants_page = "text/html" in request.headers.get("accept", "")
    if f == "html" or (f is None and wants_page):
        return HTMLResponse(
            home_html(), headers={"Content-Security-Policy": POLICY, "Vary": "Accept"}
        )
    return JSONResponse(_landing(request), headers={"Vary": "Accept"})


@router.get("/docs", include_in_schema=False)
def documentation() -> HTMLResponse:
    """Return the interactive documentation, with nothing from outside."""
    return get_swagger_ui_html(
        openapi_url="/api",
        title="罗湖城市信息模型接口 API",
        swagger_js_url="/assets/docs/swagger-ui-bundle.js",
        swagger_css_url="/assets/docs/swagger-ui.css",
        swagger_favicon_url="/assets/home/icon.svg",
    )
