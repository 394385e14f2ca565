"""What kind of value each fact holds, and the words it may hold: what a condition is held against.

All of it follows from the columns that `cim.facts.FACTS` reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Literal

from sqlalchemy import ARRAY, Boolean, Date, Float, Integer, Numeric, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

from cim.facts import FACTS, Tables, reading_of
from cim.model import OfficeStock, OfficeSurroundings, fields_of
from cim.model.amenity import Amenity
from cim.model.office import Office
from cim.model.site import Site
from cim.walking import Walking

Kind = Literal["truth", "number", "text", "date", "list", "counts"]

KIND_TITLES: dict[Kind, tuple[str, str]] = {
    "truth": ("是或否", "yes or no"),
    "number": ("数字", "a number"),
    "text": ("文字", "text"),
    "date": ("日期", "a date"),
    "list": ("多项文字", "a list of texts"),
    "counts": ("分类计数", "counts by kind"),
}
"""What each kind is called."""


def _kind_of(column: TypeEngine[object]) -> Kind:
    kinds: list[tuple[type | tuple[type, ...], Kind]] = [
        (Boolean, "truth"),
        ((Integer, Numeric, Float), "number"),
        (Date, "date"),
        (ARRAY, "list"),
        (JSONB, "counts"),
        (String, "text"),
    ]
    return next(kind for types, kind in kinds if isinstance(column, types))


@cache
def fact_kinds() -> Mapping[str, Kind]:
    """Return the kind of every fact by its name."""
    tables = Tables(
        office=Office.__table__,
        site=Site.__table__,
        surroundings=OfficeSurroundings.__table__,
        stock=OfficeStock.__table__,
        options=None,
        # no kind hangs on how far anything counts
        walking=Walking(0, 0, 0, 0, 0, 0),
    )
    reading = reading_of(tables)
    return {name: _kind_of(fact.read(reading).type) for name, fact in FACTS.items()}


@cache
def fact_words() -> Mapping[str, Mapping[str, tuple[str, str]]]:
    """Return the words, with their titles, that facts may hold or count, where they are set."""
    own = fields_of(Office)
    return {
        "walk_basis": {
            "network": ("按道路网络", "along the streets"),
            "straight-line": ("按直线距离估算", "estimated from the straight line"),
        },
        "parking_ratio_basis": {
            "office": ("按自有车位", "from its own spaces"),
            "site": ("按项目车位", "from the spaces of its site"),
            "estimated": ("按停车面积估算", "estimated from the parking area"),
        },
        "amenities": fields_of(Amenity)["kind"].values,
        **{
            name: own[name].values
            for name, kind in fact_kinds().items()
            if kind == "text" and name in own and own[name].values
        },
    }
