"""GeoJSON written by PostGIS (RFC 7946), so that no feature passes through Python objects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, func, literal, literal_column

_DIGITS = 7
"""Decimals of a degree that are written: about a centimetre."""


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
    # one jsonb object would take at most 50 pairs and lose the order; json text keeps it
    pairs = [
        literal_column(f"'{'' if i == 0 else ','}\"{column.name}\":'", Text)
        + func.coalesce(cast(func.to_json(column), Text), literal_column("'null'", Text))
        for i, column in enumerate(properties)
    ]
    return func.concat(
        literal_column('\'{"type":"Feature","id":\'', Text),
        cast(func.to_json(identifier), Text),
        literal_column("',\"geometry\":'", Text),
        func.coalesce(
            # options 0: no crs member, which PostGIS adds for any SRID but 4326
            func.st_asgeojson(geometry, literal(_DIGITS), literal(0)),
            literal_column("'null'", Text),
        ),
        literal_column("',\"properties\":{'", Text),
        *pairs,
        literal_column("'}}'", Text),
    )


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
