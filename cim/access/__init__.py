"""Walking access: how far things are on foot, through the streets of the city."""

from cim.access.cut_off import newly_connected
from cim.access.isochrone import isochrones
from cim.access.nearby import walks_from
from cim.access.network import WalkNetwork, describe, network_from
from cim.access.outline import lies_outside
from cim.access.rows import access_rows
from cim.access.streets import network_of
from cim.access.walks import covered, walks

__all__ = [
    "WalkNetwork",
    "access_rows",
    "covered",
    "describe",
    "isochrones",
    "lies_outside",
    "network_from",
    "network_of",
    "newly_connected",
    "walks",
    "walks_from",
]
