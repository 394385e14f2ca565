"""The rows of a source on their way to the staging table, chunk by chunk."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection

from cim.checks import needs_places
from cim.crs import check_crs
from cim.model import Layer, columns_of
from layers.columns.identity import with_codes
from layers.columns.plan import Plan, mapped, own_dataset, plan_for, without_examples
from layers.copying import as_binary, copy_rows
from layers.expression import rows_where
from layers.findings import Findings
from layers.mapping import GeometryRule, Mapping, MappingError, UnsettledError
from layers.order import Order
from layers.places.geometry import settled_places, stored_wkb
from layers.places.reading import are_own, datum_in_titles, find_places, read_places, srid_of
from layers.source import GEOMETRY, WKB, Source, ahead, rows_of
from layers.whereabouts.declared import agreed, srids_of
from layers.whereabouts.placing import Placing

_OF_GEOMETRIES = "几何自带的 SRID / the SRID of the geometries"


@dataclass(frozen=True)
class _Places:
    """Settled geometries of a chunk, and the WKB they were read from, where they still are that."""

    settled: NDArray[np.object_]
    read: pa.Array | None

    def of(self, rows: NDArray[np.bool_]) -> _Places:
        read = None if self.read is None else self.read.filter(pa.array(rows))
        return _Places(self.settled[rows], read)


@dataclass
class Intake:
    """One source being read into the staging table, and what was found on the way.

    Attributes
    ----------
    fallback
        Name of the dataset where neither the order, the mapping nor the source gives one.
    where, notes
        Which columns the places are read from, and what was taken for granted in that.
    """

    connection: Connection
    layer: type[Layer]
    source: Source
    mapping: Mapping
    order: Order
    fallback: str
    findings: Findings = field(default_factory=Findings)
    rows: int = 0
    matched: int = 0
    repaired: int = 0
    crs: str | None = None
    because: str = ""
    extent: tuple[float, float, float, float] | None = None
    placing: Placing = field(default_factory=Placing)
    where: GeometryRule | None = None
    notes: list[str] = field(default_factory=list)
    _plan: Plan | None = None
    _kept: list[pd.Series] = field(default_factory=list)
    _ids: list[pa.Array] = field(default_factory=list)

    @property
    def plan(self) -> Plan:
        """How columns fill fields; settled by the first chunk."""
        if self._plan is None:
            raise MappingError(f"{self.source.name} 没有数据行 / has no rows")
        return self._plan

    def read(self, progress: Callable[[int, int | None], None] | None) -> None:
        """Read, filter, map, check and stage every chunk.

        Raises
        ------
        MappingError
            The source has no rows, or does not fit the mapping and the layer.
        """
        # a chunk is read, the one before made ready, and the one before that taken in by the
        # server at the same time; each thread has its own end of the work, as GDAL demands
        with (
            ThreadPoolExecutor(1) as writing,
            ThreadPoolExecutor(1) as copying,
            closing(ahead(rows_of(self.source, wkb=True))) as frames,
        ):
            copied: Future[object] = copying.submit(int)
            # a table of titles alone has a frame without rows: there is nothing to ask about
            for frame in filter(len, frames):
                written = writing.submit(self._written, *self._taken(frame))
                copied.result()
                copied = copying.submit(self._copy, written)
                if progress is not None:
                    progress(self.rows, self.source.rows)
            copied.result()
        if progress is not None:
            # a total that was only estimated is known by now
            progress(self.rows, self.rows)
        if self.rows == 0:
            raise MappingError(f"{self.source.name} 没有数据行 / has no rows")
        if self.findings.counts["row-example"] == self.rows:
            raise MappingError(
                f"{self.source.name} 里只有模板的示例行，请填写后再导入"
                " / holds nothing but the example row of the template"
            )
        if self.order.mode == "replace" and self.matched == 0:
            raise MappingError(
                "没有一行符合条件，不能用它替换整个数据集"
                " / no row meets the condition: nothing to replace the dataset with"
            )
        self.findings.ids = None
        for remark in self.source.remarks:
            self.findings.keep(remark)

    def _written(self, rows: pd.DataFrame, places: _Places | None) -> bytes:
        if places is None:
            return as_binary(rows, None, self.layer)
        return as_binary(rows, stored_wkb(places.settled, self.layer, places.read), self.layer)

    def _copy(self, written: Future[bytes]) -> None:
        copy_rows(self.connection, written.result(), self.layer)

    def _taken(self, frame: pd.DataFrame) -> tuple[pd.DataFrame, _Places | None]:
        """Return the rows of a chunk that are good so far, and where they are."""
        self.rows += len(frame)
        for condition in (self.mapping.where, self.order.where):
            if condition:
                frame = rows_where(frame, condition)
        if self._plan is None:
            columns = [str(c) for c in frame.columns if c not in (GEOMETRY, WKB)]
            dataset = (
                self.order.dataset or self.mapping.dataset or own_dataset(frame) or self.fallback
            )
            _check_name(dataset)
            plan = plan_for(self.layer, dataset, self.mapping, columns, accept=self.order.accept)
            self._plan = with_codes(plan, frame, self.source.feature_id)
        elif not (self.order.dataset or self.mapping.dataset):
            self._check_dataset(own_dataset(frame))
        frame = without_examples(frame, self._plan, self.findings)
        self.matched += len(frame)
        rows = mapped(frame, self._plan, self.findings)
        places = self._places(frame)
        good = ~self.findings.rejects(rows.index)
        self.findings.settle()
        if not good.all():
            rows, places = rows[good], places and places.of(good)
        if places is not None:
            self._widen(places.settled)
            if needs_places(self.layer):
                self._kept.append(pd.Series(places.settled, index=rows.index, dtype=object))
        self._ids.append(pa.array(rows["id"], pa.string(), from_pandas=True))
        return rows, places

    @property
    def repeats(self) -> bool:
        """Whether an identifier stands in several of the staged rows."""
        ids = pa.chunked_array(self._ids, pa.string())
        return bool(pc.count_distinct(ids, mode="all").as_py() < len(ids))

    def _places(self, frame: pd.DataFrame) -> _Places | None:
        """Return the settled geometries of a chunk; None where the source has none."""
        if self.where is None:
            stated = self.order.crs or self.mapping.crs
            self.where, self.notes = find_places(frame, self.mapping.geometry, stated)
        found = read_places(frame, self.where, self.findings)
        needed = not columns_of(self.layer)["geom"].nullable
        stated = self.crs or self.order.crs or self.mapping.crs or self.source.crs
        if stated is None and not needed and found is not None and shapely.is_missing(found).all():
            # an empty column of places, as of an exported layer without any, is no question
            found = None
        if found is None:
            if needed:
                raise UnsettledError(
                    "数据没有几何，也没有坐标列：请在映射文件 [geometry] 里指明"
                    " / the source has no geometry: state [geometry] in the mapping",
                    self.plan,
                )
            return None
        if self.crs is None:
            self.placing.begin(self.connection, found)
            self.crs, self.because = self._believed(frame, found)
            check_crs(self.crs)
        elif self.order.crs is None:
            self._check_srids(found)
        places, repaired = settled_places(
            found, frame.index, self.crs, self.layer, self.findings, self.placing.city
        )
        self.placing.compare(frame, self.mapping.geometry, found, places, self.crs, self.findings)
        self.repaired += repaired
        own = are_own(frame, self.where) and WKB in frame.columns
        read = frame[WKB].array if own and places is found else None
        return _Places(places, None if read is None else pa.array(read))

    def _believed(self, frame: pd.DataFrame, found: NDArray[np.object_]) -> tuple[str, str]:
        """Decide the coordinate system, and say why: the planner, the mapping, the source.

        Raises
        ------
        MappingError
            Nobody says, or the mapping and the source contradict each other: a question.
        """
        if self.order.crs is not None:
            return self.order.crs, "由导入者指定 / stated by the planner"
        where = self.where or GeometryRule()
        # coordinates in columns beside a geometry are not what is declared of the geometry
        aside = GEOMETRY in frame.columns and any(where.model_dump().values())
        declared = dict.fromkeys(srids_of(found), _OF_GEOMETRIES)
        if self.source.crs is not None and not aside:
            declared = {self.source.crs: self.source.crs_from} | declared
        if self.mapping.crs is not None:
            because = "由映射文件指定 / stated in the mapping"
            return agreed(self.mapping.crs, because, declared, self.placing.numbers)
        if self.source.crs is not None:
            return agreed(self.source.crs, self.source.crs_from, declared, self.placing.numbers)
        if (srid := srid_of(found)) is not None:
            return f"EPSG:{srid}", _OF_GEOMETRIES
        if len(declared) > 1:
            raise MappingError(_several(list(declared)))
        if (named := datum_in_titles(where)) is not None:
            return named, "坐标列的列名 / the titles of the coordinate columns"
        raise UnsettledError(self.placing.question(), self.plan)

    def _check_dataset(self, own: str | None) -> None:
        if own is not None and own != self.plan.dataset:
            raise MappingError(
                f"文件里有多个数据集（{self.plan.dataset}、{own}）；请用 --where 选一个，"
                "或用 --dataset 指定 / the file holds several datasets: choose one with --where,"
                " or name one by --dataset"
            )

    def _check_srids(self, found: NDArray[np.object_]) -> None:
        """Hold what the geometries of a later chunk declare against the system believed."""
        crs, declared = str(self.crs), dict.fromkeys(srids_of(found), _OF_GEOMETRIES)
        if self.because == _OF_GEOMETRIES and set(declared) - {crs}:
            raise MappingError(_several([crs, *(one for one in declared if one != crs)]))
        agreed(crs, self.because, declared, self.placing.numbers)

    def places(self) -> pd.Series | None:
        """Return the geometries of the accepted rows by row number, where rules need them."""
        kept = [places[places.notna()] for places in self._kept]
        return pd.concat(kept) if kept else None

    def _widen(self, places: NDArray[np.object_]) -> None:
        if not len(places):
            return
        bounds = shapely.total_bounds(places)
        if not np.isfinite(bounds).all():
            return
        west, south, east, north = bounds if self.extent is None else self.extent
        self.extent = (
            float(min(west, bounds[0])),
            float(min(south, bounds[1])),
            float(max(east, bounds[2])),
            float(max(north, bounds[3])),
        )


def _several(systems: list[str]) -> str:
    """Say that the geometries of a source name more than one system."""
    zh, en = "、".join(systems), ", ".join(systems)
    return (
        f"几何的坐标系不一致（{zh}）；请分开导入，或用 --crs 指明"
        f" / the geometries are in several systems ({en}): import them apart, or state --crs"
    )


def _check_name(dataset: str) -> None:
    """Refuse what cannot be the name of a dataset: it names files as well."""
    if re.search(r"[/\\\0]", dataset) or dataset.startswith("."):
        raise MappingError(
            f"数据集的名称不能含斜杠或以点开头：{dataset!r}"
            " / no slash and no leading dot in the name of a dataset"
        )
