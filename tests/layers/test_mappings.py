"""The mapping file: a source in its own words becomes the city's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from layers.mapping import Mapping, MappingError, read_mapping
from layers.values import unit_factor

if TYPE_CHECKING:
    from tests.conftest import ContentOf
    from tests.layers.conftest import ImportFile


def table(folder: Path, text: str) -> Path:
    """A CSV with the columns of `text`, its rows all in Luohu."""
    head, *rows = text.strip().splitlines()
    lines = [f"{head},lon,lat", *(f"{row},114.1183,22.5405" for row in rows)]
    path = folder / "table.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


FACTORS = [
    ("ft2", "m2", 0.09290304),
    ("ft²", "m2", 0.09290304),
    ("平方米", "m2", 1),
    ("亩", "m2", 2000 / 3),
    ("km2", "m2", 1e6),
    ("元/㎡/月", "CNY/m2/month", 1),
    ("元/㎡/天", "CNY/m2/month", 365 / 12),
    ("元/㎡/日", "CNY/m2/month", 365 / 12),
    ("元/㎡/年", "CNY/m2/month", 1 / 12),
    ("CNY/ft2/month", "CNY/m2/month", 1 / 0.09290304),
    ("ft", "m", 0.3048),
    ("kg/m3", "kg/m3", 1),
]


@pytest.mark.parametrize(("unit", "target", "factor"), FACTORS)
def test_units_are_brought_to_those_of_the_city(unit: str, target: str, factor: float) -> None:
    assert unit_factor(unit, target) == pytest.approx(factor, rel=1e-4)


@pytest.mark.parametrize("unit", ["m", "元/㎡/月", "斗", "", "m2 +", "__import__('os')"])
def test_a_unit_that_measures_something_else_is_refused(unit: str) -> None:
    with pytest.raises(MappingError, match="不能换算成 'm2'"):
        unit_factor(unit, "m2")


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
        (31, "t:99", "status", "perhaps")
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


def test_the_mapping_stays_with_the_batch(tmp_path: Path, import_file: ImportFile) -> None:
    amenities = table(tmp_path, "id,kind\n1,bank")
    import_file("amenity", amenities, 'crs = "EPSG:4490"\n[fields]\nid = "id"\nkind = "kind"')
    rules = Mapping.model_validate({"fields": {"id": "id"}})
    assert rules.model_dump(by_alias=True, exclude_defaults=True) == {
        "fields": {"id": {"from": "id"}}
    }


def test_titles_are_matched_whatever_their_case_and_spacing(
    tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    frame = pd.DataFrame(
        {"编 号": ["1"], "NAME": ["a"], "泊位数": ["12"], "Open to the Public": ["是"]}
    )
    frame["经度"], frame["纬度"] = "114.1", "22.5"
    frame.to_csv(tmp_path / "c.csv", index=False)
    import_file("parking", tmp_path / "c.csv", crs="EPSG:4490")
    row = content_of("parking")["t:1"]
    assert (row["name"], row["spaces"], row["public"]) == ("a", 12, True)


TITLES = {
    "总建筑面积(㎡)": ("gross_floor_area", "30,000", 30_000),
    "总建筑面积（万㎡）": ("gross_floor_area", "3", 30_000),
    "Gross floor area (ft2)": ("gross_floor_area", "107639.1", pytest.approx(10_000, abs=0.1)),
    "最低租金（元/㎡·月）": ("rent_min", "120", 120),
    "最低租金(元/㎡/天)": ("rent_min", "4", pytest.approx(4 * 365 / 12)),
    "层高（米）": ("floor_height", "4.2", 4.2),
    "ＬＩＦＴＳ": ("lifts", "12", 12),
}


@pytest.mark.parametrize("title", TITLES)
def test_a_unit_in_the_brackets_of_a_title_is_understood(
    tmp_path: Path, import_file: ImportFile, content_of: ContentOf, title: str
) -> None:
    field, written, stored = TITLES[title]
    frame = pd.DataFrame({"楼宇编号": ["7"], "名称": ["A"], "用途": ["办公"], title: [written]})
    frame["lon"], frame["lat"] = "114.1", "22.5"
    frame.to_csv(tmp_path / "o.csv", index=False)
    import_file("office", tmp_path / "o.csv", crs="EPSG:4490")
    assert content_of("office")["t:7"][field] == stored


def test_a_bracket_that_is_no_unit_makes_another_column_of_it(
    tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    offices = table(tmp_path, "id,name,use,总建筑面积(地上)\n1,A,办公,500")
    report = import_file("office", offices, crs="EPSG:4490")
    assert content_of("office")["t:1"]["gross_floor_area"] is None
    assert report.unused_columns == ["总建筑面积(地上)"]


def test_the_feature_number_is_the_code_only_where_there_is_no_better(
    tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    import_file("amenity", table(tmp_path, "fid,kind\n1,bank"), crs="EPSG:4490")
    import_file("amenity", table(tmp_path, "fid,设施编号,kind\n1,X7,bank"), crs="EPSG:4490")
    assert set(content_of("amenity")) == {"t:1", "t:X7"}


def test_a_condition_compares_dates_as_dates_and_columns_of_numbers_as_numbers(
    tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    rows = "id,kind,seen,a,b\n1,bank,2024/3/5,9,10\n2,bank,2023-12-31,10,9\n3,bank,,,"
    for condition in ("seen >= DATE('2024-01-01')", "a < b"):
        import_file(
            "amenity", table(tmp_path, rows), crs="EPSG:4490", where=condition, mode="replace"
        )
        assert set(content_of("amenity")) == {"t:1"}, condition
