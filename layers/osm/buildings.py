"""Buildings of OpenStreetMap: ``building=*`` on closed ways and multipolygons."""

from __future__ import annotations

import pandas as pd

from layers.findings import Finding
from layers.osm.tags import ADDRESS, NAMES, addresses, first_of, metres, whole, years
from layers.source import GEOMETRY

KEYS = (
    "building",
    "height",
    "building:levels",
    "building:levels:underground",
    "start_date",
    *NAMES,
    *ADDRESS,
)

_USES = {
    "办公": ("office",),
    "商业": ("commercial", "retail", "supermarket", "kiosk", "mall"),
    "酒店": ("hotel",),
    "公寓": ("dormitory",),
    "住宅": (
        "apartments",
        "residential",
        "house",
        "detached",
        "semidetached_house",
        "terrace",
        "bungalow",
    ),
    "厂房": ("industrial", "manufacture"),
    "仓储": ("warehouse",),
    "学校": ("school", "kindergarten", "university", "college"),
    "医院": ("hospital", "clinic"),
    "政府": ("government", "public", "civic", "townhall"),
    "停车": ("parking", "garage", "garages", "carport"),
    "交通": ("train_station", "transportation"),
    "宗教": ("church", "cathedral", "chapel", "temple", "mosque", "synagogue", "shrine"),
}
_USE_OF = {value: use for use, values in _USES.items() for value in values}


def building_rows(frame: pd.DataFrame, remarks: list[Finding]) -> pd.DataFrame:
    """Return the fields of the layer ``building`` for a chunk of features.

    ``building=yes`` says nothing of the use; a value without a Chinese word here stays as it is.
    """
    kind = frame["building"].mask(frame["building"] == "yes")
    return pd.DataFrame(
        {
            "id": frame["id"],
            "name": first_of(frame, NAMES),
            "address": addresses(frame),
            "use": kind.map(_USE_OF).astype("string").fillna(kind),
            "height": metres(frame, "height", "building.height", remarks),
            "floors_above": whole(frame, "building:levels", "building.floors_above", remarks),
            "floors_below": whole(
                frame, "building:levels:underground", "building.floors_below", remarks
            ),
            "year": years(frame, "start_date", "building.year", remarks),
            GEOMETRY: frame[GEOMETRY],
        }
    )
