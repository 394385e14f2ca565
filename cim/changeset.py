"""How a layer changes: staged rows become one batch, and what they replace is kept.

Every change of the city goes through here: an import, an officer's edit, a rollback. The caller
fills the temporary table ``staged`` with whole rows (the content columns of the layer) and, for
rows to be taken away, ``vanished`` with their ids; `apply` does the rest in the caller's
transaction, so that a change is there as a whole or not at all.
"""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select, text
from sqlalchemy.dialects.postgresql import insert

from cim.derived import refresh_after
from cim.filling import filling, is_empty
from cim.model import Batch, Dataset, Layer, columns_of, content_of
from cim.stock import is_source

STAGED = "staged"
VANISHED = "vanished"
_DIFF = "diff"
ROW = "row_no"


@dataclass(frozen=True)
class Origin:
    """Who made a change, from what, and why."""

    kind: str
    dataset: str | None = None
    dataset_title: str | None = None
    made_by: str | None = None
    reason: str | None = None
    file_name: str | None = None
    file_sha256: str | None = None
    crs: str | None = None
    mapping: dict[str, Any] | None = None
    rejected: int = 0
    report: dict[str, Any] | None = None
    rolls_back: int | None = None


@dataclass(frozen=True)
class Outcome:
    """What a change did to the layer; `batch` is None where there was nothing to do."""

    batch: int | None
    added: int
    changed: int
    removed: int
    unchanged: int


