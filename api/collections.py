"""OGC API – Features (17-069r4) over every layer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, func, select

from api.answers import (
    GEOJSON,
    JSON,
    Limit,
    Moment,
    clamped,
    geojson,
    link,
    only_json,
    page_answer,
    takes,
)
from api.problems import ProblemError
from cim.database import reading
from cim.items import ItemsQuery, item, items
from cim.model import LAYERS, Layer, columns_of, fields_of, kind_of, layer_named, public_of
from cim.model.field import UNIT_TITLES
from cim.offices.areas import BoundingBox, box_of

router = APIRouter(tags=["图层 layers (OGC API – Features)"], dependencies=[Depends(only_json)])

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"

CONFORMANCE = (
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
)

LayerName = Annotated[str, Path(description="图层名 name of a layer", examples=["building"])]


class ItemsParameters(BaseModel):
    """Parameters of the items of a layer; any other must be a public field of it."""

    model_config = ConfigDict(extra="allow", allow_inf_nan=False)

    limit: Limit | None = None
    bbox: BoundingBox | None = None
    datetime: str | None = Field(
        None, description="数据日期或区间 date of the data, or interval", examples=["2020-01-01/.."]
    )
    as_of: Moment | None = Field(None, description="某一时刻的图层 the layer as it was then")
    after: str | None = Field(None, description="翻页 continues behind this id")
    f: str | None = Field(None, description="格式 format: json")


def _date(text: str) -> dt.date | None:
    return None if text in ("", "..") else dt.datetime.fromisoformat(text).date()


def _period(value: str | None) -> tuple[dt.date | None, dt.date | None] | None:
    """Read ``2020-01-01``, ``2020-01-01/2021-01-01`` and half-open intervals."""
    if value is None:
        return None
    parts = value.split("/")
    try:
        if len(parts) == 1:
            day = _date(parts[0])
            return day, day
        first, last = parts
        return _date(first), _date(last)
    except ValueError:
        raise ProblemError(
            400, f"datetime 不是日期或区间：{value}", f"datetime is no date or interval: {value}"
        ) from None


_READERS: dict[type, Callable[[str], Any]] = {
    str: str,
    int: int,
    float: float,
    bool: lambda text: {"true": True, "false": False}[text.casefold()],
    dt.date: dt.date.fromisoformat,
    dt.datetime: dt.datetime.fromisoformat,
    list: str,
}
"""How a filter's text becomes a value, by the type of the field."""


def _filterable(layer: type[Layer]) -> list[str]:
    return [name for name in public_of(layer) if kind_of(columns_of(layer)[name]) in _READERS]


def _filters(layer: type[Layer], given: dict[str, Any]) -> dict[str, list[Any]]:
    """Read the parameters that name fields of the layer; each may name several values."""
    read: dict[str, list[Any]] = {}
    names = _filterable(layer)
    for name, value in given.items():
        if name not in names:
            raise ProblemError(
                400,
                f"没有参数 {name}；图层 {layer.__tablename__} 可按这些字段筛选：{'、'.join(names)}",
                f"there is no parameter {name}; fields to filter by: {', '.join(names)}",
            )
        reader = _READERS[kind_of(columns_of(layer)[name])]
        texts = value if isinstance(value, list) else [value]
        try:
            read[name] = [reader(str(text)) for text in texts]
        except (KeyError, ValueError):
            raise ProblemError(
                400, f"{name} 的值 {value} 无法识别", f"{name} cannot be {value}"
            ) from None
    return read


def _extent(connection: Connection, layer: type[Layer]) -> dict[str, Any] | None:
    """Return the bounds of a layer; None where it has no place."""
    box = func.st_extent(layer.__table__.c.geom).label("box")
    row = connection.execute(
        select(func.st_xmin(box), func.st_ymin(box), func.st_xmax(box), func.st_ymax(box))
    ).one()
    if row[0] is None:
        return None
    return {"spatial": {"bbox": [list(row)], "crs": CRS84}}


def _description(request: Request, layer: type[Layer], extent: Any) -> dict[str, Any]:
    name, (zh, en) = layer.__tablename__, layer.__title__
    described: dict[str, Any] = {
        "id": name,
        "title": f"{zh} {en}",
        "description": (layer.__doc__ or "").strip().splitlines()[0],
        "itemType": "feature",
        "crs": [CRS84],
        "links": [
            link(request, f"/collections/{name}", "self", JSON, zh),
            link(request, f"/collections/{name}/items", "items", GEOJSON, zh),
        ],
    }
    if extent is not None:
        described["extent"] = extent
    return described


