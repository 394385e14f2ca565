"""Changes of a request, and what it is then."""

from __future__ import annotations

from typing import Any

from cim.matching.need import Request

Patch = dict[str, Any]
"""Change of a request, merged into it as RFC 7396 says."""


def patch_of(path: str, value: Any) -> Patch:
    """Return the patch that states a value under a path."""
    patch: Any = value
    for name in reversed(path.split(".")):
        patch = {name: patch}
    found: Patch = patch
    return found


def merge(document: Any, patch: Any) -> Any:
    """Merge a patch into a document (RFC 7396)."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(document) if isinstance(document, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge(merged.get(name), value)
    return merged


def together(first: Patch, second: Patch) -> Patch:
    """Return one patch that does what two do; unlike a merge it keeps what they take away."""
    found = dict(first)
    for name, value in second.items():
        old = found.get(name)
        both = isinstance(old, dict) and isinstance(value, dict)
        found[name] = together(old, value) if both else value  # type: ignore[arg-type]
    return found


def patched(request: Request, *patches: Patch) -> Request:
    """Return a request with changes."""
    document = request.model_dump(mode="json", exclude_unset=True)
    for patch in patches:
        document = merge(document, patch)
    return Request.model_validate(document)


_DROPPED = {"need.area.min": {"need": {"area": {"min": None}, "headcount": None}}}
"""Patches that take a bound away, where more than its own value states it."""


def dropped(request: Request, path: str) -> Request:
    """Return a request without a bound."""
    if path == "need.use":
        return patched(request, patch_of(path, ["全部"]))
    return patched(request, _DROPPED.get(path, patch_of(path, None)))
