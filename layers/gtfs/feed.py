"""The tables of a GTFS feed, read out of its zip file as text.

Follows the GTFS Schedule Reference (gtfs.org/documentation/schedule/reference).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from zipfile import BadZipFile, ZipFile

import pandas as pd

from layers.findings import Finding
from layers.source import CHUNK, SourceError

_NEEDED = ("stops.txt", "routes.txt", "trips.txt", "stop_times.txt")
_TITLE_ROW = 1
_ROWS_AT_ONCE = 4 * CHUNK


@dataclass(frozen=True)
class Feed:
    """A feed: its file, and the name within the archive of each of its tables."""

    path: Path
    members: dict[str, str]


def open_feed(path: Path) -> Feed:
    """Find the tables of a feed, which may lie in a folder within the archive.

    Raises
    ------
    SourceError
        The file is missing, no zip file, or lacks a table that every feed has.
    """
    if not path.is_file():
        raise SourceError(f"找不到文件 / no such file: {path}")
    try:
        with ZipFile(path) as archive:
            names = [PurePosixPath(name) for name in archive.namelist()]
    except BadZipFile as error:
        raise SourceError(
            f"{path.name} 不是完好的 zip 文件 / is not a sound zip file: {error}"
        ) from None
    names = [name for name in names if name.suffix == ".txt" and "__MACOSX" not in name.parts]
    stops = [name for name in names if name.name == "stops.txt"]
    folder = min(stops, key=lambda name: len(name.parts)).parent if stops else PurePosixPath()
    members = {name.name: str(name) for name in names if name.parent == folder}
    missing = [name for name in _NEEDED if name not in members]
    if missing:
        raise SourceError(
            f"{path.name} 缺少 GTFS 必备的文件：{'、'.join(missing)}"
            f" / {path.name} lacks what every GTFS feed has: {', '.join(missing)}"
        )
    return Feed(path, members)


def read(
    feed: Feed, table: str, needed: tuple[str, ...], optional: tuple[str, ...] = ()
) -> Iterator[pd.DataFrame]:
    """Read some columns of a table in chunks.

    Yields
    ------
    DataFrame
        Text columns `needed` and `optional` (unknown where the table lacks one), indexed by
        row number; the title row is row 1, blank rows are left out.

    Raises
    ------
    SourceError
        The table is damaged, not UTF-8, or lacks a column it needs.
    """
    wanted = {*needed, *optional}
    with ZipFile(feed.path) as archive, archive.open(feed.members[table]) as file:
        try:
            reader = pd.read_csv(
                file,
                dtype="string",
                encoding="utf-8-sig",
                usecols=lambda title: title.strip() in wanted,
                index_col=False,
                keep_default_na=False,
                na_values=[""],
                skipinitialspace=True,
                skip_blank_lines=False,
                chunksize=_ROWS_AT_ONCE,
            )
            with reader, warnings.catch_warnings():
                # a comma too many at the end of each line is harmless
                warnings.simplefilter("ignore", pd.errors.ParserWarning)
                for chunk in reader:
                    yield _tidied(chunk, feed, table, needed, optional)
        except pd.errors.EmptyDataError:
            raise SourceError(_lacks(feed, table, list(needed))) from None
        except (pd.errors.ParserError, UnicodeDecodeError, BadZipFile) as error:
            raise SourceError(
                f"{feed.path.name} 里的 {table} 读不出来"
                f" / cannot read {table} in {feed.path.name}: {error}"
            ) from None


def _lacks(feed: Feed, table: str, columns: list[str]) -> str:
    return (
        f"{feed.path.name} 里的 {table} 缺少列：{'、'.join(columns)}"
        f" / {table} in {feed.path.name} lacks the columns {', '.join(columns)}"
    )


def _tidied(
    chunk: pd.DataFrame,
    feed: Feed,
    table: str,
    needed: tuple[str, ...],
    optional: tuple[str, ...],
) -> pd.DataFrame:
    """Number the rows, trim titles and cells, and complete the columns."""
    rows = chunk.rename(columns=str.strip)
    missing = [title for title in needed if title not in rows.columns]
    if missing:
        raise SourceError(_lacks(feed, table, missing))
    rows.index = rows.index + _TITLE_ROW + 1
    rows = rows.reindex(columns=[*needed, *optional]).astype("string").dropna(how="all")
    for title in rows.columns:
        text = rows[title].str.strip()
        rows[title] = text.mask(text == "")
    return rows


def whole(
    feed: Feed, table: str, needed: tuple[str, ...], optional: tuple[str, ...] = ()
) -> pd.DataFrame:
    """Read some columns of a table at once, as `read` does; empty where a feed lacks the table."""
    if table not in feed.members:
        return pd.DataFrame(columns=[*needed, *optional], dtype="string")
    return pd.concat(list(read(feed, table, needed, optional)))


def remark(
    code: str, table: str, row: int, identifier: str | None, field: str, value: str, reason: str
) -> Finding:
    """Make a remark about a row of a table; `reason` in Chinese and English."""
    zh, _, en = reason.partition(" / ")
    return Finding(
        code=code,
        row=row,
        id=identifier,
        field=field,
        value=value,
        reason=f"{table} 第 {row} 行：{zh} / row {row} of {table} {en}",
    )


def remarks_on(
    code: str, table: str, rows: pd.DataFrame, field: str, identity: str, reason: str
) -> list[Finding]:
    """Make the same remark about several rows of a table.

    Parameters
    ----------
    rows
        The rows it is about, indexed by row number.
    field, identity
        Columns of the value and the identifier that are shown.
    """
    shown = rows[[identity, field]].fillna("").itertuples(name=None)
    return [
        remark(code, table, int(row), identifier or None, field, value, reason)
        for row, identifier, value in shown
    ]


def distinct(rows: pd.DataFrame, table: str, key: str, remarks: list[Finding]) -> pd.DataFrame:
    """Keep the first row of each identifier; remark on rows with none and on repeats."""
    missing = rows[key].isna()
    remarks += remarks_on(
        "row-left-out", table, rows[missing], key, key, f"没有 {key} / has no {key}"
    )
    repeated = rows[key].duplicated() & ~missing
    remarks += remarks_on(
        "row-left-out", table, rows[repeated], key, key, f"{key} 重复 / repeats a {key}"
    )
    return rows[~missing & ~repeated]
