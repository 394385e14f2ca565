"""Offices: one record for each building of commercial space (商办用房)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from cim.model.field import about, geometry
from cim.model.layer import Layer

USES = {
    "办公": ("办公", "office"),
    "商业": ("商业", "retail"),
    "研发": ("研发", "research and development"),
    "公寓": ("公寓", "apartment"),
    "仓储": ("仓储", "storage"),
    "厂房": ("厂房", "workshop"),
}
"""Uses of commercial space."""

AREA_BASES = {
    "建筑面积": ("建筑面积", "gross floor area"),
    "套内面积": ("套内面积", "net internal area"),
}
"""The area that a price per square metre is reckoned on."""


class Office(Layer):
    """The commercial space of one building; `building_id` and `site_id` may be unknown."""

    __tablename__ = "office"
    __title__ = ("商办楼宇", "Offices")
    __id_titles__ = ("楼宇编号", "楼宇编码")
    __searched_by__ = ("name", "address")

    name: Mapped[str] = mapped_column(
        info=about("名称", "Name", headers=("楼宇名称", "项目名称", "大厦名称"))
    )
    aliases: Mapped[list[str] | None] = mapped_column(
        info=about("别名", "Other names", headers=("曾用名", "又名"))
    )
    address: Mapped[str | None] = mapped_column(
        info=about("地址", "Address", headers=("详细地址", "楼宇地址"))
    )
    building_id: Mapped[str | None] = mapped_column(
        index=True, info=about("所在建筑", "Building", refers_to="building", headers=("建筑编号",))
    )
    site_id: Mapped[str | None] = mapped_column(
        index=True, info=about("所属项目", "Site", refers_to="site", headers=("项目编号",))
    )
    use: Mapped[str] = mapped_column(
        info=about("用途", "Use", values=USES, headers=("物业类型", "主要用途"))
    )
    grade: Mapped[str | None] = mapped_column(
        info=about(
            "等级",
            "Grade",
            headers=("写字楼等级", "楼宇等级"),
            values={
                "超甲级": ("超甲级", "premium"),
                "甲级": ("甲级", "grade A"),
                "乙级": ("乙级", "grade B"),
                "丙级": ("丙级", "grade C"),
            },
        )
    )
    gross_floor_area: Mapped[float | None] = mapped_column(
        info=about(
            "总建筑面积",
            "Gross floor area",
            unit="m2",
            minimum=0,
            maximum=10_000_000,
            headers=("建筑面积", "建筑总面积"),
        )
    )
    office_area: Mapped[float | None] = mapped_column(
        info=about(
            "办公面积",
            "Office floor area",
            unit="m2",
            minimum=0,
            maximum=10_000_000,
            headers=("办公建筑面积",),
        )
    )
    lettable_area: Mapped[float | None] = mapped_column(
        info=about(
            "可租赁面积",
            "Lettable area",
            unit="m2",
            minimum=0,
            maximum=10_000_000,
            headers=("可出租面积",),
        )
    )
    typical_floor_area: Mapped[float | None] = mapped_column(
        info=about(
            "标准层面积",
            "Typical floor area",
            unit="m2",
            minimum=0,
            maximum=10_000_000,
            headers=("单层面积",),
        )
    )
    efficiency: Mapped[float | None] = mapped_column(
        info=about(
            "得房率",
            "Efficiency: net over gross area",
            unit="percent",
            minimum=0,
            maximum=100,
            headers=("使用率", "实用率"),
        )
    )
    floor_height: Mapped[float | None] = mapped_column(
        info=about("层高", "Floor height", unit="m", minimum=0, maximum=30, headers=("标准层高",))
    )
    clear_height: Mapped[float | None] = mapped_column(
        info=about("净高", "Clear height", unit="m", minimum=0, maximum=30)
    )
    floor_load: Mapped[float | None] = mapped_column(
        info=about("楼面荷载", "Floor load", unit="kN/m2", minimum=0, headers=("承重", "楼板承重"))
    )
    air_conditioning: Mapped[str | None] = mapped_column(
        info=about(
            "空调形式",
            "Air conditioning",
            headers=("空调", "空调类型"),
            values={
                "中央空调": ("中央空调", "central"),
                "VRV": ("多联机", "variable refrigerant flow"),
                "分体空调": ("分体空调", "split units"),
                "无": ("无", "none"),
            },
        )
    )
    air_conditioning_hours: Mapped[str | None] = mapped_column(
        info=about("空调时间", "Hours of air conditioning")
    )
    lifts: Mapped[int | None] = mapped_column(
        info=about("电梯数", "Lifts", minimum=0, headers=("客梯数", "电梯数量"))
    )
    property_fee: Mapped[float | None] = mapped_column(
        info=about(
            "物业费", "Property fee", unit="CNY/m2/month", minimum=0, headers=("物业管理费",)
        )
    )
    rent_min: Mapped[float | None] = mapped_column(
        info=about(
            "最低租金", "Lowest asking rent", unit="CNY/m2/month", minimum=0, headers=("租金下限",)
        )
    )
    rent_max: Mapped[float | None] = mapped_column(
        info=about(
            "最高租金", "Highest asking rent", unit="CNY/m2/month", minimum=0, headers=("租金上限",)
        )
    )
    rent_area_base: Mapped[str | None] = mapped_column(
        info=about("计租面积口径", "Area base of the rent", values=AREA_BASES)
    )
    parking_spaces: Mapped[int | None] = mapped_column(
        info=about("车位数", "Parking spaces of its own", minimum=0, headers=("停车位", "车位总数"))
    )
    parking_area: Mapped[float | None] = mapped_column(
        info=about(
            "停车面积",
            "Parking area",
            unit="m2",
            minimum=0,
            maximum=10_000_000,
            headers=("车库面积",),
        )
    )
    ev_spaces: Mapped[int | None] = mapped_column(
        info=about("充电车位数", "Spaces with charging", minimum=0, headers=("充电桩数",))
    )
    ownership: Mapped[str | None] = mapped_column(
        info=about(
            "权属性质",
            "Ownership",
            headers=("产权性质",),
            values={
                "政府": ("政府", "government"),
                "国有": ("国有", "state-owned company"),
                "集体": ("集体", "collective"),
                "私有": ("私有", "private"),
            },
        )
    )
    land_use: Mapped[str | None] = mapped_column(
        info=about("土地用途", "Land use", headers=("用地性质",))
    )
    land_right_expires: Mapped[dt.date | None] = mapped_column(
        info=about("土地使用权到期", "Expiry of the land-use right")
    )
    registrable: Mapped[bool | None] = mapped_column(
        info=about("可注册", "A company can be registered here", headers=("是否可注册",))
    )
    subsidy: Mapped[str | None] = mapped_column(
        info=about("租金补贴", "Rent subsidy", headers=("补贴政策",))
    )
    fire_acceptance: Mapped[bool | None] = mapped_column(
        info=about("消防验收", "Fire acceptance passed", headers=("是否消防验收",))
    )
    certificates: Mapped[list[str] | None] = mapped_column(
        info=about("认证", "Certificates (LEED, 绿建)", headers=("绿建认证",))
    )
    completed: Mapped[int | None] = mapped_column(
        info=about(
            "竣工年份", "Year of completion", minimum=1800, maximum=2100, headers=("建成年份",)
        )
    )
    geom: Mapped[Any] = geometry("Point", "MultiPolygon")
