"""Units: how the floors of the invented offices are divided.

Units are recorded for a part of the floors of a tall building and for all of a low one, as in
registers in life. On a recorded floor the units add up to the lettable area of that floor.
Real towers have no units: who has space there is not known, and inventing it would mislead.
"""

from __future__ import annotations

from functools import cache

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.example_city.chance import chance_of
from layers.example_city.facts import records
from layers.example_city.frames import as_simulated, column, finished
from layers.example_city.leases import with_leases
from layers.example_city.market import market
from layers.example_city.offices import invented_offices

_SMALLEST, _LARGEST = 60.0, 2500.0
_MOST_ON_FLOOR = 14
_ROOM_SPREAD = 0.45
_NAMING_SHARES = (0.72, 0.18, 0.1)
_DIVISIBLE_FROM = 800.0


@cache
def floors() -> pd.DataFrame:
    """Return the recorded floors: ``office, floor, area, rooms`` in an order that is fair.

    The first floor of every office comes before the second of any, so that cutting the list off
    at the wanted number of units leaves no office without.
    """
    chance = chance_of("office_unit")
    rows = []
    for office in records(invented_offices()):
        grade = market()["grade"][office.market_grade]
        storeys = np.arange(office.lowest_floor, office.storeys + 1)
        # recording starts at some floor and goes up from there
        storeys = np.roll(storeys, -int(chance.integers(len(storeys))))
        area = office.lettable_floor
        for turn, storey in enumerate(storeys):
            whole = area <= _LARGEST and chance.random() < grade["whole_floor"]
            size = grade["unit"] * np.exp(chance.normal(0, 0.4))
            rooms = 1 if whole else round(area / size)
            most = min(_MOST_ON_FLOOR, int(area / (_SMALLEST * 1.15)))
            rooms = int(np.clip(rooms, np.ceil(area / _LARGEST), max(most, 1)))
            rows.append((turn, office.id, int(storey), area, rooms))
    made = pd.DataFrame(rows, columns=["turn", "office", "floor", "area", "rooms"])
    made = made.sort_values(["turn", "office"], kind="stable").reset_index(drop=True)
    return _cut_off(made)


def _cut_off(made: pd.DataFrame) -> pd.DataFrame:
    """Keep floors until the wanted number of units is reached exactly."""
    wanted = market()["units"]
    total = made["rooms"].cumsum()
    last = int((total < wanted).sum())
    kept = made.iloc[: last + 1].copy()
    kept.loc[last, "rooms"] -= int(total[last]) - wanted
    return kept.sort_values(["office", "floor"], kind="stable").reset_index(drop=True)


@cache
def units() -> pd.DataFrame:
    """Return the units.

    Returns
    -------
    DataFrame with the fields of the layer, and ``market_grade, location, storeys`` of the office.
    """
    chance = chance_of("office_unit")
    offices = invented_offices().set_index("id")
    ways = chance.choice(len(_NAMING_SHARES), len(offices), p=_NAMING_SHARES)
    named = dict(zip(offices.index, ways.tolist(), strict=True))
    top = dict(zip(offices.index, offices["storeys"].tolist(), strict=True))
    rows = []
    for floor in records(floors()):
        label, digits = floor_names(floor.floor, top[floor.office], named[floor.office])
        for room, area in enumerate(_rooms(floor.area, floor.rooms, chance), start=1):
            rows.append(
                {
                    "id": f"{floor.office}-{digits}{room:02d}",
                    "office_id": floor.office,
                    "unit_no": f"{digits}{room:02d}",
                    "floor_label": label,
                    "floor_order": floor.floor,
                    "area": area,
                    "rooms": floor.rooms,
                    "room": room,
                }
            )
    made = pd.DataFrame(rows)
    office = offices.loc[made["office_id"]]
    for name in ("use", "market_grade", "location", "efficiency", "storeys"):
        made[name] = office[name].to_numpy()
    made["net_area"] = (made["area"] * made["efficiency"] / 100).round(2)
    made["adjacent_to"] = column(_neighbours(made))
    parts = (made["area"] / chance.uniform(220, 420, len(made))).round().clip(lower=2)
    large = (made["area"] >= _DIVISIBLE_FROM) & (chance.random(len(made)) < 0.75)
    made["min_divisible_area"] = np.where(large, (made["area"] / parts).round(-1), np.nan)
    return with_leases(made)


def floor_names(floor: int, top: int, way: int) -> tuple[str, str]:
    """Return how people name a floor, and the digits in its unit numbers.

    Parameters
    ----------
    floor
        Floor counted from the ground.
    top
        Highest floor.
    way
        0: plain numbers; 1: 4, 14, 24 … are called 3A, 13A, 23A; 2: a third of the building
        (低区, 中区, 高区) instead of a number.
    """
    if way == 1 and floor % 10 == 4:
        return f"{floor - 1}A", f"{floor - 1}A"
    if way == 2:
        return ("低区", "中区", "高区")[min(2, floor * 3 // (top + 1))], str(floor)
    return str(floor), str(floor)


def _rooms(area: float, rooms: int, chance: np.random.Generator) -> list[float]:
    """Divide the lettable area of a floor among its units, none too small or too large."""
    weights = np.exp(chance.normal(0, _ROOM_SPREAD, rooms))
    spare = area - _SMALLEST * rooms
    sizes = _SMALLEST + spare * weights / weights.sum()
    if sizes.max() > _LARGEST:
        sizes = np.full(rooms, area / rooms)
    sizes = sizes.round(2)
    sizes[-1] = round(area - sizes[:-1].sum(), 2)
    return [float(size) for size in sizes]


def _neighbours(made: pd.DataFrame) -> list[list[str] | None]:
    """Return the units each one can be joined with.

    Along the corridor of a floor, and, for units that take a whole floor, the whole floors
    directly below and above (连层).
    """
    place = {
        (unit.office_id, unit.floor_order, unit.room): (str(unit.id), unit.rooms == 1)
        for unit in records(made)
    }
    out: list[list[str] | None] = []
    for unit in records(made):
        found = []
        for step in (-1, 1):
            beside = (unit.office_id, unit.floor_order, unit.room + step)
            above = (unit.office_id, unit.floor_order + step, 1)
            other, whole = place.get(above if unit.rooms == 1 else beside, (None, False))
            if other and whole == (unit.rooms == 1):
                found.append(other)
        out.append(found or None)
    return out


def office_unit_layer() -> gpd.GeoDataFrame:
    """Return the layer of units; where in the building they lie is not drawn."""
    made = as_simulated(units())
    return finished("office_unit", made, np.full(len(made), None, dtype=object))
