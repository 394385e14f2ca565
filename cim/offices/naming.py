"""Names of streets, business districts and sites in a search: one there is not is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, text

from cim.offices.criteria import OfficeCriteria
from cim.offices.starts import UnknownPlaceError


def full_street(name: str) -> str:
    """Return the name of a street as the city writes it: 桂园 is 桂园街道."""
    return name.removesuffix("街道") + "街道"


@dataclass(frozen=True)
class _Kind:
    """A kind of place: what it is called, which there are, and how its names may be shortened."""

    zh: str
    en: str
    known: str
    spelt: Callable[[str], set[str]] = lambda name: {name}


_KINDS = {
    "street": _Kind(
        "街道",
        "street",
        "select id, name from area where level = 'street'",
        lambda name: {name, full_street(name)},
    ),
    "business_district": _Kind(
        "商圈", "business district", "select id, name from business_district"
    ),
    "site": _Kind("项目", "site", "select id, name from site"),
}
"""Kinds of places that a search may name, by its parameter."""


def refuse_unknown_places(connection: Connection, criteria: OfficeCriteria) -> None:
    """Refuse a search that names a street, a business district or a site there is not.

    Raises
    ------
    UnknownPlaceError
        The message names those that are called most alike.
    """
    for parameter, kind in _KINDS.items():
        for name in getattr(criteria, parameter) or ():
            if not _may_be(connection, kind, name):
                raise UnknownPlaceError(
                    f"没有{kind.zh} {name!r}；相近的有：{_alike(connection, kind, name)}"
                    f" / there is no {kind.en} {name!r}"
                )


def _may_be(connection: Connection, kind: _Kind, name: str) -> bool:
    """Tell whether there is one; a city that knows of none at all cannot say that there is not."""
    query = text(f"""
        with known as ({kind.known})
        select not exists (select from known)
            or exists (select from known where id = :name or name = any(:spelt))
    """)
    return bool(connection.scalar(query, {"name": name, "spelt": sorted(kind.spelt(name))}))


def _alike(connection: Connection, kind: _Kind, name: str) -> str:
    query = text(f"""
        with known as ({kind.known})
        select name from known where name is not null
        group by name order by name <-> :name, name limit 5
    """)
    return "、".join(connection.scalars(query, {"name": name}))
