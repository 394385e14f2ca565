"""Offices: one record for each building of commercial space (商办用房)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from cim.model import office_words as words
from cim.model.checks import Check
from cim.model.field import about, geometry
from cim.model.layer import Layer


class Office(Layer):
    """The commercial space of one building; `building_id` and `site_id` may be unknown."""

    __tablename__ = "office"
    __title__ = ("商办楼宇", "Offices")
    __id_titles__ = ("楼宇编号", "楼宇编码")
    __searched_by__ = ("name", "address")
    __checks__ = (
        Check(
            "office-outside-building",
            "warning",
            "楼宇在所在建筑之内或 50 米以内",
            "an office stands in its building or within 50 m of it",
            broken_zh="楼宇在所在建筑 50 米以外",
            broken_en="offices more than 50 m outside their building",
            query="office-outside-building",
        ),
        Check(
            "rents-in-order",
            "warning",
            "最低租金不高于最高租金",
            "the lowest rent is not above the highest",
            broken_zh="楼宇的最低租金高于最高租金",
            broken_en="offices whose lowest rent is above the highest",
            wrong="r.rent_min > r.rent_max",
            fields=("rent_min", "rent_max"),
        ),
        Check(
            "areas-in-order",
            "warning",
            "办公面积、可租赁面积、标准层面积不大于总建筑面积",
            "office, lettable and typical floor areas are not above the gross floor area",
            broken_zh="楼宇的办公、可租赁或标准层面积大于总建筑面积",
            broken_en="offices with a part larger than the gross floor area",
            wrong="greatest(r.office_area, r.lettable_area, r.typical_floor_area)"
            " > r.gross_floor_area",
            fields=("office_area", "lettable_area", "typical_floor_area", "gross_floor_area"),
        ),
        Check(
            "efficiency-range",
            "warning",
            "得房率在 40% 至 100% 之间（是否把 0.7 当作 70%？）",
            "efficiency is between 40 and 100 percent (is it a share, 0.7 for 70 %?)",
            broken_zh="楼宇的得房率低于 40%（是否把 70% 写成了 0.7？）",
            broken_en="offices with an efficiency below 40 percent (a share, 0.7 for 70 %?)",
            wrong="r.efficiency < 40",
            fields=("efficiency",),
        ),
        Check(
            "parking-ratio-range",
            "warning",
            "车位配比在每 100 平方米 0.02 至 10 个之间",
            "there are 0.02 to 10 parking spaces for 100 m²",
            broken_zh="楼宇的车位配比不在每 100 平方米 0.02 至 10 个之间",
            broken_en="offices with fewer than 0.02 or more than 10 parking spaces for 100 m²",
            # a denormal area would overflow the quotient
            wrong="case when r.parking_spaces > 0 and r.gross_floor_area >= 0.01"
            " then 100.0 * r.parking_spaces / r.gross_floor_area not between 0.02 and 10 end",
            fields=("parking_spaces", "gross_floor_area"),
        ),
        Check(
            "charging-within-parking",
            "warning",
            "充电车位不多于车位",
            "spaces with charging are not more than spaces",
            broken_zh="楼宇的充电车位多于车位",
            broken_en="offices with more charging spaces than spaces",
            wrong="r.ev_spaces > r.parking_spaces",
            fields=("ev_spaces", "parking_spaces"),
        ),
    )

    name: Mapped[str] = mapped_column(
        info=about(
            "名称",
            "Name",
            headers=("楼宇名称", "项目名称", "大厦名称", "楼宇名", "楼盘名称", "写字楼名称"),
        )
    )
    aliases: Mapped[list[str] | None] = mapped_column(
        info=about("别名", "Other names", headers=("曾用名", "又名"))
    )
    address: Mapped[str | None] = mapped_column(
        info=about(
            "地址",
            "Address",
            headers=("详细地址", "楼宇地址", "项目地址", "具体地址", "坐落", "地理位置"),
        )
    )
    building_id: Mapped[str | None] = mapped_column(
        index=True, info=about("所在建筑", "Building", refers_to="building", headers=("建筑编号",))
    )
    site_id: Mapped[str | None] = mapped_column(
        index=True, info=about("所属项目", "Site", refers_to="site", headers=("项目编号",))
    )
    use: Mapped[str] = mapped_column(
        info=about(
            "用途",
            "Use",
            values=words.USES,
            headers=("物业类型", "主要用途", "物业用途", "楼宇用途"),
            synonyms=words.USE_SYNONYMS,
        )
    )
    grade: Mapped[str | None] = mapped_column(
        info=about(
            "等级",
            "Grade",
            headers=("写字楼等级", "楼宇等级", "楼宇级别", "写字楼级别"),
            values=words.GRADES,
            synonyms=words.GRADE_SYNONYMS,
        )
    )
    gross_floor_area: Mapped[float | None] = mapped_column(
        info=about(
            "总建筑面积",
            "Gross floor area",
            unit="m2",
            minimum=0,
            maximum=10_000_000,
            headers=("建筑面积", "建筑总面积", "总建面", "总面积"),
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
            headers=("可出租面积", "可租面积"),
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
            values=words.AIR_CONDITIONING,
            synonyms=words.AIR_CONDITIONING_SYNONYMS,
        )
    )
    air_conditioning_hours: Mapped[str | None] = mapped_column(
        info=about("空调时间", "Hours of air conditioning")
    )
    lifts: Mapped[int | None] = mapped_column(
        info=about(
            "电梯数",
            "Lifts",
            minimum=0,
            headers=("客梯数", "电梯数量", "电梯总数"),
            written=("#部", "#台", "#个"),
        )
    )
    property_fee: Mapped[float | None] = mapped_column(
        info=about(
            "物业费",
            "Property fee",
            unit="CNY/m2/month",
            minimum=0,
            maximum=10_000,
            headers=("物业管理费", "物业服务费", "物业费标准"),
        )
    )
    rent_min: Mapped[float | None] = mapped_column(
        info=about(
            "最低租金",
            "Lowest asking rent",
            unit="CNY/m2/month",
            minimum=0,
            maximum=10_000,
            headers=("租金下限", "最低报价"),
        )
    )
    rent_max: Mapped[float | None] = mapped_column(
        info=about(
            "最高租金",
            "Highest asking rent",
            unit="CNY/m2/month",
            minimum=0,
            maximum=10_000,
            headers=("租金上限", "最高报价"),
        )
    )
    rent_area_base: Mapped[str | None] = mapped_column(
        info=about(
            "计租面积口径",
            "Area base of the rent",
            values=words.AREA_BASES,
            synonyms=words.AREA_BASE_SYNONYMS,
        )
    )
    parking_spaces: Mapped[int | None] = mapped_column(
        info=about(
            "车位数",
            "Parking spaces of its own",
            minimum=0,
            maximum=1_000_000,
            headers=("停车位", "车位总数", "停车位数量", "停车位数", "车位数量"),
            written=("#个", "#位", "#车位", "#个车位", "#泊位", "#个泊位"),
        )
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
        info=about(
            "充电车位数",
            "Spaces with charging",
            minimum=0,
            maximum=1_000_000,
            headers=("充电桩数", "充电桩数量"),
            written=("#个", "#位", "#车位", "#个车位", "#泊位", "#个泊位"),
        )
    )
    ownership: Mapped[str | None] = mapped_column(
        info=about(
            "权属性质",
            "Ownership",
            headers=("产权性质", "产权类型"),
            values=words.OWNERSHIP,
            synonyms=words.OWNERSHIP_SYNONYMS,
        )
    )
    land_use: Mapped[str | None] = mapped_column(
        info=about("土地用途", "Land use", headers=("用地性质",))
    )
    land_right_expires: Mapped[dt.date | None] = mapped_column(
        info=about("土地使用权到期", "Expiry of the land-use right")
    )
    registrable: Mapped[bool | None] = mapped_column(
        info=about(
            "可注册",
            "A company can be registered here",
            headers=("是否可注册",),
            synonyms={"true": ("可注册", "可以注册", "能注册"), "false": ("不可注册", "不能注册")},
        )
    )
    subsidy: Mapped[str | None] = mapped_column(
        info=about("租金补贴", "Rent subsidy", headers=("补贴政策",))
    )
    fire_acceptance: Mapped[bool | None] = mapped_column(
        info=about(
            "消防验收",
            "Fire acceptance passed",
            headers=("是否消防验收",),
            synonyms={
                "true": ("通过", "已通过", "已验收", "合格", "验收合格"),
                "false": ("未通过", "未验收", "不合格"),
            },
        )
    )
    certificates: Mapped[list[str] | None] = mapped_column(
        info=about("认证", "Certificates (LEED, 绿建)", headers=("绿建认证",))
    )
    completed: Mapped[int | None] = mapped_column(
        info=about(
            "竣工年份",
            "Year of completion",
            minimum=1800,
            maximum=2100,
            headers=("建成年份", "建成年代", "竣工时间", "竣工日期", "建成时间", "建成日期"),
            written=("#年", "#年建成", "#年竣工", "建于#年"),
            year=True,
        )
    )
    geom: Mapped[Any] = geometry("Point", "MultiPolygon")
