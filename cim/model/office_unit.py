"""Units: the rooms and floors that are let."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from cim.model.field import about, geometry
from cim.model.layer import Layer
from cim.model.office import AREA_BASES, USES


class OfficeUnit(Layer):
    """A unit of an office; tenants and lease ends are private."""

    __tablename__ = "office_unit"
    __title__ = ("商办单元", "Office units")
    __id_titles__ = ("单元编号", "房屋编号", "房屋编码")
    __national_code__ = r"\d{25}"

    office_id: Mapped[str] = mapped_column(
        index=True,
        info=about("所属楼宇", "Office", refers_to="office", headers=("楼宇编号",)),
    )
    unit_no: Mapped[str] = mapped_column(
        info=about("单元号", "Unit number", headers=("房号", "单元", "房间号"))
    )
    floor_label: Mapped[str | None] = mapped_column(
        info=about("楼层", "Floor as people say it (23A, 高区)", headers=("所在楼层",))
    )
    floor_order: Mapped[int | None] = mapped_column(
        info=about("楼层序号", "Floor counted from the ground", minimum=-30, maximum=250)
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
    use: Mapped[str | None] = mapped_column(info=about("用途", "Use", values=USES))
    rent: Mapped[float | None] = mapped_column(
        info=about(
            "租金", "Asking rent", unit="CNY/m2/month", minimum=0, headers=("租金单价", "月租金")
        )
    )
    rent_includes_tax: Mapped[bool | None] = mapped_column(
        info=about("租金含税", "Rent includes tax")
    )
    rent_includes_fee: Mapped[bool | None] = mapped_column(
        info=about("租金含物业费", "Rent includes the property fee")
    )
    rent_area_base: Mapped[str | None] = mapped_column(
        info=about("计租面积口径", "Area base of the rent", values=AREA_BASES)
    )
    sale_price: Mapped[float | None] = mapped_column(
        info=about("售价", "Sale price", unit="CNY/m2", minimum=0, headers=("销售单价",))
    )
    deposit: Mapped[float | None] = mapped_column(
        info=about("押金月数", "Deposit", unit="month", minimum=0, headers=("押金",))
    )
    rent_free: Mapped[int | None] = mapped_column(
        info=about("免租期", "Rent-free period", unit="day", minimum=0)
    )
    status: Mapped[str] = mapped_column(
        info=about(
            "状态",
            "Status",
            headers=("租赁状态", "出租状态"),
            values={
                "vacant": ("空置", "vacant"),
                "let": ("已租", "let"),
                "own_use": ("自用", "own use"),
                "reserved": ("已预订", "reserved"),
                "coming": ("即将入市", "coming"),
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
            headers=("装修情况",),
            values={
                "毛坯": ("毛坯", "shell"),
                "简装": ("简装", "basic"),
                "精装": ("精装", "fitted"),
                "带家具": ("带家具", "furnished"),
            },
        )
    )
    tenant: Mapped[str | None] = mapped_column(
        info=about("租户", "Tenant", private=True, headers=("承租方", "企业名称"))
    )
    tenant_industry: Mapped[str | None] = mapped_column(
        info=about("租户行业", "Industry of the tenant", private=True)
    )
    lease_end: Mapped[dt.date | None] = mapped_column(
        info=about("租约到期", "End of the lease", private=True, headers=("合同到期",))
    )
    verified_on: Mapped[dt.date | None] = mapped_column(
        info=about("核验时间", "Verified on", headers=("核实日期",))
    )
    geom: Mapped[Any] = geometry("Point", "MultiPolygon", nullable=True)
