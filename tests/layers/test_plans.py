"""What of a source fills which field: settled, told, proposed, and kept for the next file."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cim.model import layer_named
from layers.columns.plan import Plan, plan_for
from layers.mapping import FieldRule, Mapping, MappingError, mapping_text, read_mapping

if TYPE_CHECKING:
    from tests.conftest import Bring, ContentOf
    from tests.layers.conftest import ImportFile

from tests.layers.small_files import table

OFFICE = layer_named("office")
COLUMNS = ["楼宇编码", "名称", "用途", "楼宇总建面（万㎡）", "备注", "lon", "lat"]


def again(text: str, folder: Path, columns: list[str]) -> Plan:
    """Read a saved mapping and plan the same source with it."""
    path = folder / "saved.toml"
    path.write_text(text, encoding="utf-8")
    mapping = read_mapping(path)
    assert mapping.dataset is not None
    return plan_for(OFFICE, mapping.dataset, mapping, columns)


def test_a_proposal_is_taken_only_when_accepted_and_with_the_unit_of_its_title() -> None:
    plan = plan_for(OFFICE, "d", Mapping(), COLUMNS)
    assert "gross_floor_area" not in plan.fields
    assert plan.unused == ["楼宇总建面（万㎡）", "备注"]
    assert [(one.column, one.field) for one in plan.suggestions] == [
        ("楼宇总建面（万㎡）", "gross_floor_area")
    ]
    taken = plan_for(OFFICE, "d", Mapping(), COLUMNS, accept=True)
    assert taken.fields["gross_floor_area"] == FieldRule(source="楼宇总建面（万㎡）", unit="万m2")
    assert (taken.unused, taken.suggestions) == (["备注"], [])


def test_what_is_accepted_enters_the_city(
    tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    offices = table(tmp_path, "楼宇编码,名称,用途,楼宇总建面（万㎡）\n7,A,办公,1.5")
    report = import_file("office", offices, crs="EPSG:4490", dry_run=True)
    assert report.suggestions[0]["field"] == "gross_floor_area"
    import_file("office", offices, crs="EPSG:4490", accept=True)
    assert content_of("office")["t:7"]["gross_floor_area"] == 15_000


def test_rows_that_nothing_identifies_are_refused_with_the_column_that_looks_like_it() -> None:
    with pytest.raises(MappingError, match=r"没有编号字段.*“大楼代码”像是“编号”.*looks like it"):
        plan_for(OFFICE, "d", Mapping(), ["大楼代码", "名称"])
    taken = plan_for(OFFICE, "d", Mapping(), ["大楼代码", "名称"], accept=True)
    assert taken.identity == ["大楼代码"]


def test_a_feature_number_identifies_rows_and_a_better_column_is_still_proposed() -> None:
    plan = plan_for(OFFICE, "d", Mapping(), ["fid", "大楼代码", "名称"])
    assert plan.identity == ["fid"]
    assert [one.field for one in plan.suggestions] == ["id"]
    assert plan_for(OFFICE, "d", Mapping(), ["fid", "大楼代码"], accept=True).identity == [
        "大楼代码"
    ]


def test_a_required_field_that_nothing_fills_is_one_fault_of_the_file(
    tmp_path: Path, import_file: ImportFile, content_of: ContentOf
) -> None:
    offices = table(tmp_path, "id,大楼名称,用途\n1,A,办公\n2,B,办公")
    with pytest.raises(
        MappingError,
        match=r"必填字段“名称”（name）没有来源，而有 2 行是新增的.*“大楼名称”像是“名称”",
    ):
        import_file("office", offices, crs="EPSG:4490")
    assert content_of("office") == {}


def test_a_file_without_a_required_field_changes_what_is_there_and_adds_nothing(
    tmp_path: Path, bring: Bring, import_file: ImportFile, content_of: ContentOf
) -> None:
    import_file("office", table(tmp_path, "id,name,用途\n1,A,办公\n2,B,商业"), crs="EPSG:4490")
    report = import_file("office", table(tmp_path, "id,电梯数\n1,6\n2,8"), crs="EPSG:4490")
    assert report.rejects == []
    held = {
        key: (row["name"], row["use"], row["lifts"]) for key, row in content_of("office").items()
    }
    assert held == {"t:1": ("A", "办公", 6), "t:2": ("B", "商业", 8)}
    with pytest.raises(MappingError, match="有 1 行是新增的"):
        import_file("office", table(tmp_path, "id,电梯数\n1,7\n3,2"), crs="EPSG:4490")
    assert content_of("office")["t:1"]["lifts"] == 6
    with pytest.raises(MappingError, match="有 2 行是新增的"):
        import_file(
            "office", table(tmp_path, "id,电梯数\n1,7\n2,2"), crs="EPSG:4490", mode="replace"
        )


def test_an_empty_required_cell_is_the_fault_of_its_row(
    tmp_path: Path, import_file: ImportFile
) -> None:
    rows = "\n".join(f"{i},N,办公" for i in range(30))
    offices = table(tmp_path, f"id,name,use\n{rows}\n99,,办公")
    report = import_file("office", offices, crs="EPSG:4490")
    assert [(one.id, one.code) for one in report.rejects] == [("t:99", "value-missing")]


FULL = """
layer = "office"
dataset = "某区-2024"
title = "楼宇\\n普查"
crs = "GCJ-02"
where = "\\"占地 (㎡)\\" > 5"
key = ["项目", "楼栋"]

