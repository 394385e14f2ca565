"""``cim layers``."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from api.commands.speech import USAGE, fail, out
from cim.database import open_city, row_counts
from cim.model import (
    COMMON,
    LAYERS,
    SEVERITIES,
    Layer,
    UnknownLayerError,
    columns_of,
    content_of,
    fields_of,
    kind_of,
    layer_named,
)


def _rules(layer: type[Layer], name: str) -> str:
    """Tell what a field accepts."""
    field, column = fields_of(layer)[name], columns_of(layer)[name]
    parts = []
    if "kinds" in column.info:
        parts.append(" | ".join(column.info["kinds"]))
    if field.values:
        parts.append("、".join(f"{v}" for v in field.values))
    if field.minimum is not None or field.maximum is not None:
        low = "" if field.minimum is None else f"{field.minimum:g}"
        high = "" if field.maximum is None else f"{field.maximum:g}"
        parts.append(f"{low}…{high}")
    if field.refers_to:
        parts.append(f"→ {field.refers_to}")
    if field.private:
        parts.append("内部 private")
    return "；".join(parts)


def list_layers(
    layer: Annotated[str | None, typer.Argument(help="图层 layer")] = None,
) -> None:
    """图层及其字段、单位、取值 The layers, or the fields, units and rules of one."""
    table = Table(box=None, pad_edge=False)
    if layer is None:
        with open_city().connect() as connection:
            counts = row_counts(connection)
        for title in ("图层 layer", "名称 title", "行数 rows", "说明 description"):
            table.add_column(title)
        for name, declared in LAYERS.items():
            about = (declared.__doc__ or "").splitlines()[0]
            table.add_row(name, " ".join(declared.__title__), f"{counts[name]:,}", about)
        out.print(table)
        return
    try:
        declared = layer_named(layer)
    except UnknownLayerError as error:
        raise fail(error, USAGE) from None
    for title in (
        "字段 field",
        "名称 title",
        "类型 type",
        "单位 unit",
        "必填",
        "规则 rules",
        "来源列名 headers",
    ):
        table.add_column(title)
    for name in content_of(declared):
        field, column = fields_of(declared)[name], columns_of(declared)[name]
        table.add_row(
            name,
            f"{field.zh} {field.en}",
            "geometry" if name == "geom" else kind_of(column).__name__,
            field.unit or "",
            "" if column.nullable else "是",
            _rules(declared, name),
            "、".join(field.headers),
        )
    out.print(table)
    out.print()
    out.print(_checks(declared))


def _checks(layer: type[Layer]) -> Table:
    """List the rules that the rows of a layer are held to, its own first."""
    table = Table(box=None, pad_edge=False)
    for title in ("检查 check", "后果 what follows", "规则 rule"):
        table.add_column(title)
    for check in (*layer.__checks__, *COMMON.values()):
        table.add_row(check.code, " ".join(SEVERITIES[check.severity]), f"{check.zh} / {check.en}")
    return table
