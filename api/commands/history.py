"""``cim batches``, ``cim rollback``."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from api.commands.speech import USAGE, fail, out
from cim.database import open_city
from cim.history import RollbackError, batches, roll_back
from cim.model import UnknownLayerError


def list_batches(
    layer: Annotated[
        str | None, typer.Argument(help="图层，省略为全部 layer, all if left out")
    ] = None,
) -> None:
    """列出批次 List the batches, newest first."""
    try:
        with open_city().connect() as connection:
            found = batches(connection, layer)
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
            f"{b.made_at.astimezone():%Y-%m-%d %H:%M:%S}",
            b.made_by,
            str(b.added),
            str(b.changed),
            str(b.removed),
            str(b.rejected),
            origin,
            b.reason or "",
        )
    out.print(table)


def rollback(
    batch: Annotated[int, typer.Argument(help="批次号 number of the batch")],
    force: Annotated[
        bool,
        typer.Option(help="即使后来的批次改动或引用了这些要素 even if later batches touched them"),
    ] = False,
    reason: Annotated[str | None, typer.Option(help="原因 reason")] = None,
    by: Annotated[str | None, typer.Option(help="操作人，默认为系统用户 who")] = None,
) -> None:
    """撤回一个批次 Take a batch back, by a new batch."""
    try:
        with open_city().begin() as connection:
            outcome = roll_back(connection, batch, force=force, made_by=by, reason=reason)
    except RollbackError as error:
        raise fail(error, USAGE) from None
    if outcome.batch is None:
        out.print("内容已是撤回后的样子，无需改动 nothing to restore")
        return
    out.print(
        f"已撤回 took back batch {batch}: 批次 batch {outcome.batch}"
        f"，恢复 restored {outcome.changed}，移除 removed {outcome.removed}"
        f"，还原 put back {outcome.added}"
    )
