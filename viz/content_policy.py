"""The content security policy of pages that carry all they need and may ask nobody."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable


def content_policy(scripts: Iterable[str], styles: Iterable[str], images: str) -> str:
    """Return a policy that lets nothing run or load but these inline scripts and styles.

    Parameters
    ----------
    scripts, styles
        As they stand between the tags.
    images
        Sources of pictures within the page, ``data:`` and perhaps ``blob:``.
    """
    return (
        f"default-src 'none'; script-src {' '.join(map(_hash, scripts))};"
        f" style-src {' '.join(map(_hash, styles))};"
        f" img-src {images}; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
