"""Stations of metro and railway, and border ports."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from cim.model.field import about, geometry
from cim.model.layer import Layer

STATUSES = {
    "operating": ("运营", "operating"),
    "building": ("在建", "under construction"),
    "planned": ("规划", "planned"),
}
"""How far a piece of transport has come."""

STATUS_SYNONYMS = {
    "operating": (
        "运营中",
        "已运营",
        "在运营",
        "开通",
        "已开通",
        "open",
        "in service",
        "in operation",
    ),
    "building": ("建设中", "在建中", "施工", "施工中", "under_construction"),
    "planned": ("规划中", "拟建", "待建", "proposed"),
}
"""How sources write them."""


class Station(Layer):
    """A station or port; only operating ones count in searches."""

    __tablename__ = "station"
    __title__ = ("站点与口岸", "Stations and ports")
    __id_titles__ = ("站点编号", "车站编号")
    __searched_by__ = ("name",)

    name: Mapped[str] = mapped_column(info=about("名称", "Name", headers=("站名", "车站名称")))
    name_en: Mapped[str | None] = mapped_column(info=about("英文名", "Name in English"))
    kind: Mapped[str] = mapped_column(
        info=about(
            "类别",
            "Kind",
            values={
                "metro": ("地铁站", "metro"),
                "railway": ("火车站", "railway"),
                "port": ("口岸", "border port"),
            },
            headers=("站点类别", "站点类型"),
            synonyms={
                "metro": ("地铁", "地铁车站", "轨道交通", "轨道站点", "subway"),
                "railway": (
                    "火车",
                    "铁路",
                    "铁路站",
                    "铁路车站",
                    "高铁",
                    "高铁站",
                    "railway station",
                    "train station",
                ),
                "port": ("陆路口岸", "通关口岸", "border crossing", "checkpoint"),
            },
        )
    )
    lines: Mapped[list[str] | None] = mapped_column(
        info=about("线路", "Lines", headers=("所属线路",))
    )
    status: Mapped[str] = mapped_column(
        info=about(
            "状态",
            "Status",
            values=STATUSES,
            headers=("运营状态", "建设状态"),
            synonyms=STATUS_SYNONYMS,
        )
    )
    geom: Mapped[Any] = geometry("Point", "MultiPolygon")
