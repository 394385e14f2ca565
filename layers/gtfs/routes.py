"""Routes of a feed and what runs on them: metro, railway or bus."""

from __future__ import annotations

import pandas as pd

from layers.findings import Finding
from layers.gtfs.feed import Feed, distinct, remarks_on, whole

_TABLE = "routes.txt"

# the basic types of the reference, and Google's extended types after the European HVT codes
_KINDS = {
    # subway, monorail, and the extended urban railways
    "metro": (range(1, 2), range(12, 13), range(400, 406)),
    "railway": (range(2, 3), range(100, 118)),
    # buses and trolleybuses
    "bus": (range(3, 4), range(11, 12), range(700, 717), range(800, 801)),
}
_OTHERS = (
    range(1),
    range(4, 8),
    range(200, 210),
    range(900, 907),
    range(1000, 1001),
    range(1100, 1101),
    range(1200, 1201),
    range(1300, 1308),
    range(1400, 1401),
    range(1500, 1508),
    range(1700, 1703),
)
_KIND_OF = {str(n): kind for kind, spans in _KINDS.items() for span in spans for n in span}
_OTHER = {str(n) for span in _OTHERS for n in span}

TRAMS = (
    "单轨按地铁计；有轨电车和轻轨（route_type 0、900–906）以及轮渡、缆车、长途客车等不导入"
    " / monorail counts as metro; tram and light rail (route_type 0, 900–906), ferries, cable cars"
    " and coaches stay out"
)
"""What is taken for granted about kinds of transport."""


def read_routes(feed: Feed, remarks: list[Finding]) -> pd.DataFrame:
    """Return the routes of metro, railway and bus.

    Returns
    -------
    DataFrame
        Indexed by row number in ``routes.txt``, with ``route_id``, ``kind``, ``label`` (the
        short name, else the long one, else the identifier) and ``route_color``.
    """
    rows = whole(
        feed,
        _TABLE,
        ("route_id", "route_type"),
        ("route_short_name", "route_long_name", "route_color"),
    )
    rows = distinct(rows, _TABLE, "route_id", remarks)
    kind = rows["route_type"].map(_KIND_OF)
    other = rows["route_type"].isin(_OTHER)
    remarks += remarks_on(
        "feature-left-out",
        _TABLE,
        rows[other],
        "route_type",
        "route_id",
        "不是地铁、铁路或公交，不导入 / is neither metro, railway nor bus and stays out",
    )
    remarks += remarks_on(
        "row-left-out",
        _TABLE,
        rows[kind.isna() & ~other],
        "route_type",
        "route_id",
        "不是已知的 route_type，不导入 / has no known route_type and stays out",
    )
    label = rows["route_short_name"].fillna(rows["route_long_name"]).fillna(rows["route_id"])
    return rows.assign(kind=kind, label=label)[kind.notna()]
