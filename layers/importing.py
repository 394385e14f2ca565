"""The import of one source into one layer: read, map, check, stage, merge."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Engine, text

from cim.changeset import STAGED, Origin, Outcome, apply, lock, stage
from cim.crs import check_crs
from cim.model import Layer, columns_of, content_of, fields_of
from cim.settings import import_settings
from layers.columns import Plan, mapped, own_dataset, plan_for
from layers.expression import columns_in, rows_where
from layers.mapping import Mapping, MappingError
from layers.places import read_places, srid_of, stored_places
from layers.rejects import Reject, Rejects
from layers.source import GEOMETRY, Source
from layers.staging import (
    complete_references,
    copy_rows,
    drop_rejected,
    keep_unmapped,
    mark_vanished,
    refuse_dangling,
    refuse_present,
    refuse_repeated,
)

Mode = Literal["upsert", "replace", "append"]


@dataclass(frozen=True)
class Order:
    """How a source is to be imported; what is None here is taken from the mapping or source."""

    dataset: str | None = None
    crs: str | None = None
    where: str | None = None
    mode: Mode = "upsert"
    strict: bool = False
    dry_run: bool = False
    made_by: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Report:
    """What an import did, or would do."""

    layer: str
    dataset: str
    source: str
    crs: str | None
    rows: int
    matched: int
    repaired: int
    rejects: list[Reject]
    outcome: Outcome | None
    unused_columns: list[str]
    dry_run: bool
    refused: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain data, for JSON."""
        return asdict(self)


class RefusedError(Exception):
    """Too many rows were rejected; nothing was changed."""

    def __init__(self, report: Report) -> None:
        super().__init__(report.refused)
        self.report = report


def dataset_name(source: Source) -> str:
    """Make a dataset's name of a file name: ``Metro 站点.shp`` becomes ``metro-站点``."""
    return re.sub(r"[^\w]+", "-", Path(source.name).stem.casefold()).strip("-") or "dataset"


def _crs_of(order: Order, mapping: Mapping, source: Source, srid: int | None) -> str:
    """Decide the coordinate system: stated by the caller, by the mapping, or by the source."""
    crs = order.crs or mapping.crs or source.crs or (f"EPSG:{srid}" if srid else None)
    if crs is None:
        raise MappingError(
            "数据没有说明坐标系：请用 --crs 指明（EPSG:编号、GCJ-02 或 BD-09）"
            " / the source states no coordinate system: give --crs EPSG:n, GCJ-02 or BD-09"
        )
    check_crs(crs)
    return crs


@dataclass
class _Tally:
    """What has gone by so far."""

    rows: int = 0
    matched: int = 0
    repaired: int = 0
    crs: str | None = None
    plan: Plan | None = None


def _take_in(
    connection: Connection,
    frame: pd.DataFrame,
    layer: type[Layer],
    source: Source,
    mapping: Mapping,
    order: Order,
    tally: _Tally,
    rejects: Rejects,
) -> None:
    """Filter, map, check and stage one chunk."""
    frame.index = pd.RangeIndex(tally.rows + 1, tally.rows + 1 + len(frame))
    tally.rows += len(frame)
    for condition in (mapping.where, order.where):
        if condition:
            frame = rows_where(frame, condition)
    tally.matched += len(frame)
    if tally.plan is None:
        columns = [str(c) for c in frame.columns if c != GEOMETRY]
        dataset = order.dataset or mapping.dataset or own_dataset(frame) or dataset_name(source)
        tally.plan = plan_for(layer, dataset, mapping, columns)
    rows = mapped(frame, tally.plan, rejects)
    found = read_places(frame, mapping.geometry, rejects)
    places = None
    if found is not None:
        tally.crs = tally.crs or _crs_of(order, mapping, source, srid_of(found))
        places, repaired = stored_places(found, rows.index, tally.crs, layer, rejects)
        tally.repaired += repaired
    elif not columns_of(layer)["geom"].nullable:
        raise MappingError(
            "数据没有几何，也没有坐标列：请在映射文件 [geometry] 里指明"
            " / the source has no geometry: state [geometry] in the mapping"
        )
    good = ~rows.index.isin(list(rejects.found))
    copy_rows(connection, rows[good], None if places is None else places[np.asarray(good)], layer)


