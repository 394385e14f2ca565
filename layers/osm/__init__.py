"""OpenStreetMap extracts (``.osm.pbf`` and whatever else osmium reads) as layers of the city.

Each layer is one reading of the file; nothing but the places of the nodes is held in memory.
Identifiers are those of OpenStreetMap: ``n1`` a node, ``w1`` a way, ``r1`` a relation.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import pandas as pd
from osmium.filter import KeyFilter, TagFilter

from layers.findings import Finding
from layers.importing import dataset_name
from layers.mapping import Mapping
from layers.osm import amenities, buildings, car_parks, offices, transport
from layers.osm.extract import Filter, data_date, features
from layers.osm.stretches import road_stretches
from layers.source import Source, SourceError

__all__ = ["ATTRIBUTION", "osm_sources"]

ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0"
"""What the licence of OpenStreetMap asks to be shown with its data."""

Rows = Callable[[pd.DataFrame, list[Finding]], pd.DataFrame]


@dataclass(frozen=True)
class _Reading:
    """How features become one layer: which ones, what of them, and what else all of them are."""

    layer: str
    chosen: tuple[Filter, ...]
    keys: tuple[str, ...]
    rows: Rows
    points: bool = True
    areas: bool = True
    cut: bool = False
    constants: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()

    def chunks(self, path: Path, remarks: list[Finding]) -> Iterator[pd.DataFrame]:
        """Read the layer off the file, from its beginning."""
        found = features(
            path,
            self.chosen,
            self.keys,
            remarks,
            points=self.points,
            areas=self.areas,
            cut=self.cut,
        )
        for frame in found:
            yield self.rows(frame, remarks)


def _readings() -> Iterator[_Reading]:
    """Yield how each layer is read, those that others refer to first."""
    yield _Reading(
        "building",
        (KeyFilter("building"),),
        buildings.KEYS,
        buildings.building_rows,
        points=False,
    )
    yield _Reading(
        "office",
        (KeyFilter("office"), TagFilter(("building", "office"), ("building", "commercial"))),
        offices.KEYS,
        offices.office_rows,
        constants=(("use", "办公"),),
    )
    yield _Reading(
        "parking",
        (TagFilter(("amenity", "parking")),),
        car_parks.KEYS,
        car_parks.parking_rows,
        cut=True,
    )
    yield _Reading(
        "station",
        (TagFilter(("railway", "station"), ("railway", "halt")),),
        transport.STATION_KEYS,
        transport.station_rows,
        constants=(("status", "operating"),),
        notes=(transport.LIGHT_RAIL,),
    )
    yield _Reading(
        "station_entrance",
        (TagFilter(("railway", "subway_entrance"), ("railway", "train_station_entrance")),),
        transport.ENTRANCE_KEYS,
        transport.entrance_rows,
        areas=False,
    )
    yield _Reading(
        "bus_stop",
        (TagFilter(("highway", "bus_stop")),),
        transport.BUS_STOP_KEYS,
        transport.bus_stop_rows,
        areas=False,
    )
    yield _Reading(
        "amenity",
        (TagFilter(*amenities.TAGS), KeyFilter("shop")),
        amenities.KEYS,
        amenities.amenity_rows,
    )


def osm_sources(path: Path, dataset: str | None = None) -> Iterator[tuple[str, Source, Mapping]]:
    """Yield each layer an extract has something for: its name, its rows, how they are mapped.

    Parameters
    ----------
    path
        OpenStreetMap file with current data, sorted as all extracts are.
    dataset
        Name of the dataset; by default that of the file.

    Yields
    ------
    name, source, mapping
        What others refer to comes first. The source's remarks are complete once it is read:
        features cut at the edge, values left unknown.

    Raises
    ------
    SourceError
        The file cannot be read, or holds nothing that a layer takes.
    """
    stated = data_date(path)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    constants: dict[str, Any] = {"source": ATTRIBUTION, "provenance": "published"}
    if stated is not None:
        constants["source_date"] = stated.isoformat()
    any_layer = False
    for name, read, own, notes in _layers(path):
        source = _unless_empty(path, read, digest, notes)
        if source is not None:
            any_layer = True
            mapping = Mapping(
                dataset=dataset or dataset_name(source.name), constants={**constants, **dict(own)}
            )
            yield name, source, mapping
    if not any_layer:
        raise SourceError(
            f"{path.name} 里没有任何图层可收的要素 / {path.name} holds nothing that a layer takes"
        )


_Read = Callable[[list[Finding]], Iterator[pd.DataFrame]]


def _layers(
    path: Path,
) -> Iterator[tuple[str, _Read, tuple[tuple[str, str], ...], tuple[str, ...]]]:
    """Yield name, reading, constants and notes of each layer."""
    for one in _readings():
        yield one.layer, partial(one.chunks, path), one.constants, one.notes
    yield "road", partial(road_stretches, path), (), ()


def _unless_empty(path: Path, read: _Read, digest: str, notes: tuple[str, ...]) -> Source | None:
    """Make a source of a reading that has begun; None where the file has no row for it."""
    remarks: list[Finding] = []
    reading = read(remarks)
    first = next((frame for frame in reading if len(frame)), None)
    if first is None:
        return None
    begun = [chain([first], reading)]

    def chunks() -> Iterator[pd.DataFrame]:
        # what was begun serves the first reader, who has its remarks
        if begun:
            yield from begun.pop()
            return
        remarks.clear()
        yield from read(remarks)

    return Source(
        name=path.name,
        crs="EPSG:4326",
        rows=None,
        chunks=chunks,
        digest=lambda: digest,
        crs_from="OpenStreetMap 一律用 WGS84 / OpenStreetMap is always in WGS84",
        remarks=remarks,
        notes=list(notes),
    )
