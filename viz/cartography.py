"""The hand that draws the city: layers, camera and light in one calm style.

Each function takes a GeoDataFrame in longitude, latitude and returns a :class:`pydeck.Layer`.
Flat layers are drawn in the order they are listed; buildings stand on them; names and stations
are drawn over everything, for a reader looks for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import pydeck

from viz import palette
from viz.palette import Colour
from viz.records import path_records, point_records, polygon_records

#: Fonts with Chinese glyphs on Linux, macOS and Windows; what a page may not load it must find.
FONTS = (
    '"Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", '
    '"Hiragino Sans GB", "WenQuanYi Micro Hei", sans-serif'
)

# A dull surface: no highlights, so a roof keeps the colour that the legend promises.
_PLASTER = {"ambient": 0.7, "diffuse": 0.4, "shininess": 1, "specularColor": [0, 0, 0]}
_OVER_ALL = {"depthCompare": "always"}


def look_at(
    longitude: float, latitude: float, zoom: float = 14.0, pitch: float = 48, bearing: float = -18
) -> pydeck.ViewState:
    """Stand the camera: zoom in web-map levels, pitch and bearing in degrees."""
    return pydeck.ViewState(
        longitude=longitude,
        latitude=latitude,
        zoom=zoom,
        pitch=pitch,
        bearing=bearing,
        min_zoom=10,
        max_zoom=18.5,
        max_pitch=70,
    )


def daylight() -> dict[str, Any]:
    """Soft light from the sky and a sun in the west-south-west, as a deck.gl effect.

    Sky and sun add up to one on a level roof, so that a roof shows the colour of the legend.
    Shadows are left out: deck.gl's are experimental and broken over a city this wide.
    """
    return {
        "@@type": "LightingEffect",
        "sky": {"@@type": "AmbientLight", "color": [255, 255, 255], "intensity": 1.0},
        "sun": {
            "@@type": "DirectionalLight",
            "color": [255, 250, 240],
            "intensity": 1.0,
            "direction": [2.4, 0.9, -3.0],
        },
        "bounce": {
            "@@type": "DirectionalLight",
            "color": [226, 234, 255],
            "intensity": 0.2,
            "direction": [-2.0, 1.0, 0.0],
        },
    }


def draw(layers: Sequence[pydeck.Layer], camera: pydeck.ViewState) -> pydeck.Deck:
    """Put layers, camera and light together, without any base map from outside."""
    return pydeck.Deck(
        layers=list(layers),
        views=[pydeck.View(type="MapView", controller=True)],
        initial_view_state=camera,
        map_provider=None,
        map_style=None,
        effects=[daylight()],
    )


def areas(name: str, frame: gpd.GeoDataFrame, colour: Colour) -> pydeck.Layer:
    """Flat areas of one colour: land, water, parks."""
    return pydeck.Layer(
        "SolidPolygonLayer",
        polygon_records(frame),
        id=name,
        get_polygon="polygon",
        get_fill_color=list(colour),
        pickable=False,
    )


def lines(
    name: str,
    frame: gpd.GeoDataFrame,
    colour: Colour | str,
    width: float,
    *,
    metres: bool = False,
    over_all: bool = False,
    columns: Sequence[str] = (),
) -> pydeck.Layer:
    """Lines, or the outlines of areas.

    Parameters
    ----------
    name
        Id of the layer.
    frame
        GeoDataFrame of lines or polygons.
    colour
        One colour, or the column that holds ``[r, g, b]`` of each line.
    width
        In pixels, or in ``metres`` on the ground (roads widen as one comes near).
    over_all
        Shine through buildings.
    columns
        Attributes for the card; any make the layer pickable.
    """
    by_column = isinstance(colour, str)
    return pydeck.Layer(
        "PathLayer",
        path_records(frame, [*columns, colour] if isinstance(colour, str) else columns),
        id=name,
        get_path="path",
        get_color=colour if by_column else list(colour),
        get_width=width,
        width_units=_literal("meters" if metres else "pixels"),
        width_min_pixels=0.5,
        joint_rounded=True,
        cap_rounded=True,
        pickable=bool(columns),
        **({"parameters": _OVER_ALL} if over_all else {}),
    )


def blocks(
    name: str,
    frame: gpd.GeoDataFrame,
    height: str,
    colour: Colour = palette.BUILDING,
    *,
    columns: Sequence[str] = (),
    edges: bool = False,
) -> pydeck.Layer:
    """Buildings as blocks.

    Parameters
    ----------
    name
        Id of the layer.
    frame
        GeoDataFrame of footprints.
    height
        Column with the height in metres; an unknown one is drawn as a slab of 3 m.
    colour
        Colour of all. A scene's subject is coloured by its measures instead.
    columns
        Attributes for the card and the measures; any make the layer pickable.
    edges
        Draw the edges, in the colour of the class where it has one for them.
    """
    standing = frame.assign(**{height: frame[height].astype(float).fillna(3.0).round(1)})
    return pydeck.Layer(
        "SolidPolygonLayer",
        polygon_records(standing, list(dict.fromkeys([*columns, height]))),
        id=name,
        get_polygon="polygon",
        get_elevation=height,
        get_fill_color=list(colour),
        get_line_color=list(colour),
        extruded=True,
        wireframe=edges,
        material=_PLASTER,
        pickable=bool(columns),
    )


def dots(
    name: str,
    frame: gpd.GeoDataFrame,
    colour: Colour,
    radius: float = 5,
    *,
    stroke: Colour = palette.INK,
    columns: Sequence[str] = (),
) -> pydeck.Layer:
    """Round marks of ``radius`` pixels, seen through buildings."""
    return pydeck.Layer(
        "ScatterplotLayer",
        point_records(frame, columns),
        id=name,
        get_position="position",
        get_fill_color=list(colour),
        get_line_color=list(stroke),
        get_radius=radius,
        radius_units=_literal("pixels"),
        get_line_width=2,
        line_width_units=_literal("pixels"),
        stroked=True,
        billboard=True,
        antialiasing=True,
        pickable=bool(columns),
        parameters=_OVER_ALL,
    )


def names(
    name: str,
    frame: gpd.GeoDataFrame,
    text: str,
    size: float = 13,
    *,
    colour: Colour = palette.INK,
    height: str | None = None,
    lift: float = 0,
    bold: bool = False,
) -> pydeck.Layer:
    """Names on a pale plate, seen through buildings.

    Parameters
    ----------
    name
        Id of the layer; list it in the scene's ``labels`` to keep names apart.
    frame
        GeoDataFrame, most important feature first.
    text
        Column with the name.
    size
        Height of the letters in pixels.
    height
        Column with the metres above ground at which the name hangs.
    lift
        Pixels by which the name stands above its place.
    """
    named = frame[frame[text].notna() & (frame[text].astype(str) != "")]
    return pydeck.Layer(
        "TextLayer",
        point_records(named, [text], height),
        id=name,
        get_position="position",
        get_text=text,
        get_size=size,
        get_color=list(colour),
        get_pixel_offset=[0, -lift],
        # Without 'auto', in quotes, deck.gl draws ASCII only and drops every Chinese character.
        character_set=_literal("auto"),
        font_family=_literal(FONTS),
        font_weight=600 if bold else 500,
        # A wider halo would run over the letter before it; the plate carries what is missing.
        font_settings={"sdf": True, "fontSize": 56, "buffer": 9, "radius": 14, "cutoff": 0.18},
        outline_width=1,
        outline_color=list(palette.HALO),
        background=True,
        get_background_color=list(palette.PLATE),
        background_padding=[4, 2],
        background_border_radius=4,
        pickable=False,
        parameters=_OVER_ALL,
    )


def _literal(text: str) -> str:
    """Quote a string, for pydeck takes a bare one as the name of a field."""
    return f"'{text}'"
