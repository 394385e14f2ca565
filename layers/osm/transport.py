"""Stations, their entrances and bus stops of OpenStreetMap."""

from __future__ import annotations

import pandas as pd

from layers.findings import Finding
from layers.osm.extract import remark
from layers.osm.offices import named_only
from layers.osm.tags import NAMES, among, first_of, parts
from layers.source import GEOMETRY

STATION_KEYS = ("station", "subway", "light_rail", "monorail", "line", *NAMES)
ENTRANCE_KEYS = ("ref", "wheelchair", *NAMES)
BUS_STOP_KEYS = ("route_ref", *NAMES)

LIGHT_RAIL = (
    "轻轨站和单轨站按地铁站计；有轨电车站（railway=tram_stop）不导入"
    " / light rail and monorail count as metro; tram stops (railway=tram_stop) stay out"
)
"""What is taken for granted about kinds of stations."""

_NAMELESS = "没有名称，不作为站点导入 / has no name: not taken as a station"
_MINIATURE = "是游乐用的小火车站 / is a station of a miniature railway"
_METRO = ("subway", "light_rail", "monorail")
_STEP_FREE: dict[str, str | bool | None] = {
    "yes": True,
    "designated": True,
    "no": False,
    # with help, or in part: neither yes nor no
    "limited": None,
}


def station_rows(frame: pd.DataFrame, remarks: list[Finding]) -> pd.DataFrame:
    """Return the fields of the layer ``station`` for a chunk of features."""
    named = named_only(frame.assign(name=first_of(frame, NAMES)), remarks, _NAMELESS)
    toy = named["station"].isin(["miniature"])
    remarks += [
        remark("feature-left-out", str(code), _MINIATURE, "station")
        for code in named.loc[toy, "id"]
    ]
    named = named[~toy]
    metro = named["station"].isin(_METRO)
    for key in _METRO:
        metro |= named[key].isin(["yes"])
    return pd.DataFrame(
        {
            "id": named["id"],
            "name": named["name"],
            "name_en": named["name:en"],
            "kind": metro.map({True: "metro", False: "railway"}),
            "lines": parts(named["line"]),
            GEOMETRY: named[GEOMETRY],
        }
    )


def entrance_rows(frame: pd.DataFrame, remarks: list[Finding]) -> pd.DataFrame:
    """Return the fields of the layer ``station_entrance`` for a chunk of features.

    Which station an entrance belongs to is not said by its tags and stays unknown.
    """
    return pd.DataFrame(
        {
            "id": frame["id"],
            "name": first_of(frame, (*NAMES, "ref")),
            "step_free": among(frame, "wheelchair", _STEP_FREE, remarks),
            GEOMETRY: frame[GEOMETRY],
        }
    )


def bus_stop_rows(frame: pd.DataFrame, remarks: list[Finding]) -> pd.DataFrame:  # noqa: ARG001
    """Return the fields of the layer ``bus_stop`` for a chunk of features."""
    return pd.DataFrame(
        {
            "id": frame["id"],
            "name": first_of(frame, NAMES),
            "routes": parts(frame["route_ref"]),
            GEOMETRY: frame[GEOMETRY],
        }
    )
