"""What a company needs, as a request states it."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from cim.matching.criteria import criteria, presets, weights_of
from cim.model import columns_of, field_of
from cim.model.office import Office
from cim.model.office_unit import OfficeUnit
from cim.offices.areas import MOST_WORDS, split
from cim.offices.criteria import ANY_USE

LARGEST = 1e9
"""The largest number that a bound may be."""

Positive = Annotated[float, Field(gt=0, le=LARGEST)]
Bound = Annotated[float, Field(ge=0, le=LARGEST)]
Words = Annotated[
    list[Annotated[str, Field(max_length=100)]],
    BeforeValidator(split),
    Field(max_length=MOST_WORDS),
]


def _among(names: list[str], allowed: list[str]) -> list[str]:
    for name in names:
        if name not in allowed:
            raise ValueError(
                f"没有 {name!r}；可用：{'、'.join(allowed)} / {name!r} is none of them"
            )
    return names


def _of(values: dict[str, Any] | Any, *more: str) -> AfterValidator:
    allowed = [*values, *more]
    return AfterValidator(lambda names: _among(names, allowed))


_OFFICE, _UNIT = columns_of(Office), columns_of(OfficeUnit)
OnlyIfTrue = Annotated[bool | None, AfterValidator(lambda wanted: wanted or None)]
"""A wish that nobody has who does not state it."""

Uses = Annotated[Words, _of(field_of(_OFFICE["use"]).values, ANY_USE)]
Grades = Annotated[Words, _of(field_of(_OFFICE["grade"]).values)]
Ownerships = Annotated[Words, _of(field_of(_OFFICE["ownership"]).values)]
Coolings = Annotated[Words, _of(field_of(_OFFICE["air_conditioning"]).values)]
FitOuts = Annotated[Words, _of(field_of(_UNIT["fit_out"]).values)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Area(_Strict):
    """How much area, m² of gross floor area."""

    min: Positive | None = Field(default=None, description="面积下限（㎡）least area, m²")
    max: Positive | None = Field(default=None, description="面积上限（㎡）most area, m²")

    @model_validator(mode="after")
    def _in_order(self) -> Area:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("面积下限大于上限 / the least area is above the most")
        return self


class Need(_Strict):
    """What the company looks for; what bounds the space must hold for one unit or block."""

    use: Uses = Field(
        ["办公"], description=f"用途，可多选，“{ANY_USE}”不限 uses; {ANY_USE} for any"
    )
    area: Area = Field(default_factory=lambda: Area.model_validate({}), description="面积 area")
    headcount: Annotated[int, Field(ge=1, le=1_000_000)] | None = Field(
        default=None,
        description="人数；没有面积下限时按人均面积折算 heads, turned into area by m² a head",
    )
    area_per_person: Annotated[float, Field(ge=1, le=100)] | None = Field(
        default=None,
        description="人均面积（㎡），默认按行业预设 m² a head, else that of the preset",
    )
    budget_per_month: Positive | None = Field(
        default=None,
        description="每月租金预算（元，按报价，报价含物业费时含在内）"
        " rent budget as quoted, CNY a month",
    )
    move_in: dt.date | None = Field(default=None, description="入驻日期 date of moving in")
    parking_spaces: Positive | None = Field(
        default=None,
        description="所需车位，按车位配比和租赁面积折算 spaces that come with the area let",
    )
    fit_out: FitOuts | None = Field(default=None, description="装修，可多选 fit-outs that will do")
    contiguous: OnlyIfTrue = Field(
        default=None,
        description="只要一个单元或相邻的单元 one unit, or adjacent ones; else units may lie apart",
    )
    districts: Words | None = Field(default=None, description="所在区 districts")
    streets: Words | None = Field(default=None, description="街道名称或编号 streets, by name or id")
    business_districts: Words | None = Field(
        default=None, description="商圈名称或编号 business districts, by name or id"
    )
    lines: Words | None = Field(
        default=None, description="近处要有的地铁线路之一 one of these metro lines near"
    )
    industry: str | None = Field(
        default=None, max_length=50, description="企业行业，用于同行业企业 industry of the company"
    )


class Must(_Strict):
    """What must hold of the office; an unknown value is neither yes nor no."""

    metro_walk_max: Bound | None = Field(
        default=None, description="步行到地铁（分钟）walk to metro, min"
    )
    metro_distance_max: Bound | None = Field(
        default=None, description="到地铁直线距离（米）metro in a straight line, m"
    )
    port_walk_max: Bound | None = Field(
        default=None, description="步行到口岸（分钟）walk to a port, min"
    )
    railway_walk_max: Bound | None = Field(
        default=None, description="步行到火车站（分钟）walk to a railway station, min"
    )
    bus_routes_min: Bound | None = Field(default=None, description="近处公交线路数 bus routes near")
    parking_ratio_min: Bound | None = Field(
        default=None, description="车位配比（个/100㎡）parking spaces for 100 m²"
    )
    parking_nearby_min: Bound | None = Field(
        default=None, description="周边公共车位数 public parking spaces near"
    )
    rent_max: Bound | None = Field(
        default=None,
        description="租金上限（元/㎡/月，按建筑面积、不含物业费），须对全部单元成立"
        " CNY/m²/month of gross area without property fee, of all its units",
    )
    grade: Grades | None = Field(default=None, description="等级，可多选 grades that will do")
    labels: Words | None = Field(
        default=None,
        description="标签，须全部成立（代码、中文或英文）labels, all of which must hold",
    )
    clear_height_min: Bound | None = Field(default=None, description="净高（米）clear height, m")
    efficiency_min: Bound | None = Field(default=None, description="得房率（%）efficiency, percent")
    floor_plate_min: Bound | None = Field(
        default=None, description="标准层面积（㎡）typical floor area, m²"
    )
    property_fee_max: Bound | None = Field(
        default=None, description="物业费（元/㎡/月）property fee, CNY/m²/month"
    )
    completed_min: Bound | None = Field(
        default=None, description="竣工不早于（年）completed since, year"
    )
    registrable: bool | None = Field(default=None, description="可注册 a company can be registered")
    ownership: Ownerships | None = Field(default=None, description="权属性质，可多选 ownership")
    air_conditioning: Coolings | None = Field(
        default=None, description="空调，可多选 air conditioning"
    )


class Request(_Strict):
    """A need, what must hold, what counts how much, and how many answers are wanted."""

    model_config = ConfigDict(
        extra="forbid",
        allow_inf_nan=False,
        json_schema_extra={
            "examples": [
                {
                    "need": {
                        "area": {"min": 800, "max": 1500},
                        "budget_per_month": 200000,
                        "headcount": 60,
                        "move_in": "2027-03-01",
                    },
                    "must": {"metro_walk_max": 10, "grade": ["甲级"]},
                    "weights": {"parking_ratio": 40, "metro_walk": 30, "rent": 30},
                    "preset": "finance",
                    "limit": 10,
                }
            ]
        },
    )

    need: Need = Field(
        default_factory=lambda: Need.model_validate({}),
        description="企业需求 what the company needs",
    )
    must: Must = Field(
        default_factory=lambda: Must.model_validate({}), description="必须满足 what must hold"
    )
    weights: dict[str, Bound] = Field(
        default_factory=dict,
        description="权重，取代预设中的同名项；不给预设时只用这些。"
        "weights; each takes the place of the preset's, without a preset only these count: "
        + ", ".join(criteria()),
    )
    preset: str | None = Field(
        default=None,
        max_length=100,
        description="行业预设 preset of an industry: " + ", ".join(presets()),
    )
    limit: Annotated[int, Field(ge=1, le=100)] = Field(10, description="最多几项 most results")
    wanted: Annotated[int, Field(ge=1, le=100)] | None = Field(
        default=None,
        description="想要几项，不足时给出放宽办法，默认同 limit; fewer bring relaxations",
    )

    @model_validator(mode="after")
    def _sound(self) -> Request:
        if self.preset is not None:
            _among([self.preset], list(presets()))
        _among(list(self.weights), list(criteria()))
        if not weights_of(self.preset, self.weights):
            raise ValueError("权重全为 0 / all weights are 0")
        return self

    @property
    def area_per_person(self) -> float:
        """m² for each head."""
        given = self.need.area_per_person
        return given or presets()[self.preset or "default"].area_per_person

    @property
    def area_min(self) -> float | None:
        """The least area: as stated, else what the heads need unless that is above the most."""
        if self.need.area.min is not None:
            return self.need.area.min
        return None if self.too_little_for_heads else self.area_of_heads

    @property
    def too_little_for_heads(self) -> bool:
        """Whether the most area that is stated is less than the heads need."""
        heads, most = self.area_of_heads, self.need.area.max
        return heads is not None and most is not None and heads > most

    @property
    def area_of_heads(self) -> float | None:
        """What the heads need, m²."""
        heads = self.need.headcount
        return None if heads is None else heads * self.area_per_person

    @property
    def area_wanted(self) -> float | None:
        """The area that fits best: what the heads need within the bounds, else their middle."""
        low, high = self.need.area.min, self.need.area.max
        if self.area_of_heads is not None:
            return min(max(self.area_of_heads, low or 0), high or self.area_of_heads)
        if low is not None and high is not None:
            return (low + high) / 2
        return low if low is not None else high

    @property
    def industry(self) -> str | None:
        """Industry of the company: as stated, else that of the preset."""
        preset = presets()[self.preset] if self.preset else None
        return self.need.industry or (preset.industry if preset else None)
