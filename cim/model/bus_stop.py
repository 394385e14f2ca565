"""Bus stops."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from cim.model.field import about, geometry
from cim.model.layer import Layer


class BusStop(Layer):
    """A bus stop with the routes that call there."""

    __tablename__ = "bus_stop"
    __title__ = ("公交站", "Bus stops")
    __id_titles__ = ("站点编号",)

    name: Mapped[str | None] = mapped_column(
        info=about("名称", "Name", headers=("站名", "站点名称"))
    )
    routes: Mapped[list[str] | None] = mapped_column(
        info=about("线路", "Routes", headers=("途经线路",))
    )
    geom: Mapped[Any] = geometry("Point")
