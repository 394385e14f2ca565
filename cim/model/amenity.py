"""Amenities: what a company's people need near by."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from cim.model.field import about, geometry
from cim.model.layer import Layer


class Amenity(Layer):
    """A bank, hotel, restaurant, government window or the like."""

    __tablename__ = "amenity"
    __title__ = ("配套设施", "Amenities")
    __id_titles__ = ("设施编号",)
    __searched_by__ = ("name",)

    name: Mapped[str | None] = mapped_column(info=about("名称", "Name"))
    kind: Mapped[str] = mapped_column(
        info=about(
            "类别",
            "Kind",
            values={
                "bank": ("银行", "bank"),
                "hotel": ("酒店", "hotel"),
                "food": ("餐饮", "food"),
                "shop": ("购物", "shop"),
                "government": ("政务窗口", "government window"),
                "hospital": ("医疗", "health care"),
                "school": ("学校", "school"),
                "sport": ("体育健身", "sport"),
                "other": ("其他", "other"),
            },
        )
    )
    address: Mapped[str | None] = mapped_column(info=about("地址", "Address"))
    geom: Mapped[Any] = geometry("Point", "MultiPolygon")
