"""The commercial-space system: search over offices; the whole file of one is in `file`."""

from cim.offices.criteria import SORTS, OfficeCriteria
from cim.offices.frame import office_frame
from cim.offices.search import OfficePage, search

__all__ = [
    "SORTS",
    "OfficeCriteria",
    "OfficePage",
    "office_frame",
    "search",
]
