"""Readers, one for each kind of file, all behind `open_source`."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from threading import Thread

from layers.reading import archives, parquet, tables
from layers.reading.archives import open_archive
from layers.reading.parquet import open_parquet
from layers.reading.tables import open_table
from layers.reading.vectors import open_vectors
from layers.source import Source, SourceError

_WORKBOOKS = {".xlsx", ".xlsm", ".xls", ".et", ".xlsb", ".ods"}
_OTHER_ARCHIVES = {".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2"}
_EXTRACTS = {".pbf", ".osm"}
_DATABASE = ".gdb"
"""How the folder of a geodatabase is called."""


def _check_there(path: Path) -> None:
    if path.is_dir() and path.suffix.lower() == _DATABASE:
        return
    if not path.is_file():
        raise SourceError(f"找不到文件 / no such file: {path}")
    if path.stat().st_size == 0:
        raise SourceError(f"文件是空的 / the file is empty: {path.name}")


def _fingerprint(path: Path) -> str:
    """Return the SHA-256 of a file, or of the files of a folder in the order of their names."""
    if path.is_file():
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    whole = hashlib.sha256()
    for part in sorted(part for part in path.rglob("*") if part.is_file()):
        # names are bytes: those from another system need not be text
        whole.update(os.fsencode(part.relative_to(path)) + f" {_fingerprint(part)}\n".encode())
    return whole.hexdigest()


def _hash(path: Path, digest: Future[str]) -> None:
    try:
        digest.set_result(_fingerprint(path))
    except Exception as error:  # noqa: BLE001 - whoever waits for it hears of it, whatever it is
        digest.set_exception(error)


def _one_table(source: Source, sublayer: str | None) -> Source:
    """Refuse the name of a table in a file that has but one."""
    if sublayer is not None:
        raise SourceError(
            f"{source.name} 里只有一个表，不要写 --sublayer"
            f" / {source.name} holds one table only: leave out --sublayer"
        )
    return source


def _opened(path: Path, sublayer: str | None, called: Collection[str]) -> Source:
    suffix = path.suffix.lower()
    if suffix in _OTHER_ARCHIVES:
        raise SourceError(
            f"不能读 {suffix} 压缩包；请先解压，或改用 .zip"
            f" / {suffix} archives are not read: unpack {path.name}, or use .zip"
        )
    if suffix in _EXTRACTS:
        raise SourceError(
            f"{path.name} 是 OpenStreetMap 的多个图层，请用 cim import-osm"
            f" / {path.name} holds several layers of OpenStreetMap: use cim import-osm"
        )
    if suffix in archives.SUFFIXES:
        return open_archive(path, sublayer, called, _opened)
    if suffix in tables.SUFFIXES:
        return _one_table(open_table(path), sublayer)
    if suffix in _WORKBOOKS:
        from layers.reading.workbooks import open_workbook

        return open_workbook(path, sublayer, called)
    if suffix in parquet.SUFFIXES:
        return _one_table(open_parquet(path), sublayer)
    return open_vectors(path, sublayer, called)


def open_source(path: Path, sublayer: str | None = None, called: Collection[str] = ()) -> Source:
    """Open a file of any kind that can be imported.

    Parameters
    ----------
    path
        GeoPackage, Shapefile, GeoJSON, GeoParquet, CSV, Excel, a zip of any of them, the folder
        ``.gdb`` of a geodatabase, or whatever else GDAL reads as vectors.
    sublayer
        Table within the file, where it has several.
    called
        What a table may be called that is meant without being named: the names of a layer.

    Raises
    ------
    SourceError
        The file is missing, empty or of no known kind, or holds several tables and none is
        named.
    """
    _check_there(path)
    source = _opened(path, sublayer, called)
    digest = Future[str]()
    # a daemon: nobody who has interrupted an import waits for it
    Thread(target=_hash, args=(path, digest), daemon=True).start()
    return replace(source, digest=digest.result)
