"""What the card of an office says: its measures in words, each with how well it is known."""

from __future__ import annotations

import math

import geopandas as gpd
import pandas as pd

from cim.model import PROVENANCES
from viz.scene import Card, Field, Text

# between a number and its unit, where no line may break
_NO_BREAK = "\u00a0"
_BASES = {"office": "按楼宇车位", "site": "按项目车位", "estimated": "按停车面积估算"}

CARD = Card(
    title="name",
    subtitle="address",
    kind=Text("商办楼宇", "office"),
    fields=(
        Field("use_grade", Text("用途等级", "use, grade"), optional=True),
        Field("parking_words", Text("车位配比", "parking")),
        Field("space_words", Text("可租面积", "available")),
        Field("rent_words", Text("租金", "rent")),
        Field("metro_words", Text("地铁", "metro")),
        Field("height_words", Text("高度", "height")),
        Field("known_words", Text("数据性质", "provenance")),
    ),
)


def _provenance(values: pd.Series[str]) -> pd.Series[str]:
    """Name a provenance in Chinese."""
    names = values.map({key: zh for key, (zh, _) in PROVENANCES.items()})
    return names.astype("str")


def _bracket(words: pd.Series[str], *notes: pd.Series[str]) -> pd.Series[str]:
    """Append notes in brackets; unknown words stay unknown."""
    note = notes[0]
    for more in notes[1:]:
        note = note.str.cat(more, sep="，")
    return words + ("（" + note + "）").fillna("")


def _plain(values: pd.Series[float], digits: int = 0) -> pd.Series[str]:
    """Write numbers, in groups from five digits on as the page does; unknown stays unknown."""
    # half up, as the page does; Python alone would round half to even
    scaled = (values.astype(float) * 10**digits + 0.5).map(math.floor, na_action="ignore")

    def written(value: float) -> str:
        return f"{value:{',' if value >= 10_000 else ''}.{digits}f}"

    words: pd.Series[str] = (scaled / 10**digits).map(written, na_action="ignore").astype("str")
    return words


def with_words(offices: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Add the columns that `CARD` shows.

    Parameters
    ----------
    offices
        From `cim.offices.office_frame`, with ``height`` (m) and ``height_provenance``.
    """
    # a column in which nothing is known would otherwise not count as text
    texts = ["use", "grade", "parking_ratio_text", "nearest_station"]
    o = offices.astype(dict.fromkeys(texts, "str"))
    units = _provenance(o["units_provenance"].map(lambda known: known[0], na_action="ignore"))
    rent = _plain(o["rent_min"]).where(
        o["rent_min"] == o["rent_max"], _plain(o["rent_min"]) + "–" + _plain(o["rent_max"])
    )
    exceptions = (
        o["exceptions"]
        .map(
            lambda given: "、".join(f"{k}：{PROVENANCES[v][0]}" for k, v in given.items()),
            na_action="ignore",
        )
        .astype("str")
    )
    known = _provenance(o["provenance"])
    return o.assign(
        use_grade=o["use"].where(o["grade"].isna(), o["use"] + " · " + o["grade"]),
        parking_words=_bracket(
            o["parking_ratio_text"] + "，" + _plain(o["parking_ratio"], 2) + f"{_NO_BREAK}个/100㎡",
            o["parking_ratio_basis"].map(_BASES).astype("str"),
            _provenance(o["parking_ratio_provenance"]),
        ),
        space_words=_bracket(
            _plain(o["available_area"])
            + f"{_NO_BREAK}㎡，"
            + _plain(o["free_units"])
            + f"{_NO_BREAK}个单元",
            units,
        ),
        rent_words=_bracket(rent + f"{_NO_BREAK}元/㎡/月", units),
        metro_words=o["nearest_station"]
        + f"，直线{_NO_BREAK}"
        + _plain(o["distance_m"])
        + f"{_NO_BREAK}m，步行约{_NO_BREAK}"
        + _plain(o["walk_min"])
        + f"{_NO_BREAK}分钟"
        # without a street near by the straight line was reckoned over into a walk
        + o["walk_basis"].map({"network": "（按路网）", "straight-line": "（折算）"}).astype("str"),
        height_words=_bracket(
            _plain(o["height"], 1) + f"{_NO_BREAK}m", _provenance(o["height_provenance"])
        ),
        known_words=known.where(exceptions.isna(), known + "；" + exceptions),
    )
