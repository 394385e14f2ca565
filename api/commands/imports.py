"""``cim import``, ``cim import-osm``, ``cim import-gtfs``, ``cim report``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from sqlalchemy import Engine, select

from api.commands.import_words import dataset_option, say, say_unsettled
from api.commands.outputs import beside, check_outputs, warn, write
from api.commands.refreshing import refresh
from api.commands.speech import REFUSED, USAGE, fail, out, progress_of
from cim.crs import UnknownCRSError
from cim.database import open_city
from cim.history import taken_back
from cim.model import Batch, UnknownLayerError, layer_named
from cim.settings import city_settings
from layers.columns.titles import called
from layers.importing import dataset_name, import_source, import_sources
from layers.mapping import Mapping, MappingError, UnsettledError, read_mapping
from layers.order import Order
from layers.reading import open_source
from layers.report import RefusedError, Report
from layers.source import Source, SourceError

Sources = Iterable[tuple[str, Source, Mapping]]
"""Layers by name with their rows and how they are mapped, as one source gives them."""

_File = Annotated[Path, typer.Argument(help="文件 file")]
_Dataset = Annotated[str | None, typer.Option(help="数据集 dataset")]
_Strict = Annotated[bool, typer.Option(help="不接受任何不合格行 accept no reject")]
_DryRun = Annotated[bool, typer.Option(help="只检查，不写入 check only")]
_Reason = Annotated[str | None, typer.Option(help="原因，记入历史 reason, for the history")]
_By = Annotated[str | None, typer.Option(help="操作人，默认为系统用户 who")]
_ReportFile = Annotated[Path | None, typer.Option(help="报告 report: FILE.html | FILE.json")]
_Mode = Annotated[
    Literal["upsert", "replace", "append"],
    typer.Option(help="upsert 更新 | replace 整体替换数据集 | append 只追加"),
]


def import_file(
    layer: Annotated[str, typer.Argument(help="图层 layer")],
    file: _File,
    mapping: Annotated[Path | None, typer.Option(help="映射文件 mapping file (TOML)")] = None,
    dataset: _Dataset = None,
    crs: Annotated[
        str | None, typer.Option(help="坐标系，由你决定 EPSG:n | GCJ-02 | BD-09, your decision")
    ] = None,
    where: Annotated[str | None, typer.Option(help="筛选条件 condition (CQL2)")] = None,
    mode: _Mode = "upsert",
    sublayer: Annotated[str | None, typer.Option(help="文件内的表 table in the file")] = None,
    accept: Annotated[
        bool,
        typer.Option(help="采用列名建议，并记住 take the suggested columns, and keep them"),
    ] = False,
    save_mapping: Annotated[
        Path | None, typer.Option(help="把所用的映射写成文件 write the mapping used")
    ] = None,
    strict: _Strict = False,
    dry_run: _DryRun = False,
    report: _ReportFile = None,
    rejects: Annotated[
        Path | None,
        typer.Option(help="不合格行写到哪里，默认在源文件旁 where rejected rows go"),
    ] = None,
    reason: _Reason = None,
    by: _By = None,
) -> None:
    """导入文件为图层的一个批次 Import a file into a layer, as one batch."""
    order = Order(
        dataset=dataset,
        crs=crs,
        where=where,
        mode=mode,
        strict=strict,
        dry_run=dry_run,
        accept=accept,
        made_by=by,
        reason=reason,
    )
    check_outputs(report, rejects, save_mapping)
    with _plainly():
        target = layer_named(layer)
        source = open_source(file, sublayer, (layer, *target.__title__))
        remembered = _remembered(layer, dataset or dataset_name(source.name))
        if mapping is None and remembered.is_file():
            mapping = remembered
            out.print(f"沿用记住的映射 using the mapping kept in {mapping}", markup=False)
        rules = read_mapping(mapping) if mapping else Mapping()
        engine = open_city()
        refused = None
        try:
            with progress_of(f"{file.name} → {layer}") as progress:
                done = import_source(engine, target, source, rules, order, progress, later=True)
        except RefusedError as refusal:
            refused, done = refusal, refusal.report
        except UnsettledError as error:
            failed = fail(error, USAGE)
            say_unsettled(error, crs, save_mapping)
            raise failed from None
        # a trial leaves nothing behind that was not asked for
        path = rejects or (None if dry_run else beside(file))
        returned = None if path is None else _give_back(source, done, path, stated=bool(rejects))
        say(done, returned, listed=report is not None)
        _write_report(engine, done, report, returned)
        if save_mapping is not None:
            write(save_mapping, done.mapping)
        if refused is not None:
            raise fail(refused, REFUSED)
        if accept and not dry_run:
            kept = _remembered(layer, done.dataset)
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(done.mapping, encoding="utf-8")
            out.print(f"  映射已记住 mapping kept in {kept}", markup=False)
        refresh(engine)


def _osm(file: Path, dataset: str | None) -> Sources:
    from layers.osm import osm_sources

    return osm_sources(file, dataset)


def _gtfs(file: Path, dataset: str | None) -> Sources:
    from layers.gtfs import gtfs_sources

    return gtfs_sources(file, dataset)


def _importing(read: Callable[[Path, str | None], Sources], about: str) -> Callable[..., None]:
    """Return the command that imports the layers of one kind of source, all or none."""

    def command(
        file: _File,
        dataset: _Dataset = None,
        strict: _Strict = False,
        dry_run: _DryRun = False,
        report: _ReportFile = None,
        reason: _Reason = None,
        by: _By = None,
    ) -> None:
        order = Order(strict=strict, dry_run=dry_run, made_by=by, reason=reason)
        _import_several(file, lambda: read(file, dataset), order, report)

    command.__doc__ = about
    return command


import_osm = _importing(
    _osm, "导入 OpenStreetMap 的多个图层 Import the layers of an OSM extract, all or none."
)
import_gtfs = _importing(
    _gtfs,
    "导入 GTFS 公共交通数据 Import stations, entrances, lines and stops of GTFS, all or none.",
)


def _import_several(
    file: Path,
    read: Callable[[], Sources],
    order: Order,
    report: Path | None,
) -> None:
    check_outputs(report)
    with _plainly():
        engine = open_city()
        try:
            with progress_of(file.name) as progress:
                done = import_sources(engine, read(), order, progress, later=True)
        except RefusedError as refusal:
            say(refusal.report, None, columns=False, listed=report is not None)
            _write_report(engine, refusal.report, report, None)
            raise fail(refusal, REFUSED) from None
        for one in done:
            say(one, None, columns=False, listed=report is not None)
            _write_report(engine, one, _for_layer(report, one.layer), None)
        _say_how_to_take_back(done)
        refresh(engine)


def _say_how_to_take_back(done: Iterable[Report]) -> None:
    """Name the command that takes all the batches of one source back."""
    outcomes = [one.outcome for one in done if one.outcome is not None and not one.dry_run]
    numbers = [str(outcome.batch) for outcome in outcomes if outcome.batch is not None]
    if numbers:
        out.print(f"全部撤回 take all of it back: cim rollback {' '.join(reversed(numbers))}")


def _for_layer(report: Path | None, layer: str) -> Path | None:
    """Name the report of one of several layers: ``r.html`` becomes ``r-road.html``."""
    return None if report is None else report.with_stem(f"{report.stem}-{layer}")


def write_report(
    batch: Annotated[int, typer.Argument(help="批次号 number of the batch")],
    file: Annotated[Path, typer.Option("--output", "-o", help="FILE.html | FILE.json")],
) -> None:
    """重新写出某个导入批次的报告 Write the report of an import that was made."""
    check_outputs(file)
    with _plainly():
        engine = open_city()
        with engine.connect() as connection:
            made = connection.execute(
                select(Batch.kind, Batch.report, Batch.made_by, Batch.made_at).where(
                    Batch.id == batch
                )
            ).first()
            undone_by = taken_back(connection).get(batch)
        if made is None or made.report is None:
            raise fail(f"批次 {batch} 没有导入报告 / batch {batch} has no import report", USAGE)
        content = {
            **made.report,
            "made_by": made.made_by,
            "made_at": made.made_at.isoformat(),
            "taken_back_by": undone_by,
        }
        _write_content(engine, content, file)


@contextmanager
def _plainly() -> Iterator[None]:
    """Say in words what the user can mend."""
    try:
        yield
    except (UnknownLayerError, MappingError, SourceError, UnknownCRSError) as error:
        raise fail(error, USAGE) from None
    except KeyboardInterrupt:
        raise fail("已中断，未作任何改动 / interrupted, nothing was changed", 130) from None


def _remembered(layer: str, dataset: str) -> Path:
    """Return where the confirmed mapping of a dataset is kept."""
    return city_settings().home / "mappings" / layer / f"{dataset}.toml"


def _give_back(source: Source, report: Report, path: Path, *, stated: bool) -> Path | None:
    """Write the rejected rows in the source's own form; None where there are none.

    Where the planner has `stated` no path, they may go to the folder at hand.
    """
    if not report.rejects:
        return None
    from layers.returning import write_rejected

    titles = called(layer_named(report.layer), report.columns)
    # the source may lie where nobody may write
    places = [path] if stated else [path, Path.cwd() / path.name]
    for place in places:
        try:
            return write_rejected(source, report.reasons, place, titles)
        except SourceError as error:
            told = str(error)
    warn(f"不合格行没有写出：{told} / the rejected rows were not written")
    return None


def _write_report(engine: Engine, report: Report, path: Path | None, returned: Path | None) -> None:
    if path is not None:
        content = report.as_dict()
        content["rejected_file"] = None if returned is None else returned.name
        content["rejected_option"] = returned and dataset_option(report, returned)
        _write_content(engine, content, path)


def _write_content(engine: Engine, content: dict[str, Any], path: Path) -> None:
    if path.suffix.lower() in (".html", ".htm"):
        from viz.import_report import context_of, report_html

        with engine.connect() as connection:
            written = report_html(content, context_of(connection))
    else:
        from viz.import_report.discretion import without_private

        content, _ = without_private(content)
        written = json.dumps(content, ensure_ascii=False, indent=2, default=str) + "\n"
    if write(path, written):
        out.print(f"  报告 report → {path}", markup=False)
