"""The layer of roads: the street network with what may be walked, bridges and tunnels."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.example_city.arterials import railway
from layers.example_city.entrances import walkable_streets
from layers.example_city.frames import DATA_DATE, DRAWN_SOURCE, SIMULATED_SOURCE, finished
from layers.example_city.landcover import landcover


def road_layer() -> gpd.GeoDataFrame:
    """Return the stretches of street between junctions.

    Drawn streets are estimated and bear their real names from memory; the rest is simulated.
    What crosses water or the railway is a bridge; motorways and road tunnels are not walked.
    """
    lines = walkable_streets()
    shapes = lines.geometry.to_numpy()
    water = landcover()[landcover()["kind"] == "water"].geometry
    beneath = shapely.union_all([*water, *railway().geometry])
    shapely.prepare(beneath)
    tunnel = lines["tunnel"].to_numpy(dtype=bool)
    bridge = shapely.intersects(beneath, shapes) & ~tunnel
    drawn = (lines["origin"] == "drawn").to_numpy()
    rows = pd.DataFrame(
        {
            "id": [f"R{i + 1:05d}" for i in range(len(lines))],
            "name": lines["name"],
            "road_class": lines["road_class"],
            "walkable": (lines["road_class"] != "motorway").to_numpy() & ~tunnel,
            "level": np.where(tunnel, -1, np.where(bridge, 1, 0)),
            "bridge": bridge,
            "tunnel": tunnel,
            "steps": lines["steps"].astype(bool),
            "provenance": np.where(drawn, "estimated", "simulated"),
            "source": np.where(drawn, DRAWN_SOURCE, SIMULATED_SOURCE),
            "source_date": DATA_DATE,
            "exceptions": [{"name": "unverified"} if is_drawn else None for is_drawn in drawn],
        }
    )
    return finished("road", rows, shapes)
