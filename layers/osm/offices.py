"""Offices of OpenStreetMap: ``office=*``, and buildings for offices or mixed business."""

from __future__ import annotations

import pandas as pd

from layers.findings import Finding
from layers.osm.extract import remark
from layers.osm.tags import ADDRESS, NAMES, addresses, first_of, parts, years
from layers.source import GEOMETRY

KEYS = ("office", "building", "operator", "brand", "alt_name", "start_date", *NAMES, *ADDRESS)

_NAMELESS = (
    "没有名称，也没有运营者或品牌，不作为楼宇导入"
    " / has neither a name nor an operator or brand: not taken as an office"
)


def named_only(frame: pd.DataFrame, remarks: list[Finding], reason: str) -> pd.DataFrame:
    """Return the features whose ``name`` is known, and remark on the others."""
    named = frame["name"].notna()
    remarks += [
        remark("feature-left-out", str(code), reason, "name") for code in frame.loc[~named, "id"]
    ]
    return frame[named]


def office_rows(frame: pd.DataFrame, remarks: list[Finding]) -> pd.DataFrame:
    """Return the fields of the layer ``office`` for a chunk of features.

    A building that is an office as a whole refers to itself in the layer ``building``.
    """
    outlined = ~frame["id"].str.startswith("n")
    named = named_only(
        frame.assign(name=first_of(frame, (*NAMES, "operator", "brand"))), remarks, _NAMELESS
    )
    return pd.DataFrame(
        {
            "id": named["id"],
            "name": named["name"],
            "aliases": parts(named["alt_name"]),
            "address": addresses(named),
            "building_id": named["id"].where(outlined & named["building"].notna()),
            "completed": years(named, "start_date", "office.completed", remarks),
            GEOMETRY: named[GEOMETRY],
        }
    )
