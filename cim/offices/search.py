"""Search over offices: which meet every bound, and for how many that cannot be said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Double,
    FromClause,
    Numeric,
    Select,
    Text,
    and_,
    cast,
    func,
    null,
    select,
    true,
)

from cim.derived import Walking, walking
from cim.geojson import feature
from cim.model import OfficeStock, OfficeSurroundings
from cim.model.office import Office
from cim.model.site import Site
from cim.offices.conditions import Tables, asks_for_space, conditions, fitting_options
from cim.offices.criteria import OfficeCriteria
from cim.offices.parking import ParkingRatio, parking_ratio, ratio_text


@dataclass(frozen=True)
class OfficePage:
    """One page of an answer.

    Attributes
    ----------
    features
        Each as GeoJSON text.
    matched
        How many offices meet every bound.
    unknown
        For each bound, how many offices were left out because their value is unknown, while
        they meet all the others or are unknown there too.
    walking
        How distances became minutes.
    """

    features: list[str]
    matched: int
    unknown: dict[str, int]
    walking: Walking


def rounded(value: ColumnElement[Any], digits: int) -> ColumnElement[Any]:
    """Round for display; comparisons use the value itself."""
    return cast(func.round(cast(value, Numeric), digits), Double)


def join_tables(
    connection: Connection, criteria: OfficeCriteria | None
) -> tuple[Tables, FromClause]:
    """Join each office with all that is known of it."""
    tables = Tables(
        office=Office.__table__,
        site=Site.__table__,
        surroundings=OfficeSurroundings.__table__,
        stock=OfficeStock.__table__,
        options=fitting_options(criteria) if criteria and asks_for_space(criteria) else None,
        walking=walking(connection),
    )
    o = tables.office.c
    joined = (
        tables.office.outerjoin(tables.site, tables.site.c.id == o.site_id)
        .outerjoin(tables.surroundings, tables.surroundings.c.office_id == o.id)
        .outerjoin(tables.stock, tables.stock.c.office_id == o.id)
    )
    if tables.options is not None:
        joined = joined.outerjoin(tables.options, tables.options.c.office_id == o.id)
    return tables, joined


def measures(tables: Tables, parking: ParkingRatio) -> list[ColumnElement[Any]]:
    """Return the properties of an office in an answer, flat and in order."""
    o, site, near, stock = (tables.office.c, tables.site.c, tables.surroundings.c, tables.stock.c)
    options = tables.options.c if tables.options is not None else None
    return [
        o.id.label("id"),
        o.name.label("name"),
        o.address.label("address"),
        o.use.label("use"),
        o.grade.label("grade"),
        near.district.label("district"),
        near.street.label("street"),
        near.business_districts.label("business_districts"),
        o.site_id.label("site_id"),
        site.name.label("site"),
        o.building_id.label("building_id"),
        rounded(o.gross_floor_area, 1).label("gross_floor_area"),
        o.completed.label("completed"),
        rounded(parking.ratio, 4).label("parking_ratio"),
        ratio_text(parking.ratio).label("parking_ratio_text"),
        parking.basis.label("parking_ratio_basis"),
        parking.area.label("parking_ratio_area"),
        rounded(parking.area_m2, 1).label("parking_ratio_area_m2"),
        parking.provenance.label("parking_ratio_provenance"),
        stock.units.label("units"),
        stock.free_units.label("free_units"),
        rounded(stock.available_area, 1).label("available_area"),
        rounded(100 * stock.available_area / func.nullif(stock.unit_area, 0), 1).label(
            "vacancy_percent"
        ),
        (stock.free_units if options is None else options.matching_units).label("matching_units"),
        (cast(null(), Text) if options is None else options.matching_as).label("matching_as"),
        rounded(stock.rent_min if options is None else options.rent_min, 2).label("rent_min"),
        rounded(stock.rent_max if options is None else options.rent_max, 2).label("rent_max"),
        rounded(o.rent_min, 2).label("asking_rent_min"),
        rounded(o.rent_max, 2).label("asking_rent_max"),
        stock.provenances.label("units_provenance"),
        near.nearest_station_id.label("nearest_station_id"),
        near.nearest_station.label("nearest_station"),
        rounded(near.distance_m, 1).label("distance_m"),
        rounded(near.walk_min, 2).label("walk_min"),
        near.walk_basis.label("walk_basis"),
        o.dataset.label("dataset"),
        o.source.label("source"),
        o.source_date.label("source_date"),
        o.provenance.label("provenance"),
        o.exceptions.label("exceptions"),
    ]


def sortable(tables: Tables, parking: ParkingRatio) -> dict[str, ColumnElement[Any]]:
    """Return the unrounded measures an answer can be sorted by."""
    o, near, stock = tables.office.c, tables.surroundings.c, tables.stock.c
    rents = stock if tables.options is None else tables.options.c
    return {
        "id": o.id,
        "name": o.name,
        "parking_ratio": parking.ratio,
        "available_area": stock.available_area,
        "rent_min": rents.rent_min,
        "rent_max": rents.rent_max,
        "distance_m": near.distance_m,
        "walk_min": near.walk_min,
        "gross_floor_area": o.gross_floor_area,
        "completed": o.completed,
    }


def _ordered(
    query: Select[Any], criteria: OfficeCriteria, by_name: dict[str, ColumnElement[Any]]
) -> Select[Any]:
    """Sort by the measures asked for, unknown values last, then by identifier."""
    for name in criteria.sort:
        column = by_name[name.removeprefix("-")]
        direction = column.desc() if name.startswith("-") else column.asc()
        query = query.order_by(direction.nulls_last())
    return query.order_by(by_name["id"])


def search(
    connection: Connection, criteria: OfficeCriteria, limit: int, offset: int = 0
) -> OfficePage:
    """Find the offices that meet every bound.

    Parameters
    ----------
    criteria
        The bounds and the order.
    limit, offset
        Which part of the answer is returned.
    """
    tables, joined = join_tables(connection, criteria)
    parking = parking_ratio(tables.office, tables.site)
    judged = conditions(criteria, tables, parking.ratio)
    met = and_(true(), *judged.values())
    page = (
        select(feature(tables.office.c.id, tables.office.c.geom, measures(tables, parking)))
        .select_from(joined)
        .where(met)
    )
    page = _ordered(page, criteria, sortable(tables, parking)).limit(limit).offset(offset)

    left_out = {
        name: func.count().filter(and_(met.is_(None), condition.is_(None))).label(name)
        for name, condition in judged.items()
    }
    counts = select(func.count().filter(met).label("matched"), *left_out.values()).select_from(
        joined
    )
    counted = connection.execute(counts).mappings().one()
    features = connection.scalars(page).all()
    unknown = {name: counted[name] for name in left_out if counted[name]}
    return OfficePage(list(features), counted["matched"], unknown, tables.walking)
