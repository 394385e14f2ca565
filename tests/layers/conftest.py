"""Files on their way into the city."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import pytest
from sqlalchemy import Engine

from cim.model import layer_named
from layers.importing import import_source
from layers.mapping import Mapping, read_mapping
from layers.order import Order
from layers.reading import open_source
from layers.report import Report


class ImportFile(Protocol):
    """Imports a file, as ``cim import`` does; the mapping is the text of a mapping file."""

    def __call__(self, layer: str, path: Path, mapping: str = "", **order: Any) -> Report: ...


@pytest.fixture
def import_file(city: Engine, tmp_path: Path) -> ImportFile:
    """Give the way in for files; the dataset is called ``t`` where nothing else is said."""

    def import_file(layer: str, path: Path, mapping: str = "", **order: Any) -> Report:
        rules = Mapping()
        if mapping:
            written = tmp_path / "mapping.toml"
            written.write_text(mapping, encoding="utf-8")
            rules = read_mapping(written)
        if rules.dataset is None:
            order.setdefault("dataset", "t")
        return import_source(city, layer_named(layer), open_source(path), rules, Order(**order))

    return import_file
