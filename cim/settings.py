"""Settings, read from the environment once; one small class for each topic."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class CitySettings(BaseSettings):
    """Where the city lives and what it is measured in."""

    model_config = SettingsConfigDict(env_prefix="CIM_", env_ignore_empty=True, extra="ignore")

    home: Path = Field(Path(".cim"), description="城市文件夹 folder of the city")
    database_url: str | None = Field(
        None, description="使用已有的 PostGIS 服务器 use this PostGIS server, not a private one"
    )
    metric_crs: str | None = Field(
        None, description="米制坐标系，建库时写定（默认 EPSG:4547）metric system, fixed at creation"
    )


class AnswerSettings(BaseSettings):
    """How questions are answered."""

    model_config = SettingsConfigDict(env_prefix="CIM_", env_ignore_empty=True, extra="ignore")

    parking_area_per_space: float = Field(
        40.0, gt=0, description="由停车面积估算车位时每个车位的面积，平方米 m² for one space"
    )
    walk_speed: float = Field(80.0, gt=0, description="步行速度，米/分钟 walking speed, m/min")
    detour: float = Field(
        1.3, ge=1, description="直线距离折算步行距离的系数 walking over straight-line distance"
    )
    reach: float = Field(
        3000.0, gt=0, le=3000, description="周边分析的最远距离，米 how far surroundings count, m"
    )
    near_walk: float = Field(
        500.0,
        gt=0,
        le=1000,
        description="周边停车、公交、配套按步行多远计，米 how far on foot things count as near, m",
    )
    near_minutes: float = Field(
        10.0, gt=0, description="地铁线路按步行多久计为可达，分钟 minutes on foot to a metro line"
    )
    unverified_after: int = Field(
        90, gt=0, description="房源多少天未核验即提示 days after which a unit counts as unverified"
    )
    query_timeout: float = Field(
        10.0, gt=0, description="一次查询的时限，秒 time limit of a query, s"
    )
    default_limit: int = Field(50, gt=0, description="每页默认条数 features on a page")
    max_limit: int = Field(10_000, gt=0, description="每页最多条数 most features on a page")


class ImportSettings(BaseSettings):
    """How files are let in."""

    model_config = SettingsConfigDict(env_prefix="CIM_", env_ignore_empty=True, extra="ignore")

    reject_share: float = Field(
        0.05, ge=0, le=1, description="拒绝行超过此比例则整批不导入 above this share nothing enters"
    )
    days_per_month: float = Field(
        365 / 12,
        ge=28,
        le=31,
        description="日租金折算为月租金的天数 days of a month where rents are by the day",
    )
    local_crs: Path | None = Field(
        None, description="地方坐标系转换参数文件（TOML）file of local systems, never committed"
    )


DEFAULT_METRIC_CRS = "EPSG:4547"
"""CGCS2000 / 3-degree Gauss-Kruger CM 114E, which Shenzhen lies in."""


def _checkout() -> Path:
    """Return the folder the program was checked out to; the working folder where there is none."""
    folder = Path(__file__).parents[1]
    return folder if (folder / "pyproject.toml").exists() else Path.cwd()


@cache
def city_settings() -> CitySettings:
    """Return the settings of the city, with an absolute home.

    A relative home lies in the checkout, wherever the command is called from: a second, empty
    city in some other folder is never what was meant.
    """
    settings = CitySettings()  # type: ignore[call-arg]
    return settings.model_copy(update={"home": _checkout() / settings.home})


@cache
def answer_settings() -> AnswerSettings:
    """Return the settings of answers."""
    return AnswerSettings()  # type: ignore[call-arg]


@cache
def import_settings() -> ImportSettings:
    """Return the settings of imports; a relative path lies in the checkout, as the home does."""
    settings = ImportSettings()  # type: ignore[call-arg]
    if settings.local_crs is None:
        return settings
    return settings.model_copy(update={"local_crs": _checkout() / settings.local_crs})


def forget_settings() -> None:
    """Read the environment anew at the next call (for tests and long-lived processes)."""
    for read in (city_settings, answer_settings, import_settings):
        read.cache_clear()
