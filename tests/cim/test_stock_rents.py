"""Rents by share of the free area, held against exact fractions."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from cim.database import reading
from cim.model import columns_of, field_of
from cim.model.office import Office
from cim.offices.holdings import holdings

if TYPE_CHECKING:
    from tests.conftest import Bring

from tests.cim.small_city import office, unit

SHARES = {f"rent_p{percent}": Fraction(percent, 100) for percent in (10, 25, 50, 75, 90)}


def asked_by_share(units: list[tuple[Fraction, int]]) -> dict[str, int]:
    """The lowest rent at which a share of the area is let for no more, exactly."""
    whole = sum(area for area, _ in units)
    by_rent = sorted((rent, area) for area, rent in units)
    running = list(itertools.accumulate(area for _, area in by_rent))
    return {
        name: next(
            rent for (rent, _), part in zip(by_rent, running, strict=True) if part >= share * whole
        )
        for name, share in SHARES.items()
    }


def test_rents_by_share_of_area_miss_no_tie_by_the_last_bit(bring: Bring) -> None:
    chance = np.random.default_rng(11)
    uses, grades = (field_of(columns_of(Office)[name]).values for name in ("use", "grade"))
    groups = {pair: f"O{n}" for n, pair in enumerate(itertools.product(uses, grades))}
    units = {code: _tenths(chance) for code in groups.values()}
    units["O0"] = [(Fraction(333, 10), 50 + n) for n in range(10)]
    bring("office", *(office(code, use=use, grade=g) for (use, g), code in groups.items()))
    bring(
        "office_unit",
        *(
            unit(f"{code}-{n}", code, area=float(area), rent=rent)
            for code, several in units.items()
            for n, (area, rent) in enumerate(several)
        ),
    )
    assert asked_by_share(units["O0"])["rent_p50"] == 54
    for use in uses:
        with reading() as connection:
            told = {row["group"]: row for row in holdings(connection, "grade", [use])}
        for grade in grades:
            said = {name: told[grade][name] for name in SHARES}
            assert said == asked_by_share(units[groups[use, grade]]), (use, grade)


def _tenths(chance: np.random.Generator) -> list[tuple[Fraction, int]]:
    """Units of once, twice or three times one area, so that shares are often met exactly."""
    area = Fraction(int(chance.integers(101, 9999)), 10)
    return [
        (area * int(chance.integers(1, 4)), int(chance.integers(50, 70)))
        for _ in range(int(chance.choice([4, 10, 20])))
    ]
