"""What an import learns about the place of its rows while their chunks go by."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection

from cim.crs import why_local, why_published
from layers.findings import Findings
from layers.mapping import GeometryRule
from layers.places.reading import are_own
from layers.places.titles import coordinate_columns
from layers.report import Whereabouts
from layers.source import GEOMETRY
from layers.whereabouts.agreement import Agreement
from layers.whereabouts.apart import Floats
from layers.whereabouts.city import Extent, city_extent
from layers.whereabouts.numbers import look_alike, sample_of, with_strays


@dataclass
class Placing:
    """Where the city lies, a sample of the source's numbers, and how they agree.

    Attributes
    ----------
    city
        None where it is not known.
    numbers
        x and y of some rows as the source has them, shape (n, 2).
    agreement
        Between geometry and coordinate columns.
    """

    city: Extent | None = None
    numbers: Floats | None = None
    agreement: Agreement = field(default_factory=Agreement)

    def begin(self, connection: Connection, found: NDArray[Any]) -> None:
        """Look where the city lies, and keep a sample of the first chunk's places."""
        self.city = city_extent(connection)
        self.numbers = sample_of(found)

    def question(self) -> str:
        """Ask which system a source is in that states none, with those that would fit."""
        zh, _, en = look_alike(self.numbers, self.city)[0].partition(" / ")
        return (
            f"数据没有说明坐标系：请用 --crs 指明（EPSG:编号、GCJ-02 或 BD-09）{zh and f'。{zh}'}"
            " / the source states no coordinate system: give --crs EPSG:n, GCJ-02 or BD-09"
            f"{en and f'; {en}'}"
        )

    def compare(
        self,
        frame: pd.DataFrame,
        rule: GeometryRule,
        given: NDArray[Any],
        stored: NDArray[Any],
        crs: str,
        findings: Findings,
    ) -> None:
        """Hold a chunk's geometries against the coordinate columns beside them, if any."""
        if not are_own(frame, rule):
            return
        titles = [str(title) for title in frame.columns if title != GEOMETRY]
        columns = coordinate_columns(titles, crs)
        if columns is not None:
            self.agreement.compare(frame, columns, given, stored, crs, findings)

    def whereabouts(
        self, crs: str | None, because: str, counts: Counter[str], matched: int
    ) -> Whereabouts:
        """Say what was believed, why, and what the numbers themselves say for or against it."""
        way = None if crs is None else why_local(crs) or why_published(crs)
        words = [*([way] if way else []), *self.agreement.words()]
        believed = Whereabouts(crs, because, words=words)
        return with_strays(believed, counts, matched, self.numbers, self.city)
