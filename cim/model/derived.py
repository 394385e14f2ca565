"""What the system works out itself: recomputed after a batch, never rolled back."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, DateTime, Identity, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from cim.model.layer import Base


class OfficeAccess(Base):
    """How far one place (station, bus stop, car park, amenity) is from an office.

    A row stands for every place within the reach of its layer in a straight line, and for a station
    of which an entrance is; `straight_m` is the line to the place itself. `walk_m` and `walk_min`
    are null where the way on foot is longer than the reach on foot. `basis` is ``network``, or
    ``straight-line`` where the walk network leads from the one to the other in no way: it covers
    one of them not, or the pieces that they lie on do not meet.
    """

    __tablename__ = "office_access"
    __table_args__ = (Index("office_access_place_idx", "layer", "place_id"),)

    office_id: Mapped[str] = mapped_column(primary_key=True)
    layer: Mapped[str] = mapped_column(primary_key=True)
    place_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str | None]
    entrance_id: Mapped[str | None]
    straight_m: Mapped[float]
    walk_m: Mapped[float | None]
    walk_min: Mapped[float | None]
    basis: Mapped[str]


class OfficeSurroundings(Base):
    """Where an office stands, and what `OfficeAccess` adds up to.

    `nearest_station` is the operating metro station that is nearest on foot, `distance_m` the
    straight line to the metro station that is nearest in a straight line. `walk_basis` is null
    where the city has no operating metro station at all, so that nothing can be said; where it is
    set and `walk_min` is null, no station lies within reach. Counts are of what lies within
    `cim.settings.AnswerSettings.near_walk` metres on foot; they are null where the city holds no
    such layer at all. `metro_lines` gives minutes by line; `metro_lines_near` counts the lines that
    are near, at least where `metro_stations_unlined`, the stations near of unknown lines, are not
    0. `amenities` counts by kind, `neighbours` tenants by industry, never fewer than three. The
    dates are the oldest, and the provenances the least certain, of what was counted.
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
    nearest_entrance_id: Mapped[str | None]
    nearest_entrance: Mapped[str | None]
    distance_m: Mapped[float | None]
    walk_m: Mapped[float | None]
    walk_min: Mapped[float | None]
    walk_basis: Mapped[str | None]
    metro_lines: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    metro_lines_near: Mapped[int | None]
    metro_stations_unlined: Mapped[int | None]
    nearest_port_id: Mapped[str | None]
    nearest_port: Mapped[str | None]
    port_distance_m: Mapped[float | None]
    port_walk_min: Mapped[float | None]
    port_basis: Mapped[str | None]
    nearest_railway_id: Mapped[str | None]
    nearest_railway: Mapped[str | None]
    railway_distance_m: Mapped[float | None]
    railway_walk_min: Mapped[float | None]
    railway_basis: Mapped[str | None]
    bus_stops: Mapped[int | None]
    bus_routes: Mapped[list[str] | None]
    bus_stops_unknown: Mapped[int | None]
    parking_lots: Mapped[int | None]
    parking_spaces_near: Mapped[int | None] = mapped_column(BigInteger)
    parking_lots_unknown: Mapped[int | None]
    amenities: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    neighbours: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    metro_date: Mapped[dt.date | None]
    port_date: Mapped[dt.date | None]
    railway_date: Mapped[dt.date | None]
    bus_date: Mapped[dt.date | None]
    parking_date: Mapped[dt.date | None]
    amenity_date: Mapped[dt.date | None]
    metro_provenance: Mapped[str | None]
    port_provenance: Mapped[str | None]
    railway_provenance: Mapped[str | None]
    bus_provenance: Mapped[str | None]
    parking_provenance: Mapped[str | None]
    amenity_provenance: Mapped[str | None]
    neighbours_provenance: Mapped[str | None]


