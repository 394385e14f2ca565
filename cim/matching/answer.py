"""What a recommendation answers."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import BaseModel, Field

Points = Annotated[float, Field(description="分，一位小数 points, one decimal")]


class Said(BaseModel):
    """A sentence in Chinese and English."""

    zh: str
    en: str


class Step(Said):
    """One step of the funnel; counts are of offices that met or may meet all steps so far."""

    bound: str = Field(description="请求中的位置 where the request states it")
    value: Any = Field(None, description="界限 the bound")
    remaining: int = Field(description="仍满足全部步骤的楼宇数 yes to all so far")
    removed: int = Field(description="这一步排除的楼宇数 no at this step")
    unknown: int = Field(description="不能判断的楼宇数（待核实）neither yes nor no so far")


class Contribution(Said):
    """What one criterion brings; all of them add up to the score exactly."""

    criterion: str
    points: Points
    weight: float = Field(description="满分 the most it could bring")
    value: float | str | bool | None = Field(description="数值，不详为空 measure, null unknown")
    text: Said = Field(description="数值的说法 the measure in words")
    known: bool


class Part(Said):
    """A difference in one criterion, in points."""

    criterion: str
    points: Points


class Versus(Said):
    """What makes the difference to the office one rank below; the parts add up to it."""

    id: str
    name: str
    difference: Points
    parts: list[Part]


class Caution(Said):
    """What to look into before relying on a result."""

    code: str


class Offer(BaseModel):
    """The space that would be let."""

    area: float | None = Field(description="全部面积（㎡）all of it, m²")
    let_area: float | None = Field(description="建议租用面积（㎡）area to let, m²")
    area_least: float | None = Field(description="已知部分的面积（㎡）what of it is known, m²")
    rent: float | None = Field(
        description="可比租金：按建筑面积、不含物业费（元/㎡/月），不能折算时为空"
        " comparable rent: CNY/m²/month of gross area without property fee, null where unknown"
    )
    monthly: float | None = Field(
        description="建议租用面积的每月租金，按报价（元）CNY a month for the area to let, as quoted"
    )
    fee_included: bool | None = Field(
        description="每月租金是否已含物业费，空为不详或各单元不同"
        " whether `monthly` holds the property fee; null where units differ or do not say"
    )
    free_from: dt.date | None = Field(description="可入驻日期，空为现在 null where free now")
    free_known: bool
    combined: bool = Field(description="由不相邻的几处组合 put together from several places")
    parts: int


class Result(BaseModel):
    """One office that meets everything, with its best space."""

    rank: int
    office: dict[str, Any] = Field(description="楼宇资料，同 GET /offices；labels 为成立的标签")
    units: list[dict[str, Any]] = Field(description="单元 units")
    option: Offer | None
    score: Points
    score_range: tuple[float, float] = Field(
        description="不详项取最差、最好时 if unknowns go ill or well"
    )
    known_weight: float = Field(description="已知项的权重占比 share of known weight, 0 to 1")
    contributions: list[Contribution]
    reasons: list[Said]
    cautions: list[Caution]
    pareto: bool = Field(description="没有别的结果各项都不差且有一项更好 no other result beats it")
    versus_next: Versus | None


class Missing(Said):
    """A value that is unknown and decides whether an office meets a bound."""

    bound: str


class Open(BaseModel):
    """An office that may meet everything, once what is missing is known (待核实)."""

    id: str
    name: str
    units: list[str]
    missing: list[Missing]
    score: Points
    score_range: tuple[float, float]


class Named(BaseModel):
    """An office."""

    id: str
    name: str


class Relaxation(Said):
    """The smallest change of a bound, or of two, that brings more offices."""

    bounds: list[str]
    change: dict[str, Any] = Field(
        description="并入请求即生效（JSON Merge Patch）merged into the request it takes effect"
    )
    brings: int
    offices: list[Named]
    enough: bool = Field(description="是否达到想要的数目 whether there are then as many as wanted")


class Answer(BaseModel):
    """Who remains and in what order, why, and what could be given up."""

    funnel: list[Step]
    matched: int = Field(description="满足全部条件的楼宇数 offices that meet everything")
    results: list[Result]
    unknown: list[Open] = Field(description="待核实 may meet everything; at most 50 are listed")
    unknown_count: int
    relaxations: list[Relaxation]
    weights: dict[str, float] = Field(description="所用权重，合计 100 weights in force")
    assumptions: list[Said]
    notes: list[Said]
    day: dt.date = Field(description="作答日期，核验时间按此计 the day on which it was answered")
    data_version: str
    software_version: str
