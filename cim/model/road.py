"""Roads and paths."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from cim.model.checks import Check
from cim.model.field import about, geometry
from cim.model.layer import Layer


class Road(Layer):
    """A stretch of road or path between two junctions."""

    __tablename__ = "road"
    __title__ = ("道路", "Roads")
    __id_titles__ = ("道路编号",)
    __checks__ = (
        Check(
            "streets-disconnected",
            "warning",
            "道路与路网的主体相连",
            "streets hang together with the main network",
            broken_zh="路段与路网的主体不相连",
            broken_en="streets apart from the main network",
            indexed="network",
        ),
    )

    name: Mapped[str | None] = mapped_column(info=about("名称", "Name", headers=("道路名称",)))
    road_class: Mapped[str] = mapped_column(
        info=about(
            "等级",
            "Class",
            headers=("道路等级", "class", "highway"),
            values={
                "motorway": ("高速路", "motorway"),
                "primary": ("主干道", "primary"),
                "secondary": ("次干道", "secondary"),
                "local": ("支路", "local"),
                "path": ("步行道", "path"),
            },
            synonyms={
                "motorway": ("高速", "高速公路"),
                "primary": ("主干路", "城市主干道", "城市主干路"),
                "secondary": ("次干路", "城市次干道", "城市次干路"),
                "local": ("城市支路",),
                "path": ("人行道", "步道", "人行步道", "footpath", "footway"),
            },
        )
    )
    walkable: Mapped[bool] = mapped_column(
        info=about(
            "可步行",
            "Open to walkers",
            synonyms={"true": ("可步行", "允许步行"), "false": ("不可步行", "禁止步行")},
        )
    )
    level: Mapped[int | None] = mapped_column(
        info=about("层位", "Level: 0 ground, above positive", minimum=-10, maximum=10)
    )
    bridge: Mapped[bool | None] = mapped_column(info=about("桥", "Bridge"))
    tunnel: Mapped[bool | None] = mapped_column(info=about("隧道", "Tunnel"))
    steps: Mapped[bool | None] = mapped_column(info=about("台阶", "Steps"))
    geom: Mapped[Any] = geometry("MultiLineString")
