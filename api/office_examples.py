"""Examples of what the routes of offices answer, for the description of the service."""

from __future__ import annotations

from typing import Any

from api.answers import GEOJSON, JSON

Responses = dict[int | str, dict[str, Any]]

_PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string", "description": "错误的种类 kind of the error"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "哪里不对、怎么办 what is wrong"},
        "instance": {"type": "string", "description": "请求的地址 path that was asked"},
        "errors": {
            "type": "array",
            "description": "逐个参数 parameter by parameter",
            "items": {
                "type": "object",
                "properties": {"parameter": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}
"""A problem document (RFC 9457), as `api.problems.problem_response` writes it."""


def problem(description: str) -> dict[str, Any]:
    """Return a refusal as the description of the service tells it."""
    return {
        "description": description,
        "content": {"application/problem+json": {"schema": _PROBLEM}},
    }


_BAD = problem("参数有误 bad parameter")

AREA: dict[str, Any] = {
    "within": {
        "type": "Polygon",
        "coordinates": [[[114.1, 22.53], [114.13, 22.53], [114.13, 22.56], [114.1, 22.53]]],
    },
    "area_min": 500,
    "labels": ["近地铁"],
}

_TABLES = {
    "text/csv": {"schema": {"type": "string"}},
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {
        "schema": {"type": "string", "format": "binary"}
    },
}

FOUND: Responses = {
    200: {
        "content": {
            GEOJSON: {
                "example": {
                    "type": "FeatureCollection",
                    "numberMatched": 1,
                    "numberReturned": 1,
                    "unknown": {"parking_ratio_min": 12},
                    "features": [
                        {
                            "type": "Feature",
                            "id": "luohu-example:F001",
                            "geometry": {"type": "Point", "coordinates": [114.1, 22.54]},
                            "properties": {
                                "id": "luohu-example:F001",
                                "name": "示例中心A座（模拟）",
                                "parking_ratio": 0.6667,
                                "parking_ratio_text": "1:150",
                                "parking_ratio_basis": "office",
                                "parking_ratio_area": "gross_floor_area",
                                "available_area": 5230.0,
                                "matching_units": 4,
                                "nearest_station": "大剧院",
                                "distance_m": 321.4,
                                "walk_min": 5.22,
                                "walk_basis": "network",
                                "labels": ["近地铁", "甲级"],
                                "unverified": False,
                                "provenance": "simulated",
                            },
                        }
                    ],
                }
            },
            **_TABLES,
        }
    },
    400: _BAD,
}

COMPARED: Responses = {
    200: {
        "content": {
            JSON: {
                "example": {
                    "offices": ["luohu-example:F001", "luohu-example:F002"],
                    "rows": [
                        {
                            "name": "walk_min",
                            "zh": "步行到地铁",
                            "en": "Walk to the metro",
                            "unit": "min",
                            "better": "less",
                            "values": {"luohu-example:F001": 5.2, "luohu-example:F002": 9.1},
                            "best": ["luohu-example:F001"],
                        }
                    ],
                }
            },
            **_TABLES,
        }
    },
    400: _BAD,
    404: problem("没有这栋楼宇 no such office"),
}

STOCK: Responses = {
    200: {
        "content": {
            JSON: {
                "example": {
                    "by": {"name": "grade", "zh": "等级", "en": "Grade"},
                    "columns": [{"name": "offices", "zh": "楼宇数", "en": "Offices", "unit": None}],
                    "groups": [{"group": "甲级", "offices": 34}],
                }
            },
            **_TABLES,
        }
    },
    400: _BAD,
}

_VERSION: dict[str, Any] = {
    "ETag": {"description": "版本，可用于 If-Match its version", "schema": {"type": "string"}}
}

UNIT: Responses = {200: {"headers": _VERSION}, 404: problem("没有这个单元 no such unit")}

UNIT_CHANGED: Responses = {
    200: {
        "headers": {
            **_VERSION,
            "Batch-Number": {
                "description": "批次号；没有不同则无 the batch, absent where nothing differed",
                "schema": {"type": "integer"},
            },
        }
    },
    400: problem("字段或值有误，或违反规则 a field or value that cannot be"),
    403: problem("请求来自其他网站的页面 asked by a page of another host"),
    404: problem("没有这个单元 no such unit"),
    412: problem("单元已不是 If-Match 的版本 no longer of that version"),
    415: problem("请求体不是 JSON the body is not JSON"),
    "default": problem("其他错误 any other error"),
}
