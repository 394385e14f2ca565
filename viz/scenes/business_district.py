"""The business district: offices in 3D by parking, vacancy or rent, with metro and streets."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd
import pydeck
from sqlalchemy import Connection

from cim.database import metric_srid
from cim.frames import layer_frame
from cim.model import LAYERS
from cim.offices import office_frame
from viz import palette
from viz.cartography import areas, blocks, dots, draw, lines, look_at, names
from viz.measures import cut_measure
from viz.palette import Colour
from viz.scene import SCHEMATIC, Card, Field, LegendEntry, Measure, Scene, Text
from viz.scenes.honesty import provenance_pills, sources_by_layer
from viz.scenes.office_words import CARD, with_words

TITLE = Text("罗湖商圈", "Luohu business district")

_OFFICES = "offices"
_STATIONS = "stations"
_GATES = "gates"
# metres: a building of unknown height is drawn so, and said to be unknown
_UNKNOWN_HEIGHT = 12.0
# metres: an office whose building is unknown stands as a block of this half width
_POINT_OFFICE = 14.0
# simulated offices named in the picture; the card names every one
_NAMED_OFFICES = 15
_ROAD_WIDTHS = {"motorway": 22.0, "primary": 20.0, "secondary": 12.0, "local": 6.0, "path": 2.0}
_STATION_KINDS = {"metro": "地铁站", "railway": "火车站", "port": "口岸"}

# class limits, chosen so that the classes are round numbers people use in the trade
_MEASURES: tuple[tuple[str, str, Text, Text, tuple[float, ...]], ...] = (
    (
        "parking_ratio",
        "parking_ratio",
        Text("车位配比", "parking ratio"),
        Text("个/100㎡", "spaces per 100 m²"),
        (0.25, 0.5, 0.75, 1.0),
    ),
    ("vacancy", "vacancy_percent", Text("空置率", "vacancy"), Text("%", "%"), (5, 10, 20, 40)),
    (
        "rent",
        "rent_min",
        Text("租金", "lowest asking rent"),
        Text("元/㎡/月", "CNY/m²/month"),
        (60, 90, 130, 180),
    ),
)


def _read(connection: Connection) -> dict[str, gpd.GeoDataFrame]:
    """Read the layers of the scene, the most important first, rows without a place left out."""
    wanted = {
        "station": ["id", "name", "name_en", "kind", "lines", "status"],
        "building": ["id", "name", "height", "use"],
        "transit_line": ["id", "name", "kind", "colour", "status"],
        "business_district": ["id", "name", "confirmed"],
        "road": ["id", "name", "road_class", "tunnel"],
        "landcover": ["id", "name", "kind"],
        "area": ["id", "name", "level"],
    }
    known = ["source", "source_date", "provenance", "exceptions"]
    frames = {
        name: layer_frame(connection, LAYERS[name], columns=[*columns, *known])
        for name, columns in wanted.items()
    }
    return {
        "office": office_frame(connection),
        **{name: frame[frame.geometry.notna()] for name, frame in frames.items()},
    }


def _value_provenance(frame: pd.DataFrame, field: str) -> pd.Series[str]:
    """Return how well one value of each row is known: its exception, else the row's."""
    own = frame["exceptions"].map(lambda given: given.get(field), na_action="ignore")
    return own.where(own.notna(), frame["provenance"])


def _bodies(
    offices: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, metric: int
) -> gpd.GeoDataFrame:
    """Give each office the body of its building; without one, a small block where it stands."""
    body = buildings.assign(height_provenance=_value_provenance(buildings, "height"))
    body = body.set_index("id")[["geom", "height", "height_provenance"]]
    joined = offices.drop(columns="geom").join(body, on="building_id")
    shape = gpd.GeoSeries(joined["geom"], crs=offices.crs)
    points = offices.geometry.to_crs(metric)
    square = points.buffer(_POINT_OFFICE, cap_style="square").to_crs(offices.crs)
    place = offices.geometry.where(offices.geom_type != "Point", square)
    joined["geom"] = shape.where(shape.notna(), place)
    return gpd.GeoDataFrame(joined, geometry="geom", crs=offices.crs)


