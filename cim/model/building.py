"""Buildings: the footprint and the body."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from cim.model.field import about, geometry
from cim.model.layer import Layer


class Building(Layer):
    """One building; its outline on the ground and what stands on it."""

    __tablename__ = "building"
    __title__ = ("建筑", "Buildings")
    __id_titles__ = ("建筑编号", "建筑编码", "楼栋编号")
    __national_code__ = r"\d{19}"
    __searched_by__ = ("name",)

    name: Mapped[str | None] = mapped_column(
        info=about("名称", "Name", headers=("建筑名称", "楼宇名称", "楼名"))
    )
    address: Mapped[str | None] = mapped_column(
        info=about("地址", "Address", headers=("详细地址", "门牌地址"))
    )
    use: Mapped[str | None] = mapped_column(
        info=about("建筑用途", "Use", headers=("用途", "建筑功能", "building"))
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
            headers=("层数", "楼层数", "floor", "floors"),
        )
    )
    floors_below: Mapped[int | None] = mapped_column(
        info=about("地下层数", "Floors below ground", minimum=0, maximum=30)
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
        )
    )
    year: Mapped[int | None] = mapped_column(
        info=about(
            "建成年份",
            "Year of completion",
            minimum=1000,
            maximum=2100,
            headers=("竣工年份", "建成年代"),
        )
    )
    cim_level: Mapped[int | None] = mapped_column(
        info=about("CIM 级别", "CIM level (CJJ/T 315-2022)", minimum=1, maximum=7)
    )
    site_id: Mapped[str | None] = mapped_column(
        index=True, info=about("所属项目", "Site", refers_to="site", headers=("项目编号",))
    )
    geom: Mapped[Any] = geometry("MultiPolygon")
