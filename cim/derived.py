"""Keeps what hangs on a batch in step with it, inside its transaction.

What of an office is free is worked out at once. All else that is derived is only marked here,
and worked out after the commit by `cim.refresh`.
"""

from __future__ import annotations

from sqlalchemy import Connection

from cim.model import Layer
from cim.refresh.marks import mark_after
from cim.stock import refresh_stock_after


def refresh_after(connection: Connection, layer: type[Layer], batch: int) -> None:
    """Follow a batch that was just written."""
    refresh_stock_after(connection, layer, batch)
    mark_after(connection, layer, batch)
