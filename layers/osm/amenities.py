"""Amenities of OpenStreetMap: banks, hotels, food, shops and the like."""

from __future__ import annotations

import pandas as pd

from layers.findings import Finding
from layers.osm.tags import ADDRESS, NAMES, addresses, first_of
from layers.source import GEOMETRY

_KINDS: dict[tuple[str, str], str] = {
    (key, value): kind
    for kind, key, values in (
        ("bank", "amenity", ("bank",)),
        ("hotel", "tourism", ("hotel", "hostel", "motel", "guest_house")),
        (
            "food",
            "amenity",
            ("restaurant", "cafe", "fast_food", "food_court", "bar", "pub", "ice_cream"),
        ),
        ("shop", "amenity", ("marketplace",)),
        ("government", "amenity", ("townhall", "courthouse")),
        ("government", "office", ("government",)),
        ("hospital", "amenity", ("hospital", "clinic", "doctors", "dentist", "pharmacy")),
        ("school", "amenity", ("school", "kindergarten", "college", "university")),
        ("sport", "leisure", ("sports_centre", "sports_hall", "fitness_centre", "stadium")),
    )
    for value in values
}

TAGS = tuple(_KINDS)
"""Tags of the amenities that the layer has a kind for; any ``shop`` is one too."""

KEYS = ("amenity", "tourism", "leisure", "office", "shop", "operator", "brand", *NAMES, *ADDRESS)


def amenity_rows(frame: pd.DataFrame, remarks: list[Finding]) -> pd.DataFrame:  # noqa: ARG001
    """Return the fields of the layer ``amenity`` for a chunk of features.

    A feature with several tags is what the first of amenity, tourism, leisure, office and shop
    says.
    """
    kind = pd.Series(pd.NA, index=frame.index, dtype="string")
    for key in ("amenity", "tourism", "leisure", "office"):
        table = {value: found for (of, value), found in _KINDS.items() if of == key}
        kind = kind.fillna(frame[key].map(table).astype("string"))
    # an empty shop is none
    empty = kind.isna() & frame["shop"].isin(["vacant", "no"])
    return pd.DataFrame(
        {
            "id": frame["id"],
            "name": first_of(frame, (*NAMES, "brand", "operator")),
            "kind": kind.fillna("shop"),
            "address": addresses(frame),
            GEOMETRY: frame[GEOMETRY],
        }
    )[~empty]
