"""What a scene says of its data: whom it is from, and what of it is less than known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from cim.model import LAYERS, PROVENANCES
from viz.scene import SourceGroup, Text

_WARNED_OF = ("simulated", "estimated", "unverified")


def provenance_pills(frames: Iterable[pd.DataFrame], *more: Iterable[str]) -> tuple[Text, ...]:
    """Return a warning for each weak provenance of a row, or of a single value that is shown.

    Parameters
    ----------
    frames
        Layers with the columns that are shown, ``provenance`` and ``exceptions``.
    more
        Provenances that belong to derived values.
    """
    found = {kind for kinds in more for kind in kinds}
    for frame in frames:
        found.update(frame["provenance"].dropna())
        for given in frame["exceptions"].dropna():
            found.update(kind for field, kind in given.items() if field in frame.columns)
    return tuple(
        Text(f"含{PROVENANCES[kind][0]}数据", PROVENANCES[kind][1])
        for kind in _WARNED_OF
        if kind in found
    )


def sources_by_layer(frames: Mapping[str, pd.DataFrame]) -> tuple[SourceGroup, ...]:
    """Group the sources by the layers they are of, in the order of the frames.

    Each source is named once; those of the same layers stand together, the widest first.
    """
    layers: dict[str, list[str]] = {}
    for name, frame in frames.items():
        for source in frame["source"].value_counts().index:
            layers.setdefault(source, []).append(name)
    groups: dict[tuple[str, ...], list[str]] = {}
    for source, names in layers.items():
        groups.setdefault(tuple(names), []).append(source)
    return tuple(SourceGroup(_titles(names), tuple(found)) for names, found in groups.items())


def _titles(names: Iterable[str]) -> Text:
    titles = [LAYERS[name].__title__ for name in names]
    return Text("、".join(zh for zh, _ in titles), ", ".join(en.lower() for _, en in titles))
