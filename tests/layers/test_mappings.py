"""The mapping file: a source in its own words becomes the city's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine, text

from layers.mapping import MappingError, read_mapping

if TYPE_CHECKING:
    from tests.conftest import ContentOf
    from tests.layers.conftest import ImportFile


from tests.layers.small_files import table


def test_a_daily_rent_in_feet_becomes_a_monthly_one_in_metres(
    tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    offices = table(tmp_path, 'no,area,rent\n7,"107,639.1",4.2')
    import_file(
        "office",
        offices,
        """
        crs = "EPSG:4490"
        [fields]
        id = "no"
        name = "no"
        gross_floor_area = { from = "area", unit = "ft2" }
        rent_min = { from = "rent", unit = "元/㎡/天" }
        [constants]
        use = "办公"
        source = "某中介"
        """,
    )
    office = content_of("office")["t:7"]
    assert office["gross_floor_area"] == pytest.approx(10_000, abs=0.1)
    assert office["rent_min"] == pytest.approx(4.2 * 365 / 12)
    assert (office["use"], office["source"], office["name"]) == ("办公", "某中介", "7")


def test_words_of_a_source_are_translated_and_what_is_missing_gets_the_default(
    tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    stations = table(tmp_path, "id,name,certainty\n1,A,high (exists)\n2,B,low\n3,C,")
    import_file(
        "station",
        stations,
        """
        crs = "EPSG:4490"
        [fields]
        id = "id"
        name = "name"
        [fields.status]
        from = "certainty"
        values = { "high (exists)" = "operating" }
        default = "planned"
        [constants]
        kind = "metro"
        """,
    )
    assert {i: s["status"] for i, s in content_of("station").items()} == {
        "t:1": "operating",
        "t:2": "planned",
        "t:3": "planned",
    }


def test_without_a_default_a_word_that_is_not_translated_rejects_the_row(
    tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    rows = "\n".join(f"{i},N,yes" for i in range(30))
    stations = table(tmp_path, f"id,name,certainty\n{rows}\n99,N,perhaps")
    report = import_file(
        "station",
        stations,
        """
        crs = "EPSG:4490"
        [fields]
        id = "id"
        name = "name"
        status = { from = "certainty", values = { yes = "operating" } }
        [constants]
        kind = "metro"
        """,
    )
    assert [(r.row, r.id, r.field, r.value) for r in report.rejects] == [
        (32, "t:99", "status", "perhaps")
    ]
    assert "values 里没有此值" in report.rejects[0].reason


def test_values_are_known_by_either_of_their_titles(
    tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    amenities = table(tmp_path, "id,kind\n1,银行\n2,bank\n3,food\n4,餐饮")
    import_file("amenity", amenities, crs="EPSG:4490")
    kinds = [a["kind"] for a in content_of("amenity").values()]
    assert kinds == ["bank", "bank", "food", "food"]


def test_a_key_of_several_columns_identifies_rows_of_a_source_without_one(
    tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    stations = table(tmp_path, "PROJECT,NAME\nU Link,Westlake\nCentral,Westlake\nCentral,SODO")
    import_file(
        "station",
        stations,
        """
        crs = "EPSG:4490"
        key = ["PROJECT", "NAME"]
        [fields]
        name = "NAME"
        [constants]
        kind = "metro"
        status = "operating"
        """,
    )
    assert set(content_of("station")) == {
        "t:U Link|Westlake",
        "t:Central|Westlake",
        "t:Central|SODO",
    }


CONDITIONS = {
    "kind = 'A'": {"1", "4"},
    "kind <> 'A'": {"2"},
    "kind IS NULL": {"3"},
    "kind IS NOT NULL AND size >= 1000": {"1", "2"},
    "kind = 'B' OR size < 20": {"2", "3"},
    "size BETWEEN 15 AND 1500": {"1", "3"},
    "NOT (kind = 'A')": {"2"},
    "kind IN ('B', 'C')": {"2"},
    "name LIKE '国贸%'": {"1", "2"},
    "CASEI(kind) = CASEI('a')": {"1", "4"},
    '"占地 (㎡)" > 5': {"2"},
    "size * 2 > 3000": {"2"},
}


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition_in_cql2_chooses_the_rows(
    condition: str, tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    amenities = table(
        tmp_path,
        'id,kind,size,name,占地 (㎡)\n1,A,"1,200",国贸大厦,1\n2,B,2000,国贸商城,9\n'
        "3,,15,东门,\n4,A,,深圳,3",
    )
    mapping = """
        crs = "EPSG:4490"
        [fields]
        id = "id"
        [constants]
        kind = "other"
        """
    report = import_file("amenity", amenities, mapping, where=condition)
    assert {i.removeprefix("t:") for i in content_of("amenity")} == CONDITIONS[condition]
    assert (report.rows, report.matched) == (4, len(CONDITIONS[condition]))


def test_the_condition_of_the_mapping_and_that_of_the_caller_both_hold(
    tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    amenities = table(tmp_path, "id,kind\n1,bank\n2,food\n3,bank")
    import_file(
        "amenity", amenities, 'crs = "EPSG:4490"\nwhere = "kind = \'bank\'"', where="id > 1"
    )
    assert set(content_of("amenity")) == {"t:3"}


BAD_CONDITIONS = [
    "kind =",
    "none = 1",
    "S_INTERSECTS(kind, POINT(0 0))",
    "1 +",
    "kind = 'a' ; drop",
]


@pytest.mark.parametrize("condition", BAD_CONDITIONS)
def test_a_condition_that_cannot_be_read_is_refused(
    condition: str, tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    amenities = table(tmp_path, "id,kind\n1,bank")
    with pytest.raises(MappingError):
        import_file("amenity", amenities, crs="EPSG:4490", where=condition)
    assert content_of("amenity") == {}


def test_a_field_may_be_worked_out_of_several_columns(
    tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    car_parks = table(tmp_path, "id,inside,outside\n1,120,30\n2,,30")
    import_file(
        "parking",
        car_parks,
        """
        crs = "EPSG:4490"
        [fields]
        id = "id"
        spaces = "inside + outside"
        """,
    )
    assert {i: p["spaces"] for i, p in content_of("parking").items()} == {"t:1": 150, "t:2": None}


PLACES = {
    'lon = "x"\nlat = "y"': "x,y\n114.1183,22.5405",
    'wkt = "shape"': "shape\nPOINT (114.1183 22.5405)",
    'ewkb = "shape"': "shape\n0101000020E610000063EE5A423E875C400E2DB29DEF8A3640",
    'latlon_text = "地点"': '地点\n"(22.5405, 114.1183)"',
}


@pytest.mark.parametrize("rule", PLACES)
def test_a_place_may_stand_in_columns_of_any_kind(
    rule: str, tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    head, row = PLACES[rule].splitlines()
    path = tmp_path / "t.csv"
    path.write_text(f"id,kind,{head}\n1,bank,{row}\n", encoding="utf-8")
    import_file("amenity", path, f'crs = "EPSG:4490"\n[geometry]\n{rule}')
    assert len(content_of("amenity")) == 1


WRONG = {
    'layer = "office"': "the mapping is for layer office, not amenity",
    "[constants]\nheight = 3": "has no field 'height'",
    '[fields]\nheight = "h"': "has no field 'height'",
    '[fields]\ngeom = "h"': "has no field 'geom'",
    '[fields]\nid = { form = "id" }': "form",
    '[fields]\nid = "id"\nname = "missing"': "no column 'missing'",
    'key = ["missing"]': "no column 'missing'",
    "[fields": "is not valid TOML",
    "colour = 1": "colour",
    '[geometry]\nlon = "lon"': "needs both lon and lat",
    '[fields]\nid = "id"\nkind = { from = "kind", unit = "m" }': "has no unit|没有单位",
}


@pytest.mark.parametrize("mapping", WRONG)
def test_a_mapping_that_does_not_fit_is_refused_with_the_entry_at_fault(
    mapping: str, tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    amenities = table(tmp_path, "id,kind\n1,bank")
    with pytest.raises(MappingError, match=WRONG[mapping]):
        import_file("amenity", amenities, mapping, crs="EPSG:4490")
    assert content_of("amenity") == {}


def test_a_mapping_that_is_not_there_is_missed(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="读不到映射文件"):
        read_mapping(tmp_path / "none.toml")


def test_the_mapping_stays_with_the_batch(
    tmp_path: Path, import_file: ImportFile, city: Engine
) -> None:
    amenities = table(tmp_path, "id,kind\n1,bank")
    import_file("amenity", amenities, 'crs = "EPSG:4490"\n[fields]\nid = "id"\nkind = "kind"')
    with city.connect() as connection:
        kept = connection.scalar(text("select mapping from batch"))
    assert kept == {
        "crs": "EPSG:4490",
        "fields": {"id": {"from": "id"}, "kind": {"from": "kind"}},
    }


def test_a_condition_compares_dates_as_dates_and_columns_of_numbers_as_numbers(
    tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    rows = "id,kind,seen,a,b\n1,bank,2024/3/5,9,10\n2,bank,2023-12-31,10,9\n3,bank,,,"
    for condition in ("seen >= DATE('2024-01-01')", "a < b"):
        import_file(
            "amenity", table(tmp_path, rows), crs="EPSG:4490", where=condition, mode="replace"
        )
        assert set(content_of("amenity")) == {"t:1"}, condition
