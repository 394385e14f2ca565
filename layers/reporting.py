"""What an import says of a source once it was read."""

from __future__ import annotations

from dataclasses import asdict, replace

from layers.columns.assumptions import assumed
from layers.columns.identity import numbering
from layers.expression import columns_in
from layers.intake import Intake
from layers.mapping import mapping_text
from layers.report import Report, results_of
from layers.source import RETURN_COLUMNS


def report_of(intake: Intake) -> Report:
    """Return what is known once the rows are staged and checked."""
    plan = intake.plan
    read = {
        name
        for one in (intake.mapping.where, intake.order.where)
        if one
        for name in columns_in(one)
    }
    return Report(
        layer=intake.layer.__tablename__,
        dataset=plan.dataset,
        source=intake.source.name,
        sha256=intake.source.sha256,
        whereabouts=intake.placing.whereabouts(
            intake.crs, intake.because, intake.findings.counts, intake.matched
        ),
        rows=intake.rows,
        matched=intake.matched,
        repaired=intake.repaired,
        rejected=len(intake.findings.rejected),
        rejects=intake.findings.errors(),
        causes=intake.findings.commonest(),
        unidentified=intake.findings.nameless,
        reasons=intake.findings.rejected,
        columns={name: rule.source for name, rule in plan.fields.items()},
        mapping=_mapping_text(intake),
        unused_columns=[name for name in plan.unused if name not in read | set(RETURN_COLUMNS)],
        suggestions=[asdict(one) for one in plan.suggestions],
        assumed=[
            *intake.source.notes,
            *intake.notes,
            *numbering(plan, intake.source.feature_id),
            *assumed(plan),
        ],
        checks=results_of(intake.layer, intake.findings),
        dry_run=intake.order.dry_run,
        mode=intake.order.mode,
        extent=intake.extent,
    )


def _mapping_text(intake: Intake) -> str:
    """Write the mapping as it was used, with the columns that the places were found in."""
    plan = intake.plan
    where = intake.where or plan.mapping.geometry
    used = replace(plan, mapping=plan.mapping.model_copy(update={"geometry": where}))
    # what the source itself declared holds for that source alone
    stated = intake.order.crs or intake.mapping.crs
    return mapping_text(intake.layer, used, plan.suggestions, stated)
