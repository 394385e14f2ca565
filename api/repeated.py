"""Parameters that are given twice where only one value can count."""

from __future__ import annotations

from collections import Counter
from typing import Any

from fastapi import Depends, Request
from pydantic import BaseModel

from api.problems import ProblemError


def _takes_several(schema: dict[str, Any]) -> bool:
    return any(part.get("type") == "array" for part in (schema, *schema.get("anyOf", ())))


def once(parameters: type[BaseModel]) -> Any:
    """Return a dependency that refuses a parameter given twice, unless it is a list.

    Otherwise the last one counts, and whoever wrote the first is not told.
    """
    declared = parameters.model_json_schema()["properties"]
    single = {name for name, schema in declared.items() if not _takes_several(schema)}

    def check(request: Request) -> None:
        given = Counter(name for name, _ in request.query_params.multi_items())
        for name, times in given.items():
            if times > 1 and name in single:
                raise ProblemError(
                    400,
                    f"{name}：给了 {times} 次，只能给一次",
                    f"{name}: is given {times} times and may be given once",
                )

    return Depends(check)
