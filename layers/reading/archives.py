"""Zip archives: what they hold is unpacked to a temporary folder and read from there."""

from __future__ import annotations

import shutil
import zlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from zipfile import BadZipFile, LargeZipFile, ZipFile, ZipInfo

import pandas as pd

from layers.reading.choice import Table, chosen
from layers.reading.folders import TemporaryFolder
from layers.source import Source, SourceError

SUFFIXES = {".zip", ".shz"}

LARGEST = 8 << 30
"""Bytes that an archive may unpack to: 8 GiB, several times a city's buildings."""
MOST = 10_000
"""Entries that an archive may have."""
_ENCRYPTED, _UTF8 = 0x1, 0x800
"""Marks of an entry (APPNOTE 4.4.4)."""
_VECTORS = {".shp", ".gpkg", ".geojson", ".geojsonl", ".ndjson", ".fgb", ".kml", ".gml"}
_TABLES = {".csv", ".tsv", ".xlsx", ".xlsm", ".parquet", ".geoparquet"}
_PERHAPS = {".json", ".txt", ".dbf"}
"""Read where there is nothing better: these are often a description."""

Entries = dict[PurePosixPath, ZipInfo]
OpenMember = Callable[[Path, str | None, Collection[str]], Source]


def _name(entry: ZipInfo) -> PurePosixPath:
    """Return the name of an entry: without the mark for UTF-8 it is in any encoding, here GBK."""
    name = entry.filename
    if not entry.flag_bits & _UTF8:
        # Python reads an unmarked name as code page 437, in which every byte is a character
        raw = name.encode("cp437")
        try:
            name = raw.decode("utf-8")
        except UnicodeDecodeError:
            name = raw.decode("gb18030", "replace")
    return PurePosixPath(name.replace("\\", "/"))


def _entries(archive: ZipFile) -> Entries:
    """Return the files of an archive by name, but those that only a system put there.

    A name that leads out of the folder is left out, too.
    """
    found = {_name(entry): entry for entry in archive.infolist() if not entry.is_dir()}
    return {
        name: entry
        for name, entry in found.items()
        if not name.is_absolute()
        and not any(part.startswith((".", "__MACOSX")) or ":" in part for part in name.parts)
    }


def _readable(entries: Entries) -> list[PurePosixPath]:
    """Return what can be read: files, and geodatabases, which are folders."""
    databases = {
        parent for name in entries for parent in name.parents if parent.suffix.lower() == ".gdb"
    }
    for kinds in (_VECTORS | _TABLES, _PERHAPS):
        files = [
            name
            for name in entries
            if name.suffix.lower() in kinds and not databases & set(name.parents)
        ]
        if files or databases:
            return sorted([*files, *databases])
    return []


def _belonging(member: PurePosixPath, entries: Entries) -> Entries:
    """Return the entries that make up one member: a file with those of its stem, or a folder."""
    return {
        name: entry
        for name, entry in entries.items()
        if member in name.parents
        or (name.parent == member.parent and name.stem.casefold() == member.stem.casefold())
    }


def _check_size(name: str, entries: Collection[ZipInfo]) -> None:
    size = sum(entry.file_size for entry in entries)
    if size > LARGEST or len(entries) > MOST:
        raise SourceError(
            f"{name} 解压后有 {size / (1 << 30):.1f} GiB、{len(entries)} 个文件，"
            f"超过上限（{LARGEST >> 30} GiB、{MOST} 个）；请先解压，只导入需要的文件"
            f" / {name} would unpack to more than {LARGEST >> 30} GiB or {MOST} files:"
            " unpack it yourself and import what is needed"
        )


def _unpack(archive: ZipFile, entries: Entries, folder: Path) -> None:
    """Write entries to a folder, never more of one than it says it holds."""
    for name, entry in entries.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(entry) as packed, target.open("wb") as file:
            shutil.copyfileobj(packed, file, 1 << 20)


def _rows(
    archive: ZipFile, member: PurePosixPath, entries: Entries, open_member: OpenMember
) -> int | None:
    """Count the rows of a member, where that is quickly known."""
    folder = TemporaryFolder()
    _unpack(archive, _belonging(member, entries), folder.path)
    try:
        return open_member(folder.path / member, None, ()).rows
    except SourceError:
        return None


def _split(named: str | None, members: list[PurePosixPath]) -> tuple[str | None, str | None]:
    """Split what the planner names into the file and the table within: ``city.gpkg/buildings``."""
    if named is None:
        return None, None
    for member in members:
        for name in (str(member), member.name, member.stem):
            if named == name:
                return str(member), None
            if named.startswith(f"{name}/"):
                return str(member), named[len(name) + 1 :]
    # with one file there is no doubt which one holds the table
    return (str(members[0]), named) if len(members) == 1 else (named, None)


def _held(folder: TemporaryFolder, source: Source) -> Iterator[pd.DataFrame]:
    """Read a source whose file is there as long as `folder` is."""
    yield from source.chunks()
    del folder


def _checked_entries(name: str, archive: ZipFile) -> Entries:
    """Return the files of an archive that can be unpacked without harm."""
    _check_size(name, archive.infolist())
    entries = _entries(archive)
    if any(entry.flag_bits & _ENCRYPTED for entry in entries.values()):
        raise SourceError(
            f"{name} 设有密码；请先解压 / {name} is locked with a password: unpack it first"
        )
    return entries


def _members(name: str, entries: Entries) -> list[PurePosixPath]:
    """Return what of an archive can be read, at least one thing."""
    members = _readable(entries)
    if not members:
        listed = "、".join(str(entry) for entry in list(entries)[:10]) or "—"
        raise SourceError(
            f"{name} 里没有能读的数据文件；有：{listed} / {name} holds no file that can be read"
        )
    return members


def open_archive(
    path: Path, sublayer: str | None, called: Collection[str], open_member: OpenMember
) -> Source:
    """Open what a zip archive holds: a shapefile with its parts, a GeoPackage, a table.

    Parameters
    ----------
    sublayer
        The file within, where there are several, or the table within it, or both as
        ``file/table``.
    open_member
        Opens an unpacked file.

    Raises
    ------
    SourceError
        The archive is broken, locked, too large or holds nothing that can be read, or what is
        meant is not certain.
    """
    folder = TemporaryFolder()
    try:
        with ZipFile(path) as archive:
            entries = _checked_entries(path.name, archive)
            members = _members(path.name, entries)
            file, table = _split(sublayer, members)
            if file is None and len(members) == 1:
                file = str(members[0])
            elif file is None or file not in map(str, members):
                counted = [_rows(archive, member, entries, open_member) for member in members]
                listed = [Table(str(m), rows) for m, rows in zip(members, counted, strict=True)]
                file = chosen(path.name, listed, file, called)
            member = PurePosixPath(file)
            _unpack(archive, _belonging(member, entries), folder.path)
    except (BadZipFile, LargeZipFile, NotImplementedError, zlib.error, EOFError) as error:
        raise SourceError(
            f"{path.name} 不是完好的 zip 压缩包 / {path.name} is no sound zip archive: {error}"
        ) from None
    source = open_member(folder.path / member, table, called)
    return replace(
        source,
        name=path.name,
        chunks=lambda: _held(folder, source),
        notes=[f"读取压缩包内的“{file}” / the file read is {file}", *source.notes],
    )
