"""Put a scene into the JSON block of its page.

The description of the layers and their data travel apart. deck.gl's JSON converter reads any
string that begins with ``@@`` as an expression, a constant or a class; that is meant for layer
descriptions and must never meet the data.
"""

from __future__ import annotations

import copy
import dataclasses
import json
import math
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pydeck

from viz.packing import pack
from viz.palette import SELECTED
from viz.scene import Scene

# What of a deck the page takes. The rest (base map, style, API keys that pydeck reads from the
# environment, HTML tooltips) has no place in it.
_DECK_PARTS = ("layers", "views", "initialViewState", "effects", "parameters")
_DECIMALS = 6
_ADDRESS = re.compile(r"^\s*(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)


def scene_json(scene: Scene) -> str:
    """Write a scene as JSON that may stand inside a script element.

    Raises
    ------
    ValueError
        If a layer takes anything from an address, two layers share an id, or the subject,
        a card or a label names a layer that is not there.
    TypeError
        If a layer's data is not a list of records (but an address), or holds what JSON lacks.
    """
    layers = list(scene.deck.layers)
    data = {layer.id: _records(layer) for layer in layers}
    if len(data) < len(layers):
        raise ValueError("two layers of the scene share an id")
    named = {scene.subject, *scene.cards, *scene.labels} - {""}
    if missing := sorted(named - data.keys()):
        raise ValueError(f"the scene names layers that it does not draw: {', '.join(missing)}")

    furniture = {
        field.name: _plain(getattr(scene, field.name))
        for field in dataclasses.fields(scene)
        if field.name != "deck"
    }
    page = {**furniture, "selected": SELECTED, "deck": _description(scene.deck), "data": data}
    text = json.dumps(
        page, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_foreign
    )
    return _inert(text)


def _description(deck: pydeck.Deck) -> dict[str, Any]:
    """The deck as pydeck describes it, without its data and without what the page never takes."""
    bare = copy.copy(deck)
    bare.layers = [copy.copy(layer) for layer in deck.layers]
    for layer in bare.layers:
        layer.__dict__["_data"] = None
    described: dict[str, Any] = json.loads(bare.to_json())
    kept = {part: described[part] for part in _DECK_PARTS if part in described}
    _refuse_addresses(kept)
    return kept


def _refuse_addresses(part: Any) -> None:
    if isinstance(part, str):
        if _ADDRESS.match(part.removeprefix("@@=")):
            raise ValueError(f"a scene asks no host for anything, not even {part!r}")
    elif isinstance(part, Mapping):
        for value in part.values():
            _refuse_addresses(value)
    elif isinstance(part, list):
        for value in part:
            _refuse_addresses(value)


def _records(layer: pydeck.Layer) -> list[Any]:
    data = layer.data
    if data is None:
        return []
    if not isinstance(data, list):
        raise TypeError(f"layer {layer.id!r} must carry its data as records")
    return [_plain(pack(record)) for record in data]


def _plain(value: Any) -> Any:
    """Reduce a value to what JSON knows; a number that is none is null, unknown."""
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, (float, np.floating)):
        return _plain_number(float(value))
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)
        }
    return _foreign(value)


def _plain_number(number: float) -> float | int | None:
    if not math.isfinite(number):
        return None
    rounded = round(number, _DECIMALS)
    return int(rounded) if rounded.is_integer() else rounded


def _foreign(value: Any) -> Any:
    if value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    raise TypeError(f"a scene cannot carry a {type(value).__name__}")


def _inert(text: str) -> str:
    """Escape what could end the element or a line of script; a JSON string means the same."""
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
