"""Errors as problem documents (RFC 9457), in Chinese or English, without database text."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pandas.errors import DatabaseError as PandasDatabaseError
from psycopg.errors import DataError, QueryCanceled
from sqlalchemy.exc import DBAPIError, OperationalError
from starlette.exceptions import HTTPException

from cim.cluster import ClusterError
from cim.database import CityError
from cim.model import UnknownLayerError

_log = logging.getLogger("cim.api")

_TITLES = {
    400: ("请求有误", "Bad request"),
    403: ("不允许", "Forbidden"),
    404: ("找不到", "Not found"),
    405: ("不支持此方法", "Method not allowed"),
    412: ("此后已有改动", "Precondition failed"),
    415: ("请求体格式不对", "Unsupported media type"),
    406: ("没有这种格式", "Not acceptable"),
    500: ("服务内部错误", "Internal error"),
    503: ("暂时无法回答", "Service unavailable"),
}

# what pydantic found, in the caller's words; {name} is filled from the error's context
_REASONS = {
    "extra_forbidden": ("没有这个参数", "there is no such parameter"),
    "missing": ("缺少此参数", "this parameter is required"),
    "float_parsing": ("不是数字", "is not a number"),
    "int_parsing": ("不是整数", "is not a whole number"),
    "datetime_parsing": ("不是时刻（ISO 8601）", "is not a moment (ISO 8601)"),
    "datetime_from_date_parsing": ("不是时刻（ISO 8601）", "is not a moment (ISO 8601)"),
    "datetime_object_invalid": ("不是时刻（ISO 8601）", "is not a moment (ISO 8601)"),
    **dict.fromkeys(
        ("date_from_datetime_parsing", "date_parsing", "date_from_datetime_inexact"),
        ("不是日期，应写作 2027-03-01", "is not a date such as 2027-03-01"),
    ),
    "json_invalid": ("请求体不是 JSON", "the body is not JSON"),
    "bool_parsing": ("只能是 true 或 false", "must be true or false"),
    "finite_number": ("不是有限的数", "is not a finite number"),
    "greater_than_equal": ("不能小于 {ge:g}", "must be at least {ge:g}"),
    "greater_than": ("必须大于 {gt:g}", "must be above {gt:g}"),
    "less_than_equal": ("不能大于 {le:g}", "must be at most {le:g}"),
    "string_too_short": ("太短", "is too short"),
    "string_too_long": ("太长", "is too long"),
    "too_long": ("至多 {max_length} 项", "at most {max_length} entries"),
    "model_attributes_type": ("要是一个 JSON 对象", "must be a JSON object"),
    "enum": ("只能是 {expected}", "must be one of {expected}"),
    "literal_error": ("只能是 {expected}", "must be one of {expected}"),
}


class ProblemError(Exception):
    """An answer that is an error, with what the caller can do about it."""

    def __init__(self, status: int, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.status = status
        self.zh = zh
        self.en = en


def speaks_english(request: Request) -> bool:
    """Whether the caller prefers English; Chinese where nothing is said."""
    languages = request.headers.get("accept-language", "").casefold()
    zh, en = languages.find("zh"), languages.find("en")
    return en >= 0 and (zh < 0 or en < zh)


def problem_response(
    request: Request, status: int, zh: str, en: str, **members: Any
) -> JSONResponse:
    """Return a problem document."""
    english = speaks_english(request)
    title = _TITLES.get(status, ("请求未完成", "Request failed"))
    return JSONResponse(
        {
            "type": "about:blank",
            "title": title[english],
            "status": status,
            "detail": en if english else zh,
            "instance": request.url.path,
            **members,
        },
        status_code=status,
        media_type="application/problem+json",
        headers={"Retry-After": "5"} if status == 503 else None,
    )


def _parameter(error: dict[str, Any], english: bool) -> dict[str, str]:
    """Tell which parameter is wrong, and how."""
    place = [str(part) for part in error["loc"] if part not in ("query", "path", "body")]
    reason = _REASONS.get(error["type"])
    message = str(error["msg"]).removeprefix("Value error, ")
    if reason is not None:
        try:
            message = reason[english].format(**error.get("ctx", {}))
        except (KeyError, ValueError):
            message = reason[english]
    return {"parameter": ".".join(place), "detail": message}


def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
    found = [_parameter(dict(one), speaks_english(request)) for one in error.errors()]
    text = "; ".join(
        f"{one['parameter']}: {one['detail']}" if one["parameter"] else one["detail"]
        for one in found
    )
    return problem_response(request, 400, text, text, errors=found)


def _database(request: Request, error: DBAPIError) -> JSONResponse:
    if isinstance(error.orig, QueryCanceled):
        return problem_response(
            request,
            503,
            "查询用时太长，已中止；请缩小范围再试",
            "The query took too long and was stopped; ask for less",
        )
    if isinstance(error.orig, DataError):
        # a NUL in a text, a number beyond what a column holds: found out only by the database
        return problem_response(
            request,
            400,
            "有一个参数值无法处理（数值过大，或含有不能存储的字符）",
            "A value cannot be used: a number too large, or a character that cannot be stored",
        )
    _log.error("database error", exc_info=error)
    if isinstance(error, OperationalError) or error.connection_invalidated:
        return problem_response(
            request,
            503,
            "数据库暂时不可用，正在恢复；请稍后再试",
            "The database is not available at the moment; try again",
        )
    return problem_response(request, 500, "服务内部错误", "Internal error")


def handle_problems(app: FastAPI) -> None:
    """Make every error of the service a problem document."""

    @app.exception_handler(ProblemError)
    def _problem(request: Request, error: ProblemError) -> JSONResponse:
        return problem_response(request, error.status, error.zh, error.en)

    @app.exception_handler(RequestValidationError)
    def _validation(request: Request, error: RequestValidationError) -> JSONResponse:
        return _invalid(request, error)

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> JSONResponse:
        zh, en = _TITLES.get(error.status_code, ("请求未完成", "Request failed"))
        path = request.url.path
        return problem_response(request, error.status_code, f"{zh}：{path}", f"{en}: {path}")

    @app.exception_handler(UnknownLayerError)
    def _layer(request: Request, error: UnknownLayerError) -> JSONResponse:
        zh, _, en = str(error).partition(" / ")
        return problem_response(request, 404, zh, en)

    @app.exception_handler(DBAPIError)
    def _dbapi(request: Request, error: DBAPIError) -> JSONResponse:
        return _database(request, error)

    @app.exception_handler(PandasDatabaseError)
    def _pandas(request: Request, error: PandasDatabaseError) -> JSONResponse:
        cause = error.__cause__
        if isinstance(cause, DBAPIError):
            return _database(request, cause)
        raise error

    @app.exception_handler(ClusterError)
    @app.exception_handler(CityError)
    def _city(request: Request, error: Exception) -> JSONResponse:
        _log.error("the city cannot be opened", exc_info=error)
        return problem_response(request, 503, "城市数据库打不开", "The city cannot be opened")

    @app.exception_handler(Exception)
    def _any(request: Request, error: Exception) -> JSONResponse:
        _log.error("unexpected error", exc_info=error)
        return problem_response(request, 500, "服务内部错误", "Internal error")
