"""What the system works out itself: recomputed after a batch, never rolled back."""

from __future__ import annotations

from sqlalchemy import BigInteger, Identity
from sqlalchemy.orm import Mapped, mapped_column

from cim.model.layer import Base


class OfficeSurroundings(Base):
    """Where an office stands and how near the metro is.

    `walk_basis` is ``straight-line`` until the walk network serves; it is null where the city
    has no operating metro station at all, so that nothing can be said. Where it is set and
    `distance_m` is null, no station lies within reach.
    """

    __tablename__ = "office_surroundings"

    office_id: Mapped[str] = mapped_column(primary_key=True)
    street_id: Mapped[str | None]
    street: Mapped[str | None]
    district: Mapped[str | None]
    business_districts: Mapped[list[str]]
    business_district_ids: Mapped[list[str]]
    nearest_station_id: Mapped[str | None]
    nearest_station: Mapped[str | None]
    distance_m: Mapped[float | None]
    walk_min: Mapped[float | None]
    walk_basis: Mapped[str | None]


class OfficeStock(Base):
    """What of an office's space is free; no row where the office has no units on record.

    Areas in m² count the units whose area is known, rents (CNY/m2/month) are those of free
    units. `provenances` lists how well its units are known.
    """

    __tablename__ = "office_stock"

    office_id: Mapped[str] = mapped_column(primary_key=True)
    units: Mapped[int]
    free_units: Mapped[int]
    unit_area: Mapped[float | None]
    available_area: Mapped[float | None]
    rent_min: Mapped[float | None]
    rent_max: Mapped[float | None]
    provenances: Mapped[list[str]]


class LettingOption(Base):
    """Space that can be let as one: a free unit, or adjacent free units together.

    `smallest` is the least area the option can be cut down to (m²), `area` its whole area;
    either is null where a unit's area is unknown. `rent_lowest` and `rent_highest` span the
    rents of its units (CNY/m2/month) and are null where any of them is unknown, so that a bound
    on the highest holds for all of it.
    """

    __tablename__ = "letting_option"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    office_id: Mapped[str] = mapped_column(index=True)
    units: Mapped[list[str]]
    unit_count: Mapped[int]
    smallest: Mapped[float | None]
    area: Mapped[float | None]
    rent_lowest: Mapped[float | None]
    rent_highest: Mapped[float | None]
