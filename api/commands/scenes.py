"""``cim scene``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.commands.speech import USAGE, err, fail, out
from cim.database import reading
from viz.browser import BrowserMissingError, ChineseFontMissingError
from viz.page import scene_html
from viz.picture import OutsideRequestError, SceneNotDrawnError, take_picture
from viz.scenes import UnknownSceneError, scene_named


def write_scene(
    name: Annotated[str, typer.Argument(help="场景，如 scene, e.g. business-district")],
    output: Annotated[Path, typer.Option("--output", "-o", help=".html | .png")],
    width: Annotated[int, typer.Option(help="图宽，像素 width of the picture, px")] = 1440,
    height: Annotated[int, typer.Option(help="图高，像素 height of the picture, px")] = 900,
    scale: Annotated[float, typer.Option(help="像素密度 device pixels for one px")] = 1.0,
) -> None:
    """把场景存成一个网页或一张图 Save a scene as one page or one picture."""
    suffix = output.suffix.lower()
    if suffix not in (".html", ".png"):
        raise fail("输出文件要以 .html 或 .png 结尾 / the output must end in .html or .png", USAGE)
    output.parent.mkdir(parents=True, exist_ok=True)
    err.print("正在绘制 drawing …")
    try:
        with reading() as connection:
            page = scene_html(scene_named(name, connection))
        if suffix == ".html":
            output.write_text(page, encoding="utf-8")
        else:
            output.write_bytes(take_picture(page, width=width, height=height, scale=scale))
    except UnknownSceneError as error:
        raise fail(error, USAGE) from None
    except (
        BrowserMissingError,
        ChineseFontMissingError,
        OutsideRequestError,
        SceneNotDrawnError,
    ) as error:
        raise fail(error) from None
    out.print(f"已保存 wrote {output}（{output.stat().st_size / 1e6:.1f} MB）", markup=False)
