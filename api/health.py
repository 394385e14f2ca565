"""Whether the service is well."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from fastapi import APIRouter
from sqlalchemy import text

from api.answers import takes
from cim.database import reading
from cim.refresh import Failing, failing

router = APIRouter(tags=["运行 operation"])


_NAMED = 10
"""Failing parts named in an answer."""


@router.get("/health", dependencies=[takes()], summary="服务是否正常 Whether the service is well")
def health() -> dict[str, Any]:
    """Return versions of the program, PostgreSQL and PostGIS, asked of the database itself.

    ``status`` is ``degraded`` where something could not be worked out after a change; it is tried
    again and again, and everything else is kept fresh. ``cim status`` tells the errors.
    """
    with reading() as connection:
        server, postgis = connection.execute(
            text("select current_setting('server_version'), postgis_lib_version()")
        ).one()
        waiting = failing(connection)
    return {
        "status": "degraded" if waiting else "ok",
        "cim": version("cim-luohu"),
        "postgresql": server,
        "postgis": postgis,
        **({"refresh": _told(waiting)} if waiting else {}),
    }


def _told(waiting: list[Failing]) -> dict[str, Any]:
    """Tell what fails, without the words of the database."""
    count = len(waiting)
    return {
        "zh": f"有 {count} 处未能更新，会再试；其余都是最新的。原因见 cim status",
        "en": f"{count} could not be refreshed and will be tried again; all else is fresh."
        " For the reasons see cim status",
        "failing": count,
        "parts": [
            {"part": one.part, "id": one.feature, "tries": one.tries, "retry_at": one.retry_at}
            for one in waiting[:_NAMED]
        ],
    }
