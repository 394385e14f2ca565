"""What every route that changes the city asks for, until there is sign-in."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Header, Request

from api.problems import ProblemError


def _only_from_here(
    request: Request,
    origin: Annotated[str | None, Header(include_in_schema=False)] = None,
    sec_fetch_site: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> None:
    """Refuse a change that a page of another host sends through somebody's browser.

    The names under which the service answers are checked already (`api.app.LOOPBACK`); browsers
    tell where a page comes from, other programs need not.
    """
    here = f"{request.url.scheme}://{request.url.netloc}"
    foreign = origin is not None and origin != here
    if foreign or sec_fetch_site in ("cross-site", "same-site"):
        raise ProblemError(
            403,
            "改动只接受来自本服务页面的请求",
            "changes are taken from pages of this service only",
        )


def _only_json(request: Request) -> None:
    """Refuse what a form of any page could send without asking."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
    if kind not in ("application/json", "application/merge-patch+json", "application/geo+json"):
        raise ProblemError(
            415, "请求体须为 JSON（Content-Type: application/json）", "the body must be JSON"
        )


WRITES = [Depends(_only_from_here), Depends(_only_json)]
"""Dependencies of every route that changes something."""
