"""Which table of a file is meant, where it holds several."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from layers.source import SourceError


@dataclass(frozen=True)
class Table:
    """A table within a file: a layer, a sheet, a file in an archive.

    Attributes
    ----------
    rows
        How many it has; None where that is not known.
    beside
        Whether it only goes with the others, as styles do.
    """

    name: str
    rows: int | None
    beside: bool = False

    def __str__(self) -> str:
        rows = "?" if self.rows is None else f"{self.rows}"
        return f"{self.name}（{rows} 行 rows）"


def chosen(
    file: str, tables: Sequence[Table], named: str | None, called: Collection[str] = ()
) -> str:
    """Return the name of the table that is meant.

    Parameters
    ----------
    file
        Name of the file, for the message.
    tables
        In the order of the file.
    named
        What the planner names, if anything.
    called
        What a table may be called that is meant without being named: the titles of a layer.

    Raises
    ------
    SourceError
        There is no table of that name, or which one is meant is not certain; the message lists
        what there is.
    """
    listed = "、".join(map(str, tables))
    if named is not None:
        if found := next((table for table in tables if table.name == named), None):
            return found.name
        raise SourceError(f"{file} 里没有“{named}”；有：{listed} / {file} has no table {named}")
    own = [table for table in tables if not table.beside]
    meant = [table for table in own if table.rows != 0]
    alike = [table for table in meant if table.name.casefold() in {c.casefold() for c in called}]
    for certain in (meant, alike):
        if len(certain) == 1:
            return certain[0].name
    if not meant and own:
        # an empty file: which of its tables is empty does not matter
        return own[0].name
    raise SourceError(
        f"{file} 里有多个表：{listed}；请用 --sublayer 选一个"
        f" / {file} holds several tables: choose one with --sublayer"
    )
