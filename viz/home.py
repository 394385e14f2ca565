"""The first page: a question on the left, the scene on the right."""

from __future__ import annotations

from pathlib import Path

ASSETS = Path(__file__).with_name("assets") / "home"
"""Folder of the page's own files, served under ``/assets/home``."""

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " frame-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'self'"
)
"""Content security policy: the page asks its own server and nobody else."""


def home_html() -> str:
    """Return the first page."""
    return (ASSETS / "index.html").read_text(encoding="utf-8")