def _measured(offices: gpd.GeoDataFrame) -> tuple[tuple[Measure, ...], gpd.GeoDataFrame]:
    """Cut the measures into classes, and store each office's class."""
    measures = []
    for key, column, title, unit, breaks in _MEASURES:
        measure, classes = cut_measure(key, title, unit, offices[column], breaks)
        measures.append(measure)
        offices = offices.assign(**{measure.class_field: classes})
    return tuple(measures), offices


def _rgb(colour: object) -> list[int]:
    """Read ``#rrggbb``; a line without a colour is drawn in ink."""
    text = str(colour).removeprefix("#")
    try:
        return list(bytes.fromhex(text)) if len(text) == 6 else list(palette.INK)
    except ValueError:
        return list(palette.INK)


def _ground(frames: dict[str, gpd.GeoDataFrame]) -> list[Any]:
    """Draw land, green, water and roads."""
    area, cover, road = frames["area"], frames["landcover"], frames["road"]
    land = area[area["level"] == "district"]
    drawn = [areas("land", land, palette.LAND)]
    for kind, colour in (("hill", palette.HILL), ("park", palette.PARK), ("water", palette.WATER)):
        drawn.append(areas(kind, cover[cover["kind"] == kind], colour))
    seen = road[~road["tunnel"].fillna(False).astype(bool)]
    for road_class in reversed(_ROAD_WIDTHS):
        some = seen[seen["road_class"] == road_class]
        drawn.append(
            lines(f"road-{road_class}", some, palette.ROAD, _ROAD_WIDTHS[road_class], metres=True)
        )
    drawn.append(lines("boundary", land, palette.BOUNDARY, 1.5))
    return drawn


def _transit(frames: dict[str, gpd.GeoDataFrame]) -> tuple[list[Any], gpd.GeoDataFrame]:
    """Draw lines and stations; the stations come back, those with most lines first."""
    line, station = frames["transit_line"], frames["station"]
    line = line.assign(rgb=[_rgb(colour) for colour in line["colour"]])
    station = station.assign(
        kind_words=station["kind"].map(_STATION_KINDS),
        line_words=station["lines"].map("、".join, na_action="ignore"),
        rank=station["lines"].map(len, na_action="ignore").fillna(9),
    ).sort_values(["rank", "id"], ascending=[False, True])
    columns = ["name", "name_en", "kind_words", "line_words"]
    metro = station["kind"] == "metro"
    drawn = [
        lines("lines", line, "rgb", 3, over_all=True),
        dots(_STATIONS, station[metro], palette.STATION, 5, columns=columns),
        dots(_GATES, station[~metro], palette.GATE, 7, stroke=palette.HALO, columns=columns),
    ]
    return drawn, station


def _legend(frames: dict[str, gpd.GeoDataFrame], others: int) -> tuple[LegendEntry, ...]:
    """List what is drawn besides the measured offices, with counts."""
    cover, district = frames["landcover"], frames["business_district"]

    def entry(
        zh: str, en: str, colour: Colour, count: int, symbol: Any, edge: Colour | None = None
    ) -> LegendEntry:
        return LegendEntry(Text(zh, en), colour, count, symbol, edge)

    water = int((cover["kind"] == "water").sum())
    metro = int((frames["station"]["kind"] == "metro").sum())
    gates = len(frames["station"]) - metro
    entries = (
        entry("其他建筑", "other buildings", palette.BUILDING, others, "block"),
        entry("地铁站", "metro stations", palette.STATION, metro, "dot", palette.INK),
        entry("火车站与口岸", "railway, ports", palette.GATE, gates, "dot", palette.HALO),
        entry(
            "商圈（待确认）",
            "district, unconfirmed",
            palette.DISTRICT,
            int((~district["confirmed"].astype(bool)).sum()),
            "line",
        ),
        entry(
            "商圈（已确认）",
            "district, confirmed",
            palette.DISTRICT,
            int(district["confirmed"].astype(bool).sum()),
            "line",
        ),
        entry("水面", "water", palette.WATER, water, "area"),
        entry("公园与山", "parks, hills", palette.PARK, len(cover) - water, "area"),
    )
    return tuple(one for one in entries if one.count)


