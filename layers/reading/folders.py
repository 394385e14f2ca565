"""Temporary folders that go when nobody needs them any more."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from pathlib import Path


class TemporaryFolder:
    """A folder in the system's place for temporary files, there as long as this object is.

    It is removed when nothing refers to the object any more, at the latest when the program
    ends.
    """

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="cim-source-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)