def user_name() -> str:
    """Return the operating-system user, who answers for a change unless another is named."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def quoted(names: Iterable[str], prefix: str = "") -> str:
    """Write column names for SQL; names come from the model, never from a request."""
    return ", ".join(f'{prefix}"{name}"' for name in names)


def stage(connection: Connection, layer: type[Layer]) -> None:
    """Make the empty temporary tables ``staged`` and ``vanished`` for this transaction."""
    # whole layers are joined and compared: that wants more memory than a question of a page
    connection.execute(text("set local work_mem = '128MB'"))
    # a view of what is staged goes with it
    connection.execute(text(f"drop table if exists pg_temp.{STAGED} cascade"))
    connection.execute(text(f"drop table if exists pg_temp.{VANISHED}, pg_temp.{_DIFF}"))
    connection.execute(
        text(
            f"create temp table {STAGED} on commit drop as"
            f" select {quoted(content_of(layer))}, 0::bigint as {ROW}"
            f" from {layer.__tablename__} with no data"
        )
    )
    connection.execute(text(f"create temp table {VANISHED} (id text) on commit drop"))


def lock(connection: Connection, layer: type[Layer]) -> None:
    """Wait until no other change of this layer is under way, and keep others out until commit.

    Changes of other layers are not held up; readers are only while an empty layer is filled.
    """
    connection.execute(
        text("select pg_advisory_xact_lock(hashtext('cim layer'), hashtext(:layer))"),
        {"layer": layer.__tablename__},
    )


def compare(connection: Connection, layer: type[Layer]) -> dict[str, int]:
    """Fill ``diff`` with what is added, changed and removed, and count each.

    The caller holds `lock`, and has filled ``staged`` and ``vanished``.
    """
    staged = connection.scalar(text(f"select count(*) from {STAGED}")) or 0
    if is_empty(connection, layer):
        # nothing to compare with: what is staged is the difference, and need not be written twice
        connection.execute(
            text(f"""
            create temp view {_DIFF} as
            select id, 'added' as operation from {STAGED}
            """)
        )
        return {"added": staged, "changed": 0, "removed": 0, "unchanged": 0}
    table, compared = layer.__tablename__, [name for name in content_of(layer) if name != "id"]
    connection.execute(
        text(f"""
        create temp table {_DIFF} on commit drop as
        select s.id, case when t.id is null then 'added' else 'changed' end as operation
        from {STAGED} s left join {table} t using (id)
        where t.id is null
           or ({quoted(compared, "s.")}) is distinct from ({quoted(compared, "t.")})
        union all
        select t.id, 'removed'
        from {table} t join {VANISHED} v using (id)
        """)
    )
    connection.execute(text(f"analyze {_DIFF} (id, operation)"))
    counted = connection.execute(
        text(f"select operation, count(*) from {_DIFF} group by operation")
    )
    counts: dict[str, int] = {"added": 0, "changed": 0, "removed": 0}
    counts.update((operation, count) for operation, count in counted)
    return {**counts, "unchanged": staged - counts["added"] - counts["changed"]}


def _record(
    connection: Connection, layer: type[Layer], origin: Origin, counts: dict[str, int]
) -> tuple[int, Any]:
    """Write the batch; return its id and moment."""
    if origin.dataset is not None:
        connection.execute(
            insert(Dataset)
            .values(name=origin.dataset, title=origin.dataset_title)
            .on_conflict_do_nothing()
        )
    made = connection.execute(
        insert(Batch)
        .values(
            layer=layer.__tablename__,
            dataset=origin.dataset,
            kind=origin.kind,
            # read after the lock, and never before the layer's last batch, should the clock step
            # back: the batches of a layer are in the order of their moments
            made_at=func.greatest(
                func.clock_timestamp(),
                select(func.max(Batch.made_at) + text("interval '1 microsecond'"))
                .where(Batch.layer == layer.__tablename__)
                .scalar_subquery(),
            ),
            made_by=origin.made_by or user_name(),
            reason=origin.reason,
            file_name=origin.file_name,
            file_sha256=origin.file_sha256,
            crs=origin.crs,
            mapping=origin.mapping,
            rejected=origin.rejected,
            report=origin.report,
            rolls_back=origin.rolls_back,
            **counts,
        )
        .returning(Batch.id, Batch.made_at)
    ).one()
    return made.id, made.made_at


def _close(connection: Connection, layer: type[Layer], values: dict[str, Any]) -> None:
    """Keep the versions that end, take away what is removed, and change what is changed."""
    table = layer.__tablename__
    # in the order of identifiers, as references are locked: no two changes wait in a ring
    connection.execute(
        text(f"""
        select t.id from {table} t join {_DIFF} d using (id)
        where d.operation = 'removed' order by t.id for update of t
        """)
    )
    connection.execute(
        text(f"""
        insert into {table}_past ({quoted(columns_of(layer))}, valid_to, closed_by)
        select {quoted(columns_of(layer), "t.")}, :moment, :batch
        from {table} t join {_DIFF} d using (id) where d.operation <> 'added'
        """),
        values,
    )
    connection.execute(
        text(f"delete from {table} t using {_DIFF} d where t.id = d.id and d.operation = 'removed'")
    )
    assigned = ", ".join(f'"{name}" = s."{name}"' for name in content_of(layer) if name != "id")
    connection.execute(
        text(f"""
        update {table} t set {assigned}, batch = :batch, valid_from = :moment
        from {STAGED} s join {_DIFF} d using (id)
        where t.id = s.id and d.operation = 'changed'
        """),
        values,
    )


def _add(
    connection: Connection,
    layer: type[Layer],
    values: dict[str, Any],
    counts: dict[str, int],
    *,
    light: bool,
) -> None:
    """Write the features that are new."""
    content = content_of(layer)
    # where every staged row is new there is nothing to tell apart
    all_new = counts["changed"] + counts["unchanged"] == 0
    new = "" if all_new else f" join {_DIFF} d on d.id = s.id and d.operation = 'added'"
    with filling(connection, layer) if light else nullcontext():
        connection.execute(
            text(f"""
            insert into {layer.__tablename__} ({quoted(content)}, batch, valid_from)
            select {quoted(content, "s.")}, :batch, :moment from {STAGED} s{new}
            """),
            values,
        )


def apply(connection: Connection, layer: type[Layer], origin: Origin) -> Outcome:
    """Merge ``staged`` and ``vanished`` into the layer as one batch.

    The caller holds `lock`. Rows that equal what is there are left alone; where nothing
    differs, no batch is made.

    Parameters
    ----------
    connection
        In the transaction in which `stage` was called.
    layer
        The layer to change.
    origin
        Who, from what, and why.
    """
    return merge(connection, layer, origin, compare(connection, layer))


def merge(
    connection: Connection,
    layer: type[Layer],
    origin: Origin,
    counts: dict[str, int],
    *,
    alone: bool = False,
) -> Outcome:
    """Write what `compare` found and counted, as one batch.

    Parameters
    ----------
    alone
        Whether the transaction changes nothing else; then an empty layer may be closed to be
        filled faster. Who holds a closed layer must not wait for anybody.
    """
    if counts["added"] + counts["changed"] + counts["removed"] == 0:
        return Outcome(None, **counts)
    batch, moment = _record(connection, layer, origin, counts)
    values = {"batch": batch, "moment": moment}
    if counts["changed"] + counts["removed"]:
        _close(connection, layer, values)
    if counts["added"]:
        light = alone and not is_source(layer)
        _add(connection, layer, values, counts, light=light)
    refresh_after(connection, layer, batch)
    return Outcome(batch, **counts)
