"""Lines of public transport."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from cim.model.field import about, geometry
from cim.model.layer import Layer
from cim.model.station import STATUSES


class TransitLine(Layer):
    """A metro, railway or bus line with its course and stations in order."""

    __tablename__ = "transit_line"
    __title__ = ("公共交通线路", "Transit lines")

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
        )
    )
    colour: Mapped[str | None] = mapped_column(info=about("颜色", "Colour, as #rrggbb"))
    stations: Mapped[list[str] | None] = mapped_column(
        info=about("站序", "Stations in order", refers_to="station")
    )
    status: Mapped[str] = mapped_column(info=about("状态", "Status", values=STATUSES))
    geom: Mapped[Any] = geometry("MultiLineString", nullable=True)
