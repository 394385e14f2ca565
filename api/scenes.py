"""Scenes as pages."""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from sqlalchemy import func, select

from api.answers import link
from api.problems import ProblemError
from cim.database import reading
from cim.model import Batch
from viz.page import scene_html
from viz.scenes import SCENES, UnknownSceneError, scene_named

router = APIRouter(tags=["首页与场景 pages and scenes"])

# two readers of a new version wait for one making of it
_making = threading.Lock()


def _version() -> int:
    """Return the last batch of the city, by which a scene grows old."""
    with reading() as connection:
        return connection.scalar(select(func.max(Batch.id))) or 0


@lru_cache(maxsize=4)
def _page(name: str, _version: int) -> str:
    with reading() as connection:
        return scene_html(scene_named(name, connection))


@router.get("/scenes", summary="全部场景 All scenes")
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


@router.get("/scenes/{name}", summary="一个场景 One scene", response_class=HTMLResponse)
def read_scene(request: Request, name: str) -> Response:
    """Return a scene as one page that asks no other host for anything."""
    if name not in SCENES:
        zh, _, en = str(UnknownSceneError(name)).partition(" / ")
        raise ProblemError(404, zh, en)
    version = _version()
    mark = f'"{name}-{version}"'
    headers = {"ETag": mark, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == mark:
        return Response(status_code=304, headers=headers)
    with _making:
        page = _page(name, version)
    return HTMLResponse(page, headers=headers)
