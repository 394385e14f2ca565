"""What the page on formats says is lost in a file, and nothing else, is lost."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st
from sqlalchemy import Engine

from cim.model import content_of as content_columns
from cim.model import layer_named
from layers.importing import import_source
from layers.mapping import Mapping
from layers.order import Order
from layers.reading import open_source
from layers.writing import ExportError
from tests.layers.any_tables import LAYERS, Row, anything, begin_anew, tables, written

if TYPE_CHECKING:
    from tests.conftest import Bring, ContentOf

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
    """Lose something of every text, as an import sees it; lists are written with escapes."""

    def lose(_: str, value: Any) -> Any:
        return (change(value).strip() or None) if isinstance(value, str) else value

    return lose


CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
LOSSES: dict[str, Loss] = {
    "coordinates-15": lambda field, value: Near(value) if field == "geom" and value else value,
    "control-characters": each(lambda text: re.sub("\r\n?", "\n", CONTROLS.sub("", text))),
    "digits-16": lambda _, value: (
        pytest.approx(value, rel=1e-15) if isinstance(value, float) else value
    ),
    "decimals-15": lambda _, value: (
        pytest.approx(value, rel=1e-16, abs=1e-15) if isinstance(value, float) else value
    ),
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


LOSING: dict[str, tuple[str, Row]] = {
    "coordinates-15": ("geom", {"geom": shapely.Point(114.1, 22.300000000000004)}),
    "control-characters": ("name", {"name": "国贸\1大厦"}),
    "digits-16": ("gross_floor_area", {"gross_floor_area": 0.30000000000000004}),
    "decimals-15": ("gross_floor_area", {"gross_floor_area": 1e-7 / 3}),
    "titles-10": ("gross_floor_area", {"gross_floor_area": 100.0}),
}
"""For every loss an office that suffers it, and in which field."""


@pytest.mark.parametrize(
    ("suffix", "loss"),
    [(suffix, loss) for suffix, losses in stated_losses().items() for loss in sorted(losses)],
)
def test_every_stated_loss_is_real(
    suffix: str, loss: str, city: Engine, bring: Bring, content_of: ContentOf, tmp_path: Path
) -> None:
    field, special = LOSING[loss]
    plain = {"id": "1", "name": "a", "use": "办公", "geom": shapely.Point(114.1, 22.5)}
    bring("office", {**plain, **special})
    before = content_of("office")["t:1"]
    path = written(city, "office", tmp_path / f"office{suffix}")
    begin_anew(city)
    # without a mapping: that it is needed is a loss as well
    mapping = short_names(path) if suffix == ".shp" and loss != "titles-10" else Mapping()
    order = Order(dataset="t", crs="EPSG:4490", strict=True)
    import_source(city, layer_named("office"), open_source(path), mapping, order)
    assert content_of("office")["t:1"][field] != before[field]


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
    name = data.draw(
        st.sampled_from(["bus_stop", "road", "building"] if suffix == ".shp" else LAYERS)
    )
    begin_anew(city)
    bring(name, *data.draw(tables(name)))
    before = content_of(name)
    with tempfile.TemporaryDirectory() as folder:
        try:
            path = written(city, name, Path(folder) / f"{name}{suffix}")
        except ExportError:
            # said in words; only a shapefile has cells that small
            assume(suffix != ".shp")
            raise
        begin_anew(city)
        mapping = short_names(path) if suffix == ".shp" else Mapping()
        order = Order(dataset="t", crs="EPSG:4490", strict=True)
        import_source(city, layer_named(name), open_source(path), mapping, order)
        losses = stated_losses()[suffix]
        after, expected = content_of(name), left_of(before, losses)
        for code, row in expected.items():
            for field, value in row.items():
                assert (code, field, after[code][field]) == (code, field, value)
        assert after.keys() == expected.keys()
