"""``cim template``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.commands.speech import USAGE, fail, out
from cim.model import UnknownLayerError, layer_named
from layers.template import write_template as write


def write_template(
    layer: Annotated[str, typer.Argument(help="图层 layer")],
    output: Annotated[Path, typer.Option("--output", "-o", help="文件 file (.xlsx)")],
) -> None:
    """写出图层的 Excel 导入模板 Write the Excel template for importing a layer."""
    if output.suffix.lower() != ".xlsx":
        raise fail("模板是 .xlsx 文件 / a template is an .xlsx file", USAGE)
    try:
        write(layer_named(layer), output)
    except UnknownLayerError as error:
        raise fail(error, USAGE) from None
    except OSError as error:
        raise fail(f"写不了文件 / cannot write the file: {error.strerror}", USAGE) from None
    out.print(f"已写出模板 wrote {output}", markup=False)
