"""Write a scene as one self-contained HTML file.

pydeck's own ``to_html(offline=True)`` still asks four outside hosts and pastes data into script
and markup unescaped. Here the deck.gl bundle of pydeck's wheel is inlined, all data travels in one
inert JSON block, every word reaches the page as text, and a content security policy tells the
browser to run the scripts named by hash and to ask no host at all, whatever the bundle tries.
"""

from __future__ import annotations

import functools
import html
import re
from importlib import resources
from pathlib import Path

import pydeck

from viz.content_policy import content_policy
from viz.scene import Scene
from viz.transfer import scene_json

# The page's script is these files in this order, inside one function scope.
_SCRIPTS = (
    "words.js",
    "layers.js",
    "colouring.js",
    "area.js",
    "labels.js",
    "card.js",
    "legend.js",
    "panels.js",
    "instruments.js",
    "host.js",
    "camera.js",
    "furniture.js",
    "failure.js",
    "start.js",
)


def scene_html(scene: Scene) -> str:
    """Write a scene as one HTML page that asks no outside host for anything.

    The page sets ``window.cimReady`` and ``data-ready`` on its root element after the first full
    frame. Embedded in a page of the same origin it can be steered by ``postMessage``; the messages
    are described in ``viz/assets/scene/host.js``.

    Raises
    ------
    ValueError, TypeError
        If a layer takes its data, or anything else, from an address.
    """
    style = _asset("scene.css")
    bundle = _deck_bundle()
    program = _program()
    parts = {
        "policy": content_policy((bundle, program), (style,), "data: blob:"),
        "title": html.escape(_page_title(scene)),
        "style": style,
        "data": scene_json(scene),
        "bundle": bundle,
        "program": program,
    }
    # One pass with a function: what is filled in is never read as a slot or as an escape.
    return re.sub(r"\[\[(\w+)\]\]", lambda slot: parts[slot[1]], _asset("scene.html"))


def _page_title(scene: Scene) -> str:
    return " · ".join(part for part in (scene.title.zh, scene.title.en) if part)


@functools.cache
def _asset(name: str) -> str:
    return resources.files("viz").joinpath("assets", "scene", name).read_text(encoding="utf-8")


@functools.cache
def _program() -> str:
    body = "\n".join(_asset(name) for name in _SCRIPTS)
    return f'(() => {{\n"use strict";\n{body}\n}})();\n'


@functools.cache
def _deck_bundle() -> str:
    """The deck.gl bundle that ships with pydeck, fit to stand inside a script element."""
    path = Path(pydeck.__file__).parent / "nbextension" / "static" / "index.js"
    code = path.read_text(encoding="utf-8")
    code = code.replace("\r\n", "\n")
    # Developer tools would ask for the source map.
    code = re.sub(r"^//# sourceMappingURL=.*$", "", code, flags=re.MULTILINE)
    # Neither occurs in pydeck 0.9.3; a later bundle must not end or hide the element early.
    return re.sub(r"<(/script|!--)", r"\\x3c\1", code, flags=re.IGNORECASE)
