"""Columns are known by their titles, and the units in these."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from layers.mapping import MappingError
from layers.units import unit_factor

if TYPE_CHECKING:
    from tests.conftest import ContentOf
    from tests.layers.conftest import ImportFile


from tests.layers.small_files import table

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
