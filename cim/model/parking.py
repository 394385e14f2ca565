"""Car parks."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from cim.model.checks import Check
from cim.model.field import about, geometry
from cim.model.layer import Layer


class Parking(Layer):
    """A car park, as a point or an outline."""

    __tablename__ = "parking"
    __title__ = ("停车场", "Car parks")
    __id_titles__ = ("停车场编号",)
    __searched_by__ = ("name",)
    __checks__ = (
        Check(
            "site-total-repeated",
            "warning",
            "同一项目的车位总数不重复登记在它的每个出入口上",
            "the total of a site is not repeated at each of its gates",
            broken_zh="停车场登记的是整个项目的车位总数，与另一个出入口重复",
            broken_en="car parks that repeat the total of their site at another gate",
            query="site-total-repeated",
        ),
    )

    name: Mapped[str | None] = mapped_column(
        info=about("名称", "Name", headers=("停车场名称", "停车场名"))
    )
    address: Mapped[str | None] = mapped_column(
        info=about(
            "地址",
            "Address",
            headers=("详细地址", "停车场地址"),
        )
    )
    kind: Mapped[str | None] = mapped_column(
        info=about(
            "类型",
            "Kind",
            headers=("停车场类型", "停车场类别"),
            values={
                "surface": ("地面", "surface"),
                "multi_storey": ("立体", "multi-storey"),
                "underground": ("地下", "underground"),
                "street": ("路内", "street side"),
            },
            synonyms={
                "surface": ("地面停车场", "露天", "露天停车场", "surface lot"),
                "multi_storey": (
                    "立体停车场",
                    "停车楼",
                    "立体车库",
                    "立体停车库",
                    "机械立体停车库",
                    "multi-story",
                ),
                "underground": ("地下停车场", "地下车库", "地库", "地下室", "basement"),
                "street": (
                    "路边",
                    "路侧",
                    "占道",
                    "路内停车",
                    "路边停车",
                    "道路停车",
                    "路内泊位",
                    "on-street",
                    "on street",
                    "roadside",
                ),
            },
        )
    )
    spaces: Mapped[int | None] = mapped_column(
        info=about(
            "车位数",
            "Spaces",
            minimum=0,
            maximum=1_000_000,
            headers=("泊位数", "总泊位", "泊位总数", "车位总数", "停车位数"),
            written=("#个", "#位", "#车位", "#个车位", "#泊位", "#个泊位"),
        )
    )
    public: Mapped[bool | None] = mapped_column(
        info=about(
            "对外开放",
            "Open to the public",
            headers=("是否对外", "是否对外开放"),
            synonyms={
                "true": ("对外", "对外开放", "开放", "公共", "社会公共"),
                "false": ("不对外", "不对外开放", "不开放", "内部", "专用", "内部专用"),
            },
        )
    )
    fee: Mapped[str | None] = mapped_column(info=about("收费标准", "Fee", headers=("收费",)))
    site_id: Mapped[str | None] = mapped_column(
        index=True, info=about("所属项目", "Site", refers_to="site", headers=("项目编号",))
    )
    geom: Mapped[Any] = geometry("Point", "MultiPolygon")
