"""The past of the city: its batches, any layer at a past moment, and taking a batch back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Connection, FromClause, Row, literal, select, text, union_all

from cim.changeset import STAGED, VANISHED, Origin, Outcome, apply, lock, quoted, stage
from cim.model import LAYERS, Batch, Layer, columns_of, content_of, fields_of, kind_of, layer_named


class RollbackError(ValueError):
    """The batch cannot be taken back; the message says why."""


def at(layer: type[Layer], moment: dt.datetime | None) -> FromClause:
    """Return the layer as it was at a moment, with the columns it has now.

    Parameters
    ----------
    moment
        With time zone; None reads the current rows.
    """
    current = layer.__table__
    if moment is None:
        return current
    past = layer.__past__
    return union_all(
        select(current).where(current.c.valid_from <= literal(moment)),
        select(*(past.c[name] for name in columns_of(layer))).where(
            past.c.valid_from <= literal(moment), past.c.valid_to > literal(moment)
        ),
    ).subquery(layer.__tablename__)


def batches(connection: Connection, layer: str | None = None) -> Sequence[Row[tuple[Batch]]]:
    """Return the batches, newest first, of one layer or of all."""
    query = select(Batch.__table__).order_by(Batch.id.desc())
    if layer is not None:
        query = query.where(Batch.layer == layer_named(layer).__tablename__)
    return connection.execute(query).all()


def _later_batches(connection: Connection, batch: int) -> list[int]:
    """Return the batches that touched the same features afterwards and still count.

    A later batch that was itself taken back, and the rollback that did so, cancel out.
    """
    found = connection.scalars(
        text("""
        with undone as (
            select r.rolls_back as batch, r.id as by
            from batch r
            where r.rolls_back > :batch
                and not exists (select from batch again where again.rolls_back = r.id)
        )
        select distinct later.batch
        from change mine join change later using (layer, feature)
        where mine.batch = :batch
            and later.batch > :batch
            and not exists (select from undone where later.batch in (undone.batch, undone.by))
        order by later.batch
        """),
        {"batch": batch},
    )
    return list(found.all())


def _referring(connection: Connection, layer: type[Layer], batch: int) -> list[str]:
    """Return ``layer.field (n)`` for every field that names a feature this batch added."""
    references = []
    for name, other in LAYERS.items():
        for column, field in fields_of(other).items():
            if field.refers_to != layer.__tablename__:
                continue
            many = kind_of(columns_of(other)[column]) is list
            named = f'array[c.feature] && r."{column}"' if many else f'r."{column}" = c.feature'
            # rows that the batch itself added go with it
            own = f" and r.batch <> {int(batch)}" if other is layer else ""
            count = connection.scalar(
                text(
                    f"select count(*) from change c join {name} r on {named}{own}"
                    " where c.batch = :batch and c.operation = 'added'"
                ),
                {"batch": batch},
            )
            if count:
                references.append(f"{name}.{column} ({count})")
    return references


def roll_back(
    connection: Connection,
    batch: int,
    *,
    force: bool = False,
    made_by: str | None = None,
    reason: str | None = None,
) -> Outcome:
    """Take a batch back: a new batch restores the content its features had before.

    Parameters
    ----------
    connection
        In a transaction; nothing is committed here.
    batch
        Number of the batch.
    force
        Take it back although later batches touched its features or refer to them; those
        features too return to what they were before `batch`.
    made_by, reason
        For the history.

    Raises
    ------
    RollbackError
        No such batch, or later batches touched or refer to its features.
    """
    made = connection.execute(select(Batch.layer, Batch.dataset).where(Batch.id == batch)).first()
    if made is None:
        raise RollbackError(f"没有批次 {batch} / there is no batch {batch}")
    layer = layer_named(made.layer)
    lock(connection, layer)
    if not force:
        if later := _later_batches(connection, batch):
            raise RollbackError(
                f"批次 {batch} 的要素后来又被批次 {'、'.join(map(str, later))} 改动；"
                "请先撤回它们，或用 --force 一并恢复到该批次之前"
                f" / features of batch {batch} were changed again by {later}:"
                " roll those back first, or use --force"
            )
        if referring := _referring(connection, layer, batch):
            raise RollbackError(
                f"批次 {batch} 新增的要素仍被引用：{'、'.join(referring)}；"
                "请先撤回引用它们的批次，或用 --force"
                f" / features added by batch {batch} are referred to by {', '.join(referring)}:"
                " roll those back first, or use --force"
            )
    stage(connection, layer)
    content = content_of(layer)
    # the version before is the one this batch closed
    connection.execute(
        text(f"""
        insert into {STAGED} ({quoted(content)})
        select {quoted(content)} from {layer.__tablename__}_past where closed_by = :batch
        """),
        {"batch": batch},
    )
    connection.execute(
        text(f"""
        insert into {VANISHED}
        select feature from change where batch = :batch and operation = 'added'
        """),
        {"batch": batch},
    )
    return apply(
        connection,
        layer,
        Origin(
            kind="rollback",
            dataset=made.dataset,
            made_by=made_by,
            reason=reason,
            rolls_back=batch,
        ),
    )
