"""The layers of the city, one class each.

A module dropped into this folder with a subclass of `Layer` *is* a new layer: its table, its
twin for the past, its import, its collection and its documentation follow from the class.
"""

from __future__ import annotations

import importlib
import pkgutil

from cim.model.checks import COMMON, SEVERITIES, Check
from cim.model.derived import (
    LettingOption,
    OfficeAccess,
    OfficeLabel,
    OfficeRefresh,
    OfficeStock,
    OfficeSurroundings,
    Recommendation,
    RefreshMark,
)
from cim.model.field import Field, about, field_of, geometry, kind_of
from cim.model.history import Batch, City, Dataset
from cim.model.layer import (
    PROVENANCES,
    Base,
    Layer,
    columns_of,
    content_of,
    fields_of,
    past_of,
    public_columns,
    public_of,
    table_of,
)

__all__ = [
    "COMMON",
    "LAYERS",
    "PROVENANCES",
    "SEVERITIES",
    "Base",
    "Batch",
    "Check",
    "City",
    "Dataset",
    "Field",
    "Layer",
    "LettingOption",
    "OfficeAccess",
    "OfficeLabel",
    "OfficeRefresh",
    "OfficeStock",
    "OfficeSurroundings",
    "Recommendation",
    "RefreshMark",
    "about",
    "columns_of",
    "content_of",
    "field_of",
    "fields_of",
    "geometry",
    "kind_of",
    "layer_named",
    "public_columns",
    "public_of",
    "table_of",
]

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

LAYERS: dict[str, type[Layer]] = {
    layer.__tablename__: layer
    for layer in sorted(Layer.__subclasses__(), key=lambda layer: layer.__tablename__)
}
"""Every layer by the name of its table."""

for _layer in LAYERS.values():
    _layer.__past__ = past_of(_layer)


class UnknownLayerError(LookupError):
    """No layer has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"没有图层 {name!r}；可用的图层：{'、'.join(LAYERS)} / no layer {name!r}")


def layer_named(name: str) -> type[Layer]:
    """Return the layer of this name.

    Raises
    ------
    UnknownLayerError
        There is none; the message lists those there are.
    """
    try:
        return LAYERS[name]
    except KeyError:
        raise UnknownLayerError(name) from None
