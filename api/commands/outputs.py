"""The files that go with an import: tried before anything is done, written in the end."""

from __future__ import annotations

import re
from glob import escape
from itertools import chain, count
from pathlib import Path

from api.commands.speech import USAGE, err, fail

_REPORTS = {".html", ".htm", ".json"}


def beside(file: Path) -> Path:
    """Name the file of rejected rows: ``楼宇.xlsx`` becomes ``楼宇.rejected.xlsx``.

    One that is there already may have been mended by now: it is left alone.
    """
    stem = re.sub(r"\.rejected(-\d+)?$", "", file.stem)
    names = chain([f"{stem}.rejected"], (f"{stem}.rejected-{n}" for n in count(2)))
    paths = (file.with_name(f"{name}{file.suffix}") for name in names)
    return next(path for path in paths if not any(file.parent.glob(f"{escape(path.stem)}.*")))


def check_outputs(report: Path | None, *others: Path | None) -> None:
    """Refuse what could not be written in the end, before anything is done."""
    for path in (report, *others):
        if path is not None and not path.absolute().parent.is_dir():
            raise fail(f"没有文件夹 / no such folder: {path.parent}", USAGE)
    if report is not None and report.suffix.lower() not in _REPORTS:
        raise fail(f"报告是 .html 或 .json 文件 / a report is .html or .json: {report}", USAGE)
    for path in (report, *others):
        if path is not None and (why := _unwritable(path)) is not None:
            raise fail(f"写不了 {path} / cannot write {path}: {why}", USAGE)


def _unwritable(path: Path) -> str | None:
    """Say why a file cannot be written; None where it can."""
    there = path.exists()
    try:
        with path.open("ab"):
            pass
    except OSError as error:
        return str(error.strerror)
    if not there:
        path.unlink()
    return None


def warn(message: str) -> None:
    """Say what went wrong beside an import or a rollback, which stands all the same."""
    err.print(f"cim: {message}", style="yellow", markup=False)


def write(path: Path, content: str) -> bool:
    """Write a text that goes with an import; tell whether that was possible."""
    try:
        path.write_text(content, encoding="utf-8")
    except OSError as error:
        warn(f"写不了 {path} / cannot write {path}: {error.strerror}")
        return False
    return True
