"""The import of one source into one layer: read, map, check, stage, merge."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection, Engine, text, update

from cim.changeset import STAGED, Origin, compare, is_empty, lock, merge, stage
from cim.checks import begin, verdicts
from cim.difference import difference
from cim.model import Batch, Layer, content_of, fields_of, layer_named
from cim.refresh import changing
from cim.settings import import_settings
from layers.columns.completeness import refuse_silence
from layers.intake import Intake
from layers.mapping import Mapping
from layers.order import Order
from layers.report import RefusedError, Report, results_of
from layers.source import Source
from layers.staging import (
    complete_references,
    drop_rejected,
    keep_unmapped,
    mark_vanished,
    refuse_dangling,
    refuse_present,
    refuse_repeated,
    tell_taken_over,
)
from layers.whereabouts.asking import question_of, reason_with
from layers.whereabouts.datum import examine

Progress = Callable[[int, int | None], None]


def dataset_name(source: Source) -> str:
    """Make a dataset's name of a file name: ``Metro 站点.shp`` becomes ``metro-站点``.

    Rejected rows that come back mended belong to the dataset of the file they were in.
    """
    stem = re.sub(r"\.rejected(-\d+)?$", "", Path(source.name).stem.casefold())
    return re.sub(r"[^\w]+", "-", stem).strip("-") or "dataset"


def import_source(
    engine: Engine,
    layer: type[Layer],
    source: Source,
    mapping: Mapping | None = None,
    order: Order | None = None,
    progress: Progress | None = None,
    *,
    later: bool = False,
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
    later
        Leave what is derived from the layer to a later `cim.refresh.catch_up`.

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
    order = order or Order()
    with changing(engine, later=later or order.dry_run) as connection:
        report = bring_in(connection, layer, source, mapping, order, progress)
        _forget_if_dry(connection, order)
    return report


def import_sources(
    engine: Engine,
    sources: Iterable[tuple[str, Source, Mapping]],
    order: Order | None = None,
    progress: Progress | None = None,
    *,
    later: bool = False,
) -> list[Report]:
    """Import several layers in one transaction, each as a batch: all of them or none.

    Parameters
    ----------
    sources
        Name of the layer, its rows and how they are mapped; what is referred to comes first.
    order, progress, later
        As for `import_source`, for every one of them.
    """
    order = order or Order()
    with changing(engine, later=later or order.dry_run) as connection:
        reports = [
            bring_in(connection, layer_named(name), source, mapping, order, progress, alone=False)
            for name, source, mapping in sources
        ]
        _forget_if_dry(connection, order)
    return reports


def _forget_if_dry(connection: Connection, order: Order) -> None:
    transaction = connection.get_transaction()
    if order.dry_run and transaction is not None:
        transaction.rollback()


def bring_in(
    connection: Connection,
    layer: type[Layer],
    source: Source,
    mapping: Mapping | None = None,
    order: Order | None = None,
    progress: Progress | None = None,
    *,
    alone: bool = True,
) -> Report:
    """Do what `import_source` does, within the caller's transaction.

    Parameters
    ----------
    alone
        Whether nothing else is imported in that transaction.
    """
    mapping, order = mapping or Mapping(), order or Order()
    mapping.check_against(layer)
    stage(connection, layer)
    intake = Intake(connection, layer, source, mapping, order, dataset_name(source))
    intake.read(progress)
    findings, plan = intake.findings, intake.plan
    # from here on nobody else changes the layer: what is checked is what is merged
    lock(connection, layer)
    places = intake.places()
    begun = begin(layer, places) if places is not None and is_empty(connection, layer) else None
    # all the planner needs to know of staged rows is about how many there are
    connection.execute(text("set local default_statistics_target = 10"))
    connection.execute(text(f"analyze {STAGED} (id, dataset)"))
    connection.execute(text("set local default_statistics_target to default"))
    if intake.repeats:
        refuse_repeated(connection, findings)
    if order.mode == "append":
        refuse_present(connection, layer, findings)
    filled = plan.filled(has_places=intake.crs is not None)
    drop_rejected(connection, findings)
    _keep(connection, layer, filled, order.mode)
    refuse_silence(connection, plan)
    complete_references(connection, layer, plan.dataset, filled)
    refuse_dangling(connection, layer, findings, filled)
    tell_taken_over(connection, layer, findings)
    referring = []
    if order.mode == "replace":
        referring = mark_vanished(connection, layer, plan.dataset, findings)
    # told before anything is refused: the department mends it all in one go
    for verdict in verdicts(connection, layer, places, begun):
        findings.tell(verdict)
    report = intake.report()
    _refuse_if_too_many(report, order)
    found = examine(connection, layer, plan.dataset, report.whereabouts)
    report = replace(report, whereabouts=found)
    _refuse_if_doubtful(report, order)
    if order.mode == "replace":
        _refuse_if_unknown(report)
        _refuse_if_referred_to(report, referring)
    counts = compare(connection, layer)
    changes = difference(connection, layer)
    origin = _origin(report, mapping, order)
    outcome = merge(connection, layer, origin, counts, alone=alone)
    report = replace(
        report,
        outcome=outcome,
        difference=changes,
        checks=results_of(layer, findings),
    )
    if outcome.batch is not None:
        connection.execute(
            update(Batch).where(Batch.id == outcome.batch).values(report=report.as_dict())
        )
    return report


def _keep(connection: Connection, layer: type[Layer], filled: set[str], mode: str) -> None:
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
        raise RefusedError(replace(report, refused=reason))


def _refuse_if_unknown(report: Report) -> None:
    """Raise `RefusedError` where it is not known which feature a rejected row is."""
    if unknown := report.unidentified:
        reason = (
            f"有 {unknown} 行的编号读不出，整体替换会误删它们所指的要素，未作任何改动"
            f" / {unknown} rows have no readable identifier: a replacement would take away the"
            " features they mean; nothing was changed"
        )
        raise RefusedError(replace(report, refused=reason))


def _refuse_if_doubtful(report: Report, order: Order) -> None:
    """Raise `RefusedError` where the evidence speaks against a system that nobody insists on."""
    if report.whereabouts.verdict == "doubtful" and order.crs is None:
        raise RefusedError(replace(report, refused=question_of(report.whereabouts)))


def _origin(report: Report, mapping: Mapping, order: Order) -> Origin:
    return Origin(
        kind="import",
        dataset=report.dataset,
        dataset_title=mapping.title,
        made_by=order.made_by,
        reason=order.reason,
        file_name=report.source,
        file_sha256=report.sha256,
        crs=report.crs,
        mapping=mapping.model_dump(by_alias=True, exclude_defaults=True),
        rejected=report.rejected,
    )


def _refuse_if_too_many(report: Report, order: Order) -> None:
    """Raise `RefusedError` where more rows are bad than the order allows."""
    bad = report.rejected
    share = 0.0 if order.strict else import_settings().reject_share
    if bad and bad > share * report.matched:
        reason = (
            f"{report.matched} 行中有 {bad} 行不合格，超过 {share:.0%}，未作任何改动"
            f" / {bad} of {report.matched} rows were rejected, more than {share:.0%}:"
            " nothing was changed"
        )
        raise RefusedError(replace(report, refused=reason_with(reason, report.whereabouts)))
