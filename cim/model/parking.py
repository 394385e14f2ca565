"""Car parks."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from cim.model.field import about, geometry
from cim.model.layer import Layer


class Parking(Layer):
    """A car park, as a point or an outline."""

    __tablename__ = "parking"
    __title__ = ("停车场", "Car parks")
    __id_titles__ = ("停车场编号",)
    __searched_by__ = ("name",)

    name: Mapped[str | None] = mapped_column(info=about("名称", "Name", headers=("停车场名称",)))
    address: Mapped[str | None] = mapped_column(info=about("地址", "Address"))
    kind: Mapped[str | None] = mapped_column(
        info=about(
            "类型",
            "Kind",
            headers=("停车场类型",),
            values={
                "surface": ("地面", "surface"),
                "multi_storey": ("立体", "multi-storey"),
                "underground": ("地下", "underground"),
                "street": ("路内", "street side"),
            },
        )
    )
    spaces: Mapped[int | None] = mapped_column(
        info=about("车位数", "Spaces", minimum=0, headers=("泊位数", "总泊位"))
    )
    public: Mapped[bool | None] = mapped_column(
        info=about("对外开放", "Open to the public", headers=("是否对外",))
    )
    fee: Mapped[str | None] = mapped_column(info=about("收费标准", "Fee", headers=("收费",)))
    site_id: Mapped[str | None] = mapped_column(
        index=True, info=about("所属项目", "Site", refers_to="site", headers=("项目编号",))
    )
    geom: Mapped[Any] = geometry("Point", "MultiPolygon")
