"""Buildings: the footprint and the body."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from cim.model.checks import Check
from cim.model.field import about, geometry
from cim.model.layer import Layer


class Building(Layer):
    """One building; its outline on the ground and what stands on it."""

    __tablename__ = "building"
    __title__ = ("建筑", "Buildings")
    __id_titles__ = ("建筑编号", "建筑编码", "楼栋编号")
    __national_code__ = r"\d{19}"
    __searched_by__ = ("name",)
    __checks__ = (
        Check(
            "footprints-overlap",
            "warning",
            "建筑轮廓互不重叠（超过 1 平方米；完全相同的轮廓算作同一位置重复登记）",
            "footprints do not overlap (by more than 1 m²; equal ones count as repeated places)",
            broken_zh="建筑轮廓与另一栋重叠（超过 1 平方米）",
            broken_en="footprints that overlap another (by more than 1 m²)",
            indexed="overlaps",
        ),
        Check(
            "floors-against-height",
            "warning",
            "层高在 2 米以上；三层及以上的建筑不超过 8 米",
            "a storey is at least 2 m high, and at most 8 m where there are three or more",
            broken_zh="建筑的层高不足 2 米，或（三层及以上）超过 8 米",
            broken_en="buildings with storeys under 2 m, or (from three on) over 8 m high",
            wrong="r.floors_above > 0 and (r.height < 2 * r.floors_above"
            " or r.floors_above >= 3 and r.height > 8 * r.floors_above)",
            fields=("height", "floors_above"),
        ),
        Check(
            "area-against-floors",
            "warning",
            "单栋建筑面积与轮廓面积 × 层数相称（十分之一至一点三倍，地下层数未知时按 4 层计）",
            "floor area is in keeping with footprint times floors (a tenth to 1.3 times, with four"
            " floors below ground where they are unknown)",
            broken_zh="建筑的面积与轮廓面积 × 层数不相称",
            broken_en="floor areas out of keeping with footprint times floors",
            wrong="case when r.gross_floor_area >= 0.01 and r.floors_above > 0"
            " and coalesce(r.floor_area_base, 'building') = 'building'"
            " then r.gross_floor_area / nullif(st_area(r.geom::geography), 0) not between"
            " 0.1 * r.floors_above and 1.3 * (r.floors_above + coalesce(r.floors_below, 4)) end",
            fields=("gross_floor_area", "floors_above", "floors_below"),
        ),
    )

    name: Mapped[str | None] = mapped_column(
        info=about(
            "名称", "Name", headers=("建筑名称", "楼宇名称", "楼名", "建筑物名称", "楼栋名称")
        )
    )
    address: Mapped[str | None] = mapped_column(
        info=about("地址", "Address", headers=("详细地址", "门牌地址", "坐落"))
    )
    use: Mapped[str | None] = mapped_column(
        info=about(
            "建筑用途", "Use", headers=("用途", "建筑功能", "building", "建筑物用途", "房屋用途")
        )
    )
    height: Mapped[float | None] = mapped_column(
        info=about(
            "建筑高度", "Height", unit="m", minimum=0, maximum=1000, headers=("高度", "楼高")
        )
    )
    floors_above: Mapped[int | None] = mapped_column(
        info=about(
            "地上层数",
            "Floors above ground",
            minimum=0,
            maximum=250,
            headers=("层数", "楼层数", "floor", "floors", "地上总层数", "总层数"),
            written=("#层", "#F", "共#层", "地上#层", "地上#F"),
        )
    )
    floors_below: Mapped[int | None] = mapped_column(
        info=about(
            "地下层数",
            "Floors below ground",
            minimum=0,
            maximum=30,
            headers=("地下室层数",),
            written=("#层", "地下#层", "B#"),
        )
    )
    gross_floor_area: Mapped[float | None] = mapped_column(
        info=about(
            "总建筑面积",
            "Gross floor area",
            unit="m2",
            minimum=0,
            maximum=10_000_000,
            headers=("建筑面积", "gfa"),
        )
    )
    floor_area_base: Mapped[str | None] = mapped_column(
        info=about(
            "面积口径",
            "What the floor area covers",
            values={
                "building": ("单栋", "this building"),
                "office": ("办公部分", "its offices"),
                "development": ("整个项目", "the whole development"),
            },
            synonyms={
                "building": ("单体", "本栋", "单栋建筑"),
                "office": ("办公", "仅办公", "办公面积"),
                "development": ("项目整体", "整体项目", "全项目"),
            },
        )
    )
    year: Mapped[int | None] = mapped_column(
        info=about(
            "建成年份",
            "Year of completion",
            minimum=1000,
            maximum=2100,
            headers=("竣工年份", "建成年代", "竣工时间", "竣工日期", "建成时间", "建成日期"),
            written=("#年", "#年建成", "#年竣工", "建于#年"),
            year=True,
        )
    )
    cim_level: Mapped[int | None] = mapped_column(
        info=about(
            "CIM 级别",
            "CIM level (CJJ/T 315-2022)",
            minimum=1,
            maximum=7,
            written=("#级", "CIM#"),
        )
    )
    site_id: Mapped[str | None] = mapped_column(
        info=about("所属项目", "Site", refers_to="site", headers=("项目编号",))
    )
    geom: Mapped[Any] = geometry("MultiPolygon")


# most buildings belong to no site
Index("building_site_id_idx", Building.site_id, postgresql_where=Building.site_id.is_not(None))
