"""``cim batches``, ``cim rollback``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.table import Table
from sqlalchemy import Connection, select

from api.commands.outputs import warn
from api.commands.speech import REFUSED, USAGE, fail, out
from cim.changeset import Outcome
from cim.city_time import to_the_minute
from cim.database import open_city
from cim.history import RollbackError, UnknownBatchError, batches, roll_back, taken_back
from cim.model import Batch, UnknownLayerError
from cim.references import left_behind
from cim.refresh import changing


def list_batches(
    layer: Annotated[
        str | None, typer.Argument(help="图层，省略为全部 layer, all if left out")
    ] = None,
) -> None:
    """列出批次 List the batches, newest first."""
    try:
        with open_city().connect() as connection:
            found, undone = batches(connection, layer), taken_back(connection)
    except UnknownLayerError as error:
        raise fail(error, USAGE) from None
    table = Table(box=None, pad_edge=False)
    for title in (
        "批次",
        "图层",
        "类型",
        "时间",
        "操作人",
        "新增",
        "修改",
        "移除",
        "拒绝",
        "状态",
        "来源",
        "原因",
    ):
        table.add_column(title)
    for b in found:
        origin = b.file_name or (f"撤回批次 {b.rolls_back}" if b.rolls_back else "")
        table.add_row(
            str(b.id),
            b.layer,
            b.kind,
            to_the_minute(b.made_at),
            b.made_by,
            str(b.added),
            str(b.changed),
            str(b.removed),
            str(b.rejected),
            f"已由批次 {undone[b.id]} 撤回 taken back by {undone[b.id]}" if b.id in undone else "",
            origin,
            b.reason or "",
        )
    out.print(table)


def rollback(
    numbers: Annotated[
        list[int],
        typer.Argument(metavar="BATCH…", help="批次号，可以几个 number of the batch, or several"),
    ],
    force: Annotated[
        bool,
        typer.Option(help="即使后来的批次改动或引用了这些要素 even if later batches touched them"),
    ] = False,
    redo: Annotated[
        bool,
        typer.Option("--redo", help="撤回一次撤回，使原批次重新生效 take a rollback itself back"),
    ] = False,
    reason: Annotated[str | None, typer.Option(help="原因 reason")] = None,
    by: Annotated[str | None, typer.Option(help="操作人，默认为系统用户 who")] = None,
) -> None:
    """撤回批次；几个一起撤回时，要么全部，要么都不 Take batches back, all of them or none."""
    try:
        with changing(open_city()) as connection:
            if not redo:
                _refuse_rollbacks(connection, numbers)
            # what was made last is taken back first
            outcomes = {
                number: roll_back(connection, number, force=force, made_by=by, reason=reason)
                for number in sorted(set(numbers), reverse=True)
            }
            made = [one.batch for one in outcomes.values() if one.batch is not None]
            # without force, what is referred to is not taken away
            lost = left_behind(connection, made) if force else []
    except UnknownBatchError as error:
        raise fail(error, USAGE) from None
    except RollbackError as error:
        raise fail(error, REFUSED) from None
    for number, outcome in outcomes.items():
        _say(number, outcome)
    for one in lost:
        warn(
            f"{one.field} 有 {one.places} 处指向图层 {one.target} 中已没有的要素，"
            f"例如 {one.id} 指向 {one.value}"
            f" / {one.field} names features that layer {one.target} no longer has ({one.places}"
            f" such): {one.id} names {one.value}"
        )


def _refuse_rollbacks(connection: Connection, numbers: Sequence[int]) -> None:
    """Raise `RollbackError` where a batch is a rollback: it is no import to be taken back."""
    query = select(Batch.id, Batch.rolls_back).where(
        Batch.id.in_(numbers), Batch.rolls_back.is_not(None)
    )
    for number, taken in connection.execute(query.order_by(Batch.id)):
        raise RollbackError(
            f"批次 {number} 本身就是对批次 {taken} 的撤回，未作任何改动；"
            f"要让批次 {taken} 重新生效，请加 --redo"
            f" / batch {number} is itself the rollback of batch {taken}: nothing was changed;"
            f" to have batch {taken} again, add --redo"
        )


def _say(number: int, outcome: Outcome) -> None:
    if outcome.batch is None:
        out.print(
            f"批次 {number} 的内容已是撤回后的样子，无需改动 / batch {number}: nothing to restore"
        )
        return
    out.print(
        f"已撤回 took back batch {number}: 批次 batch {outcome.batch}"
        f"，重新加入 added again {outcome.added}，改回 changed back {outcome.changed}"
        f"，移除 removed {outcome.removed}"
    )
