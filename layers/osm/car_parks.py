"""Car parks of OpenStreetMap: ``amenity=parking``."""

from __future__ import annotations

import pandas as pd

from layers.findings import Finding
from layers.osm.tags import ADDRESS, NAMES, addresses, among, first_of, whole
from layers.source import GEOMETRY

KEYS = ("parking", "capacity", "access", "fee", "charge", *NAMES, *ADDRESS)

_KINDS: dict[str, str | bool | None] = {
    "surface": "surface",
    "multi-storey": "multi_storey",
    "underground": "underground",
    "street_side": "street",
    "lane": "street",
    "layby": "street",
    "on_kerb": "street",
    "half_on_kerb": "street",
    "shoulder": "street",
}
_PUBLIC: dict[str, str | bool | None] = {
    "yes": True,
    "public": True,
    "permissive": True,
    "destination": True,
    # whoever is not a customer is not let in
    "customers": False,
    "private": False,
    "no": False,
    "permit": False,
    "residents": False,
    "employees": False,
    "unknown": None,
}
_FEES = {"yes": "收费", "no": "免费"}


def parking_rows(frame: pd.DataFrame, remarks: list[Finding]) -> pd.DataFrame:
    """Return the fields of the layer ``parking`` for a chunk of features."""
    fee = frame["fee"].map(_FEES).astype("string").fillna(frame["fee"])
    # the price says more than that there is one
    fee = frame["charge"].fillna(fee)
    return pd.DataFrame(
        {
            "id": frame["id"],
            "name": first_of(frame, NAMES),
            "address": addresses(frame),
            "kind": among(frame, "parking", _KINDS, remarks),
            "spaces": whole(frame, "capacity", "parking.spaces", remarks),
            "public": among(frame, "access", _PUBLIC, remarks),
            "fee": fee,
            # an outline cut at the edge of the extract is as much of it as is known
            "exceptions": frame["cut"].map({True: '{"geom": "estimated"}'}).astype("string"),
            GEOMETRY: frame[GEOMETRY],
        }
    )