def import_source(
    engine: Engine,
    layer: type[Layer],
    source: Source,
    mapping: Mapping | None = None,
    order: Order | None = None,
    progress: Callable[[int, int | None], None] | None = None,
) -> Report:
    """Import a source into a layer, as one batch in one transaction.

    Parameters
    ----------
    engine
        Of the city.
    layer
        Where the rows go.
    source
        From `layers.reading.open_source`, or another origin of rows.
    mapping
        How the columns become fields; without one they are matched by title.
    order
        Dataset, coordinate system, mode and the like.
    progress
        Called after each chunk with the rows read and, where known, their total.

    Returns
    -------
    Report
        With the rejected rows; ``outcome.batch`` is None where nothing changed.

    Raises
    ------
    MappingError
        The mapping, the layer and the source do not fit.
    cim.crs.UnknownCRSError
        The coordinate system cannot be used.
    RefusedError
        More rows were rejected than the set share (or any, if strict); nothing changed.
    """
    mapping, order = mapping or Mapping(), order or Order()
    mapping.check_against(layer)
    read = {name for one in (mapping.where, order.where) if one for name in columns_in(one)}
    tally, rejects = _Tally(), Rejects()
    with engine.connect() as connection, connection.begin() as transaction:
        stage(connection, layer)
        for frame in source.chunks():
            _take_in(connection, frame, layer, source, mapping, order, tally, rejects)
            if progress is not None:
                progress(tally.rows, source.rows)
        if tally.plan is None or tally.rows == 0:
            raise MappingError(f"{source.name} 没有数据行 / has no rows")
        if order.mode == "replace" and tally.matched == 0:
            raise MappingError(
                "没有一行符合条件，不能用它替换整个数据集"
                " / no row meets the condition: nothing to replace the dataset with"
            )
        dataset = tally.plan.dataset
        # from here on nobody else changes the layer: what is checked is what is merged
        lock(connection, layer)
        connection.execute(text(f"analyze {STAGED}"))
        refuse_repeated(connection, rejects)
        if order.mode == "append":
            refuse_present(connection, layer, rejects)
        filled = tally.plan.filled(has_places=tally.crs is not None)
        drop_rejected(connection, rejects)
        _keep(connection, layer, filled, order.mode)
        complete_references(connection, layer, dataset)
        refuse_dangling(connection, layer, rejects, filled)
        report = Report(
            layer=layer.__tablename__,
            dataset=dataset,
            source=source.name,
            crs=tally.crs,
            rows=tally.rows,
            matched=tally.matched,
            repaired=tally.repaired,
            rejects=rejects.rows(),
            outcome=None,
            unused_columns=[name for name in tally.plan.unused if name not in read],
            dry_run=order.dry_run,
        )
        _refuse_if_too_many(report, order)
        if order.mode == "replace":
            _refuse_if_referred_to(report, mark_vanished(connection, layer, dataset, rejects))
        outcome = apply(connection, layer, _origin(report, source, mapping, order))
        if order.dry_run:
            transaction.rollback()
    return Report(**{**vars(report), "outcome": outcome})


def _keep(connection: Connection, layer: type[Layer], filled: set[str], mode: Mode) -> None:
    """Keep what the source is silent about: every such field, or in replace the private ones.

    A public export that comes back must not wipe tenants and lease ends.
    """
    silent = [name for name in content_of(layer) if name not in filled]
    if mode == "replace":
        silent = [name for name in silent if fields_of(layer)[name].private]
    keep_unmapped(connection, layer, silent)


def _refuse_if_referred_to(report: Report, referring: list[str]) -> None:
    """Raise `RefusedError` where other features refer to what would vanish."""
    if referring:
        reason = (
            f"整体替换会移除仍被引用的要素：{'、'.join(referring)}，未作任何改动"
            f" / features that would vanish are referred to by {', '.join(referring)}:"
            " nothing was changed"
        )
        raise RefusedError(Report(**{**vars(report), "refused": reason}))


def _origin(report: Report, source: Source, mapping: Mapping, order: Order) -> Origin:
    return Origin(
        kind="import",
        dataset=report.dataset,
        dataset_title=mapping.title,
        made_by=order.made_by,
        reason=order.reason,
        file_name=source.name,
        file_sha256=source.sha256,
        crs=report.crs,
        mapping=mapping.model_dump(by_alias=True, exclude_defaults=True),
        rejected=len(report.rejects),
        report={
            "rows": report.rows,
            "matched": report.matched,
            "repaired": report.repaired,
            "rejects": [asdict(reject) for reject in report.rejects[:1000]],
        },
    )


def _refuse_if_too_many(report: Report, order: Order) -> None:
    """Raise `RefusedError` where more rows are bad than the order allows."""
    bad = len(report.rejects)
    share = 0.0 if order.strict else import_settings().reject_share
    if bad and bad > share * report.matched:
        reason = (
            f"{report.matched} 行中有 {bad} 行不合格，超过 {share:.0%}，未作任何改动"
            f" / {bad} of {report.matched} rows were rejected, more than {share:.0%}:"
            " nothing was changed"
        )
        raise RefusedError(Report(**{**vars(report), "refused": reason}))
