"""Lines of public transport."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from cim.model.field import about, geometry
from cim.model.layer import Layer
from cim.model.station import STATUS_SYNONYMS, STATUSES


class TransitLine(Layer):
    """A metro, railway or bus line with its course and stations in order."""

    __tablename__ = "transit_line"
    __title__ = ("公共交通线路", "Transit lines")
    __shares_places__ = True

    name: Mapped[str] = mapped_column(info=about("名称", "Name", headers=("线路名称",)))
    kind: Mapped[str] = mapped_column(
        info=about(
            "类别",
            "Kind",
            values={
                "metro": ("地铁", "metro"),
                "railway": ("铁路", "railway"),
                "bus": ("公交", "bus"),
            },
            headers=("线路类别", "线路类型"),
            synonyms={
                "metro": ("地铁线", "地铁线路", "轨道交通", "subway"),
                "railway": ("火车", "铁路线", "高铁", "train"),
                "bus": ("公交车", "公交线路", "常规公交", "巴士"),
            },
        )
    )
    colour: Mapped[str | None] = mapped_column(info=about("颜色", "Colour, as #rrggbb"))
    stations: Mapped[list[str] | None] = mapped_column(
        info=about("站序", "Stations in order", refers_to="station")
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
    geom: Mapped[Any] = geometry("MultiLineString", nullable=True)
