"""GeoJSON written by PostGIS (RFC 7946), so that no feature passes through Python objects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, func, literal_column
from sqlalchemy.dialects.postgresql import array

_DIGITS = 7
"""Decimals of a degree that are written: about a centimetre."""


def json_object(properties: Sequence[ColumnElement[Any]]) -> ColumnElement[str]:
    """Return the SQL expression of a JSON object of labelled columns, as text.

    Functions take at most 100 arguments, and ``jsonb`` loses the order; joined text keeps it.
    """
    pairs: list[ColumnElement[Any]] = []
    for i, column in enumerate(properties):
        pairs.append(_text(f'{"{" if i == 0 else ","}"{column.name}":'))
        pairs.append(func.coalesce(cast(func.to_json(column), Text), _text("null")))
    return func.array_to_string(array([*pairs, _text("}")]), _text(""))


def feature(
    identifier: ColumnElement[Any],
    geometry: ColumnElement[Any],
    properties: Sequence[ColumnElement[Any]],
) -> ColumnElement[str]:
    """Return the SQL expression of one GeoJSON feature as text, without a ``crs`` member.

    Parameters
    ----------
    identifier
        Text that becomes the ``id`` of the feature.
    geometry
        In EPSG:4490, whose numbers are those of CRS84.
    properties
        Labelled columns, in the order in which they are to stand.
    """
    return func.concat(
        _text('{"type":"Feature","id":'),
        cast(func.to_json(identifier), Text),
        _text(',"geometry":'),
        # options 0: no crs member, which PostGIS adds for any SRID but 4326
        func.coalesce(
            func.st_asgeojson(geometry, literal_column(str(_DIGITS)), literal_column("0")),
            _text("null"),
        ),
        _text(',"properties":'),
        json_object(properties),
        _text("}"),
    )


def _text(words: str) -> ColumnElement[str]:
    """Return fixed text; column names come from the model and hold no quote."""
    return literal_column(f"'{words}'", Text)


def collection(features: Sequence[str], members: str = "") -> bytes:
    """Join features to a FeatureCollection.

    Parameters
    ----------
    features
        Each as GeoJSON text.
    members
        Further members of the collection as JSON text, without braces.
    """
    more = f",{members}" if members else ""
    return f'{{"type":"FeatureCollection","features":[{",".join(features)}]{more}}}'.encode()
