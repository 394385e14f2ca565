"""Write shapes as steps, for most of a page's data is coordinates.

A line of points ``[[x, y], …]`` in degrees becomes one flat list of whole numbers: the first point
and then the step to each next one, in units of the last decimal that is kept. It holds the same
points in a third of the room; ``viz/assets/scene/layers.js`` walks the steps back.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from viz.records import COORDINATE_DIGITS, Record


def pack(record: Record) -> Record:
    """Return a record with its shape as steps, if it has one of flat points."""
    packed = dict(record)
    if "path" in record:
        packed["path"] = _steps(record["path"])
    if "polygon" in record:
        packed["polygon"] = [_steps(ring) for ring in record["polygon"]]
    return packed


def _steps(points: Any) -> Any:
    places = np.asarray(points, dtype=float)
    if places.ndim != 2 or places.shape[1] != 2:
        return points
    whole = np.round(places * 10**COORDINATE_DIGITS).astype(np.int64)
    return np.diff(whole, axis=0, prepend=0).ravel().tolist()
