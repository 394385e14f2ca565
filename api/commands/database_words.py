"""What the command line says where the database refuses or is gone: never its own text."""

from __future__ import annotations

import psycopg
from sqlalchemy.exc import DBAPIError

_BY_CLASS = {
    "08": ("连接中断", "the connection was lost"),
    "22": ("有一个值存不进去", "it cannot store a value"),
    "23": ("新内容与已有内容矛盾", "something contradicts what it holds"),
    "40": ("与同时进行的改动冲突，请再试一次", "it met a change made at once: try again"),
    "42": ("结构或权限不符", "its structure or its rights are not as expected"),
    "53": ("磁盘、内存或连接数不够", "it is short of disk, memory or connections"),
    "55": ("图层正被别人占用，请稍后再试", "the layer is in use: try again later"),
    "57": ("被停止，或超过了时限", "it was stopped, or took too long"),
}
"""What the classes of SQLSTATE mean, as appendix A of PostgreSQL's manual lists them."""

_LOST = ("没有回应，或连接中断", "it does not answer, or was lost")


def told(error: Exception) -> str | None:
    """Say in one sentence what the database has against it; None for another kind of error."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if not isinstance(cause, psycopg.Error):
        return None
    state = cause.sqlstate
    zh, en = _BY_CLASS.get((state or "08")[:2], ("不能完成", "it cannot do this"))
    if state is None and isinstance(cause, psycopg.OperationalError):
        zh, en = _LOST
    code = f"（{state}）" if state else ""
    return (
        f"数据库{zh}{code}；没有提交的改动不会保留"
        f" / the database: {en}; what was not committed is not kept"
    )
