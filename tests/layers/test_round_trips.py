"""Any table of the model comes back from any kind of file as it was, but for known losses."""

from __future__ import annotations

import datetime as dt
import re
import string
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from cim.frames import layer_frame
from cim.history import roll_back
from cim.model import (
    PROVENANCES,
    Field,
    columns_of,
    fields_of,
    kind_of,
    layer_named,
)
from cim.model import (
    content_of as content_columns,
)
from layers.importing import import_source
from layers.mapping import Mapping
from layers.order import Order
from layers.reading import open_source
from layers.report import Report
from layers.writing import write_layer

if TYPE_CHECKING:
    from tests.conftest import Bring, ContentOf

LAYERS = ("office", "bus_stop", "road", "site")
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
        for title in content_columns(layer)
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
        connection.execute(text("delete from change"))
        connection.execute(text("delete from batch"))
        connection.execute(text("delete from dataset"))


def written(city: Engine, name: str, path: Path) -> Path:
    with city.connect() as connection:
        write_layer(layer_frame(connection, layer_named(name), private=True), path)
    return path


def brought_back(city: Engine, name: str, path: Path, dataset: str = "t") -> Report:
    order = Order(dataset=dataset, crs="EPSG:4490", strict=True)
    return import_source(city, layer_named(name), open_source(path), Mapping(), order)


def without_batches(report: Report) -> None:
    assert report.outcome is not None
    assert report.outcome.batch is None


anything = settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)


@pytest.mark.parametrize("suffix", [".gpkg", ".parquet"])
@given(data=st.data())
@anything
def test_any_layer_comes_back_the_same_in_another_city_and_in_another_dataset(
    suffix: str, data: st.DataObject, city: Engine, bring: Bring, content_of: ContentOf
) -> None:
    name = data.draw(st.sampled_from(LAYERS))
    begin_anew(city)
    bring(name, *data.draw(tables(name)))
    before = content_of(name)
    with tempfile.TemporaryDirectory() as folder:
        path = written(city, name, Path(folder) / f"layer{suffix}")
        # nothing to do where all is there already
        without_batches(brought_back(city, name, path))
        other = brought_back(city, name, path, dataset="u")
        twin = content_of(name)
        assert {
            code.removeprefix("u:"): {**row, "id": code.removeprefix("u:"), "dataset": "t"}
            for code, row in twin.items()
            if row["dataset"] == "u"
        } == before
        with city.begin() as connection:
            assert other.outcome is not None
            assert other.outcome.batch is not None
            roll_back(connection, other.outcome.batch)
        assert content_of(name) == before
        begin_anew(city)
        brought_back(city, name, path)
        assert content_of(name) == before
        without_batches(brought_back(city, name, path))


@given(data=st.data())
@anything
def test_an_import_that_is_taken_back_leaves_the_layer_as_it_was(
    data: st.DataObject, city: Engine, bring: Bring, content_of: ContentOf
) -> None:
    name = data.draw(st.sampled_from(LAYERS))
    begin_anew(city)
    with tempfile.TemporaryDirectory() as folder:
        bring(name, *data.draw(tables(name)))
        path = written(city, name, Path(folder) / "layer.gpkg")
        begin_anew(city)
        bring(name, *data.draw(tables(name)))
        before = content_of(name)
        outcome = brought_back(city, name, path).outcome
    assert outcome is not None
    if outcome.batch is not None:
        assert content_of(name) != before
        with city.begin() as connection:
            roll_back(connection, outcome.batch)
    assert content_of(name) == before


# --- formats that lose something -----------------------------------------------------------------

PAGE = Path(__file__).parents[2] / "docs/formats.md"

Loss = Callable[[str, Any], Any]
"""Makes of a field and its value what is left of it."""