@router.get("/conformance", dependencies=[takes()], summary="符合的标准 Conformance")
def conformance() -> dict[str, Any]:
    """Return the conformance classes of OGC API – Features that hold."""
    return {"conformsTo": list(CONFORMANCE)}


@router.get("/collections", dependencies=[takes()], summary="全部图层 All layers")
def list_collections(request: Request) -> dict[str, Any]:
    """Return every layer with its title and bounds."""
    with reading() as connection:
        described = [
            _description(request, layer, _extent(connection, layer)) for layer in LAYERS.values()
        ]
    return {
        "links": [link(request, "/collections", "self", JSON, "图层 layers")],
        "collections": described,
    }


@router.get("/collections/{layer}", dependencies=[takes()], summary="一个图层 One layer")
def read_collection(request: Request, layer: LayerName) -> dict[str, Any]:
    """Return one layer with its title and bounds."""
    declared = layer_named(layer)
    with reading() as connection:
        return _description(request, declared, _extent(connection, declared))


_JSON_TYPES: dict[type, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    dt.date: {"type": "string", "format": "date"},
    dt.datetime: {"type": "string", "format": "date-time"},
    list: {"type": "array", "items": {"type": "string"}},
    dict: {"type": "object"},
}


def _property(layer: type[Layer], name: str) -> dict[str, Any]:
    """Describe one public field as JSON Schema, from its declaration."""
    field = fields_of(layer)[name]
    described: dict[str, Any] = {
        "title": field.zh,
        "description": field.en,
        **_JSON_TYPES[kind_of(columns_of(layer)[name])],
    }
    optional = {
        "x-ogc-unit": field.unit,
        "x-unit-title": UNIT_TITLES.get(field.unit or "", field.unit),
        "oneOf": [
            {"const": value, "title": zh, "description": en}
            for value, (zh, en) in field.values.items()
        ]
        or None,
        "minimum": field.minimum,
        "maximum": field.maximum,
        "x-ogc-refersTo": field.refers_to,
    }
    return {**described, **{key: value for key, value in optional.items() if value is not None}}


@router.get(
    "/collections/{layer}/schema", dependencies=[takes()], summary="图层的字段 Fields of a layer"
)
def read_schema(request: Request, layer: LayerName) -> dict[str, Any]:
    """Return the public fields of a layer as JSON Schema (OGC API – Features, Part 5)."""
    declared = layer_named(layer)
    kinds = columns_of(declared)["geom"].info["kinds"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": link(request, f"/collections/{layer}/schema", "self", JSON, layer)["href"],
        "type": "object",
        "title": " ".join(declared.__title__),
        "properties": {
            **{name: _property(declared, name) for name in public_of(declared)},
            "geom": {
                "title": "几何",
                "description": "Geometry: " + ", ".join(kinds),
                "x-ogc-role": "primary-geometry",
            },
        },
    }


@router.get("/collections/{layer}/items", summary="图层的要素 Features of a layer")
def list_items(
    request: Request, layer: LayerName, query: Annotated[ItemsParameters, Query()]
) -> Response:
    """Return features of a layer in the order of their identifiers."""
    declared = layer_named(layer)
    wanted = ItemsQuery(
        limit=clamped(query.limit),
        bbox=box_of(query.bbox),
        as_of=query.as_of,
        period=_period(query.datetime),
        equal=_filters(declared, query.model_extra or {}),
        after=query.after,
    )
    with reading() as connection:
        page = items(connection, declared, wanted)
    following = {"after": page.after} if page.after else None
    return page_answer(request, page.features, page.matched, following)


@router.get(
    "/collections/{layer}/items/{identifier:path}",
    dependencies=[takes("as_of")],
    summary="一个要素 One feature",
)
def read_item(layer: LayerName, identifier: str, as_of: Moment | None = None) -> Response:
    """Return one feature of a layer, now or as it was."""
    with reading() as connection:
        found = item(connection, layer_named(layer), identifier, as_of)
    if found is None:
        raise ProblemError(
            404,
            f"图层 {layer} 里没有 {identifier}",
            f"there is no {identifier} in layer {layer}",
        )
    return geojson(found)
