"""How PostgreSQL plans statements that hold every office against bounds of three values."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text


@contextmanager
def planned_for_all(connection: Connection) -> Iterator[None]:
    """Let PostgreSQL plan for these very bounds, and for many offices that meet them.

    It takes conditions of three values for rare, and would hold every office against every
    option in turn; and a plan for any bounds whatever is ten times slower than one for these.
    """
    connection.execute(_PLANNED, {"mode": "force_custom_plan", "loops": "off"})
    yield
    connection.execute(_PLANNED, {"mode": "auto", "loops": "on"})


_PLANNED = text("""
    select set_config('plan_cache_mode', :mode, true), set_config('enable_nestloop', :loops, true)
""")
