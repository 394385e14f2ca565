"""The private PostgreSQL + PostGIS cluster of one city home.

``start`` makes and starts it, ``stop`` stops it, ``status`` tells what runs. Nothing here knows
the city: the database it hands over is empty until the migrations have run.
"""

from cim.cluster.binaries import Binaries, find_binaries
from cim.cluster.errors import ClusterError
from cim.cluster.server import DATABASE, ClusterStatus, start, status, stop

__all__ = [
    "DATABASE",
    "Binaries",
    "ClusterError",
    "ClusterStatus",
    "find_binaries",
    "start",
    "status",
    "stop",
]
