"""What can be asked of offices."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from cim.facts import FACTS
from cim.items import Box
from cim.model import columns_of, field_of
from cim.model.office_unit import OfficeUnit
from cim.model.office_words import GRADES, OWNERSHIP, USES
from cim.offices.areas import Area, BoundingBox, FewWords, Words, box_of
from cim.offices.starts import WalkFrom, read_walk

ANY_USE = "全部"
"""Value of `use` that searches every use."""

RELEVANCE = "relevance"
"""Order of a search by words: those first that are meant most surely."""

FIT_OUTS = tuple(field_of(columns_of(OfficeUnit)["fit_out"]).values)

SORTS = (
    RELEVANCE,
    "id",
    "name",
    *(name for name, fact in FACTS.items() if fact.digits is not None),
    "completed",
    "verified_on",
)
"""Measures the answer can be sorted by; a minus before the name turns the order."""


def _among(*known: str) -> AfterValidator:
    """Refuse words that are none of those there are."""

    def check(given: list[str]) -> list[str]:
        for word in given:
            if word not in known:
                raise ValueError(
                    f"没有 {word!r}；可用：{'、'.join(known)} / there is no {word!r} to choose"
                )
        return given

    return AfterValidator(check)


Uses = Annotated[FewWords, _among(*USES, ANY_USE)]
"""Uses by name, or `ANY_USE`."""


def _yes(value: object) -> object:
    """Read ``floors_whole=true`` as one floor."""
    return 1 if value in (True, "true") else value


class OfficeCriteria(BaseModel):
    """Bounds that an office must meet; an unknown value never meets a bound."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    ids: Words | None = Field(
        None, max_length=1000, description="只在这些楼宇中 only these offices (a shortlist)"
    )
    bbox: BoundingBox | None = None
    street: FewWords | None = Field(
        None, description="街道名称或代码，可多选 names or codes of streets", examples=["桂园街道"]
    )
    business_district: FewWords | None = Field(
        None, description="商圈名称或编号，可多选 names or ids of business districts"
    )
    site: FewWords | None = Field(None, description="项目名称或编号，可多选 names or ids of sites")
    use: Uses = Field(
        ["办公"], description=f"用途，可多选；“{ANY_USE}”表示不限 uses; {ANY_USE} for any"
    )
    grade: Annotated[FewWords, _among(*GRADES)] | None = Field(
        None, description="等级，可多选 grades", examples=["甲级"]
    )
    labels: FewWords | None = Field(
        None,
        description="标签（代码或名称），须全部具备 labels by code or title, all must hold",
        examples=["近地铁"],
    )
    area_min: float | None = Field(
        None,
        ge=0,
        description="面积下限（㎡），单个空置单元或相邻单元合并 m², one free unit or block",
    )
    area_max: float | None = Field(None, ge=0, description="面积上限（㎡） m²")
    rent_max: float | None = Field(
        None,
        ge=0,
        description="租金上限（元/㎡/月，按建筑面积、不含物业费），同一单元须满足"
        " CNY/m²/month of gross area without property fee, of that unit",
    )
    budget_max: float | None = Field(
        None,
        ge=0,
        description="每月租金预算（元/月，按报价，报价含物业费时含在内），按满足需要的最小面积计"
        " CNY a month as quoted, for the least area of the unit or block that meets the need",
    )
    move_in: dt.date | None = Field(
        None,
        description="最晚入驻日期，届时同一单元须可入驻 date by which that unit must be free",
    )
    fit_out: Annotated[FewWords, _among(*FIT_OUTS)] | None = Field(
        None, description=f"装修，可多选：{'、'.join(FIT_OUTS)} fit-outs of that unit"
    )
    floors_whole: Annotated[int | None, BeforeValidator(_yes)] = Field(
        None, ge=1, description="整层可租的楼层数下限（true 即 1）whole floors free, at least"
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
    lines: FewWords | None = Field(
        None,
        description="地铁线路，任一条在 metro_walk_max 分钟（未给时为“近处”的分钟数）内即可"
        " metro lines, any of them within metro_walk_max, or else the minutes that count as near",
    )
    port_walk_max: float | None = Field(
        None, ge=0, description="步行到口岸的分钟数上限 minutes on foot to a border port"
    )
    railway_walk_max: float | None = Field(
        None, ge=0, description="步行到火车站的分钟数上限 minutes on foot to a railway station"
    )
    within_walk: str | None = Field(
        None,
        max_length=200,
        description="从某地步行若干分钟之内：“站点编号或名称,分钟”或“经度,纬度,分钟”"
        " within minutes on foot: station id or name,minutes — or lon,lat,minutes",
    )
    clear_height_min: float | None = Field(None, ge=0, description="净高下限（米）clear height, m")
    completed_min: int | None = Field(
        None, ge=1800, le=2100, description="竣工年份不早于 year of completion, at least"
    )
    ownership: Annotated[FewWords, _among(*OWNERSHIP)] | None = Field(
        None, description=f"权属，可多选：{'、'.join(OWNERSHIP)} ownership"
    )
    registrable: bool | None = Field(
        None, description="可否注册公司 whether a company can be registered there"
    )
    q: str | None = Field(
        None,
        min_length=1,
        max_length=100,
        description="名称、别名或地址中的词，空格分开，须全部找到；找不到时按读音和数字"
        "（国茂、京基一佰），再不行容许一字之差"
        " words of names and addresses, all must be found; one found nowhere is read by its sound"
        " and its number, else a slip of one character is forgiven",
    )
    sort: FewWords | None = Field(
        None,
        description="排序，负号表示降序，可多项；有 q 时默认按相关程度，否则按编号"
        " order, minus for descending; by relevance where q is given, else by id. "
        + ", ".join(SORTS),
        examples=["-parking_ratio,walk_min"],
    )

    @model_validator(mode="after")
    def _consistent(self) -> OfficeCriteria:
        low, high = self.area_min, self.area_max
        if low is not None and high is not None and low > high:
            raise ValueError("area_min 大于 area_max / area_min is above area_max")
        for name in self.sort or ():
            if name.removeprefix("-") not in SORTS:
                raise ValueError(
                    f"不能按 {name!r} 排序；可用：{', '.join(SORTS)} / cannot sort by {name!r}"
                )
        if self.within_walk is not None:
            read_walk(self.within_walk)
        return self

    @property
    def box(self) -> Box | None:
        """West, south, east, north."""
        return box_of(self.bbox)

    @property
    def walk_from(self) -> WalkFrom | None:
        """Where a walk starts, and how long it may be."""
        return None if self.within_walk is None else read_walk(self.within_walk)

    @property
    def uses(self) -> list[str] | None:
        """The uses that count; None for any, as for offices that are named one by one."""
        named = self.ids is not None and "use" not in self.model_fields_set
        return None if named or ANY_USE in self.use else self.use

    @property
    def order(self) -> list[str]:
        """What the answer is sorted by."""
        return self.sort or ([RELEVANCE] if self.q else ["id"])


class OfficesWithin(OfficeCriteria):
    """The same bounds, and an area drawn on the map."""

    within: Area | None = None
