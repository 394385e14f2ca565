"""Required fields of which a source says nothing."""

from __future__ import annotations

from sqlalchemy import Connection, text

from cim.changeset import STAGED
from cim.model import fields_of
from layers.columns import Plan
from layers.mapping import MappingError


def refuse_silence(connection: Connection, plan: Plan) -> None:
    """Refuse a source that would add features and says nothing of a required field.

    Rows that the layer holds already have kept their value by now, so only new ones lack it;
    that is one fault of the file, or its mapping, and not one of each row.

    Parameters
    ----------
    connection
        With the staged rows, completed from the layer.

    Raises
    ------
    MappingError
        New features would lack a required field; the message names it and what may be meant.
    """
    for name in plan.silent:
        new = connection.scalar(text(f'select count(*) from {STAGED} where "{name}" is null'))
        if new:
            raise MappingError(_silence(plan, name, int(new)))


def _silence(plan: Plan, name: str, new: int) -> str:
    zh = fields_of(plan.layer)[name].zh
    alike = next((one for one in plan.suggestions if one.field == name), None)
    return (
        f"必填字段“{zh}”（{name}）没有来源，而有 {new} 行是新增的：请在映射文件 [fields] 里写"
        f' {name} = "列名"，或在 [constants] 里给定'
        + (f"；{alike}" if alike else "")
        + f" / nothing fills the required field {name}, and {new} rows are new: map a column to it,"
        " or state a constant" + (f"; {alike.column!r} looks like it" if alike else "")
    )
