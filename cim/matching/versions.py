"""On what an answer stands: the state of the data and of the program."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from importlib.metadata import version

from sqlalchemy import Connection, text

from cim.matching.criteria import fingerprint
from cim.settings import answer_settings
from cim.walking import walking

_STATE = text("""
    select
        (select coalesce(max(id), 0) from batch) as batch,
        -- numbers are given out before the commit: a lower one may come later
        (select count(*) from batch) as batches,
        (select max(refreshed_at) from office_refresh) as refreshed,
        (select count(*) from refresh_mark) as waiting,
        (select md5(string_agg(key || value, ',' order by key)) from city) as settled
""")


def data_version(connection: Connection) -> str:
    """Return what changes whenever the city, or what was worked out of it, changes.

    The last batch, the moment of the last refresh, how many marks wait, and a sum over how many
    batches there are and what is settled in the city and in the environment (walking, parking
    estimates, label rules, the days after which a unit counts as unverified).
    """
    state = connection.execute(_STATE).one()
    settled = json.dumps(
        [
            state.batches,
            state.settled,
            asdict(walking(connection)),
            answer_settings().unverified_after,
        ]
    )
    moment = "-" if state.refreshed is None else state.refreshed.strftime("%Y%m%dT%H%M%S.%fZ")
    digest = hashlib.sha256(settled.encode()).hexdigest()[:8]
    return f"batch {state.batch} · refreshed {moment} · waiting {state.waiting} · {digest}"


def software_version() -> str:
    """Return the version of the program and of the criteria and presets it scores by."""
    return f"{version('cim-luohu')}+{fingerprint()}"
