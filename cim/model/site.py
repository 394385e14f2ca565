"""Sites: 项目 and 园区, which may hold several buildings."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from cim.model.field import about, geometry
from cim.model.layer import Layer


class Site(Layer):
    """A development or park with its shared area and parking."""

    __tablename__ = "site"
    __title__ = ("项目与园区", "Sites")
    __id_titles__ = ("项目编号", "园区编号")
    __searched_by__ = ("name",)

    name: Mapped[str] = mapped_column(info=about("名称", "Name", headers=("项目名称", "园区名称")))
    aliases: Mapped[list[str] | None] = mapped_column(
        info=about("别名", "Other names", headers=("曾用名", "又名"))
    )
    owner: Mapped[str | None] = mapped_column(
        info=about("产权单位", "Owner", headers=("业主", "权属单位"))
    )
    manager: Mapped[str | None] = mapped_column(
        info=about("运营管理单位", "Manager", headers=("物业公司", "运营单位"))
    )
    address: Mapped[str | None] = mapped_column(
        info=about(
            "地址",
            "Address",
            headers=("项目地址", "园区地址", "详细地址"),
        )
    )
    area: Mapped[float | None] = mapped_column(
        info=about(
            "项目总建筑面积",
            "Floor area of the whole site",
            unit="m2",
            minimum=0,
            maximum=100_000_000,
            headers=("总建筑面积", "总建面"),
        )
    )
    parking_spaces: Mapped[int | None] = mapped_column(
        info=about(
            "项目车位总数",
            "Parking spaces of the whole site",
            minimum=0,
            maximum=1_000_000,
            headers=("车位数", "车位总数", "停车位总数", "停车位数"),
            written=("#个", "#位", "#车位", "#个车位", "#泊位", "#个泊位"),
        )
    )
    geom: Mapped[Any] = geometry("Point", "MultiPolygon", nullable=True)
