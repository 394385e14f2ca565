"""Required fields of which a source says nothing."""

from __future__ import annotations

from sqlalchemy import Connection, text

from cim.changeset import STAGED
from cim.model import fields_of
from layers.columns.plan import Plan
from layers.mapping import UnsettledError


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
    UnsettledError
        New features would lack a required field; the message names each and what may be meant.
    """
    lacking = {
        name: int(new)
        for name in plan.silent
        if (new := connection.scalar(text(f'select count(*) from {STAGED} where "{name}" is null')))
    }
    if lacking:
        raise UnsettledError(_silence(plan, lacking), plan)


def _silence(plan: Plan, lacking: dict[str, int]) -> str:
    """Name the required fields that nothing fills, and the columns that look like them."""
    titles, new = fields_of(plan.layer), max(lacking.values())
    named = "、".join(f"“{titles[name].zh}”（{name}）" for name in lacking)
    first = next(iter(lacking))
    alike = [one for one in plan.suggestions if one.field in lacking]
    return (
        f"必填字段{named}没有来源，而有 {new} 行是新增的：请在映射文件 [fields] 里写"
        f' {first} = "列名"，或在 [constants] 里给定'
        + "".join(f"；{one}" for one in alike)
        + f" / nothing fills the required {', '.join(lacking)}, and {new} rows are new: map columns"
        " to them, or state constants" + "".join(f"; {one.column!r} looks like it" for one in alike)
    )
