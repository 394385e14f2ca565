"""How metres become minutes, how far things count, and what a parking space takes.

Settled in the city, not in the process, so that what is stored and what is answered agree.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from cim.model import City
from cim.settings import answer_settings

_KEY = "walking"


@dataclass(frozen=True)
class Walking:
    """What the derived tables of a city are made with.

    Attributes
    ----------
    reach
        How far stations count in a straight line, m.
    detour
        Walking over straight-line distance, where no network serves.
    walk_speed
        Metres in a minute.
    near_walk
        How far on foot car parks, bus stops and amenities count as near, m.
    near_minutes
        How long a walk to a metro line may be for it to count as near.
    parking_area_per_space
        Square metres of a parking area that count as one space.
    """

    reach: float
    detour: float
    walk_speed: float
    near_walk: float
    near_minutes: float
    parking_area_per_space: float

    @property
    def reach_on_foot(self) -> float:
        """How far stations count on foot, m."""
        return self.reach * self.detour

    @property
    def reach_minutes(self) -> float:
        """Up to how long a walk it is certain that no other station is within it.

        Stations are looked at within `reach` in a straight line; one a step farther may be
        reached straight ahead. Of longer walks only those that are known say anything.
        """
        return self.reach / self.walk_speed

    @property
    def longest_walk(self) -> float:
        """How long the longest way is that is looked for, in minutes."""
        return self.reach_on_foot / self.walk_speed


def _wanted() -> Walking:
    s = answer_settings()
    return Walking(
        s.reach, s.detour, s.walk_speed, s.near_walk, s.near_minutes, s.parking_area_per_space
    )


def walking(connection: Connection) -> Walking:
    """Return what the derived tables of this city are made with."""
    stored = connection.scalar(select(City.value).where(City.key == _KEY))
    # a city of an older program has not settled all of it yet
    return Walking(**(asdict(_wanted()) | json.loads(stored or "{}")))


def settle(connection: Connection) -> bool:
    """Bring the city to the settings; return whether they differ from what it was made with.

    Only what starts the city does this: a command that was given other settings by mistake must
    not change the answers of a running server.
    """
    wanted = json.dumps(asdict(_wanted()), sort_keys=True)
    changed = connection.scalar(
        insert(City)
        .values(key=_KEY, value=wanted)
        .on_conflict_do_update(
            index_elements=[City.key], set_={"value": wanted}, where=City.value != wanted
        )
        .returning(City.value)
    )
    return changed is not None