class OfficeStock(Base):
    """What of an office's space is free; no row where the office has no units on record.

    Areas in m² count the units whose area is known, rents are the comparable ones
    (``cim/sql/free_units.sql``) of free units of which they are known. `provenances` lists how
    well its units are known. `whole_floors` counts floors whose every unit on record is free and
    that make up at least four fifths of the typical floor; `floors_unknown` more may be whole, and
    where none is for certain and some may be, it is null.
    `largest_option` and `smallest_option` are the largest and the smallest that surely can be let
    as one; where `free_area_unknown`, the free units of unknown area, are not 0, there may be a
    larger or a smaller one. `fitted_units` are free units fitted out (精装, 带家具),
    `fit_out_unknown` free ones of which that is not known. `verified_on` is the oldest
    verification among the free units, null where any was never verified; `units_date` the oldest
    data date among all units.
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
    whole_floors: Mapped[int | None]
    floors_unknown: Mapped[int]
    largest_option: Mapped[float | None]
    smallest_option: Mapped[float | None]
    free_area_unknown: Mapped[int]
    fitted_units: Mapped[int]
    fit_out_unknown: Mapped[int]
    verified_on: Mapped[dt.date | None]
    units_date: Mapped[dt.date | None]


class LettingOption(Base):
    """Space that can be let as one: a free unit, or adjacent free units together.

    `smallest` is the least area the option can be cut down to (m²), `area` its whole area; either
    is null where a unit's area is unknown, while `smallest_least` and `area_least` are what it
    surely has at least.

    Rents are comparable ones, CNY per m² of gross floor area and month without property fee
    (``cim/sql/free_units.sql``): `rent` is that of all of it, by area, and `rent_lowest` that of
    its cheapest unit, null where any is unknown. The dearest of its units asks `rent_least` or
    more, and `rent_most` or less (null: nobody knows), so that a bound holds for all of them.
    What all of it costs as quoted (CNY/month, the fee in where the rents hold it) lies between
    `monthly_least` and `monthly_most`, null where nobody knows.

    `free_from` is the last date on which one of its units becomes free, null where all are free
    already or, with `free_known` false, where a date is unknown. `fit_outs` lists the fit-outs of
    its units; with `fit_out_known` false at least one is unknown. `unseen` says what of its run of
    adjacent units is not kept (`cim.blocks.Unseen`).
    """

    __tablename__ = "letting_option"
    # few runs are so dense: they are looked for by themselves
    __table_args__ = (
        Index("letting_option_unseen_idx", "office_id", postgresql_where=text("unseen > 0")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    office_id: Mapped[str] = mapped_column(index=True)
    units: Mapped[list[str]]
    unit_count: Mapped[int]
    smallest: Mapped[float | None]
    smallest_least: Mapped[float]
    area: Mapped[float | None]
    area_least: Mapped[float]
    rent: Mapped[float | None]
    rent_lowest: Mapped[float | None]
    rent_least: Mapped[float]
    rent_most: Mapped[float | None]
    monthly_least: Mapped[float]
    monthly_most: Mapped[float | None]
    free_from: Mapped[dt.date | None]
    free_known: Mapped[bool]
    fit_outs: Mapped[list[str]]
    fit_out_known: Mapped[bool]
    unseen: Mapped[int]


class OfficeLabel(Base):
    """Whether a label rule holds for an office, and why; `holds` is null where unknown.

    `inputs` are the facts the rule read, by name; `data_date` is the oldest data date among
    them, null where one has none, `provenance` the least certain; `rule_version` is that of the
    rule as it then was.
    """

    __tablename__ = "office_label"
    # offices are looked for by the labels they have
    __table_args__ = (
        Index("office_label_label_idx", "label", "office_id", postgresql_where=text("holds")),
    )

    office_id: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(primary_key=True)
    holds: Mapped[bool | None]
    rule_version: Mapped[int]
    inputs: Mapped[dict[str, Any]] = mapped_column(JSONB)
    data_date: Mapped[dt.date | None]
    provenance: Mapped[str | None]


class OfficeRefresh(Base):
    """When the labels of an office were last worked out, and after which batch."""

    __tablename__ = "office_refresh"

    office_id: Mapped[str] = mapped_column(primary_key=True)
    refreshed_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    batch: Mapped[int | None] = mapped_column(BigInteger)


class RefreshMark(Base):
    """A feature that a batch touched and whose consequences are not worked out yet.

    Written in the batch's own transaction, taken away in the one that works them out. What could
    not be worked out stays, with its `error` (of the database or the program: not for everybody),
    the count of `tries`, and the moment of the next.
    """

    __tablename__ = "refresh_mark"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    batch: Mapped[int | None] = mapped_column(BigInteger)
    part: Mapped[str]
    feature: Mapped[str]
    tries: Mapped[int] = mapped_column(server_default="0")
    error: Mapped[str | None]
    retry_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))


class Recommendation(Base):
    """A recommendation that was kept: what was asked, what was answered, and on what it stands."""

    __tablename__ = "recommendation"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    made_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    made_by: Mapped[str]
    title: Mapped[str | None]
    request: Mapped[dict[str, Any]] = mapped_column(JSONB)
    answer: Mapped[dict[str, Any]] = mapped_column(JSONB)
    data_version: Mapped[str]
    software_version: Mapped[str]
