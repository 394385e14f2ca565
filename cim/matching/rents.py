"""On which basis rents are quoted: what the rent of an offer holds, and what is not sure of it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from cim.matching.answer import Caution
from cim.matching.offers import Offers


def _said(values: pd.Series) -> set[bool | None]:
    """Return what units say, None where one says nothing."""
    return {None if pd.isna(value) else bool(value) for value in values}


def fee_included(units: pd.DataFrame) -> bool | None:
    """Tell whether what is paid holds the property fee; None where units differ or do not say."""
    said = _said(units["rent_includes_fee"])
    return next(iter(said)) if len(said) == 1 else None


_ABOUT = {
    "rent_includes_fee": (
        "rent-fee",
        ("租金是否含物业费不详，按不含计", "月租金中有的单元含物业费，有的不含"),
        (
            "not known whether the rent includes the property fee, taken as not",
            "the monthly rent includes the property fee for some units and not for others",
        ),
    ),
    "rent_includes_tax": (
        "rent-tax",
        ("租金是否含税不详", "有的单元租金含税，有的不含"),
        (
            "not known whether the rent includes tax",
            "the rents include tax for some units and not for others",
        ),
    ),
}
"""What a rent may hold: code of the caution, and words where a unit does not say, and differ."""


def _unless_all_say_the_same(units: pd.DataFrame, column: str) -> Iterator[Caution]:
    said = _said(units[column])
    code, zh, en = _ABOUT[column]
    if None in said or len(said) > 1:
        differ = None not in said
        yield Caution(code=code, zh=zh[differ], en=en[differ])


def about_rents(offers: Offers, row: int, units: pd.DataFrame) -> Iterator[Caution]:
    """Tell what the rent of an offer hangs on."""
    quoted = units[units["rent"].notna()]
    if quoted.empty:
        return
    most = offers.rent_most[row]
    if np.isnan(offers.rent[row]) and not np.isnan(most):
        yield Caution(
            code="rent-not-comparable",
            zh=f"物业费或得房率不详，租金不能折算，只知不高于 {most:g} 元/㎡/月",
            en=f"fee or efficiency unknown: the comparable rent is {most:g} at most",
        )
    yield from _unless_all_say_the_same(quoted, "rent_includes_fee")
    yield from _unless_all_say_the_same(quoted, "rent_includes_tax")
