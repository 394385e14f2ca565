"""The commercial-space system: search over offices, and the whole file of one."""

from cim.offices.criteria import SORTS, OfficeCriteria
from cim.offices.file import office_file, office_units
from cim.offices.frame import office_frame
from cim.offices.search import OfficePage, search

__all__ = [
    "SORTS",
    "OfficeCriteria",
    "OfficePage",
    "office_file",
    "office_frame",
    "office_units",
    "search",
]
