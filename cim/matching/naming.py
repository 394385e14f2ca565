"""Names of places and labels that a request may use, and what of them there is not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, text

from cim.labels.rules import Rules, UnknownLabelError
from cim.matching.need import Request
from cim.matching.patching import patch_of, patched
from cim.offices.naming import full_street
from cim.offices.starts import UnknownPlaceError, known_lines, lines_among

_PLACES = text("""
    select level, id, name from area where level in ('street', 'district')
    union all
    select 'business_district', id, name from business_district
    order by name, id
""")


@dataclass(frozen=True)
class Names:
    """What the places of a city are called.

    Attributes
    ----------
    lines
        Metro lines, as stations write them.
    streets, business_districts
        Names by id.
    districts
        Names.
    """

    lines: Sequence[str] = ()
    streets: dict[str, str] = field(default_factory=dict)
    districts: Sequence[str] = ()
    business_districts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Absent:
    """Something that a request names under a path and that there is not.

    Attributes
    ----------
    zh, en
        What it would be: a street, a label.
    error
        Why a request for it is refused.
    """

    path: str
    name: str
    zh: str
    en: str
    error: LookupError


def names_in(connection: Connection) -> Names:
    """Return what the places of the city are called."""
    found: dict[str, dict[str, str]] = {"street": {}, "district": {}, "business_district": {}}
    for level, identifier, name in connection.execute(_PLACES):
        found[level][identifier] = name
    return Names(
        lines=known_lines(connection),
        streets=found["street"],
        districts=list(dict.fromkeys(found["district"].values())),
        business_districts=found["business_district"],
    )


def _unknown(
    path: str, zh: str, en: str, asked: Iterable[str], known: set[str], told: Iterable[str]
) -> Iterator[Absent]:
    for name in asked:
        # a city of which none are known cannot say that there is none
        if known and name not in known and not (zh == "街道" and full_street(name) in known):
            listed = "、".join(dict.fromkeys(told))
            why = f"没有{zh} {name!r}；有：{listed} / there is no {en} {name!r}"
            yield Absent(path, name, zh, en, UnknownPlaceError(why))


def _unknown_lines(names: Names, asked: Iterable[str]) -> Iterator[Absent]:
    for name in asked:
        try:
            lines_among(names.lines, [name])
        except UnknownPlaceError as error:
            yield Absent("need.lines", name, "地铁线", "metro line", error)


def _unknown_labels(rules: Rules, asked: Iterable[str]) -> Iterator[Absent]:
    for name in asked:
        try:
            rules.named(name)
        except UnknownLabelError as error:
            yield Absent("must.labels", name, "标签", "label", error)


def absent(names: Names, rules: Rules, request: Request) -> Iterator[Absent]:
    """Go through all that a request names and that there is not."""
    need = request.need
    yield from _unknown_lines(names, need.lines or ())
    districts = {*names.districts}
    yield from _unknown(
        "need.districts", "区", "district", need.districts or (), districts, names.districts
    )
    for path, zh, en, asked, known in (
        ("need.streets", "街道", "street", need.streets, names.streets),
        (
            "need.business_districts",
            "商圈",
            "business district",
            need.business_districts,
            names.business_districts,
        ),
    ):
        yield from _unknown(path, zh, en, asked or (), {*known, *known.values()}, known.values())
    yield from _unknown_labels(rules, request.must.labels or ())


def refuse_unknown(names: Names, rules: Rules, request: Request) -> None:
    """Refuse a request that names a place or a label there is not.

    Raises
    ------
    UnknownPlaceError, UnknownLabelError
        The message lists those there are.
    """
    for one in absent(names, rules, request):
        raise one.error


def without(request: Request, gone: Iterable[Absent]) -> Request:
    """Return a request that asks for nothing there is not; a bound left empty is dropped."""
    left: dict[str, list[str]] = {}
    for one in gone:
        part, _, name = one.path.partition(".")
        words = left.setdefault(one.path, list(getattr(getattr(request, part), name)))
        left[one.path] = [word for word in words if word != one.name]
    return patched(request, *(patch_of(path, words or None) for path, words in left.items()))
