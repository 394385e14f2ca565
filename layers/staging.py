"""Rows on their way in: copied beside the layer, and checked against what is there."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, text

from cim.changeset import ROW, STAGED, VANISHED
from cim.model import Layer, content_of
from cim.references import dangling, find_targets, references_of, referring
from layers.findings import Findings

_WHERE = "st_x(st_centroid(st_envelope(geom))), st_y(st_centroid(st_envelope(geom)))"


def _refuse(connection: Connection, code: str, query: str, findings: Findings) -> None:
    """Reject the rows a query finds (row_no, id, field, value, reason, and where: lon, lat)."""
    for row, identifier, name, value, reason, lon, lat in connection.execute(text(query)):
        place = None if lon is None else (lon, lat)
        findings.note(code, int(row), name, value, reason, identifier=identifier, place=place)


def refuse_repeated(connection: Connection, findings: Findings) -> None:
    """Reject every row but the first of those that share an identifier."""
    _refuse(
        connection,
        "id-repeated",
        f"""
        select {ROW}, id, 'id', id,
            '编号与第 ' || first || ' 行重复，再导入前请改编号或删去此行，否则会覆盖已导入的那一行'
            || ' / same identifier as row ' || first || ': change it or delete this row before'
            || ' importing it again, or it overwrites the row that was accepted', {_WHERE}
        from {STAGED} join (
            select id, min({ROW}) as first from {STAGED} group by id having count(*) > 1
        ) as repeated using (id)
        where {ROW} > first
        """,
        findings,
    )


def refuse_present(connection: Connection, layer: type[Layer], findings: Findings) -> None:
    """Reject rows whose identifier the layer already holds (mode append)."""
    _refuse(
        connection,
        "id-present",
        f"""
        select s.{ROW}, s.id, 'id', s.id,
            '图层中已有此编号 / the layer already has this identifier', {_WHERE}
        from {STAGED} s
        where exists (select from {layer.__tablename__} t where t.id = s.id)
        """,
        findings,
    )


def tell_taken_over(connection: Connection, layer: type[Layer], findings: Findings) -> None:
    """Warn of features of another dataset that these rows would make their own."""
    taken = connection.execute(
        text(f"""
        select s.{ROW} as row_no, s.id, t.dataset, {_WHERE.replace("geom", "s.geom")}
        from {STAGED} s join {layer.__tablename__} t on t.id = s.id and t.dataset <> s.dataset
        order by s.{ROW}
        """)
    )
    for row, identifier, dataset, lon, lat in taken:
        place = None if lon is None else (lon, lat)
        findings.note(
            "id-of-other-dataset", row, "dataset", dataset, identifier=identifier, place=place
        )


def complete_references(
    connection: Connection, layer: type[Layer], dataset: str, fields: Collection[str]
) -> None:
    """Complete bare codes in these fields to ``dataset:code`` where only that names a feature."""
    for name, _, many in references_of(layer):
        if name not in fields:
            continue
        find_targets(connection, layer, name, dataset)
        completed = (
            f"""(
                select array_agg(coalesce(own.id, bare.id, part.code) order by part.place)
                from unnest(s."{name}") with ordinality as part (code, place)
                left join known own on own.id = part.code
                left join known bare on bare.id = cast(:prefix as text) || part.code
            )"""
            if many
            else f"""(
                select coalesce(own.id, bare.id, s."{name}")
                from (select) as one
                left join known own on own.id = s."{name}"
                left join known bare on bare.id = cast(:prefix as text) || s."{name}"
            )"""
        )
        connection.execute(
            text(f'update {STAGED} s set "{name}" = {completed} where "{name}" is not null'),
            {"prefix": f"{dataset}:"},
        )


def refuse_dangling(
    connection: Connection, layer: type[Layer], findings: Findings, fields: Collection[str]
) -> None:
    """Reject rows that refer to nothing in one of these fields, and those that refer to them."""
    while lost := dangling(connection, layer, fields):
        for one in lost:
            findings.note(
                "reference-dangling",
                one.row,
                one.field,
                one.value,
                f"图层 {one.target} 中没有此编号 / no such identifier in layer {one.target}",
                identifier=one.id,
                place=one.place,
            )
        drop_rejected(connection, findings)


def keep_unmapped(connection: Connection, layer: type[Layer], fields: Collection[str]) -> None:
    """Let rows that are there already keep the values of fields the source says nothing about."""
    if not fields:
        return
    kept = ", ".join(f'"{name}" = {_kept(layer, name, fields)}' for name in fields)
    connection.execute(
        text(f"update {STAGED} s set {kept} from {layer.__tablename__} t where t.id = s.id")
    )


def _kept(layer: type[Layer], name: str, fields: Collection[str]) -> str:
    """Write what a row keeps of a field the source is silent about."""
    if name != "exceptions":
        return f't."{name}"'
    # what was said of a value does not hold for the one that replaces it
    told = [n for n in content_of(layer) if n not in {"id", "dataset", *fields}]
    changed = ", ".join(
        f"""case when s."{n}" is distinct from t."{n}" then '{n}' end""" for n in told
    )
    return (
        f"nullif((coalesce(t.exceptions, '{{}}') - array_remove(array[{changed}]::text[], null))"
        " || coalesce(s.exceptions, '{}'), '{}')"
    )


def drop_rejected(connection: Connection, findings: Findings) -> None:
    """Take the rejected rows out of the staging table."""
    if findings.rejected:
        connection.execute(
            text(f"delete from {STAGED} where {ROW} = any(:rows)"),
            {"rows": list(findings.rejected)},
        )


def mark_vanished(
    connection: Connection, layer: type[Layer], dataset: str, findings: Findings
) -> list[str]:
    """Mark what the dataset held and the source no longer has (mode replace).

    A rejected row is not gone: what the layer holds of it stays.

    Returns
    -------
    list of str
        ``layer.field (n)`` for every field that still refers to what would vanish.
    """
    connection.execute(
        text(f"""
        insert into {VANISHED}
        select id from {layer.__tablename__} t
        where dataset = :dataset
            and not exists (select from {STAGED} s where s.id = t.id)
            and id <> all(:rejected)
        """),
        {
            "dataset": dataset,
            "rejected": list(findings.named),
        },
    )
    connection.execute(text(f"analyze {VANISHED}"))
    return referring(connection, layer, f"select id from {VANISHED}")
