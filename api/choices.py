"""What a person can choose from when stating a company's need."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from api.answers import takes
from cim.database import reading
from cim.labels import GROUPS, active_rules
from cim.matching.criteria import criteria, presets
from cim.settings import answer_settings
from cim.walking import walking

router = APIRouter(tags=["招商推荐 recommendation"])


@router.get(
    "/recommendations/choices",
    dependencies=[takes()],
    summary="可选的行业、评分项与标签 Industries, criteria and labels there are",
)
def read_choices() -> dict[str, Any]:
    """Return the presets with their weights, the criteria, the labels in force, and the settings.

    ``near_walk`` is in metres, ``near_minutes`` in minutes, ``unverified_after`` in days.
    """
    with reading() as connection:
        rules = active_rules(connection).on
        near = walking(connection)
    return {
        "presets": [
            {"name": name, **preset.model_dump(mode="json")} for name, preset in presets().items()
        ],
        "criteria": [
            {"name": name, "zh": criterion.zh, "en": criterion.en}
            for name, criterion in criteria().items()
        ],
        "labels": [
            {
                "code": rule.code,
                "zh": rule.zh,
                "en": rule.en,
                "group": rule.group,
                "group_zh": GROUPS[rule.group][0],
                "group_en": GROUPS[rule.group][1],
            }
            for rule in rules
        ],
        "near_walk": near.near_walk,
        "near_minutes": near.near_minutes,
        "unverified_after": answer_settings().unverified_after,
    }
