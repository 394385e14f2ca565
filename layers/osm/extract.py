"""Features of an OpenStreetMap extract, streamed off the file: points and areas with their tags.

Osmium assembles the areas (closed ways and multipolygon relations) and filters by tag in C++;
only what a layer asks for reaches Python.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import pandas as pd
import shapely
from osmium.filter import IdFilter
from osmium.io import Reader
from osmium.osm import NOTHING, RELATION, WAY, Area, Node, Relation, Way
from osmium.osm.types import OSMEntity

from layers.findings import Finding
from layers.source import CHUNK, GEOMETRY, SourceError

Filter = Any
"""A filter of `osmium.filter`, run in C++."""

_CORNERS = 3
_ONLY_A_POINT = "只画成一个点，没有轮廓 / is drawn as a point only and has no outline"
_NODES_MISSING = (
    "在数据边界被截断：部分节点不在文件内 / is cut at the edge of the extract: nodes are missing"
)
_MEMBERS_MISSING = (
    "在数据边界被截断：部分成员不在文件内 / is cut at the edge of the extract: members are missing"
)
_NO_OUTLINE = (
    "轮廓不闭合、自相交或标为 area=no，不是面"
    " / its outline is open, crosses itself or says area=no: not an area"
)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Say which file osmium stumbled over."""
    try:
        yield
    except RuntimeError as error:
        raise SourceError(f"{path.name} 读不出来 / cannot read {path.name}: {error}") from None


def data_date(path: Path) -> dt.date | None:
    """Return the day of the data that the header states; None where it states none.

    Raises
    ------
    SourceError
        The file is missing, empty, of another kind, or holds the history of features.
    """
    if not path.is_file():
        raise SourceError(f"找不到文件 / no such file: {path}")
    if path.stat().st_size == 0:
        raise SourceError(f"文件是空的 / the file is empty: {path.name}")
    with _readable(path), Reader(path, NOTHING) as reader:
        header = reader.header()
    if header.has_multiple_object_versions:
        raise SourceError(
            f"{path.name} 含要素的历史版本，请改用当前数据的摘录"
            f" / {path.name} holds past versions of features: take an extract of the current data"
        )
    stated = header.get("osmosis_replication_timestamp") or header.get("timestamp")
    return dt.date.fromisoformat(stated[:10]) if stated else None


def ways(path: Path, chosen: Filter, *, located: bool) -> Iterator[Way]:
    """Yield the ways that a filter lets pass, with the coordinates of their nodes if `located`."""
    # nodes are read only where their places are wanted
    processor = (
        osmium.FileProcessor(path).with_locations()
        if located
        else osmium.FileProcessor(path, entities=WAY)
    )
    with _readable(path):
        for thing in processor.with_filter(chosen):
            if isinstance(thing, Way):
                yield thing


def remark(code: str, identifier: str, reason: str, name: str = "geom", value: str = "") -> Finding:
    """Make a remark about one feature; an extract has no rows to number."""
    return Finding(code=code, row=None, id=identifier, field=name, value=value, reason=reason)


@dataclass
class _Batch:
    """Features read so far, column by column, and what is still open."""

    keys: Sequence[str]
    points: bool
    remarks: list[Finding]
    seen: set[str] = field(default_factory=set)
    ids: list[str] = field(default_factory=list)
    wkb: list[str] = field(default_factory=list)
    tags: list[list[str | None]] = field(default_factory=list)
    open_ways: set[int] = field(default_factory=set)
    open_relations: dict[int, list[int]] = field(default_factory=dict)
    factory: Any = field(default_factory=osmium.geom.WKBFactory)

    def take(self, thing: OSMEntity) -> None:
        """Take in one object of the file, in the order in which osmium gives them."""
        if isinstance(thing, Area):
            self._take_area(thing)
        elif isinstance(thing, Way):
            # its area follows, if it can be assembled
            self.open_ways.add(thing.id)
        elif isinstance(thing, Relation):
            # other relations (sites, routes) only gather features, they have no outline
            if thing.tags.get("type") == "multipolygon":
                members = [member.ref for member in thing.members if member.type == "w"]
                self.open_relations[thing.id] = members
        elif isinstance(thing, Node) and f"n{thing.id}" not in self.seen:
            if self.points:
                self._add(f"n{thing.id}", self.factory.create_point(thing), thing)
            else:
                self.remarks.append(remark("feature-left-out", f"n{thing.id}", _ONLY_A_POINT))

    def _take_area(self, area: Area) -> None:
        # what could not be assembled comes without rings
        if not area.num_rings()[0]:
            return
        code = f"{'w' if area.from_way() else 'r'}{area.orig_id()}"
        if area.from_way():
            self.open_ways.discard(area.orig_id())
        else:
            self.open_relations.pop(area.orig_id(), None)
        if code not in self.seen:
            self._add(code, self.factory.create_multipolygon(area), area)

    def _add(self, code: str, wkb: str, thing: Node | Area) -> None:
        self.ids.append(code)
        self.wkb.append(wkb)
        tag = thing.tags.get
        self.tags.append([tag(key) for key in self.keys])

    def frame(self) -> pd.DataFrame:
        """Return what was read as a frame, and start anew."""
        rows = pd.DataFrame(self.tags, columns=list(self.keys), dtype="string")
        rows.insert(0, "id", self.ids)
        rows["cut"] = False
        rows[GEOMETRY] = shapely.from_wkb(self.wkb)
        self.ids, self.wkb, self.tags = [], [], []
        return rows


