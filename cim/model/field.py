"""What a column means: the one place where titles, units and allowed values are declared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import MappedColumn, mapped_column

from cim.crs import SRID

_INFO_KEY = "field"

UNIT_TITLES = {
    "m2": "㎡",
    "percent": "%",
    "CNY/m2/month": "元/㎡/月",
    "CNY/m2": "元/㎡",
    "kN/m2": "kN/㎡",
    "month": "个月",
    "day": "天",
    "min": "分钟",
    "spaces/100m2": "个/100㎡",
}
"""How people write the units in which values are stored."""


@dataclass(frozen=True)
class Field:
    """The meaning of one column.

    Attributes
    ----------
    zh, en
        Title in Chinese and English.
    unit
        Unit in which the value is stored (``m2``, ``m``, ``CNY/m2/month`` …); the importer
        converts to it.
    headers
        Column titles under which sources carry this field, beside `zh`, `en` and its own name.
    values
        Allowed values with their titles ``{value: (zh, en)}``; empty means any.
    synonyms
        Other spellings of allowed values ``{value: (spelling, …)}``, of a truth value under
        ``"true"`` and ``"false"``. Width, case and spaces do not count. A word that may mean two
        values is none.
    written
        Ways in which sources write a count of this field, ``#`` being the number: ``地上#层``.
    year
        Whether it is a year; of a date its year counts.
    minimum, maximum
        Inclusive bounds in `unit`.
    refers_to
        Name of the layer whose ``id`` this field holds.
    private
        Never served by the API (tenants, lease ends).
    """

    zh: str
    en: str
    unit: str | None = None
    headers: tuple[str, ...] = ()
    values: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    synonyms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    written: tuple[str, ...] = ()
    year: bool = False
    minimum: float | None = None
    maximum: float | None = None
    refers_to: str | None = None
    private: bool = False


def about(zh: str, en: str, **rest: Any) -> dict[str, Any]:
    """Return the ``info`` of a column: ``mapped_column(info=about("层高", "Floor height"))``."""
    return {_INFO_KEY: Field(zh, en, **rest)}


def field_of(column: Column[Any]) -> Field:
    """Return what `column` means.

    Raises
    ------
    KeyError
        The column was declared without ``info=about(…)``.
    """
    meaning: Field = column.info[_INFO_KEY]
    return meaning


def kind_of(column: Column[Any]) -> type:
    """Return the Python type of a column's values: str, int, float, bool, date, list or dict."""
    return dict if isinstance(column.type, JSONB) else column.type.python_type


def geometry(*kinds: str, nullable: bool = False) -> MappedColumn[Any]:
    """Declare the geometry column of a layer, in CGCS2000 longitude and latitude.

    Parameters
    ----------
    kinds
        Geometry types the layer stores, for example ``"Point", "MultiPolygon"``. Single parts
        are promoted to multi parts on import where only the multi type is listed.
    nullable
        Whether a feature may be without a place (a community whose outline is unknown).
    """
    column_type = kinds[0].upper() if len(kinds) == 1 else "GEOMETRY"
    return mapped_column(
        Geometry(column_type, srid=SRID, spatial_index=False),
        nullable=nullable,
        sort_order=900,
        info={**about("几何", "Geometry"), "kinds": kinds},
    )