[geometry]
lon = "高德经度"
lat = "高德纬度"

[fields]
name = "名\\"称\\\\"
use = { from = "业态", values = { "写字楼 A" = "办公", "a.b" = "商业" }, default = "办公" }
gross_floor_area = { from = "面积", unit = "ft2" }

[constants]
source = "某局"
source_date = 2024-03-05
completed = 2001
registrable = true
"""


def test_a_saved_mapping_reads_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "full.toml"
    path.write_text(FULL, encoding="utf-8")
    mapping = read_mapping(path)
    columns = ["项目", "楼栋", '名"称\\', "业态", "面积", "高德经度", "高德纬度", "备注"]
    plan = plan_for(OFFICE, "某区-2024", mapping, columns)
    text = mapping_text(OFFICE, plan, plan.suggestions, "GCJ-02")
    back = again(text, tmp_path, columns)
    assert back == plan
    assert tomllib.loads(text) == tomllib.loads(FULL)


def test_columns_matched_by_title_are_written_out_with_their_units(tmp_path: Path) -> None:
    columns = [
        "楼宇编码",
        "名称",
        "用途",
        "总建筑面积（万㎡）",
        "可租用面积",
        "备\n注",
        "lon",
        "lat",
    ]
    plan = plan_for(OFFICE, "d", Mapping(), columns)
    text = mapping_text(OFFICE, plan, plan.suggestions, "EPSG:4490")
    back = again(text, tmp_path, columns)
    assert replace(back, mapping=plan.mapping) == plan
    assert back.mapping.crs == "EPSG:4490"
    (proposal,) = plan.suggestions
    line = f'# lettable_area = "可租用面积"  # 像 {proposal.likeness:.0f}%'
    assert line in text.splitlines()
    assert '# 未用的列 columns not used: "备\\n注"' in text.splitlines()
    # the planner lets it in by taking the mark away
    let_in = again(text.replace("# lettable_area", "lettable_area"), tmp_path, columns)
    assert let_in.fields["lettable_area"].source == "可租用面积"


titles = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)


@given(
    names=st.lists(titles, min_size=3, max_size=3, unique=True),
    value=st.one_of(titles, st.integers(-9, 9), st.booleans(), st.floats(-1e9, 1e9), st.dates()),
    key=titles,
)
def test_any_title_survives_the_saving_of_a_mapping(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], value: Any, key: str
) -> None:
    rules: dict[str, Any] = {
        "id": names[0],
        "name": names[1],
        "use": {"from": names[2], "values": {key: "办公"}},
    }
    mapping = Mapping.model_validate({"fields": rules, "constants": {"source": value}})
    plan = plan_for(OFFICE, "d", mapping, [*names])
    text = mapping_text(OFFICE, plan, [], None)
    back = again(text, tmp_path_factory.getbasetemp(), [*names])
    assert replace(back, mapping=plan.mapping) == plan
    assert back.mapping.constants == {"source": value}


def test_what_is_taken_for_granted_is_told(tmp_path: Path, import_file: ImportFile) -> None:
    offices = table(
        tmp_path,
        "id,name,use,最低租金(元/㎡/天),最高租金,层高,数据日期\n1,A,办公,3,4元/㎡/天,4.2,2024年3月",
    )
    report = import_file("office", offices, crs="EPSG:4490")
    told = "\n".join(report.assumed)
    for sentence in (
        "最低租金、最高租金：日租金按 365/12 天折算为月租金 / rent_min, rent_max: ",
        "数据日期：只写到月的日期按当月 1 日计",
        "没有写明单位的数按图层的单位读：层高 m",
        "各行记为“未核实”",
    ):
        assert sentence in told


def test_a_default_is_told_and_a_stated_provenance_is_none(
    tmp_path: Path, import_file: ImportFile
) -> None:
    report = import_file(
        "office",
        table(tmp_path, "id,name\n1,A"),
        """
        crs = "EPSG:4490"
        [fields]
        id = "id"
        name = "name"
        use = { from = "name", values = { B = "商业" }, default = "办公" }
        [constants]
        provenance = "published"
        """,
    )
    told = "\n".join(report.assumed)
    assert "用途：没有的值记为 办公 / use: what is missing is taken as 办公" in told
    assert "未核实" not in told
