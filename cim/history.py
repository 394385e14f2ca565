"""The past of the city: its batches, any layer at a past moment, and taking a batch back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Connection, FromClause, Row, literal, select, text, union_all

from cim.changes import changes_of
from cim.changeset import STAGED, VANISHED, Origin, Outcome, apply, lock, quoted, stage
from cim.model import Batch, Layer, columns_of, content_of, fields_of, layer_named
from cim.references import dangling, referring


class RollbackError(ValueError):
    """The batch cannot be taken back; the message says why."""


class UnknownBatchError(RollbackError):
    """There is no batch of this number."""


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


def _later_batches(connection: Connection, layer: type[Layer], batch: int) -> list[int]:
    """Return the batches that touched the same features afterwards and still count.

    A later batch that was itself taken back, and the rollback that did so, cancel out.
    """
    changes = changes_of(layer.__tablename__)
    found = connection.scalars(
        text(f"""
        with mine as (
            select feature from {changes} where batch = :batch
        ), later as (
            select feature, batch from {changes} where batch > :batch
        ), undone as (
            select r.rolls_back as batch, r.id as by
            from batch r
            where r.rolls_back > :batch
                and not exists (select from batch again where again.rolls_back = r.id)
        )
        select distinct later.batch
        from mine join later using (feature)
        where not exists (select from undone where later.batch in (undone.batch, undone.by))
        order by later.batch
        """),
        {"batch": batch},
    )
    return list(found.all())


def taken_back(connection: Connection) -> dict[int, int]:
    """Return the batches that are taken back, each with the rollback that did so and still counts.

    A rollback that was itself taken back counts no more, until that is taken back in its turn.
    """
    made = connection.execute(
        text("select id, rolls_back from batch where rolls_back is not null order by id desc")
    )
    found: dict[int, int] = {}
    # whoever takes a rollback back comes after it, and is known before it here
    for by, batch in made:
        if by not in found:
            found.setdefault(batch, by)
    return found


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
    UnknownBatchError
        No such batch.
    RollbackError
        It was taken back already, or later batches touched or refer to its features.
    """
    made = connection.execute(select(Batch.layer, Batch.dataset).where(Batch.id == batch)).first()
    if made is None:
        raise UnknownBatchError(f"没有批次 {batch} / there is no batch {batch}")
    layer = layer_named(made.layer)
    lock(connection, layer)
    added = f"""
        select feature from {changes_of(made.layer)}
        where batch = :batch and operation = 'added'
    """
    if not force:
        if (by := taken_back(connection).get(batch)) is not None:
            raise RollbackError(
                f"批次 {batch} 已由批次 {by} 撤回，未作任何改动"
                f" / batch {batch} was taken back already, by batch {by}: nothing was changed"
            )
        if later := _later_batches(connection, layer, batch):
            raise RollbackError(
                f"批次 {batch} 的要素后来又被批次 {'、'.join(map(str, later))} 改动；"
                "请先撤回它们，或用 --force 一并恢复到该批次之前"
                f" / features of batch {batch} were changed again by {later}:"
                " roll those back first, or use --force"
            )
        if still := referring(connection, layer, added, {"batch": batch}):
            raise RollbackError(
                f"批次 {batch} 新增的要素仍被引用：{'、'.join(still)}；"
                "请先撤回引用它们的批次，或用 --force"
                f" / features added by batch {batch} are referred to by {', '.join(still)}:"
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
    connection.execute(text(f"insert into {VANISHED} {added}"), {"batch": batch})
    if not force and (lost := dangling(connection, layer, fields_of(layer))):
        one = lost[0]
        raise RollbackError(
            f"恢复 {one.id} 时，它引用的 {one.field} = {one.value} 已不在图层 {one.target} 中"
            f"（共 {len(lost)} 处）；可用 --force"
            f" / {one.id} refers to {one.field} = {one.value}, which layer {one.target} no longer"
            f" has ({len(lost)} such): use --force"
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