class Near:
    """A geometry, as hexadecimal EWKB, that is equal to one with nearly the same coordinates."""

    def __init__(self, ewkb: str) -> None:
        self.place = shapely.from_wkb(ewkb)

    def __eq__(self, other: object) -> bool:
        # half of the last of fifteen decimals, and that of a float of three digits before them
        return bool(self.place.equals_exact(shapely.from_wkb(other), 2e-14))

    def __hash__(self) -> int:
        return hash(self.place)


def each(change: Callable[[str], str]) -> Loss:
    """Lose something of every text, as an import sees it."""

    def lose(_: str, value: Any) -> Any:
        if isinstance(value, list):
            return [left for part in value if (left := change(part).strip())]
        return (change(value).strip() or None) if isinstance(value, str) else value

    return lose


CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
LOSSES: dict[str, Loss] = {
    "coordinates-15": lambda field, value: Near(value) if field == "geom" and value else value,
    "control-characters": each(lambda part: CONTROLS.sub("", part)),
    "digits-15": lambda _, value: (
        pytest.approx(value, rel=5e-15) if isinstance(value, float) else value
    ),
    "text-254": each(lambda part: part.encode()[:254].decode(errors="ignore")),
    # the mapping says which field is meant
    "titles-10": lambda _, value: value,
}


def stated_losses() -> dict[str, set[str]]:
    """Read the table of losses: by suffix, what is lost."""
    table = r"^\| [^|]+ \| `(\.\w+)` \| ([^|]+) \|$"
    rows = re.findall(table, PAGE.read_text("utf-8"), re.MULTILINE)
    return {suffix: set(re.findall(r"`([\w-]+)`", lost)) for suffix, lost in rows}


def test_the_page_on_formats_names_every_format_and_every_loss() -> None:
    stated = stated_losses()
    assert set(stated) == {".gpkg", ".parquet", ".fgb", ".csv", ".geojson", ".xlsx", ".shp"}
    assert set().union(*stated.values()) == set(LOSSES)
    explained = re.findall(r"^\| `([\w-]+)` \|", PAGE.read_text("utf-8"), re.MULTILINE)
    assert set(explained) == set(LOSSES)


def left_of(content: dict[str, Row], losses: set[str]) -> dict[str, Row]:
    for loss in sorted(losses):
        content = {
            code: {field: LOSSES[loss](field, value) for field, value in row.items()}
            for code, row in content.items()
        }
    return content


def short_names(path: Path) -> Mapping:
    """Say which field is behind each cut name of a shapefile."""
    (frame, *_) = open_source(path).chunks()
    cut = [str(title) for title in frame.columns]
    fields = {}
    for name in content_columns(layer_named(path.stem)):
        if name not in ("dataset", "geom"):
            choices = [name[:10], *(f"{name[:8]}_{i}" for i in range(1, 10))]
            fields[name] = next(choice for choice in choices if choice in cut)
            cut.remove(fields[name])
    return Mapping.model_validate({"fields": fields})


@pytest.mark.parametrize("suffix", [".fgb", ".csv", ".geojson", ".xlsx", ".shp"])
@given(data=st.data())
@anything
def test_any_layer_comes_back_the_same_but_for_the_stated_losses(
    suffix: str, data: st.DataObject, city: Engine, bring: Bring, content_of: ContentOf
) -> None:
    # a shapefile holds one kind of geometry
    name = data.draw(st.sampled_from(["bus_stop", "road"] if suffix == ".shp" else LAYERS))
    begin_anew(city)
    bring(name, *data.draw(tables(name)))
    before = content_of(name)
    with tempfile.TemporaryDirectory() as folder:
        path = written(city, name, Path(folder) / f"{name}{suffix}")
        begin_anew(city)
        mapping = short_names(path) if suffix == ".shp" else Mapping()
        order = Order(dataset="t", crs="EPSG:4490", strict=True)
        import_source(city, layer_named(name), open_source(path), mapping, order)
        losses = stated_losses()[suffix]
        assert content_of(name) == left_of(before, losses)
