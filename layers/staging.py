"""Rows on their way in: copied beside the layer, and checked against what is there."""

from __future__ import annotations

import io
from typing import Any, cast

import numpy as np
import pandas as pd
import psycopg
import pyarrow as pa
import pyarrow.csv as pcsv
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from cim.changeset import ROW, STAGED, VANISHED, quoted
from cim.model import Layer, columns_of, content_of, fields_of, kind_of
from layers.rejects import Rejects


def copy_rows(
    connection: Connection, rows: pd.DataFrame, places: NDArray[Any] | None, layer: type[Layer]
) -> None:
    """Append rows to the staging table, as CSV in one COPY.

    Parameters
    ----------
    rows
        Content columns but the geometry, indexed by row number.
    places
        Geometries with SRID, or None where the rows have none.
    """
    frame = rows.copy()
    if places is None:
        frame["geom"] = pd.Series(pd.NA, index=frame.index, dtype="string")
    else:
        frame["geom"] = shapely.to_wkb(places, hex=True, include_srid=True)
    columns = [*content_of(layer), ROW]
    frame[ROW] = frame.index.to_numpy(dtype=np.int64)
    table = pa.Table.from_pandas(frame[columns], preserve_index=False)
    buffer = io.BytesIO()
    # null is an empty cell without quotes, which is what COPY takes for null
    pcsv.write_csv(
        table, buffer, pcsv.WriteOptions(include_header=False, quoting_style="all_valid")
    )
    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    command = f"copy {STAGED} ({quoted(columns)}) from stdin (format csv)"
    with driver.cursor() as cursor, cursor.copy(command.encode()) as copy:
        copy.write(buffer.getbuffer())


def _refuse(connection: Connection, query: str, rejects: Rejects, values: dict[str, Any]) -> None:
    """Reject the rows a query finds (row_no, field, value, reason)."""
    for row, name, value, reason in connection.execute(text(query), values):
        rejects.reject(int(row), name, value, reason)


def refuse_repeated(connection: Connection, rejects: Rejects) -> None:
    """Reject every row but the first of those that share an identifier."""
    _refuse(
        connection,
        f"""
        select {ROW}, 'id', id, '编号与第 ' || first || ' 行重复 / same identifier as row ' || first
        from (
            select id, {ROW}, min({ROW}) over (partition by id) as first from {STAGED}
        ) as numbered
        where {ROW} > first
        """,
        rejects,
        {},
    )


def refuse_present(connection: Connection, layer: type[Layer], rejects: Rejects) -> None:
    """Reject rows whose identifier the layer already holds (mode append)."""
    _refuse(
        connection,
        f"""
        select s.{ROW}, 'id', s.id, '图层中已有此编号 / the layer already has this identifier'
        from {STAGED} s join {layer.__tablename__} t using (id)
        """,
        rejects,
        {},
    )


def resolve_references(
    connection: Connection, layer: type[Layer], dataset: str, rejects: Rejects
) -> None:
    """Complete references to ``dataset:code``, and take out the rows whose lead nowhere.

    A reference holds an identifier, or a bare code of the same dataset. Rows may refer to rows
    that come with them; where such a row is taken out, so are those that lean on it.
    """
    references = {name: field.refers_to for name, field in fields_of(layer).items()}
    while True:
        before = len(rejects.found)
        for name, target in references.items():
            if target is not None:
                _resolve(connection, layer, name, target, dataset, rejects)
        drop_rejected(connection, rejects)
        if len(rejects.found) == before or layer.__tablename__ not in references.values():
            return


def _resolve(
    connection: Connection,
    layer: type[Layer],
    name: str,
    target: str,
    dataset: str,
    rejects: Rejects,
) -> None:
    """Complete one field's references, and reject those that lead nowhere."""
    known = f"select id from {target}"
    if target == layer.__tablename__:
        known += f" union select id from {STAGED}"
    connection.execute(text("drop table if exists known"))
    connection.execute(text(f"create temp table known on commit drop as {known}"))
    connection.execute(text("create index on known (id)"))
    connection.execute(text("analyze known"))
    many = kind_of(columns_of(layer)[name]) is list
    (_resolve_list if many else _resolve_one)(connection, name, dataset, target, rejects)


def _resolve_one(
    connection: Connection, name: str, dataset: str, target: str, rejects: Rejects
) -> None:
    connection.execute(
        text(f"""
        update {STAGED} s set "{name}" = cast(:prefix as text) || s."{name}"
        from known k
        where k.id = cast(:prefix as text) || s."{name}"
            and not exists (select from known where id = s."{name}")
        """),
        {"prefix": f"{dataset}:"},
    )
    _refuse(
        connection,
        f"""
        select {ROW}, '{name}', "{name}",
            '图层 {target} 中没有此编号 / no such identifier in layer {target}'
        from {STAGED}
        where "{name}" is not null and not exists (select from known where id = "{name}")
        """,
        rejects,
        {},
    )


def _resolve_list(
    connection: Connection, name: str, dataset: str, target: str, rejects: Rejects
) -> None:
    connection.execute(
        text(f"""
        update {STAGED} s set "{name}" = (
            select array_agg(coalesce(own.id, bare.id, part.code) order by part.place)
            from unnest(s."{name}") with ordinality as part (code, place)
            left join known own on own.id = part.code
            left join known bare on bare.id = cast(:prefix as text) || part.code
        )
        where "{name}" is not null
        """),
        {"prefix": f"{dataset}:"},
    )
    _refuse(
        connection,
        f"""
        select distinct on ({ROW}) {ROW}, '{name}', code,
            '图层 {target} 中没有此编号 / no such identifier in layer {target}'
        from {STAGED} cross join unnest("{name}") as code
        where not exists (select from known where id = code)
        order by {ROW}
        """,
        rejects,
        {},
    )


def drop_rejected(connection: Connection, rejects: Rejects) -> None:
    """Take the rejected rows out of the staging table."""
    if rejects.found:
        connection.execute(
            text(f"delete from {STAGED} where {ROW} = any(:rows)"), {"rows": list(rejects.found)}
        )


def mark_vanished(connection: Connection, layer: type[Layer], dataset: str) -> None:
    """Mark what the dataset held and the source no longer has (mode replace)."""
    connection.execute(
        text(f"""
        insert into {VANISHED}
        select id from {layer.__tablename__} t
        where dataset = :dataset and not exists (select from {STAGED} s where s.id = t.id)
        """),
        {"dataset": dataset},
    )
