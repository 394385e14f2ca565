"""What follows a change: surroundings and labels, with progress."""

from __future__ import annotations

from sqlalchemy import Engine

from api.commands.speech import out, progress_of
from cim.refresh import catch_up


def refresh(engine: Engine) -> None:
    """Work out what batches touched, and say how many offices that were."""
    with progress_of("周边与标签 surroundings and labels") as progress:
        offices = catch_up(engine, progress)
    if offices:
        out.print(f"  已更新 {offices} 栋楼宇的周边与标签 refreshed {offices} offices")
