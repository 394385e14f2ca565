"""The import of one source into one layer: read, map, check, stage, merge."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection, Engine, text, update

from cim.changeset import STAGED, Origin, compare, lock, merge, stage
from cim.checks import Verdict, begin, verdicts
from cim.difference import difference
from cim.filling import is_empty
from cim.model import Batch, Layer, content_of, fields_of, layer_named
from cim.refresh import changing
from cim.settings import import_settings
from layers.columns.completeness import refuse_silence
from layers.findings import Findings
from layers.intake import Intake
from layers.mapping import Mapping
from layers.order import Order
from layers.report import RefusedError, Report, results_of
from layers.reporting import report_of
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


def dataset_name(file: str) -> str:
    """Make a dataset's name of a file name: ``Metro 站点.shp`` becomes ``metro-站点``.

    Rejected rows that come back mended belong to the dataset of the file they were in.
    """
    stem = re.sub(r"\.rejected(-\d+)?$", "", Path(file).stem.casefold())
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
    intake = Intake(connection, layer, source, mapping, order, dataset_name(source.name))
    intake.read(progress)
    findings = intake.findings
    # from here on nobody else changes the layer: what is checked is what is merged
    lock(connection, layer)
    places, begun = intake.places(), None
    if places is not None and is_empty(connection, layer):
        begun = begin(layer, places)
    referring = _settle(connection, layer, intake)
    if places is not None and (rejected := findings.rejects(places.index)).any():
        # what was begun holds for all the rows or not at all
        places, begun = places[~rejected], None
    # told before anything is refused: the department mends it all in one go
    _tell(verdicts(connection, layer, places, begun), findings)
    late = () if begun is None else begun.verdicts(connection)
    report = report_of(intake)
    reason = _too_many(report, order)
    if reason is None:
        found = examine(connection, layer, report.dataset, report.whereabouts)
        report = replace(report, whereabouts=found)
        reason = _doubtful(report, order) or _unfit_to_replace(report, order, referring)
    if reason is not None:
        _tell(late, findings)
        raise RefusedError(replace(report, refused=reason, checks=results_of(layer, findings)))
    counts = compare(connection, layer)
    changes = difference(connection, layer)
    outcome = merge(connection, layer, _origin(report, mapping, order), counts, alone=alone)
    _tell(late, findings)
    checks = results_of(layer, findings)
    report = replace(report, outcome=outcome, difference=changes, checks=checks)
    if outcome.batch is not None:
        connection.execute(
            update(Batch).where(Batch.id == outcome.batch).values(report=report.as_dict())
        )
    return report


def _settle(connection: Connection, layer: type[Layer], intake: Intake) -> list[str]:
    """Complete the staged rows from the city, and reject those that do not fit into it.

    Returns
    -------
    list of str
        The fields that refer to what would vanish, as `mark_vanished` tells them.
    """
    findings, plan, mode = intake.findings, intake.plan, intake.order.mode
    # all the planner needs to know of staged rows is about how many there are
    connection.execute(text("set local default_statistics_target = 10"))
    connection.execute(text(f"analyze {STAGED} (id, dataset)"))
    connection.execute(text("set local default_statistics_target to default"))
    if intake.repeats:
        refuse_repeated(connection, findings)
    if mode == "append":
        refuse_present(connection, layer, findings)
    filled = plan.filled(has_places=intake.crs is not None)
    drop_rejected(connection, findings)
    _keep(connection, layer, filled, mode)
    refuse_silence(connection, plan)
    complete_references(connection, layer, plan.dataset, filled)
    refuse_dangling(connection, layer, findings, filled)
    tell_taken_over(connection, layer, findings)
    return mark_vanished(connection, layer, plan.dataset, findings) if mode == "replace" else []


def _tell(broken: Iterable[Verdict], findings: Findings) -> None:
    for verdict in broken:
        findings.tell(verdict)


def _keep(connection: Connection, layer: type[Layer], filled: set[str], mode: str) -> None:
    """Keep what the source is silent about: every such field, or in replace the private ones.

    A public export that comes back must not wipe tenants and lease ends.
    """
    silent = [name for name in content_of(layer) if name not in filled]
    if mode == "replace":
        silent = [name for name in silent if fields_of(layer)[name].private]
    keep_unmapped(connection, layer, silent)


def _unfit_to_replace(report: Report, order: Order, referring: list[str]) -> str | None:
    """Say why a dataset cannot be replaced as a whole, where it cannot."""
    if order.mode != "replace":
        return None
    if unknown := report.unidentified:
        return (
            f"有 {unknown} 行的编号读不出，整体替换会误删它们所指的要素，未作任何改动"
            f" / {unknown} rows have no readable identifier: a replacement would take away the"
            " features they mean; nothing was changed"
        )
    if referring:
        return (
            f"整体替换会移除仍被引用的要素：{'、'.join(referring)}，未作任何改动"
            f" / features that would vanish are referred to by {', '.join(referring)}:"
            " nothing was changed"
        )
    return None


def _doubtful(report: Report, order: Order) -> str | None:
    """Ask where the evidence speaks against a coordinate system that nobody insists on."""
    if report.whereabouts.verdict != "doubtful" or order.crs is not None:
        return None
    return question_of(report.whereabouts)


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


def _too_many(report: Report, order: Order) -> str | None:
    """Say that more rows are bad than the order allows, where they are."""
    bad = report.rejected
    share = 0.0 if order.strict else import_settings().reject_share
    if bad <= share * report.matched:
        return None
    reason = (
        f"{report.matched} 行中有 {bad} 行不合格，超过 {share:.0%}，未作任何改动"
        f" / {bad} of {report.matched} rows were rejected, more than {share:.0%}:"
        " nothing was changed"
    )
    return reason_with(reason, report.whereabouts)
