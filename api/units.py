"""Daily work: a unit is reserved, let, verified, or its rent changes."""

from __future__ import annotations

import json
import math
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict
from sqlalchemy import select

from api.answers import GEOJSON, geojson, takes
from api.office_examples import UNIT, UNIT_CHANGED
from api.problems import ProblemError
from api.versions import IfMatch, tag_of
from api.writes import WRITES
from cim.database import open_city, reading
from cim.items import item
from cim.model import content_of
from cim.model.office_unit import OfficeUnit
from layers.editing import ChangedSinceError, EditError, UnknownFeatureError, edit

router = APIRouter(tags=["商办用房 offices"])

UnitId = Annotated[str, Path(description="单元编号 id of a unit")]

_EXAMPLE: JsonDict = {"status": "let", "rent": 85, "by": "招商一组", "reason": "已签约"}
_FIXED = ("id", "dataset", "geom", "source", "source_date", "provenance", "exceptions")
"""What an officer's day does not touch: where a row stands on is told by who imports it."""

_EDITABLE = [name for name in content_of(OfficeUnit) if name not in _FIXED]


class UnitChange(BaseModel):
    """New values by field, with who makes the change and why; null makes a value unknown."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [_EXAMPLE]})

    by: str | None = Field(
        None, max_length=100, description="操作人，默认为服务的系统用户 who makes the change"
    )
    reason: str | None = Field(None, max_length=500, description="原因 why")


def _as_written(name: str, value: object) -> str:
    """Return a JSON value as a person would write it into a cell.

    Raises
    ------
    ProblemError
        It is a nested value, or no finite number.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return "、".join(value)
    if isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value)):
        return str(value)
    raise ProblemError(
        400, f"{name}：只能是文字、数字、是否或文字列表", f"{name}: must be text, number or list"
    )


def _read(identifier: str) -> tuple[str, int]:
    """Return a unit and the batch that changed it last."""
    last = select(OfficeUnit.batch).where(OfficeUnit.id == identifier)
    with reading() as connection:
        found, batch = item(connection, OfficeUnit, identifier), connection.scalar(last)
    if found is None or batch is None:
        raise ProblemError(404, f"没有单元 {identifier}", f"there is no unit {identifier}")
    return found, batch


@router.get(
    "/units/{identifier:path}",
    dependencies=[takes()],
    responses=UNIT,
    summary="一个单元 One unit of an office",
)
def read_unit(identifier: UnitId) -> Response:
    """Return a unit and its version in ``ETag``; tenants and lease ends are never served."""
    feature, batch = _read(identifier)
    answer = geojson(feature)
    answer.headers["ETag"] = tag_of(batch)
    return answer


@router.patch(
    "/units/{identifier:path}",
    dependencies=[*WRITES, takes()],
    responses=UNIT_CHANGED,
    summary="修改单元 Change a unit",
)
def change_unit(
    identifier: UnitId, change: Annotated[UnitChange, Body()], follows: IfMatch
) -> Response:
    """Change fields of a unit as one batch, through the checks that an import goes through.

    The answer is the unit as it is now, with the number of the batch in ``Batch-Number`` (without
    that header nothing differed) and in ``warnings`` the rules it now breaks. Labels are fresh
    when the answer is there, unless a longer refresh is under way: the office then says so.

    With ``If-Match`` it is changed only if nobody changed it since it was of that version, which
    ``ETag`` tells here and of `GET`; else 412 and nothing is changed (RFC 9110).
    """
    given: dict[str, Any] = change.model_extra or {}
    if not given:
        raise ProblemError(
            400,
            f"没有要修改的字段；可用：{'、'.join(_EDITABLE)}",
            f"no field to change; there are: {', '.join(_EDITABLE)}",
        )
    if refused := [name for name in given if name in _FIXED]:
        raise ProblemError(
            400,
            f"{refused[0]} 不能这样修改；可用：{'、'.join(_EDITABLE)}",
            f"{refused[0]} cannot be changed here; there are: {', '.join(_EDITABLE)}",
        )
    values = {name: _as_written(name, value) for name, value in given.items()}
    try:
        outcome = edit(
            open_city(),
            OfficeUnit,
            identifier,
            values,
            made_by=change.by,
            reason=change.reason,
            patient=False,
            follows=follows,
        )
    except UnknownFeatureError:
        raise ProblemError(
            404, f"没有单元 {identifier}", f"there is no unit {identifier}"
        ) from None
    except EditError as error:
        chinese, _, english = str(error).partition(" / ")
        status = 412 if isinstance(error, ChangedSinceError) else 400
        raise ProblemError(status, chinese, english or chinese) from None
    feature, batch = _read(identifier)
    # of this change, even where the unit was read after somebody's next one
    headers = {"ETag": tag_of(outcome.batch or batch)}
    if outcome.batch is not None:
        headers["Batch-Number"] = str(outcome.batch)
    warnings = json.dumps(outcome.warnings, ensure_ascii=False)
    feature = f'{feature[:-1]},"warnings":{warnings}}}'
    return Response(feature, media_type=GEOJSON, headers=headers)
