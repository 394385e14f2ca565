"""Turn geometry into the records that a deck layer draws.

A record is one flat shape with the columns that its card, colour or label needs, no more: the
records travel inside the page. Coordinates are longitude, latitude with six decimals, a tenth of
a metre, below what a screen can show.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

COORDINATE_DIGITS = 6

Record = dict[str, Any]
Ring = list[list[float]]


def polygon_records(frame: gpd.GeoDataFrame, columns: Sequence[str] = ()) -> list[Record]:
    """One record per polygon, its rings (outer first, then holes) under ``polygon``.

    A feature of several parts gives several records with the same attributes. Empty and missing
    geometries are left out.

    Parameters
    ----------
    frame
        GeoDataFrame of polygons or multipolygons in longitude, latitude.
    columns
        Attributes to carry along.
    """
    parts = _parts(frame, columns)
    records = _attributes(parts, columns)
    for record, polygon in zip(records, parts.geometry, strict=True):
        record["polygon"] = [_points(ring) for ring in (polygon.exterior, *polygon.interiors)]
    return records


def path_records(frame: gpd.GeoDataFrame, columns: Sequence[str] = ()) -> list[Record]:
    """One record per line, or per ring of a polygon, its points under ``path``.

    Parameters
    ----------
    frame
        GeoDataFrame of lines or polygons in longitude, latitude.
    columns
        Attributes to carry along.
    """
    lines = frame.set_geometry(
        [
            shape.boundary if shape.geom_type.endswith("Polygon") else shape
            for shape in frame.geometry
        ]
    )
    parts = _parts(lines, columns)
    records = _attributes(parts, columns)
    for record, line in zip(records, parts.geometry, strict=True):
        record["path"] = _points(line)
    return records


def point_records(
    frame: gpd.GeoDataFrame, columns: Sequence[str] = (), height: str | None = None
) -> list[Record]:
    """One record per feature, a point on it under ``position``.

    Parameters
    ----------
    frame
        GeoDataFrame of any geometry in longitude, latitude. Of anything but a point, a point
        inside is taken.
    columns
        Attributes to carry along.
    height
        Column with the metres above ground at which the point hangs; unknown is on the ground.
    """
    kept = frame[~(frame.geometry.is_empty | frame.geometry.isna())]
    records = _attributes(kept, columns)
    places = np.round(
        shapely.get_coordinates(kept.geometry.representative_point().to_numpy()), COORDINATE_DIGITS
    )
    if height is not None:
        metres = np.nan_to_num(kept[height].to_numpy(dtype=float, na_value=np.nan))
        places = np.column_stack([places, np.round(metres, 1)])
    for record, place in zip(records, places.tolist(), strict=True):
        record["position"] = place
    return records


def _parts(frame: gpd.GeoDataFrame, columns: Sequence[str]) -> gpd.GeoDataFrame:
    shapes = frame[[*columns, frame.geometry.name]]
    kept = shapes[~(shapes.geometry.is_empty | shapes.geometry.isna())]
    return kept.explode(index_parts=False, ignore_index=True)


def _attributes(frame: gpd.GeoDataFrame, columns: Sequence[str]) -> list[Record]:
    if not columns:
        return [{} for _ in range(len(frame))]
    rows: Iterable[dict[Hashable, Any]] = frame[list(columns)].to_dict(orient="records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def _points(line: shapely.Geometry) -> Ring:
    points: Ring = np.round(shapely.get_coordinates(line), COORDINATE_DIGITS).tolist()
    return points
