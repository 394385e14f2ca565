"""One real Chromium for all pages of a test run, and a small city to draw."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import date

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from playwright.sync_api import Browser
from shapely.geometry import Point, box

from viz import palette
from viz.cartography import areas, blocks, draw, look_at, names
from viz.measures import cut_measure
from viz.scene import SCHEMATIC, Card, Field, LegendEntry, Scene, Text

CENTRE = (114.1100, 22.5500)
#: Degrees that are some 100 m.
STEP = 0.001

DISTRICT_TITLE = Text("罗湖商圈", "Luohu business district")

Pixels = npt.NDArray[np.uint8]


@pytest.fixture(scope="session")
def pixels(browser: Browser) -> Callable[[bytes], Pixels]:
    """Decode a PNG to an array of height × width × RGBA; the browser is the decoder at hand."""
    page = browser.new_page()

    def decode(png: bytes) -> Pixels:
        width, height, encoded = page.evaluate(
            """async (png) => {
                const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
                const image = await createImageBitmap(new Blob([bytes], {type: "image/png"}));
                const canvas = new OffscreenCanvas(image.width, image.height);
                const context = canvas.getContext("2d");
                context.drawImage(image, 0, 0);
                const {data} = context.getImageData(0, 0, image.width, image.height);
                let text = "";
                for (let i = 0; i < data.length; i += 8192)
                    text += String.fromCharCode(...data.subarray(i, i + 8192));
                return [image.width, image.height, btoa(text)];
            }""",
            base64.b64encode(png).decode(),
        )
        flat = np.frombuffer(base64.b64decode(encoded), dtype=np.uint8)
        return flat.reshape(height, width, 4)

    return decode


@pytest.fixture(scope="session")
def make_scene() -> Callable[..., Scene]:
    """The maker of small scenes; its arguments are those of ``_small_scene``."""
    return _small_scene


def _offices_frame(names_of_offices: list[str]) -> gpd.GeoDataFrame:
    """Offices in a row from the centre eastwards, 60 m wide, with a gap in the parking data."""
    count = len(names_of_offices)
    longitude, latitude = CENTRE
    half = STEP * 0.3
    return gpd.GeoDataFrame(
        {
            "id": [f"O{number}" for number in range(count)],
            "name": names_of_offices,
            "height": [60.0] * count,
            "parking_ratio": pd.Series([None, *np.linspace(0.2, 1.4, count)[1:]], dtype="Float64"),
            "rent": np.linspace(150, 60, count),
        },
        geometry=[
            box(
                longitude + number * STEP - half,
                latitude - half,
                longitude + number * STEP + half,
                latitude + half,
            )
            for number in range(count)
        ],
        crs=4490,
    )


def _small_scene(
    office_names: tuple[str, ...] = ("罗湖商务中心", "国贸大厦", "京基一百"),
    *,
    title: Text = DISTRICT_TITLE,
    labels: tuple[str, ...] = (),
    pitch: float = 0,
    zoom: float = 16,
) -> Scene:
    """A scene of a few offices on a plot of land, with names hung west of them."""
    offices = _offices_frame(list(office_names))
    measures = []
    for key, breaks in (("parking_ratio", [0.5, 1.0]), ("rent", [80.0, 120.0])):
        measure, classes = cut_measure(
            key, Text(key, key), Text("元" if key == "rent" else "车位"), offices[key], breaks
        )
        offices[measure.class_field] = classes
        measures.append(measure)
    longitude, latitude = CENTRE
    land = gpd.GeoDataFrame(
        geometry=[box(longitude - 0.02, latitude - 0.02, longitude + 0.02, latitude + 0.02)],
        crs=4490,
    )
    hung = gpd.GeoDataFrame(
        {"text": list(labels)},
        geometry=[
            Point(longitude - 2 * STEP, latitude + number * STEP) for number in range(len(labels))
        ],
        crs=4490,
    )
    columns = ["id", "name", "parking_ratio", "rent", *(m.class_field for m in measures)]
    return Scene(
        deck=draw(
            [
                areas("land", land, palette.LAND),
                blocks("offices", offices, "height", columns=columns),
                names("labels", hung, "text", 20),
            ],
            look_at(longitude, latitude, zoom, pitch, 0),
        ),
        title=title,
        subject="offices",
        measures=tuple(measures),
        legend=(LegendEntry(Text("陆地", "land"), palette.LAND, symbol="area"),),
        cards={
            "offices": Card(
                "name",
                fields=(
                    Field("parking_ratio", Text("车位配比", "parking ratio"), "车位/100㎡", 2),
                    Field("rent", Text("租金", "rent"), "元/㎡·月", 0),
                ),
            )
        },
        labels=("labels",),
        pills=(SCHEMATIC,),
        moment=date(2026, 1, 1),
    )
