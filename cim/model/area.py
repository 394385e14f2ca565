"""Administrative areas."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from cim.model.field import about, geometry
from cim.model.layer import Layer


class Area(Layer):
    """District, street, community or grid; the outline may be unknown."""

    __tablename__ = "area"
    __title__ = ("行政区划", "Administrative areas")
    __id_titles__ = ("区划代码", "行政区划代码")
    __national_code__ = r"\d{6}(\d{3}(\d{3})?)?"
    __searched_by__ = ("name",)

    name: Mapped[str] = mapped_column(info=about("名称", "Name", headers=("区划名称",)))
    level: Mapped[str] = mapped_column(
        info=about(
            "级别",
            "Level",
            values={
                "district": ("区", "district"),
                "street": ("街道", "street"),
                "community": ("社区", "community"),
                "grid": ("网格", "grid"),
            },
            headers=("区划级别",),
            synonyms={
                "district": ("市辖区", "行政区", "区级"),
                "street": ("街道办", "街道办事处", "街道级", "subdistrict"),
                "community": ("居委会", "社区居委会", "社区级"),
                "grid": ("网格单元", "社区网格", "基础网格"),
            },
        )
    )
    parent: Mapped[str | None] = mapped_column(
        index=True, info=about("上级区划", "Parent area", refers_to="area", headers=("上级代码",))
    )
    population: Mapped[int | None] = mapped_column(
        info=about(
            "人口",
            "Population",
            minimum=0,
            headers=("常住人口", "人口数"),
            written=("#人",),
        )
    )
    geom: Mapped[Any] = geometry("MultiPolygon", nullable=True)
