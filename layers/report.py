"""What an import says of itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from cim.changeset import Outcome
from cim.difference import Difference
from cim.model import COMMON, SEVERITIES, Check, Layer
from cim.model.checks import Severity
from layers.findings import Cause, Faults, Finding, Findings
from layers.whereabouts.apart import short


@dataclass(frozen=True)
class CheckResult:
    """How one rule fared: how often it did not hold, and where, as far as kept one by one.

    `zh` and `en` say what it asks for, `broken_zh` and `broken_en` what is the matter. With
    `more` there may be breaches that were not counted.
    """

    code: str
    severity: Severity
    zh: str
    en: str
    broken_zh: str
    broken_en: str
    count: int
    samples: list[Finding]
    more: bool = False


@dataclass(frozen=True)
class Whereabouts:
    """Which coordinate system was believed, why, and what speaks for or against it.

    Attributes
    ----------
    crs
        The system that was believed; None where the rows have no place.
    because
        Why, in Chinese and English.
    verdict
        ``fits``, ``doubtful`` or ``cannot tell``; None where nothing was compared.
    proposed
        The system that the evidence speaks for, where it is another one.
    pairs
        How many independent pairs of features were compared.
    east, north
        How far, in metres, the source's features lie from those the base holds (median).
    theory_east, theory_north
        How far they would lie if they were in `proposed` and declared as `crs`, in metres.
    words
        The evidence in Chinese and English sentences.
    """

    crs: str | None
    because: str
    verdict: str | None = None
    proposed: str | None = None
    pairs: int = 0
    east: float | None = None
    north: float | None = None
    theory_east: float | None = None
    theory_north: float | None = None
    words: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Report:
    """What an import did, or would do.

    Attributes
    ----------
    rows
        Rows read.
    matched
        Rows that met the conditions.
    repaired
        Areas that were mended.
    rejected
        Rows that stay out.
    rejects
        Why they do, in the order of the source, for the first of them and the first of every
        cause; a row may have several reasons.
    causes
        Why they do, counted over all of them, the commonest cause first.
    unidentified
        Those whose identifier cannot be read.
    reasons
        Why each of them does, by row number; not told in JSON.
    columns
        The source's column, or expression, behind each field.
    mapping
        The mapping as it was used, as the text of a mapping file.
    unused_columns
        Columns that fill no field.
    suggestions
        Columns that may be meant for a field: ``{"column", "field", "title", "likeness"}``.
    assumed
        What was taken for granted, in Chinese and English sentences.
    checks
        The rules that did not hold somewhere.
    difference
        What the import adds, changes field by field, and takes away.
    extent
        West, south, east and north of the accepted rows, in stored degrees.
    refused
        Why nothing was changed, where that is so.
    """

    layer: str
    dataset: str
    source: str
    sha256: str | None
    whereabouts: Whereabouts
    rows: int
    matched: int
    repaired: int
    rejected: int
    rejects: list[Finding]
    columns: dict[str, str]
    unused_columns: list[str]
    suggestions: list[dict[str, Any]]
    assumed: list[str]
    checks: list[CheckResult]
    dry_run: bool
    mode: str
    mapping: str = ""
    difference: Difference | None = None
    outcome: Outcome | None = None
    extent: tuple[float, float, float, float] | None = None
    refused: str | None = None
    causes: list[Cause] = field(default_factory=list)
    unidentified: int = 0
    reasons: dict[int, Faults] = field(default_factory=dict, repr=False)

    @property
    def crs(self) -> str | None:
        """The coordinate system that was believed, by its number or name where a file has WKT."""
        return short(self.whereabouts.crs) if self.whereabouts.crs else None

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain data, for JSON."""
        told = asdict(replace(self, reasons={}))
        del told["reasons"]
        return {**told, "crs": self.crs}


class RefusedError(Exception):
    """The import was refused; nothing was changed."""

    def __init__(self, report: Report) -> None:
        super().__init__(report.refused)
        self.report = report


def results_of(layer: type[Layer], findings: Findings) -> list[CheckResult]:
    """Return the rules that did not hold, the gravest first, each with its samples."""
    declared = {**COMMON, **{check.code: check for check in layer.__checks__}}
    samples: dict[str, list[Finding]] = {code: [] for code in findings.counts}
    for one in (*findings.errors(), *findings.remarks):
        samples[one.code].append(one)
    return [
        CheckResult(
            code=check.code,
            severity=check.severity,
            zh=check.zh,
            en=check.en,
            broken_zh=check.broken_zh,
            broken_en=check.broken_en,
            count=findings.counts[check.code],
            samples=samples[check.code],
            more=check.code in findings.least,
        )
        for check in _gravest_first(declared.values())
        if check.code in findings.counts
    ]


def _gravest_first(checks: Iterable[Check]) -> list[Check]:
    return sorted(checks, key=lambda check: list(SEVERITIES).index(check.severity))
