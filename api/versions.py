"""Versions of one feature: what ``ETag`` says, and ``If-Match`` asks for (RFC 9110, 13.1.1)."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends, Header

from api.problems import ProblemError

_TAG = r'(?:W/)?"[^"]*"'


def tag_of(batch: int) -> str:
    """Return the entity tag of a feature whose last change is of this batch."""
    return f'"{batch}"'


def _if_match(
    if_match: Annotated[
        str | None,
        Header(
            description="只在单元仍是这个版本（ETag）时修改，否则 412"
            " change the unit only if it still is of this version (ETag), else 412",
            examples=['"42"'],
        ),
    ] = None,
) -> frozenset[int] | None:
    """Return the batches that a change may follow, None for any."""
    if if_match is None or if_match.strip() == "*":
        return None
    if not re.fullmatch(rf"\s*{_TAG}(?:\s*,\s*{_TAG})*\s*", if_match):
        raise ProblemError(
            400,
            'If-Match：要是带引号的版本（"42"），或 *',
            'If-Match: must be versions in quotes ("42"), or *',
        )
    # a weak tag never matches, nor does one that is not ours
    return frozenset(
        int(tag.strip('"'))
        for tag in re.findall(_TAG, if_match)
        if re.fullmatch(r'"\d{1,18}"', tag)
    )


IfMatch = Annotated[frozenset[int] | None, Depends(_if_match)]
"""Batches that a change may follow, None for any."""
