"""The example city: the real facts of Luohu and a plausible simulated rest around them.

Facts and drawings stand in ``data/luohu``; what they do not say is invented from one fixed seed
and says ``simulated`` on every row. The same code and data give the same bytes each time.
"""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd

from layers.example_city.amenities import amenity_layer
from layers.example_city.buildings import building_layer
from layers.example_city.bus_stops import bus_stop_layer
from layers.example_city.business_districts import business_district_layer
from layers.example_city.entrances import station_entrance_layer
from layers.example_city.frames import as_simulated
from layers.example_city.landcover import landcover_layer
from layers.example_city.offices import invented_offices, office_layer
from layers.example_city.outline import area_layer
from layers.example_city.parking import parking_layer
from layers.example_city.roads import road_layer
from layers.example_city.sites import site_layer
from layers.example_city.stations import station_layer, transit_line_layer
from layers.example_city.units import office_unit_layer, units

DATASET = "luohu-example"
TITLE = "罗湖示例城市：真实资料与模拟数据 Luohu example city: real facts and simulated data"


def layers() -> Iterator[tuple[str, gpd.GeoDataFrame]]:
    """Yield every layer of the example city, those that others refer to first.

    Yields
    ------
    name, frame
        Name of the layer and a GeoDataFrame with the model's columns (without ``dataset``,
        ``batch`` and ``valid_from``), geometry column ``geom`` in EPSG:4490. Ids are national
        codes or short codes within the dataset; references hold the same codes.
    """
    yield "area", area_layer()
    yield "landcover", landcover_layer()
    yield "business_district", business_district_layer()
    yield "site", site_layer(as_simulated(invented_offices()))
    yield "building", building_layer()
    yield "office", office_layer(units())
    yield "office_unit", office_unit_layer()
    yield "parking", parking_layer()
    yield "station", station_layer()
    yield "station_entrance", station_entrance_layer()
    yield "transit_line", transit_line_layer()
    yield "bus_stop", bus_stop_layer()
    yield "amenity", amenity_layer()
    yield "road", road_layer()


__all__ = ["DATASET", "TITLE", "layers"]
