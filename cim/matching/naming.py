"""Names of lines, streets and districts that a request may use: one there is not is refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, text

from cim.matching.need import Request
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


def full_street(name: str) -> str:
    """Return the name of a street as the city writes it: 桂园 is 桂园街道."""
    return name.removesuffix("街道") + "街道"


def _refuse(zh: str, en: str, asked: Iterable[str], known: set[str], told: Iterable[str]) -> None:
    for name in asked:
        # a city of which none are known cannot say that there is none
        if known and name not in known and not (zh == "街道" and full_street(name) in known):
            listed = "、".join(dict.fromkeys(told))
            raise UnknownPlaceError(f"没有{zh} {name!r}；有：{listed} / there is no {en} {name!r}")


def refuse_unknown(names: Names, request: Request) -> None:
    """Refuse a request that names a place there is not.

    Raises
    ------
    UnknownPlaceError
        The message lists those there are.
    """
    need = request.need
    lines_among(names.lines, need.lines or ())
    _refuse("区", "district", need.districts or (), {*names.districts}, names.districts)
    for zh, en, asked, known in (
        ("街道", "street", need.streets, names.streets),
        ("商圈", "business district", need.business_districts, names.business_districts),
    ):
        _refuse(zh, en, asked or (), {*known, *known.values()}, known.values())
