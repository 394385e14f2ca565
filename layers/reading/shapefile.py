"""Shapefiles: several files that belong together, some of which may be missing or lie."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from layers.findings import Finding
from layers.reading.dbase import Encoding, mended_header, table_encoding
from layers.reading.folders import TemporaryFolder
from layers.source import SourceError

_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


@dataclass(frozen=True)
class Shapefile:
    """The files of a shapefile, ready for GDAL.

    Attributes
    ----------
    path
        The ``.shp`` to open.
    restore
        Whether GDAL must restore the index, which it writes beside `path`.
    folder
        Where `path` is, if that is not the planner's own folder.
    """

    path: Path
    encoding: str
    restore: bool = False
    folder: TemporaryFolder | None = None
    remarks: list[Finding] = field(default_factory=list)


def parts_of(path: Path) -> dict[str, Path]:
    """Return the files that make up a shapefile, by suffix in small letters."""
    stem = path.stem.casefold()
    return {
        other.suffix.lower(): other
        for other in sorted(path.parent.iterdir(), reverse=True)
        if other.suffix.lower() in _PARTS and other.stem.casefold() == stem
    } | {path.suffix.lower(): path}


def _remark(table: Path, encoding: Encoding) -> Finding:
    if encoding.stated is None:
        reason = (
            f"没有写明文字编码；按内容判断为 {encoding.name.upper()}"
            f" / states no encoding of its text; by its bytes {encoding.name.upper()}"
        )
    else:
        reason = (
            f"写明的文字编码是 {encoding.stated}，与内容不符；按 {encoding.name.upper()} 读取"
            f" / states the encoding {encoding.stated}, which its bytes are not;"
            f" read as {encoding.name.upper()}"
        )
    return Finding("encoding-assumed", None, None, table.name, encoding.stated or "", reason)


def prepare(path: Path) -> Shapefile:
    """Find the files of a shapefile and in which encoding its text is.

    A missing index (``.shx``) is restored in a temporary folder, never beside the planner's
    file; so are names of fields that end in half a character, which nothing can read.

    Raises
    ------
    SourceError
        The table with the attributes (``.dbf``) is missing.
    """
    parts = parts_of(path)
    if ".dbf" not in parts:
        raise SourceError(
            f"缺少 {path.stem}.dbf：Shapefile 的属性在这个文件里，请与 {path.name} 放在一起"
            f" / {path.stem}.dbf is missing: it holds the attributes of {path.name}"
        )
    stated = parts[".cpg"].read_bytes().decode("ascii", "replace") if ".cpg" in parts else None
    encoding = table_encoding(parts[".dbf"], stated)
    remarks = []
    if not (encoding.believed or encoding.plain):
        remarks.append(_remark(parts[".dbf"], encoding))
    header = mended_header(parts[".dbf"]) if encoding.name == "utf-8" else None
    if ".shx" in parts and header is None:
        return Shapefile(path, encoding.name, remarks=remarks)
    folder = TemporaryFolder()
    for suffix, part in parts.items():
        other = folder.path / f"{path.stem}{suffix}"
        if suffix == ".dbf" and header is not None:
            shutil.copyfile(part, other)
            with other.open("r+b") as file:
                file.write(header)
        else:
            other.symlink_to(part.resolve())
    return Shapefile(
        folder.path / f"{path.stem}.shp",
        encoding.name,
        restore=".shx" not in parts,
        folder=folder,
        remarks=remarks,
    )
