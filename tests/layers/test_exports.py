"""Exports: what leaves the city comes back unchanged."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import openpyxl
import pytest
import shapely
from shapely.geometry import Point, Polygon
from sqlalchemy import Engine

from cim.frames import layer_frame
from cim.history import batches
from cim.model import layer_named
from layers.editing import edit
from layers.importing import import_source
from layers.order import Order
from layers.reading import open_source
from layers.writing import ExportError, write_layer

if TYPE_CHECKING:
    from tests.conftest import Bring, ContentOf

# coordinates with all the digits a float has
FINE = Point(114.11834567890123, 22.540512345678912)
FINE_OUTLINE = Polygon([(114.1 + 1 / 3e4, 22.5 + 1 / 7e4), (114.2, 22.5), (114.2, 22.6 - 1 / 9e5)])

OFFICES = [
    {
        "id": "4403030010010000012",
        "name": '国贸"大厦", <b>',
        "aliases": "国际贸易中心、ITC",
        "use": "办公",
        "grade": "甲级",
        "gross_floor_area": 33_333.3,
        "lifts": 33,
        "registrable": True,
        "land_right_expires": "2047-06-30",
        "completed": 1985,
        "source": "年鉴\n第二行",
        "source_date": "2024-03-05",
        "provenance": "published",
        "exceptions": '{"lifts": "unverified", "gross_floor_area": "estimated"}',
        "geom": FINE,
    },
    {
        "id": "X2",
        "name": "无资料",
        "use": "商业",
        "registrable": False,
        "provenance": "simulated",
        "exceptions": '{"name": "derived"}',
        "geom": FINE_OUTLINE,
    },
    {"id": "X3", "name": "=1+1", "use": "研发", "geom": FINE_OUTLINE},
]

ROUND = [".gpkg", ".geojson", ".fgb", ".parquet", ".csv", ".xlsx"]


@pytest.fixture
def offices(bring: Bring) -> None:
    bring("office", *OFFICES)


def export(city: Engine, path: Path, layer: str = "office", *, private: bool = False) -> None:
    with city.connect() as connection:
        write_layer(layer_frame(connection, layer_named(layer), private=private), path)


@pytest.mark.usefixtures("offices")
@pytest.mark.parametrize("suffix", ROUND)
def test_what_was_exported_and_imported_again_is_unchanged(
    city: Engine, content_of: ContentOf, tmp_path: Path, suffix: str
) -> None:
    before = content_of("office")
    path = tmp_path / f"office{suffix}"
    export(city, path)
    order = Order(dataset="t", crs="EPSG:4490", mode="replace", strict=True)
    report = import_source(city, layer_named("office"), open_source(path), None, order)
    assert content_of("office") == before
    assert report.outcome is not None
    assert (report.outcome.batch, report.outcome.unchanged) == (None, 3)


@pytest.mark.parametrize("suffix", ROUND)
def test_a_name_that_holds_a_separator_stays_one_name_in_a_list(
    city: Engine, bring: Bring, content_of: ContentOf, tmp_path: Path, suffix: str
) -> None:
    edited = {"id": "S", "name": "a", "geom": None}
    bring("site", edited, {"id": "T", "name": "b", "geom": FINE})
    with city.begin() as connection:
        connection.exec_driver_sql(
            "update site set aliases = array['A/B座', 'C、D', '[E]'] where id = 't:S'"
        )
        connection.exec_driver_sql("update site set aliases = array['[F]'] where id = 't:T'")
    before = content_of("site")
    path = tmp_path / f"site{suffix}"
    export(city, path, "site")
    order = Order(dataset="t", crs="EPSG:4490", strict=True)
    import_source(city, layer_named("site"), open_source(path), None, order)
    assert content_of("site") == before


@pytest.mark.usefixtures("offices")
@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".fgb", ".parquet"])
def test_geopandas_reads_what_was_exported(city: Engine, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"office{suffix}"
    export(city, path)
    frame = gpd.read_parquet(path) if suffix == ".parquet" else gpd.read_file(path)
    assert sorted(frame["id"]) == ["t:4403030010010000012", "t:X2", "t:X3"]
    assert frame.crs.to_epsg() == (4326 if suffix == ".geojson" else 4490)
    by_id = frame.set_index("id").geometry
    assert by_id["t:4403030010010000012"].equals_exact(FINE, 1e-15)


@pytest.mark.usefixtures("offices")
def test_an_exported_geojson_says_no_crs_and_keeps_chinese(city: Engine, tmp_path: Path) -> None:
    export(city, tmp_path / "o.geojson")
    text = (tmp_path / "o.geojson").read_text(encoding="utf-8")
    assert "crs" not in json.loads(text) or "CRS84" in str(json.loads(text)["crs"])
    assert "国贸" in text


def test_a_layer_of_one_kind_is_exported_as_a_shapefile(
    city: Engine, bring: Bring, tmp_path: Path
) -> None:
    bring("building", {"id": "1", "name": "国贸大厦", "height": 160.5, "geom": FINE_OUTLINE})
    export(city, tmp_path / "b.shp", "building")
    frame = gpd.read_file(tmp_path / "b.shp")
    assert (frame["name"][0], frame["height"][0]) == ("国贸大厦", 160.5)
    assert shapely.equals(frame.geometry[0], FINE_OUTLINE)


@pytest.mark.usefixtures("offices")
@pytest.mark.parametrize("name", ["o.shp", "o.kml", "o", "o.gpkg.bak"])
def test_a_file_that_cannot_hold_the_layer_is_refused_in_words(
    city: Engine, tmp_path: Path, name: str
) -> None:
    # a shapefile holds points or areas, and offices are both
    with pytest.raises(ExportError, match=r"不能导出为|装不下"):
        export(city, tmp_path / name)


def test_a_text_that_a_shapefile_would_cut_is_refused_and_not_cut(
    city: Engine, bring: Bring, tmp_path: Path
) -> None:
    rows = ({"id": "1", "name": "楼" * 84}, {"id": "2", "name": "楼" * 85})
    bring("building", {**rows[0], "geom": FINE_OUTLINE})
    export(city, tmp_path / "b.shp", "building")
    assert list(gpd.read_file(tmp_path / "b.shp")["name"]) == ["楼" * 84]
    bring("building", {**rows[1], "geom": FINE_OUTLINE})
    with pytest.raises(ExportError, match="字段 name 里有超过 254 字节"):
        export(city, tmp_path / "c.shp", "building")


def test_tenants_leave_only_when_asked_for(city: Engine, bring: Bring, tmp_path: Path) -> None:
    bring("office", OFFICES[1])
    bring(
        "office_unit",
        {"id": "U", "office_id": "X2", "unit_no": "1", "status": "let", "tenant": "某公司"},
    )
    export(city, tmp_path / "public.csv", "office_unit")
    export(city, tmp_path / "private.csv", "office_unit", private=True)
    assert "某公司" not in (tmp_path / "public.csv").read_text(encoding="utf-8-sig")
    assert "tenant" not in (tmp_path / "public.csv").read_text(encoding="utf-8-sig")
    assert "某公司" in (tmp_path / "private.csv").read_text(encoding="utf-8-sig")


def test_the_past_can_be_exported(city: Engine, bring: Bring) -> None:
    bring("office", OFFICES[2])
    with city.connect() as connection:
        then: dt.datetime = batches(connection)[0].made_at
    edit(city, layer_named("office"), "t:X3", {"name": "新名"})
    with city.connect() as connection:
        frame = layer_frame(connection, layer_named("office"), as_of=then)
        assert list(frame["name"]) == ["=1+1"]
        assert list(layer_frame(connection, layer_named("office"))["name"]) == ["新名"]


def test_an_empty_layer_can_be_exported(city: Engine, tmp_path: Path) -> None:
    for suffix in ROUND:
        export(city, tmp_path / f"e{suffix}", "amenity")
        assert (tmp_path / f"e{suffix}").stat().st_size > 0


def test_a_formula_in_a_name_stays_text_in_excel(
    city: Engine, bring: Bring, tmp_path: Path
) -> None:
    bring("office", OFFICES[2])
    export(city, tmp_path / "o.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "o.xlsx").active
    kinds = {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value == "=1+1"}
    assert kinds == {"s"}
