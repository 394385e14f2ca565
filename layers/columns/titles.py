"""Columns of a source known by their titles: the same, with a unit, or merely alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from cim.model import Field, Layer, columns_of, content_of, field_of, fields_of
from layers.columns.likeness import ALIKE, canonical, likeness, may_name
from layers.mapping import FieldRule, MappingError
from layers.units import is_unit, unit_factor

_BRACKETED = re.compile(r"(.+?)\s*[(\[【〔]((?:[^()]|\([^()]*\))*)[)\]】〕]", re.DOTALL)
_MARKS = re.compile(
    r"^[*•\s]+|[*:\s]+$|[(\[【](?:必填|必选|必填项|选填|可选|是/否|y{2,4}\W?m{1,2}[^)\]】]*)[)\]】]",
    re.IGNORECASE,
)
_SEPARATORS = ":,/、-—·"
_DBASE = 10
_NEVER = {"geom", "dataset", "exceptions"}
"""Fields for which no column is proposed."""


def _unmarked(title: object) -> str:
    """Write a title plainly, without the marks of forms: stars, “必填”, date formats."""
    text = unicodedata.normalize("NFKC", str(title))
    return _MARKS.sub("", _MARKS.sub("", text))


def folded(title: object) -> str:
    """Make titles comparable: full-width letters, case, spaces and underscores do not count."""
    return re.sub(r"[\s_]", "", _unmarked(title)).casefold()


def titles_of(layer: type[Layer], name: str) -> tuple[str, ...]:
    """Return the titles under which sources carry a field, the surest first.

    A feature number is the code only where there is no better.
    """
    field = fields_of(layer)[name]
    own = layer.__id_titles__ if name == "id" else ()
    return (name, field.zh, field.en, *own, *field.headers)


def called(layer: type[Layer], columns: Mapping[str, str]) -> dict[str, str]:
    """Call each field of a layer as whoever wrote the source knows it.

    Parameters
    ----------
    columns
        The source's column, or expression, behind the fields.

    Returns
    -------
    dict
        By name of the field, its column with the title declared for it, or that title alone
        where nothing else fills it.
    """
    titles = {name: field.zh for name, field in fields_of(layer).items()}
    return {
        name: zh if columns.get(name, zh) == zh else f"“{columns[name]}”（{zh}）"
        for name, zh in titles.items()
    }


def bracketed(title: str) -> tuple[str, str | None]:
    """Split what stands in brackets at the end of a title off it."""
    parts = _BRACKETED.fullmatch(_unmarked(title).strip())
    return (parts[1], parts[2].strip()) if parts else (_unmarked(title), None)


def measured_in(unit: str, field: Field) -> bool:
    """Tell whether a unit, or a word such as 层, may stand behind a number of a field."""
    if field.unit is None:
        return unit in {pattern.partition("#")[2] for pattern in field.written} - {""}
    try:
        unit_factor(unit, field.unit)
    except MappingError:
        # the bracket says something else: 建筑面积(地上) is not the floor area
        return False
    return True


def rule_of(column: str, unit: str | None, field: Field) -> FieldRule:
    """Return the rule that takes a field from a column, whose title names `unit`."""
    unit = unit if field.unit is not None else None
    return FieldRule.model_validate({"from": column, "unit": unit})


def matched(layer: type[Layer], name: str, columns: list[str]) -> FieldRule | None:
    """Find the column whose title is that of a field, with or without its unit."""
    field = fields_of(layer)[name]
    wanted = [folded(title) for title in titles_of(layer, name)]
    by_title = {folded(column): column for column in reversed(columns)}
    for title in wanted:
        if title in by_title:
            return rule_of(by_title[title], None, field)
    for column in columns:
        unit = _unit_behind(column, wanted)
        if unit is not None and measured_in(unit, field):
            return rule_of(column, unit, field)
    return None


def _unit_behind(column: str, wanted: Iterable[str]) -> str | None:
    """Return the unit that follows one of the wanted titles; in brackets it may be any."""
    base, unit = bracketed(column)
    title = folded(column)
    for one in wanted:
        if unit is not None and folded(base) == one:
            return unit
        rest = title.removeprefix(one).lstrip(_SEPARATORS)
        if title.startswith(one) and is_unit(rest):
            return rest
    return None


@dataclass(frozen=True)
class Suggestion:
    """A column that may be meant for a field; the planner decides.

    Attributes
    ----------
    column
        Title in the source.
    field, title
        Name and Chinese title of the field.
    likeness
        Of the titles, 0 to 100.
    unit
        That the column's title names.
    """

    column: str
    field: str
    title: str
    likeness: float
    unit: str | None = None

    def __str__(self) -> str:
        return f"“{self.column}”像是“{self.title}”（{self.field}，{self.likeness:.0f}%）"


def suggestions(
    layer: type[Layer], filled: Collection[str], unused: Iterable[str]
) -> list[Suggestion]:
    """Return which unused columns may be meant for fields that nothing fills, the likest first.

    Parameters
    ----------
    filled
        Fields that a column or a constant fills.
    unused
        Titles of the columns that fill none.

    Returns
    -------
    list
        Each column and each field at most once.
    """
    open_fields = [name for name in content_of(layer) if name not in {*filled, *_NEVER}]
    alike = [
        found
        for column in unused
        for name in open_fields
        if (found := _compared(layer, name, column)) is not None
    ]
    taken: list[Suggestion] = []
    for one in sorted(alike, key=lambda one: -one.likeness):
        if all(one.column != other.column and one.field != other.field for other in taken):
            taken.append(one)
    return taken


def _compared(layer: type[Layer], name: str, column: str) -> Suggestion | None:
    """Compare a column's title with those of one field; None where they are not alike."""
    declared = columns_of(layer)[name]
    field = field_of(declared)
    base, unit = bracketed(column)
    if unit is not None and not measured_in(unit, field):
        return None
    title = canonical(base)
    if not may_name(title, declared):
        return None
    best = max(likeness(title, canonical(one)) for one in titles_of(layer, name))
    if len(column) == _DBASE and name.startswith(column.casefold()):
        # a shapefile keeps ten letters of a name
        best = 99.0
    if best < ALIKE:
        return None
    known = unit if field.unit is not None else None
    return Suggestion(column, name, field.zh, round(best, 1), known)
