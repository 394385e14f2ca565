"""The REST service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from api import access, choices, collections, health, offices, pages, recommend, scenes, units
from api.problems import handle_problems
from cim.database import close_city, open_city
from cim.refresh.keeping import keeping_fresh

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
"""Names under which the service answers; until there is sign-in it is for this machine only."""

_DESCRIPTION = """
罗湖区城市信息模型（CIM）空间服务：建筑、商办用房、交通等图层，以及对它们的空间提问。

Spatial service of a city information model: layers of buildings, offices and transport, and
spatial questions about them. Coordinates are CGCS2000 longitude and latitude (CRS84).
"""


@asynccontextmanager
async def _lifespan(_app: FastAPI) -> AsyncIterator[None]:
    await run_in_threadpool(open_city)
    with keeping_fresh(open_city):
        yield
    await run_in_threadpool(close_city)


def create_app() -> FastAPI:
    """Make the service; the city is opened when it starts."""
    app = FastAPI(
        title="罗湖城市信息模型 Luohu city information model",
        description=_DESCRIPTION,
        version=version("cim-luohu"),
        lifespan=_lifespan,
        openapi_url="/api",
        docs_url=None,
        redoc_url=None,
    )
    handle_problems(app)
    app.add_middleware(GZipMiddleware, minimum_size=2000, compresslevel=5)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(LOOPBACK))
    pages.mount_assets(app)
    for module in (pages, scenes, health, collections, access, choices, recommend, offices, units):
        app.include_router(module.router)
    return app
