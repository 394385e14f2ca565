"""Any rows that the model can hold, and the way out of the city and back."""

from __future__ import annotations

import datetime as dt
import string
from pathlib import Path
from typing import Any

import shapely
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from cim.frames import layer_frame
from cim.model import (
    PROVENANCES,
    Field,
    columns_of,
    content_of,
    fields_of,
    kind_of,
    layer_named,
)
from layers.importing import import_source
from layers.mapping import Mapping
from layers.order import Order
from layers.reading import open_source
from layers.report import Report
from layers.writing import write_layer

LAYERS = ("office", "bus_stop", "road", "site", "building")
"""Between them they have every type of value and of geometry, and a place that may be missing."""

NOT_FILLED = {"id", "dataset", "geom", "exceptions"}
Row = dict[str, Any]

# letters, signs, line breaks, marks of every kind of file; whole planes of Unicode beside
texts = st.text(
    st.one_of(
        st.sampled_from(string.printable + "，；“”‘’（）㎡°′″商办楼宇国贸镕𠮷🍜"),
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
    ),
    max_size=12,
)
visible = st.text(st.sampled_from("国贸大厦东门AbC0 -=+\"',;|/\\"), min_size=1, max_size=12).map(
    lambda name: f"楼{name}"
)
degrees_east = st.floats(113.8, 114.6)
degrees_north = st.floats(22.3, 22.9)
points = st.builds(shapely.Point, degrees_east, degrees_north)
boxes = st.builds(
    lambda x, y, w, h: shapely.box(x, y, x + w, y + h),
    degrees_east,
    degrees_north,
    st.floats(1e-5, 1e-2),
    st.floats(1e-5, 1e-2),
)
lines = st.lists(st.tuples(degrees_east, degrees_north), min_size=2, max_size=5, unique=True).map(
    shapely.LineString
)
PLACES = {
    "Point": points,
    "MultiPolygon": st.lists(boxes, min_size=1, max_size=2).map(shapely.union_all),
    "MultiLineString": lines,
}


def values_of(column: Any, field: Field) -> st.SearchStrategy[Any]:
    """Any value that a column can hold."""
    kind = kind_of(column)
    low = field.minimum
    if field.values:
        return st.sampled_from(sorted(field.values))
    if kind is int:
        return st.integers(int(low if low is not None else -(10**6)), int(field.maximum or 10**6))
    if kind is float:
        return st.floats(low if low is not None else -1e12, field.maximum or 1e12)
    if kind is bool:
        return st.booleans()
    if kind is dt.date:
        return st.dates(dt.date(1000, 1, 1), dt.date(9999, 12, 31))
    if kind is list:
        return st.lists(texts, max_size=3)
    return texts if column.nullable else visible


@st.composite
def tables(draw: st.DrawFn, name: str) -> list[Row]:
    """Any rows of a layer that refer to no other layer."""
    layer = layer_named(name)
    columns, fields = columns_of(layer), fields_of(layer)
    free = [
        title
        for title in content_of(layer)
        if title not in NOT_FILLED and fields[title].refers_to is None
    ]
    kinds = columns["geom"].info["kinds"]
    places = st.one_of([PLACES[kind] for kind in kinds])
    rows = []
    for number in range(draw(st.integers(1, 4))):
        row: Row = {"id": f"{number:03}"}
        for title in free:
            found = values_of(columns[title], fields[title])
            row[title] = draw(st.none() | found if columns[title].nullable else found)
        row["exceptions"] = draw(
            st.none() | st.dictionaries(st.sampled_from(free), st.sampled_from(sorted(PROVENANCES)))
        )
        row["geom"] = draw(st.none() | places if columns["geom"].nullable else places)
        rows.append(row)
    return rows


def begin_anew(city: Engine) -> None:
    """Empty the layers; the city is as another one that never saw their rows."""
    with city.begin() as connection:
        for layer in LAYERS:
            connection.execute(text(f"delete from {layer}"))
            connection.execute(text(f"delete from {layer}_past"))
        connection.execute(text("delete from batch"))
        connection.execute(text("delete from dataset"))


def written(city: Engine, name: str, path: Path) -> Path:
    with city.connect() as connection:
        write_layer(layer_frame(connection, layer_named(name), private=True), path)
    return path


def brought_back(city: Engine, name: str, path: Path, dataset: str = "t") -> Report:
    order = Order(dataset=dataset, crs="EPSG:4490", strict=True)
    return import_source(city, layer_named(name), open_source(path), Mapping(), order)


anything = settings(
    max_examples=8,
    # the same tables in every run: what is found once is found again, and nothing else slows a gate
    derandomize=True,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
