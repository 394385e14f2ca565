"""Water, parks and hills: what a person orients by."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from cim.model.field import about, geometry
from cim.model.layer import Layer


class Landcover(Layer):
    """An area of water or green."""

    __tablename__ = "landcover"
    __title__ = ("地表覆盖", "Land cover")

    name: Mapped[str | None] = mapped_column(info=about("名称", "Name"))
    kind: Mapped[str] = mapped_column(
        info=about(
            "类别",
            "Kind",
            values={
                "water": ("水域", "water"),
                "park": ("公园绿地", "park"),
                "hill": ("山体", "hill"),
            },
            synonyms={
                "water": ("水体", "水面", "河流", "湖泊", "水库", "river", "lake"),
                "park": ("公园", "绿地", "公共绿地", "绿化", "green"),
                "hill": ("山", "山地", "山丘", "mountain", "hills"),
            },
        )
    )
    geom: Mapped[Any] = geometry("MultiPolygon")
