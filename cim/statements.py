"""SQL statements that stand in files of their own; one may hold another, where both must agree."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).with_name("sql")


@cache
def statement(name: str) -> str:
    """Return a statement of ``cim/sql``.

    A line ``-- include FILE`` stands for what that file of ``cim/sql`` holds.

    Parameters
    ----------
    name
        Of the file, within that folder.
    """
    written = _FOLDER.joinpath(name).read_text(encoding="utf-8")
    include = re.compile(r"^-- include (\S+)$", re.MULTILINE)
    return include.sub(lambda found: statement(found[1]), written)
