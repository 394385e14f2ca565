"""What the tags of a ``highway=*`` say of a road: its class, and whether one may walk on it."""

from __future__ import annotations

import pandas as pd

from layers.findings import Finding
from layers.osm.extract import remark
from layers.osm.tags import NAMES, first_of, is_set, whole

KEYS = (
    "highway",
    "area",
    "foot",
    "access",
    "motorroad",
    "sidewalk",
    "sidewalk:both",
    "sidewalk:left",
    "sidewalk:right",
    "layer",
    "bridge",
    "tunnel",
    *NAMES,
)

CLASSES = {
    value: road_class
    for road_class, values in {
        "motorway": ("motorway", "motorway_link"),
        "primary": ("trunk", "trunk_link", "primary", "primary_link"),
        "secondary": ("secondary", "secondary_link"),
        # the guide to tagging in China has tertiary for 支路
        "local": (
            "tertiary",
            "tertiary_link",
            "unclassified",
            "residential",
            "living_street",
            "service",
            "track",
            "road",
            "busway",
        ),
        "path": (
            "pedestrian",
            "footway",
            "path",
            "steps",
            "cycleway",
            "bridleway",
            "corridor",
            "trail",
            "crossing",
        ),
    }.items()
    for value in values
}
"""Class of road by the value of ``highway``; other values are no road (or none yet)."""

_NO_ROAD = "不是（或还不是）道路，不导入 / is no road, or none yet, and stays out"
_YARD = "是行车场地的轮廓，不是道路 / is the outline of a yard for vehicles, not a road"

_FOOT_MAY = ("yes", "designated", "permissive", "official", "destination", "customers")
_FOOT_MUST_NOT = ("no", "private", "use_sidepath", "restricted", "military", "permit")
_SHUT = (
    "no",
    "private",
    "permit",
    "military",
    "restricted",
    "residents",
    "employees",
    "delivery",
    "agricultural",
    "forestry",
    "emergency",
)
_NEEDS_PAVEMENT = (
    "motorway",
    "motorway_link",
    "trunk",
    "trunk_link",
    "cycleway",
    "busway",
)
_SIDEWALKS = ("sidewalk", "sidewalk:both", "sidewalk:left", "sidewalk:right")


def walkable(tags: pd.DataFrame) -> pd.Series:
    """Tell where a pedestrian router would lead people.

    ``foot`` outweighs ``access``, as on the wiki. Motorways, trunk roads, cycleways and busways
    need a pavement or an express permission (as in OSRM's foot profile); a carriageway whose
    pavement is drawn apart is left to that pavement (as in OSMnx's walking network).

    Parameters
    ----------
    tags
        With the columns `KEYS`.
    """
    # an unknown truth value would spread to the result
    tags = tags.fillna("")
    pavement = tags["sidewalk"].isin(["both", "left", "right", "yes"])
    apart = pd.Series(data=False, index=tags.index)
    for key in _SIDEWALKS:
        pavement |= tags[key] == "yes"
        apart |= tags[key] == "separate"
    open_to_all = ~tags["access"].isin(_SHUT) & (tags["motorroad"] != "yes")
    made_for_it = ~tags["highway"].isin(_NEEDS_PAVEMENT) | pavement
    barred = tags["foot"].isin(_FOOT_MUST_NOT)
    allowed: pd.Series = tags["foot"].isin(_FOOT_MAY)
    return (allowed | (open_to_all & made_for_it & ~barred & ~apart)).astype(bool)


def is_road(highway: str | None, area: str | None) -> bool:
    """Tell whether a way is a road of the layer.

    A square that one walks across enters as its outline, at which the paths around it end;
    a yard for vehicles does not.
    """
    road_class = CLASSES.get(highway or "")
    return road_class is not None and (area != "yes" or road_class == "path")


def stray(code: str, highway: str | None) -> Finding:
    """Remark on a ``highway`` that is no road of the layer."""
    reason = _YARD if highway in CLASSES else _NO_ROAD
    return remark("feature-left-out", code, reason, "highway", highway or "")


def road_fields(tags: pd.DataFrame, remarks: list[Finding]) -> pd.DataFrame:
    """Return the fields of the layer ``road``, all but identity and place.

    By the rules of the wiki a way without ``layer`` lies at level 0; of a bridge or tunnel
    without one the level stays unknown.
    """
    bridge, tunnel = is_set(tags["bridge"]), is_set(tags["tunnel"])
    level = whole(tags, "layer", "road.level", remarks)
    return pd.DataFrame(
        {
            "name": first_of(tags, NAMES),
            "road_class": tags["highway"].map(CLASSES),
            "walkable": walkable(tags),
            "level": level.mask(tags["layer"].isna() & ~bridge & ~tunnel, 0),
            "bridge": bridge,
            "tunnel": tunnel,
            "steps": (tags["highway"] == "steps").astype(bool),
        }
    )
