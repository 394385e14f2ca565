"""The page of settings says what the program reads."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic_settings import BaseSettings

from cim.settings import DEFAULT_METRIC_CRS, AnswerSettings, CitySettings, ImportSettings

PAGE = Path(__file__).parents[1] / "docs" / "settings.md"
TOPICS: tuple[type[BaseSettings], ...] = (CitySettings, AnswerSettings, ImportSettings)


def rows() -> dict[str, tuple[str, str]]:
    """Read the table: default and meaning by variable."""
    found = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    return {name: (default.strip("`"), meaning) for name, default, meaning in found}


def test_the_page_lists_every_setting_with_its_default_and_meaning() -> None:
    declared = {
        f"CIM_{name.upper()}": (str(field.default), field.description)
        for topic in TOPICS
        for name, field in topic.model_fields.items()
    }
    for unset in ("CIM_DATABASE_URL", "CIM_LOCAL_CRS"):
        declared[unset] = ("–", declared[unset][1])
    declared["CIM_METRIC_CRS"] = (DEFAULT_METRIC_CRS, declared["CIM_METRIC_CRS"][1])
    shown = rows()
    shown.pop("CIM_CHROMIUM")  # read by the pictures, which know no city
    assert shown == declared
