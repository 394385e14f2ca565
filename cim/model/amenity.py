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
    __shares_places__ = True

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
            headers=("设施类别", "设施类型"),
            synonyms={
                "bank": ("银行网点", "banks"),
                "hotel": ("宾馆", "旅馆", "旅店", "hotels"),
                "food": (
                    "餐厅",
                    "餐馆",
                    "美食",
                    "食堂",
                    "咖啡厅",
                    "restaurant",
                    "cafe",
                    "catering",
                ),
                "shop": (
                    "商店",
                    "超市",
                    "便利店",
                    "商场",
                    "购物中心",
                    "supermarket",
                    "mall",
                    "convenience store",
                ),
                "government": (
                    "政务服务",
                    "政务服务中心",
                    "行政服务大厅",
                    "办事大厅",
                    "便民服务中心",
                ),
                "hospital": ("医院", "诊所", "社康", "社康中心", "clinic"),
                "school": ("小学", "中学", "中小学", "幼儿园", "kindergarten"),
                "sport": ("体育", "健身", "健身房", "体育馆", "体育场馆", "gym"),
                "other": ("其它", "others"),
            },
        )
    )
    address: Mapped[str | None] = mapped_column(info=about("地址", "Address"))
    geom: Mapped[Any] = geometry("Point", "MultiPolygon")
