"""What is derived of the layers keeps itself: a batch marks what it touched, and that is redone."""

from cim.refresh.catching_up import catch_up, changing, refresh_all
from cim.refresh.freshness import Failing, Freshness, failing, freshness
from cim.refresh.marks import CHANNEL, mark_all

__all__ = [
    "CHANNEL",
    "Failing",
    "Freshness",
    "catch_up",
    "changing",
    "failing",
    "freshness",
    "mark_all",
    "refresh_all",
]