def features(
    path: Path,
    chosen: Sequence[Filter],
    keys: Sequence[str],
    remarks: list[Finding],
    *,
    points: bool = True,
    areas: bool = True,
    cut: bool = False,
) -> Iterator[pd.DataFrame]:
    """Yield the features of an extract in chunks, with some of their tags.

    Parameters
    ----------
    path
        Any file that osmium reads.
    chosen
        A feature that any of these filters lets pass is given once; each costs one reading.
    keys
        Tags to give.
    remarks
        Receives the features that are cut off, and those that are no area.
    points, areas
        What to give. Areas are closed ways and multipolygon relations.
    cut
        Give closed ways of which the extract lacks nodes, too, with the outline of those it has:
        for what counts even where its edge is not known.

    Yields
    ------
    DataFrame
        With ``id`` (``n1``, ``w1``, ``r1``), one text column for each key, ``cut`` and shapely
        geometries in WGS84 degrees.

    Raises
    ------
    SourceError
        The file is damaged.
    """
    seen: set[str] = set()
    for at, one in enumerate(chosen):
        batch = _Batch(keys, points, remarks, seen)
        several = at + 1 < len(chosen)
        found: set[str] = set()
        with _readable(path):
            for thing in _processor(path, one, areas=areas):
                batch.take(thing)
                if len(batch.ids) >= CHUNK:
                    found.update(batch.ids if several else ())
                    yield batch.frame()
        found.update(batch.ids if several else ())
        if batch.ids:
            yield batch.frame()
        if areas:
            told = _tell_open(path, batch)
            found.update(told)
            if cut and len(rest := _cut_areas(path, told, keys)):
                yield rest
        seen |= found


def _processor(path: Path, chosen: Filter, *, areas: bool) -> osmium.FileProcessor:
    if areas:
        return osmium.FileProcessor(path).with_areas(chosen).with_filter(chosen)
    return osmium.FileProcessor(path, entities=osmium.osm.NODE).with_filter(chosen)


def _tell_open(path: Path, batch: _Batch) -> list[str]:
    """Remark on the ways and relations that became no area; return their identifiers."""
    lacking = {f"w{way}": ([way], _NODES_MISSING) for way in sorted(batch.open_ways)} | {
        f"r{relation}": (members, _MEMBERS_MISSING)
        for relation, members in sorted(batch.open_relations.items())
    }
    whole = _whole_ways(path, {way for members, _ in lacking.values() for way in members})
    told = []
    for code, (members, reason) in lacking.items():
        if code in batch.seen:
            continue
        if whole.issuperset(members):
            told.append(remark("row-left-out", code, _NO_OUTLINE))
        else:
            told.append(remark("feature-incomplete", code, reason))
    batch.remarks.extend(told)
    return [str(one.id) for one in told]


def _whole_ways(path: Path, wanted: set[int]) -> set[int]:
    """Return which of some ways the extract holds with all their nodes."""
    if not wanted:
        return set()
    chosen = IdFilter(wanted)
    chosen.enable_for(WAY | RELATION)
    return {
        way.id
        for way in ways(path, chosen, located=True)
        if all(node.location.valid() for node in way.nodes)
    }


def _cut_areas(path: Path, told: list[str], keys: Sequence[str]) -> pd.DataFrame:
    """Return the closed ways among some features, drawn through the nodes the extract has."""
    wanted = {int(code[1:]) for code in told if code.startswith("w")}
    rows, places = [], []
    for way in ways(path, IdFilter(wanted), located=True) if wanted else ():
        known = dict.fromkeys((n.lon, n.lat) for n in way.nodes if n.location.valid())
        if way.id in wanted and way.is_closed() and known:
            rows.append([f"w{way.id}", *(way.tags.get(key) for key in keys)])
            # of two corners no area can be drawn: their middle is where it begins
            points = shapely.MultiPoint(list(known))
            places.append(
                shapely.Polygon(list(known)) if len(known) >= _CORNERS else points.centroid
            )
    frame = pd.DataFrame(rows, columns=["id", *keys], dtype="string")
    frame["cut"] = True
    return frame.assign(**{GEOMETRY: np.array(places, dtype=object)})
