"""Units: the rooms and floors that are let."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from cim.model.checks import Check
from cim.model.field import about, geometry
from cim.model.layer import Layer
from cim.model.office_words import AREA_BASE_SYNONYMS, AREA_BASES, USE_SYNONYMS, USES


class OfficeUnit(Layer):
    """A unit of an office; tenants and lease ends are private."""

    __tablename__ = "office_unit"
    __title__ = ("商办单元", "Office units")
    __id_titles__ = ("单元编号", "房屋编号", "房屋编码")
    __national_code__ = r"\d{25}"
    __shares_places__ = True
    __checks__ = (
        Check(
            "unit-outside-building",
            "warning",
            "单元在所属楼宇的建筑之内或 10 米以内",
            "a unit stands in the building of its office or within 10 m of it",
            broken_zh="单元在所属楼宇的建筑 10 米以外",
            broken_en="units more than 10 m outside the building of their office",
            query="unit-outside-building",
        ),
        Check(
            "unit-above-building",
            "warning",
            "单元的楼层在建筑的层数之内",
            "a unit is on a floor that its building has",
            broken_zh="单元的楼层超出建筑的层数",
            broken_en="units on floors that their building does not have",
            query="unit-above-building",
        ),
        Check(
            "unit-areas-in-order",
            "warning",
            "套内面积、最小可分割面积不大于建筑面积",
            "net and divisible areas are not above the area",
            broken_zh="单元的套内面积或最小可分割面积大于建筑面积",
            broken_en="units with a net or divisible area above their area",
            wrong="greatest(r.net_area, r.min_divisible_area) > r.area",
            fields=("net_area", "min_divisible_area", "area"),
        ),
        Check(
            "verified-in-the-future",
            "warning",
            "核验时间不晚于今天",
            "a unit was not verified later than today",
            broken_zh="单元的核验时间在今天之后",
            broken_en="units verified later than today",
            # a day ahead is granted: the clock of the server may stand in another zone
            wrong="r.verified_on > current_date + 1",
            fields=("verified_on",),
        ),
    )

    office_id: Mapped[str] = mapped_column(
        index=True,
        info=about(
            "所属楼宇", "Office", refers_to="office", headers=("楼宇编号", "所属大厦", "所在楼宇")
        ),
    )
    unit_no: Mapped[str] = mapped_column(
        info=about("单元号", "Unit number", headers=("房号", "单元", "房间号"))
    )
    floor_label: Mapped[str | None] = mapped_column(
        info=about("楼层", "Floor as people say it (23A, 高区)", headers=("所在楼层",))
    )
    floor_order: Mapped[int | None] = mapped_column(
        info=about(
            "楼层序号",
            "Floor counted from the ground",
            minimum=-30,
            maximum=250,
            written=("#层", "#F", "#楼", "第#层"),
        )
    )
    area: Mapped[float | None] = mapped_column(
        info=about(
            "建筑面积",
            "Area",
            unit="m2",
            minimum=0,
            maximum=10_000_000,
            headers=("面积", "出租面积"),
        )
    )
    net_area: Mapped[float | None] = mapped_column(
        info=about(
            "套内面积",
            "Net internal area",
            unit="m2",
            minimum=0,
            maximum=10_000_000,
            headers=("使用面积",),
        )
    )
    adjacent_to: Mapped[list[str] | None] = mapped_column(
        info=about("相邻单元", "Adjacent units", refers_to="office_unit")
    )
    min_divisible_area: Mapped[float | None] = mapped_column(
        info=about(
            "最小可分割面积",
            "Smallest area it can be divided to",
            unit="m2",
            minimum=0,
            maximum=10_000_000,
            headers=("最小分割面积",),
        )
    )
    use: Mapped[str | None] = mapped_column(
        info=about(
            "用途",
            "Use",
            values=USES,
            synonyms=USE_SYNONYMS,
        )
    )
    rent: Mapped[float | None] = mapped_column(
        info=about(
            "租金",
            "Asking rent",
            unit="CNY/m2/month",
            minimum=0,
            maximum=10_000,
            headers=("租金单价", "月租金", "租金报价", "租金价格"),
        )
    )
    rent_includes_tax: Mapped[bool | None] = mapped_column(
        info=about(
            "租金含税",
            "Rent includes tax",
            headers=("是否含税",),
            synonyms={"true": ("含", "含税"), "false": ("不含", "不含税", "未税")},
        )
    )
    rent_includes_fee: Mapped[bool | None] = mapped_column(
        info=about(
            "租金含物业费",
            "Rent includes the property fee",
            headers=("是否含物业费",),
            synonyms={
                "true": ("含", "包含", "含物业费"),
                "false": ("不含", "不包含", "不含物业费"),
            },
        )
    )
    rent_area_base: Mapped[str | None] = mapped_column(
        info=about(
            "计租面积口径",
            "Area base of the rent",
            values=AREA_BASES,
            synonyms=AREA_BASE_SYNONYMS,
        )
    )
    sale_price: Mapped[float | None] = mapped_column(
        info=about(
            "售价",
            "Sale price",
            unit="CNY/m2",
            minimum=0,
            maximum=10_000_000,
            headers=("销售单价",),
        )
    )
    deposit: Mapped[float | None] = mapped_column(
        info=about(
            "押金月数",
            "Deposit",
            unit="month",
            minimum=0,
            headers=("押金",),
            written=("押#", "押#付1", "押#付3"),
        )
    )
    rent_free: Mapped[int | None] = mapped_column(
        info=about("免租期", "Rent-free period", unit="day", minimum=0)
    )
    status: Mapped[str] = mapped_column(
        info=about(
            "状态",
            "Status",
            headers=("租赁状态", "出租状态", "房源状态", "使用状态"),
            values={
                "vacant": ("空置", "vacant"),
                "let": ("已租", "let"),
                "own_use": ("自用", "own use"),
                "reserved": ("已预订", "reserved"),
                "coming": ("即将入市", "coming"),
            },
            synonyms={
                "vacant": (
                    "空",
                    "空置中",
                    "空闲",
                    "闲置",
                    "待租",
                    "待出租",
                    "未租",
                    "未出租",
                    "可租",
                    "可出租",
                    "招租",
                    "招租中",
                    "for lease",
                    "to let",
                    "available",
                ),
                "let": ("已出租", "已租出", "在租", "租出", "leased", "rented"),
                "own_use": ("业主自用", "自用中", "自持自用", "owner occupied", "owner-occupied"),
                "reserved": ("预订", "预定", "已预定", "预留", "已预留", "on hold"),
                "coming": ("待入市", "待交付", "即将推出", "coming soon", "upcoming"),
            },
        )
    )
    available_from: Mapped[dt.date | None] = mapped_column(
        info=about("可入驻日期", "Available from", headers=("可租日期",))
    )
    fit_out: Mapped[str | None] = mapped_column(
        info=about(
            "装修",
            "Fit-out",
            headers=("装修情况", "装修状况", "装修标准", "装修程度"),
            values={
                "毛坯": ("毛坯", "shell"),
                "简装": ("简装", "basic"),
                "精装": ("精装", "fitted"),
                "带家具": ("带家具", "furnished"),
            },
            synonyms={
                "毛坯": ("毛坯房", "毛坯交付", "清水", "清水房", "未装修", "bare", "bare shell"),
                "简装": ("简装修", "简单装修", "普通装修", "普装", "basic fit-out"),
                "精装": (
                    "精装修",
                    "精致装修",
                    "豪装",
                    "豪华装修",
                    "全装修",
                    "fully fitted",
                    "fitted out",
                ),
                "带家具": (
                    "含家具",
                    "带家私",
                    "带办公家具",
                    "精装带家具",
                    "拎包入驻",
                    "fully furnished",
                ),
            },
        )
    )
    tenant: Mapped[str | None] = mapped_column(
        info=about(
            "租户",
            "Tenant",
            private=True,
            headers=("承租方", "企业名称", "承租人", "承租企业", "租户名称"),
        )
    )
    tenant_industry: Mapped[str | None] = mapped_column(
        info=about(
            "租户行业",
            "Industry of the tenant",
            private=True,
            headers=("所属行业", "行业类别"),
        )
    )
    lease_end: Mapped[dt.date | None] = mapped_column(
        info=about(
            "租约到期",
            "End of the lease",
            private=True,
            headers=("合同到期", "租约到期日", "合同到期日"),
        )
    )
    verified_on: Mapped[dt.date | None] = mapped_column(
        info=about("核验时间", "Verified on", headers=("核实日期",))
    )
    geom: Mapped[Any] = geometry("Point", "MultiPolygon", nullable=True)
