"""Business districts: 商圈 and 特色商业街区."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from cim.model.field import about, geometry
from cim.model.layer import Layer


class BusinessDistrict(Layer):
    """A business district; a candidate until someone confirms it."""

    __tablename__ = "business_district"
    __title__ = ("商圈", "Business districts")
    __id_titles__ = ("商圈编号",)
    __searched_by__ = ("name",)

    name: Mapped[str] = mapped_column(info=about("名称", "Name", headers=("商圈名称",)))
    kind: Mapped[str | None] = mapped_column(
        info=about(
            "类型",
            "Kind",
            values={
                "finance": ("金融", "finance"),
                "retail": ("商业零售", "retail"),
                "jewellery": ("黄金珠宝", "gold and jewellery"),
                "port": ("口岸经济", "border port"),
                "logistics": ("商贸物流", "trade and logistics"),
                "other": ("其他", "other"),
            },
            headers=("商圈类型",),
            synonyms={
                "finance": ("金融商圈", "金融服务"),
                "retail": ("零售", "商业", "购物"),
                "jewellery": ("珠宝", "黄金珠宝产业", "jewelry", "jewellery"),
                "port": ("口岸",),
                "logistics": ("物流", "商贸", "trade", "logistics"),
                "other": ("其它",),
            },
        )
    )
    confirmed: Mapped[bool] = mapped_column(
        info=about(
            "是否确认",
            "Confirmed by the district government",
            synonyms={"true": ("已确认", "确认"), "false": ("未确认", "待确认")},
        )
    )
    geom: Mapped[Any] = geometry("MultiPolygon", nullable=True)