def _overview(offices: gpd.GeoDataFrame) -> pydeck.ViewState:
    """Stand the camera where the towers are: the middle of the offices, the tall ones weighing."""
    if offices.empty:
        return look_at(114.12, 22.56, zoom=12.5)
    place, weight = offices.geometry.representative_point(), offices["drawn"] ** 2
    longitude, latitude = (
        float((axis * weight).sum() / weight.sum()) for axis in (place.x, place.y)
    )
    return look_at(longitude, latitude, zoom=14.2)


def _named(offices: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Choose the offices that are named in the picture: real ones, then the tallest."""
    real = offices["provenance"] != "simulated"
    return pd.concat([offices[real], offices[~real].head(_NAMED_OFFICES)])


def business_district(connection: Connection) -> Scene:
    """Show the offices among the buildings of their district.

    Returns
    -------
    Scene
        Its deck has buildings as blocks, offices coloured by a measure (parking ratio, vacancy
        or lowest asking rent), metro lines and stations by name, districts outlined.
    """
    frames = _read(connection)
    bodies = _bodies(frames["office"], frames["building"], metric_srid(connection))
    measures, offices = _measured(bodies)
    offices = with_words(offices)
    drawn_height = offices["height"].astype(float).fillna(_UNKNOWN_HEIGHT)
    offices = offices.assign(drawn=drawn_height).sort_values("drawn", ascending=False)
    others = frames["building"][~frames["building"]["id"].isin(offices["building_id"])]
    others = others.assign(drawn=others["height"].astype(float).fillna(_UNKNOWN_HEIGHT))
    district = frames["business_district"]
    transit, stations = _transit(frames)
    columns = [
        "id",
        "name",
        "address",
        *(f.key for f in CARD.fields),
        *(m.class_field for m in measures),
    ]
    deck = draw(
        [
            *_ground(frames),
            blocks("buildings", others, "drawn"),
            blocks(_OFFICES, offices, "drawn", columns=columns, edges=True),
            lines("districts", district, palette.DISTRICT, 2, over_all=True),
            *transit,
            names("station-names", stations, "name", 13, lift=16),
            names("district-names", district, "name", 15, colour=palette.DISTRICT, bold=True),
            names("office-names", _named(offices), "name", 12, height="drawn", lift=10),
        ],
        _overview(offices),
    )
    pills = provenance_pills(
        frames.values(),
        offices["parking_ratio_provenance"].dropna(),
        offices["units_provenance"].dropna().explode(),
    )
    dates = pd.concat([frame["source_date"].dropna() for frame in frames.values()])
    station_card = Card(
        title="name",
        subtitle="name_en",
        kind=Text("站点", "station"),
        fields=(
            Field("kind_words", Text("类别", "kind")),
            Field("line_words", Text("线路", "lines"), optional=True),
        ),
    )
    return Scene(
        deck=deck,
        title=TITLE,
        subtitle=Text("办公楼宇、车位与轨道交通", "offices, parking and metro"),
        subject=_OFFICES,
        measures=measures,
        legend=_legend(frames, len(others)),
        cards={_OFFICES: CARD, _STATIONS: station_card, _GATES: station_card},
        labels=("station-names", "district-names", "office-names"),
        pills=(SCHEMATIC, *pills),
        notes=(
            Text("边界与轮廓为示意，不是测绘成果。", "Outlines are schematic, not surveyed."),
            Text(
                "地铁的米数为直线距离，分钟按路网步行；附近没有道路时由直线折算。",
                "Metres to the metro are straight lines; minutes are through the streets, or"
                " reckoned from the line where no street is near.",
            ),
            Text(
                f"高度未知的建筑按 {_UNKNOWN_HEIGHT:g} 米画出。",
                f"Buildings of unknown height are drawn {_UNKNOWN_HEIGHT:g} m high.",
            ),
        ),
        sources=sources_by_layer(frames),
        moment=max(dates) if len(dates) else None,
    )
