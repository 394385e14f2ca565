"""Whether the service is well."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from fastapi import APIRouter
from sqlalchemy import text

from api.answers import takes
from cim.database import reading

router = APIRouter(tags=["运行 operation"])


@router.get("/health", dependencies=[takes()], summary="服务是否正常 Whether the service is well")
def health() -> dict[str, Any]:
    """Return versions of the program, PostgreSQL and PostGIS, asked of the database itself."""
    with reading() as connection:
        server, postgis = connection.execute(
            text("select current_setting('server_version'), postgis_lib_version()")
        ).one()
    return {
        "status": "ok",
        "cim": version("cim-luohu"),
        "postgresql": server,
        "postgis": postgis,
    }
