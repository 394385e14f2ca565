"""Every measure of an office, declared once: its title, unit and where it is read from.

The answer of a search, its sort keys, the inputs of label rules, the criteria of a
recommendation, comparisons and the headings of exports all come from `FACTS`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Integer, case, func

from cim.facts.fact import Expression, Fact, Reading
from cim.facts.parking import ratio_text
from cim.model import columns_of, field_of
from cim.model.office import Office


def _own(name: str, digits: int | None = None) -> Fact:
    """Declare a column of the office as a fact, under the title that the model gives it."""
    field = field_of(columns_of(Office)[name])
    return Fact(field.zh, field.en, lambda r: r.tables.office.c[name], field.unit, digits)


def _near(name: str, zh: str, en: str, dated: str, **rest: Any) -> Fact:
    return Fact(zh, en, lambda r: r.tables.surroundings.c[name], dated=dated, **rest)


def _stock(name: str, zh: str, en: str, **rest: Any) -> Fact:
    return Fact(zh, en, lambda r: r.tables.stock.c[name], dated="units", **rest)


def _parking(name: str, zh: str, en: str, **rest: Any) -> Fact:
    return Fact(zh, en, lambda r: getattr(r.parking, name), dated="ratio", **rest)


def _beyond(basis: str, minutes: str) -> Expression:
    """Tell whether no station of a kind lies within reach; null where there is none at all."""

    def expression(r: Reading) -> ColumnElement[Any]:
        near = r.tables.surroundings.c
        return case((near[basis].is_not(None), near[minutes].is_(None)))

    return expression


def _vacancy(r: Reading) -> ColumnElement[Any]:
    stock = r.tables.stock.c
    return 100 * stock.available_area / func.nullif(stock.unit_area, 0)


FACTS: dict[str, Fact] = {
    "id": _own("id"),
    "name": _own("name"),
    "aliases": _own("aliases"),
    "address": _own("address"),
    "use": _own("use"),
    "grade": _own("grade"),
    "district": _near("district", "所在区", "District", "office"),
    "street": _near("street", "街道", "Street", "office"),
    "street_id": _near("street_id", "街道编号", "Street id", "office"),
    "business_districts": _near("business_districts", "商圈", "Business districts", "office"),
    "site_id": _own("site_id"),
    "site": Fact("项目", "Site", lambda r: r.tables.site.c.name),
    "building_id": _own("building_id"),
    "gross_floor_area": _own("gross_floor_area", 1),
    "typical_floor_area": _own("typical_floor_area", 1),
    "efficiency": _own("efficiency", 1),
    "floor_height": _own("floor_height", 2),
    "clear_height": _own("clear_height", 2),
    "air_conditioning": _own("air_conditioning"),
    "property_fee": _own("property_fee", 2),
    "ownership": _own("ownership"),
    "registrable": _own("registrable"),
    "subsidy": _own("subsidy"),
    "certificates": _own("certificates"),
    "completed": _own("completed"),
    "parking_spaces": _own("parking_spaces", 0),
    "parking_ratio": _parking("ratio", "车位配比", "Parking ratio", unit="spaces/100m2", digits=4),
    "parking_ratio_text": Fact(
        "车位配比", "Parking ratio as 1:N", lambda r: ratio_text(r.parking.ratio), dated="ratio"
    ),
    "parking_ratio_basis": _parking("basis", "车位配比依据", "Basis of the ratio"),
    "parking_ratio_area": _parking("area", "车位配比面积口径", "Area base of the ratio"),
    "parking_ratio_area_m2": _parking(
        "area_m2", "车位配比所用面积", "Area of the ratio", unit="m2", digits=1
    ),
    "parking_ratio_provenance": _parking("provenance", "车位配比数据性质", "How it is known"),
    "units": _stock("units", "单元数", "Units", digits=0),
    "free_units": _stock("free_units", "可租单元数", "Free units", digits=0),
    "available_area": _stock("available_area", "可租面积", "Free area", unit="m2", digits=1),
    "vacancy_percent": Fact("空置率", "Vacancy", _vacancy, unit="percent", digits=1, dated="units"),
    "largest_option": _stock(
        "largest_option", "最大连续可租面积", "Largest free block", unit="m2", digits=1
    ),
    "smallest_option": _stock(
        "smallest_option", "最小可租面积", "Smallest that can be let", unit="m2", digits=1
    ),
    "free_area_unknown": _stock(
        "free_area_unknown", "面积不详的可租单元数", "Free units of unknown area", digits=0
    ),
    "whole_floors": _stock("whole_floors", "整层可租的楼层数", "Whole floors free", digits=0),
    "fitted_units": _stock("fitted_units", "精装可租单元数", "Fitted-out free units", digits=0),
    "fit_out_unknown": _stock(
        "fit_out_unknown", "装修不详的可租单元数", "Free units of unknown fit-out", digits=0
    ),
    "verified_on": _stock("verified_on", "最早核验时间", "Oldest verification of free units"),
    "rent_min": _stock(
        "rent_min",
        "可租单元最低租金（按建筑面积、不含物业费）",
        "Lowest rent (by gross area, without property fee)",
        unit="CNY/m2/month",
        digits=2,
    ),
    "rent_max": _stock(
        "rent_max",
        "可租单元最高租金（按建筑面积、不含物业费）",
        "Highest rent (by gross area, without property fee)",
        unit="CNY/m2/month",
        digits=2,
    ),
    "asking_rent_min": Fact(
        "楼宇最低报价",
        "Lowest asking rent of the office",
        lambda r: r.tables.office.c.rent_min,
        "CNY/m2/month",
        2,
    ),
    "asking_rent_max": Fact(
        "楼宇最高报价",
        "Highest asking rent of the office",
        lambda r: r.tables.office.c.rent_max,
        "CNY/m2/month",
        2,
    ),
    "units_provenance": _stock("provenances", "单元数据性质", "How its units are known"),
    "nearest_station_id": _near("nearest_station_id", "最近地铁站编号", "Metro id", "metro"),
    "nearest_station": _near("nearest_station", "最近地铁站", "Nearest metro station", "metro"),
    "nearest_entrance": _near("nearest_entrance", "最近出入口", "Nearest entrance", "metro"),
    "distance_m": _near(
        "distance_m", "地铁直线距离", "Metro in a straight line", "metro", unit="m", digits=1
    ),
    "walk_m": _near("walk_m", "步行到地铁", "Walk to the metro", "metro", unit="m", digits=1),
    "walk_min": _near("walk_min", "步行到地铁", "Walk to the metro", "metro", unit="min", digits=2),
    "walk_basis": _near("walk_basis", "步行依据", "Basis of the walk", "metro"),
    "metro_beyond_reach": Fact(
        "地铁超出步行范围",
        "No metro within reach",
        _beyond("walk_basis", "walk_min"),
        dated="metro",
    ),
    "metro_lines": _near("metro_lines", "可步行到的地铁线", "Metro lines on foot", "metro"),
    "metro_lines_near": _near(
        "metro_lines_near", "近处地铁线路数", "Metro lines near", "metro", digits=0
    ),
    "metro_stations_unlined": _near(
        "metro_stations_unlined",
        "近处线路不详的地铁站数",
        "Metro stations near, lines unknown",
        "metro",
        digits=0,
    ),
    "nearest_port": _near("nearest_port", "最近口岸", "Nearest border port", "port"),
    "port_distance_m": _near(
        "port_distance_m", "口岸直线距离", "Port in a straight line", "port", unit="m", digits=1
    ),
    "port_walk_min": _near(
        "port_walk_min", "步行到口岸", "Walk to the port", "port", unit="min", digits=2
    ),
    "port_beyond_reach": Fact(
        "口岸超出步行范围",
        "No port within reach",
        _beyond("port_basis", "port_walk_min"),
        dated="port",
    ),
    "nearest_railway": _near("nearest_railway", "最近火车站", "Nearest railway", "railway"),
    "railway_distance_m": _near(
        "railway_distance_m",
        "火车站直线距离",
        "Railway in a straight line",
        "railway",
        unit="m",
        digits=1,
    ),
    "railway_walk_min": _near(
        "railway_walk_min", "步行到火车站", "Walk to the railway", "railway", unit="min", digits=2
    ),
    "railway_beyond_reach": Fact(
        "火车站超出步行范围",
        "No railway within reach",
        _beyond("railway_basis", "railway_walk_min"),
        dated="railway",
    ),
    "bus_stops": _near("bus_stops", "近处公交站数", "Bus stops near", "bus", digits=0),
    "bus_routes": _near("bus_routes", "近处公交线路", "Bus routes near", "bus"),
    "bus_routes_near": Fact(
        "近处公交线路数",
        "Number of bus routes near",
        lambda r: func.cardinality(r.tables.surroundings.c.bus_routes, type_=Integer),
        digits=0,
        dated="bus",
    ),
    "bus_stops_unknown": _near(
        "bus_stops_unknown",
        "近处线路不详的公交站数",
        "Bus stops near, routes unknown",
        "bus",
        digits=0,
    ),
    "parking_lots": _near(
        "parking_lots", "近处公共停车场数", "Public car parks near", "parking", digits=0
    ),
    "parking_spaces_near": _near(
        "parking_spaces_near", "近处公共车位数", "Public spaces near", "parking", digits=0
    ),
    "parking_lots_unknown": _near(
        "parking_lots_unknown",
        "近处车位数不详的停车场数",
        "Car parks near, spaces unknown",
        "parking",
        digits=0,
    ),
    "amenities": _near("amenities", "近处配套", "Amenities near", "amenity"),
    "neighbours": _near("neighbours", "近处企业行业", "Industries near", "neighbours"),
    "dataset": _own("dataset"),
    "source": _own("source"),
    "source_date": _own("source_date"),
    "provenance": _own("provenance"),
    "exceptions": _own("exceptions"),
}
"""Every fact by its name, in the order in which answers give them."""
