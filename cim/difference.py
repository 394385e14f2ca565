"""What a change would do to a layer: added, changed field by field, and taken away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shapely import get_num_coordinates
from shapely.geometry import shape
from sqlalchemy import Connection, text

from cim.model import Layer, content_of

_SHOWN = 200
"""Features of each kind that are listed; the rest is counted."""


@dataclass(frozen=True)
class FieldChange:
    """One field of one feature, before and after, as text."""

    id: str
    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Difference:
    """What a change does to a layer.

    Attributes
    ----------
    fields
        In how many features each field changes.
    changed
        Those changes, for as many features as are listed.
    added, removed
        Identifiers, as many as are listed.
    """

    fields: dict[str, int]
    changed: list[FieldChange]
    added: list[str]
    removed: list[str]


def _differs(name: str) -> str:
    return f's."{name}" is distinct from t."{name}"'


def _ids(connection: Connection, operation: str) -> list[str]:
    return list(
        connection.scalars(
            text("select id from diff where operation = :operation order by id limit :shown"),
            {"operation": operation, "shown": _SHOWN},
        )
    )


def difference(connection: Connection, layer: type[Layer]) -> Difference:
    """Describe the change whose rows stand in ``staged`` and ``diff``, before it is written."""
    names = [name for name in content_of(layer) if name != "id"]
    pairs = f"""
        from diff d join staged s using (id) join {layer.__tablename__} t using (id)
        where d.operation = 'changed'
    """
    counted = ", ".join(f'count(*) filter (where {_differs(name)}) as "{name}"' for name in names)
    counts = connection.execute(text(f"select {counted} {pairs}")).mappings().one()
    shown = connection.execute(
        text(f"""
        select s.id, to_jsonb(t) as before, to_jsonb(s) as after {pairs} order by s.id limit :shown
        """),
        {"shown": _SHOWN},
    )
    changes = [
        FieldChange(row.id, name, _shown(row.before[name]), _shown(row.after[name]))
        for row in shown
        for name in names
        if row.before[name] != row.after[name]
    ]
    return Difference(
        fields={name: count for name, count in counts.items() if count},
        changed=changes,
        added=_ids(connection, "added"),
        removed=_ids(connection, "removed"),
    )


def _shown(value: Any) -> str | None:
    """Write a value for people: a list with separators, a geometry by its kind and extent."""
    if value is None:
        return None
    if isinstance(value, list):
        return "、".join(map(str, value))
    if isinstance(value, dict) and "coordinates" in value:
        place = shape(value)
        if place.geom_type == "Point":
            return f"Point {place.x:.6f} {place.y:.6f}"
        bounds = " ".join(f"{number:.6f}" for number in place.bounds)
        return f"{place.geom_type} {bounds}（{get_num_coordinates(place)} 点 points）"
    return str(value)
