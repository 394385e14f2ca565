"""Candidate business districts: known by name, unconfirmed by the district."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.example_city.facts import drawing
from layers.example_city.frames import DATA_DATE, finished


def business_district_layer() -> gpd.GeoDataFrame:
    """Return the candidates with hand-drawn outlines."""
    drawn = drawing("business_districts.geojson")
    rows = pd.DataFrame(drawn[["id", "name", "kind", "provenance", "source"]])
    rows["confirmed"] = False
    rows["source_date"] = DATA_DATE
    return finished("business_district", rows, np.asarray(drawn.geometry.array))
