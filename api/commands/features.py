"""``cim set``, ``cim export``."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer
from pyogrio.errors import DataSourceError

from api.commands.speech import USAGE, fail, out
from cim.city_time import CITY_TIME
from cim.database import open_city
from cim.frames import layer_frame
from cim.model import UnknownLayerError, layer_named
from layers.editing import EditError, edit
from layers.mapping import MappingError
from layers.writing import ExportError, write_layer


def set_fields(
    layer: Annotated[str, typer.Argument(help="图层 layer")],
    identifier: Annotated[str, typer.Argument(help="编号 id")],
    values: Annotated[list[str], typer.Argument(help="字段=值，空值表示未知 field=value")],
    reason: Annotated[str | None, typer.Option(help="原因 reason")] = None,
    by: Annotated[str | None, typer.Option(help="操作人，默认为系统用户 who")] = None,
) -> None:
    """修改一个要素的字段 Change fields of one feature, as a batch."""
    given = dict(value.partition("=")[::2] for value in values)
    if wrong := [value for value in values if "=" not in value]:
        raise fail(f"要写成 字段=值 / write field=value: {wrong[0]}", USAGE)
    try:
        outcome = edit(
            open_city(), layer_named(layer), identifier, given, made_by=by, reason=reason
        )
    except (UnknownLayerError, EditError, MappingError) as error:
        raise fail(error, USAGE) from None
    if outcome.batch is None:
        out.print("没有变化 nothing changed")
    else:
        out.print(f"已修改 changed: {layer} {identifier}，批次 batch {outcome.batch}", markup=False)


def export_layer(
    layer: Annotated[str, typer.Argument(help="图层 layer")],
    file: Annotated[Path, typer.Argument(help=".gpkg .geojson .shp .parquet .csv .xlsx .fgb")],
    as_of: Annotated[str | None, typer.Option(help="某一时刻 moment, ISO 8601")] = None,
    private: Annotated[bool, typer.Option(help="含内部字段 with private fields")] = False,
) -> None:
    """导出图层 Write a layer to a file."""
    try:
        moment = None if as_of is None else dt.datetime.fromisoformat(as_of)
        if moment is not None and moment.tzinfo is None:
            moment = moment.replace(tzinfo=CITY_TIME)
        target = layer_named(layer)
        with open_city().connect() as connection:
            frame = layer_frame(connection, target, as_of=moment, private=private)
        write_layer(frame, file)
    except (UnknownLayerError, ExportError) as error:
        raise fail(error, USAGE) from None
    except (OSError, DataSourceError) as error:
        raise fail(f"写不了文件 / cannot write the file: {error}", USAGE) from None
    except ValueError as error:
        raise fail(f"--as-of 不是时刻 / is no moment: {error}", USAGE) from None
    out.print(f"已导出 wrote {len(frame)} → {file}", markup=False)
