"""Station entrances: where people really get in."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from cim.model.checks import Check
from cim.model.field import about, geometry
from cim.model.layer import Layer


class StationEntrance(Layer):
    """One entrance of a station."""

    __tablename__ = "station_entrance"
    __title__ = ("站点出入口", "Station entrances")
    __checks__ = (
        Check(
            "entrance-far-from-station",
            "warning",
            "出入口离所属站点不超过 1 公里",
            "an entrance is within 1 km of its station",
            broken_zh="出入口离所属站点超过 1 公里",
            broken_en="entrances more than 1 km from their station",
            query="entrance-far-from-station",
        ),
    )

    name: Mapped[str | None] = mapped_column(
        info=about("名称", "Name", headers=("出入口", "出入口名称"))
    )
    station_id: Mapped[str | None] = mapped_column(
        index=True, info=about("所属站点", "Station", refers_to="station", headers=("站点编号",))
    )
    step_free: Mapped[bool | None] = mapped_column(
        info=about(
            "无障碍",
            "Step-free",
            headers=("是否无障碍",),
        )
    )
    landmarks: Mapped[str | None] = mapped_column(info=about("周边", "Landmarks at this entrance"))
    geom: Mapped[Any] = geometry("Point")
