"""Scenes as pages."""

from __future__ import annotations

import threading
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from sqlalchemy import func, select

from api.answers import link, takes
from api.problems import ProblemError
from cim.database import reading
from cim.matching.versions import data_version
from viz.page import scene_html
from viz.scenes import SCENES, UnknownSceneError, scene_named

router = APIRouter(tags=["首页与场景 pages and scenes"])

# two readers of a new version wait for one making of it
_making = threading.Lock()


def _version() -> str:
    """Return by what a scene grows old: the city, what was derived from it, and this program."""
    with reading() as connection:
        city = connection.scalar(select(func.current_database())), data_version(connection)
    return sha256(repr((version("cim-luohu"), *city)).encode()).hexdigest()[:16]


@lru_cache(maxsize=4)
def _page(name: str, _version: str) -> str:
    with reading() as connection:
        return scene_html(scene_named(name, connection))


@router.get("/scenes", dependencies=[takes()], summary="全部场景 All scenes")
def list_scenes(request: Request) -> dict[str, Any]:
    """Return the scenes with their titles."""
    return {
        "scenes": [
            {
                "name": name,
                "title": f"{title.zh} {title.en}",
                "links": [link(request, f"/scenes/{name}", "self", "text/html", title.zh)],
            }
            for name, (title, _) in SCENES.items()
        ]
    }


@router.get(
    "/scenes/{name}",
    dependencies=[takes("embedded")],
    summary="一个场景 One scene",
    response_class=HTMLResponse,
)
def read_scene(request: Request, name: str) -> Response:
    """Return a scene as one page that asks no other host for anything."""
    if name not in SCENES:
        zh, _, en = str(UnknownSceneError(name)).partition(" / ")
        raise ProblemError(404, zh, en)
    now = _version()
    mark = f'"{name}-{now}"'
    headers = {"ETag": mark, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == mark:
        return Response(status_code=304, headers=headers)
    with _making:
        page = _page(name, now)
    return HTMLResponse(page, headers=headers)
