"""Write the report of an import as one self-contained HTML page.

The page is sent from office to office: it asks no host for anything, every word of the data is
text, and a content security policy lets the browser run the page's own script and nothing else.
All that can be read is in the markup; the script only links map, tables and filter.
"""

from __future__ import annotations

import functools
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from cim.model import SEVERITIES
from viz import palette
from viz.content_policy import content_policy
from viz.import_report import wording
from viz.import_report.changes import changes_of
from viz.import_report.context import ReportContext
from viz.import_report.discretion import without_private
from viz.import_report.listing import rejected_rows, rules_of
from viz.import_report.problem_map import HEIGHT, WIDTH, problem_map, sign_at
from viz.import_report.shift import shift_of

# The page's script is these files in this order, inside one function scope.
_SCRIPTS = ("choice.js", "map.js", "filter.js", "start.js")

# What a report may lack: one that a batch has kept for long, or one without its batch beside it.
_UNSAID: dict[str, Any] = dict.fromkeys(
    (
        "made_by",
        "made_at",
        "taken_back_by",
        "reason",
        "rejected_file",
        "rejected_option",
        "sha256",
        "outcome",
        "extent",
        "refused",
    )
)
_UNSAID |= {"whereabouts": {}, "unused_columns": [], "suggestions": [], "assumed": []}
_UNKNOWN_PLACE: dict[str, Any] = {
    "crs": None,
    "because": "",
    "verdict": None,
    "proposed": None,
    "words": [],
}
_UNKNOWN_OUTCOME = dict.fromkeys(("batch", "added", "changed", "removed", "unchanged"))

_COLOURS = {
    "backdrop": palette.BACKDROP,
    "land": palette.LAND,
    "road": palette.ROAD,
    "street": palette.BOUNDARY,
    "district": palette.DISTRICT,
    "selected": palette.SELECTED,
}


def report_html(
    report: dict[str, Any], context: ReportContext | None = None, *, private: bool = False
) -> str:
    """Write the report of an import as one HTML page that asks no outside host for anything.

    Parameters
    ----------
    report
        ``layers.report.Report.as_dict()``, fresh or as the batch keeps it. Beside it may stand
        ``made_by``, ``made_at`` and ``reason`` of the batch, ``taken_back_by``, the rollback that
        took it back, and ``rejected_file``, the name of the file with the rejected rows, with
        ``rejected_option``, by which they enter their dataset where that name does not lead there.
    context
        What the map is drawn on, from `viz.import_report.context_of`.
    private
        Whether values of private fields (tenants, lease ends) are shown; without, the page says
        that they are left out.
    """
    report, left_out = {**_UNSAID, **report}, list[str]()
    if not private:
        report, left_out = without_private(report)
    fields = wording.fields_by_name(str(report["layer"]))
    rules = rules_of(report, fields)
    rows, rejected, reasons = rejected_rows(report, fields)
    extent = report["extent"]
    style, program = _style(), _program()
    return _template().render(
        report=report,
        policy=content_policy([program], [style], "data:"),
        style=Markup(style),  # noqa: S704  (the page's own, without any word of the data)
        program=Markup(program),  # noqa: S704
        verdict=wording.verdict(report),
        outcome={**_UNKNOWN_OUTCOME, **(report["outcome"] or {})},
        where={**_UNKNOWN_PLACE, **(report["whereabouts"] or {})},
        layer=wording.layer_title(str(report["layer"])),
        left_out=[wording.field_title(name, fields) for name in left_out],
        rules=rules,
        totals={
            severity: sum(rule.count for rule in rules if rule.severity == severity)
            for severity in SEVERITIES
        },
        rows=rows,
        rejected=rejected,
        reasons=reasons,
        changes=changes_of(report, fields),
        shift=shift_of(report["whereabouts"] or {}),
        map=problem_map(rules, extent and tuple(extent), context or ReportContext()),
        fields=fields,
        columns=report.get("columns") or {},
    )


@functools.cache
def _template() -> Template:
    surroundings = Environment(
        loader=PackageLoader("viz", "assets/import_report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    surroundings.filters.update(
        both=wording.both, short=wording.short, count=wording.count, clock=wording.clock
    )
    surroundings.globals.update(
        SEVERITIES=SEVERITIES,
        MODES=wording.MODES,
        EVIDENCE=wording.EVIDENCE,
        Words=wording.Words,
        sign_at=sign_at,
        WIDTH=WIDTH,
        HEIGHT=HEIGHT,
    )
    return surroundings.get_template("report.html")


def _asset(name: str) -> str:
    folder = resources.files("viz").joinpath("assets", "import_report")
    return folder.joinpath(name).read_text(encoding="utf-8")


@functools.cache
def _style() -> str:
    colours = "".join(
        f"--{name}:rgb({red} {green} {blue});" for name, (red, green, blue, *_) in _COLOURS.items()
    )
    return f":root{{{colours}}}\n{_asset('report.css')}{_asset('print.css')}"


@functools.cache
def _program() -> str:
    body = "\n".join(_asset(name) for name in _SCRIPTS)
    return f'(() => {{\n"use strict";\n{body}\n}})();\n'
