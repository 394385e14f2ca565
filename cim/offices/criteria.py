"""What can be asked of offices."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from cim.items import Box
from cim.model.office_words import USES

ANY_USE = "全部"
"""Value of `use` that searches every use."""

SORTS = (
    "id",
    "name",
    "parking_ratio",
    "available_area",
    "rent_min",
    "rent_max",
    "distance_m",
    "walk_min",
    "gross_floor_area",
    "completed",
)
"""Measures the answer can be sorted by; a minus before the name turns the order."""


def split(value: object) -> object:
    """Read ``a,b`` and repeated parameters alike."""
    if value is None:
        return None
    parts = value if isinstance(value, list) else [value]
    return [word.strip() for part in parts for word in str(part).split(",") if word.strip()]


Words = Annotated[list[str], BeforeValidator(split)]


def _box(numbers: list[float]) -> list[float]:
    if len(numbers) not in (4, 6):
        raise ValueError("bbox 要 4 个数：西,南,东,北 / bbox needs west,south,east,north")
    half = len(numbers) // 2
    if numbers[1] > numbers[half + 1]:
        raise ValueError("bbox 的南界大于北界 / south of bbox is above north")
    return numbers


BoundingBox = Annotated[
    list[float],
    BeforeValidator(split),
    AfterValidator(_box),
    Field(
        description="范围：西,南,东,北（度，CGCS2000/WGS84）west,south,east,north in degrees",
        examples=["114.09,22.53,114.13,22.56"],
    ),
]
"""Four numbers in a query, or six with heights."""


def box_of(numbers: list[float] | None) -> Box | None:
    """Return west, south, east, north, without the heights a box may carry."""
    if numbers is None:
        return None
    half = len(numbers) // 2
    return numbers[0], numbers[1], numbers[half], numbers[half + 1]


class OfficeCriteria(BaseModel):
    """Bounds that an office must meet; an unknown value never meets a bound."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    bbox: BoundingBox | None = None
    street: str | None = Field(
        None, description="街道名称或代码 name or code of a street", examples=["桂园街道"]
    )
    business_district: str | None = Field(
        None, description="商圈名称或编号 name or id of a business district"
    )
    site: str | None = Field(None, description="项目名称或编号 name or id of a site")
    use: Words = Field(
        ["办公"], description=f"用途，可多选；“{ANY_USE}”表示不限 uses; {ANY_USE} for any"
    )
    grade: Words | None = Field(None, description="等级，可多选 grades", examples=["甲级"])
    area_min: float | None = Field(
        None,
        ge=0,
        description="面积下限（㎡），单个空置单元或相邻单元合并 m², one free unit or block",
    )
    area_max: float | None = Field(None, ge=0, description="面积上限（㎡） m²")
    rent_max: float | None = Field(
        None, ge=0, description="租金上限（元/㎡/月），同一单元须满足 CNY/m²/month, of that unit"
    )
    parking_ratio_min: float | None = Field(
        None, ge=0, description="车位配比下限（个/100㎡） spaces per 100 m²", examples=[0.5]
    )
    metro_walk_max: float | None = Field(
        None,
        ge=0,
        description="步行到地铁站的分钟数上限 minutes on foot to the metro",
        examples=[10],
    )
    metro_distance_max: float | None = Field(
        None, ge=0, description="到地铁站的直线距离上限（米） metres in a straight line"
    )
    q: str | None = Field(
        None, min_length=1, max_length=100, description="名称、别名或地址的一部分 part of a name"
    )
    sort: Words = Field(
        ["id"], description="排序，负号表示降序 order, minus for descending; " + ", ".join(SORTS)
    )

    @model_validator(mode="after")
    def _consistent(self) -> OfficeCriteria:
        low, high = self.area_min, self.area_max
        if low is not None and high is not None and low > high:
            raise ValueError("area_min 大于 area_max / area_min is above area_max")
        for use in self.use:
            if use != ANY_USE and use not in USES:
                raise ValueError(
                    f"用途 {use!r} 不存在；可用：{'、'.join((*USES, ANY_USE))} / unknown use"
                )
        for name in self.sort:
            if name.removeprefix("-") not in SORTS:
                raise ValueError(
                    f"不能按 {name!r} 排序；可用：{', '.join(SORTS)} / cannot sort by {name!r}"
                )
        return self

    @property
    def box(self) -> Box | None:
        """West, south, east, north."""
        return box_of(self.bbox)
