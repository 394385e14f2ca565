"""``cim import``, ``cim set``, ``cim export``."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Annotated, Literal

import typer
from pyogrio.errors import DataSourceError

from api.answers import CITY_TIME
from api.commands.speech import REFUSED, USAGE, fail, out, progress_of
from cim.crs import UnknownCRSError
from cim.database import open_city
from cim.frames import layer_frame
from cim.model import UnknownLayerError, layer_named
from layers.editing import EditError, edit
from layers.importing import import_source
from layers.mapping import Mapping, MappingError, read_mapping
from layers.order import Order
from layers.reading import open_source
from layers.report import RefusedError, Report
from layers.source import SourceError
from layers.writing import ExportError, write_layer

_SHOWN_REJECTS = 20


def _say(report: Report) -> None:
    """Print what an import did, or would do."""
    outcome = report.outcome
    head = "试运行（未写入）dry run" if report.dry_run else "导入 import"
    if report.refused:
        head = "拒绝 refused"
    out.print(f"{head}: {report.source} → {report.layer} [{report.dataset}]", markup=False)
    out.print(
        f"  读取 rows {report.rows}，入选 selected {report.matched}，坐标系 CRS {report.crs or '—'}"
        f"，修复几何 repaired {report.repaired}，拒绝 rejected {report.rejected}",
        markup=False,
    )
    if outcome is not None:
        if outcome.batch is None:
            batch = "无变化 nothing changed"
        elif report.dry_run:
            batch = "将会 would be"
        else:
            batch = f"批次 batch {outcome.batch}"
        out.print(
            f"  {batch}: 新增 added {outcome.added}，修改 changed {outcome.changed}"
            f"，移除 removed {outcome.removed}，未变 unchanged {outcome.unchanged}",
            markup=False,
        )
    if report.unused_columns:
        out.print(f"  未用的列 columns not used: {'、'.join(report.unused_columns)}", markup=False)
    for reject in report.rejects[:_SHOWN_REJECTS]:
        out.print(f"  ✗ {reject}", markup=False)
    if len(report.rejects) > _SHOWN_REJECTS:
        rest = len(report.rejects) - _SHOWN_REJECTS
        out.print(f"  … 另有 {rest} 行，见 --report / {rest} more: use --report", markup=False)


def import_file(
    layer: Annotated[str, typer.Argument(help="图层 layer")],
    file: Annotated[Path, typer.Argument(help="文件 file")],
    mapping: Annotated[Path | None, typer.Option(help="映射文件 mapping file (TOML)")] = None,
    dataset: Annotated[str | None, typer.Option(help="数据集 dataset")] = None,
    crs: Annotated[str | None, typer.Option(help="EPSG:n | GCJ-02 | BD-09")] = None,
    where: Annotated[str | None, typer.Option(help="筛选条件 condition (CQL2)")] = None,
    mode: Annotated[
        Literal["upsert", "replace", "append"],
        typer.Option(help="upsert 更新 | replace 整体替换数据集 | append 只追加"),
    ] = "upsert",
    sublayer: Annotated[str | None, typer.Option(help="文件内的表 table in the file")] = None,
    strict: Annotated[bool, typer.Option(help="不接受任何不合格行 accept no reject")] = False,
    dry_run: Annotated[bool, typer.Option(help="只检查，不写入 check only")] = False,
    report: Annotated[Path | None, typer.Option(help="报告 report (JSON)")] = None,
    reason: Annotated[
        str | None, typer.Option(help="原因，记入历史 reason, for the history")
    ] = None,
    by: Annotated[str | None, typer.Option(help="操作人，默认为系统用户 who")] = None,
) -> None:
    """导入文件为图层的一个批次 Import a file into a layer, as one batch."""
    order = Order(
        dataset=dataset,
        crs=crs,
        where=where,
        mode=mode,
        strict=strict,
        dry_run=dry_run,
        made_by=by,
        reason=reason,
    )
    try:
        target = layer_named(layer)
        rules = read_mapping(mapping) if mapping else Mapping()
        source = open_source(file, sublayer)
        engine = open_city()
        with progress_of(f"{file.name} → {layer}") as progress:
            done = import_source(engine, target, source, rules, order, progress)
    except RefusedError as refusal:
        _say(refusal.report)
        _write(refusal.report, report)
        raise fail(refusal, REFUSED) from None
    except (UnknownLayerError, MappingError, SourceError, UnknownCRSError) as error:
        raise fail(error, USAGE) from None
    except KeyboardInterrupt:
        raise fail("已中断，未作任何改动 / interrupted, nothing was changed", 130) from None
    _say(done)
    _write(done, report)


def _write(report: Report, path: Path | None) -> None:
    if path is not None:
        text = json.dumps(report.as_dict(), ensure_ascii=False, indent=2, default=str)
        path.write_text(text + "\n", encoding="utf-8")


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
