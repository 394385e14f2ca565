"""References between layers: which lead nowhere, and who refers to a feature.

References are plain identifiers, declared by ``refers_to`` on the model, and not foreign keys:
a layer keeps its past, sources come in any order, and a rollback told to go on must be able to.
What is referred to is locked (``for key share``) while a change is under way, so that nobody
takes it away in between; changes of it are not held up.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, text

from cim.model import LAYERS, Layer, columns_of, fields_of, kind_of


@dataclass(frozen=True)
class Dangling:
    """A staged row whose field names no feature."""

    row: int
    id: str
    field: str
    value: str
    target: str
    place: tuple[float, float] | None


@dataclass(frozen=True)
class Lost:
    """A field that names features which are gone: in how many places, and one of them."""

    field: str
    target: str
    places: int
    id: str
    value: str


def references_of(layer: type[Layer]) -> Iterator[tuple[str, str, bool]]:
    """Yield each field that refers to a layer: its name, that layer, whether it is a list."""
    for name, field in fields_of(layer).items():
        if field.refers_to is not None:
            yield name, field.refers_to, kind_of(columns_of(layer)[name]) is list


def _values(name: str, many: bool, prefix: str = "") -> str:
    """Write the query of all values of a reference in the staged rows."""
    column = f'unnest("{name}")' if many else f'"{name}"'
    return f'select distinct {prefix}{column} from staged where "{name}" is not null'


def find_targets(
    connection: Connection, layer: type[Layer], name: str, dataset: str | None
) -> None:
    """Fill the temporary table ``known`` with what a field may refer to, and lock those rows.

    Parameters
    ----------
    dataset
        Bare codes of this dataset count as well.
    """
    target, many = next((t, m) for n, t, m in references_of(layer) if n == name)
    wanted = _values(name, many)
    if dataset is not None:
        wanted += " union " + _values(name, many, "cast(:prefix as text) || ")
    values = {} if dataset is None else {"prefix": f"{dataset}:"}
    connection.execute(text("drop table if exists pg_temp.known"))
    connection.execute(text("create temp table known (id text primary key) on commit drop"))
    # in the order of identifiers, as `changeset` locks what it removes: no two wait in a ring
    connection.execute(
        text(
            f"insert into known select id from {target} where id in ({wanted})"
            " order by id for key share"
        ),
        values,
    )
    if target == layer.__tablename__:
        connection.execute(
            text("insert into known select distinct id from staged on conflict do nothing")
        )
    connection.execute(text("analyze known"))


def dangling(connection: Connection, layer: type[Layer], fields: Collection[str]) -> list[Dangling]:
    """Return the staged rows whose references lead nowhere, one entry for each row and field.

    Parameters
    ----------
    fields
        Where references are looked at: what a row keeps as it was, it refers to already.
    """
    found: list[Dangling] = []
    for name, target, many in references_of(layer):
        if name not in fields:
            continue
        find_targets(connection, layer, name, None)
        source = f'staged cross join unnest("{name}") as code' if many else "staged"
        value = "code" if many else f'"{name}"'
        rows = connection.execute(
            text(f"""
            select distinct on (row_no, staged.id) coalesce(row_no, 0), staged.id, {value},
                st_x(st_centroid(st_envelope(geom))), st_y(st_centroid(st_envelope(geom)))
            from {source}
            where {value} is not null and not exists (select from known k where k.id = {value})
            order by row_no, staged.id
            """)
        )
        found += [
            Dangling(row, id_, name, code, target, None if lon is None else (lon, lat))
            for row, id_, code, lon, lat in rows
        ]
    return found


def referring(
    connection: Connection,
    layer: type[Layer],
    leaving: str,
    values: dict[str, object] | None = None,
) -> list[str]:
    """Return ``layer.field (n, 批次 batch …)`` for every field that names a feature about to leave.

    The batches are those that wrote the rows in which it is named.

    Parameters
    ----------
    leaving
        Query of the identifiers that are to be removed, with `values` as its parameters.
    """
    found = []
    for other_name, other in LAYERS.items():
        for name, target, many in references_of(other):
            if target != layer.__tablename__:
                continue
            named = f'array[l.id] && r."{name}"' if many else f'r."{name}" = l.id'
            # rows that leave with it do not count
            stays = " and r.id not in (select id from leaving)" if other is layer else ""
            still = connection.execute(
                text(f"""
                with leaving (id) as ({leaving})
                select count(*) as rows, array_agg(distinct r.batch order by r.batch) as batches
                from leaving l join {other_name} r on {named}{stays}
                """),
                values or {},
            ).one()
            if still.rows:
                wrote = "、".join(map(str, still.batches))
                found.append(f"{other_name}.{name} ({still.rows}，批次 batch {wrote})")
    return found


def left_behind(connection: Connection, batches: Collection[int]) -> list[Lost]:
    """Return the fields that, after some batches, name features that are gone.

    What counts is what these batches did: a feature that they took away, or a row that they
    wrote. Nothing is said of references that led nowhere before.
    """
    found = []
    for name, layer in LAYERS.items():
        for field, target, many in references_of(layer):
            source = f'{name} r cross join unnest(r."{field}") as code' if many else f"{name} r"
            value = "code" if many else f'r."{field}"'
            lost = connection.execute(
                text(f"""
                select count(*) over () as places, r.id, {value} as value
                from {source}
                where {value} is not null
                    and not exists (select from {target} t where t.id = {value})
                    and (
                        r.batch = any(:batches)
                        or {value} in (
                            select id from {target}_past where closed_by = any(:batches)
                        )
                    )
                order by r.id, value limit 1
                """),
                {"batches": list(batches)},
            ).first()
            if lost is not None:
                found.append(Lost(f"{name}.{field}", target, lost.places, lost.id, lost.value))
    return found
