"""The commercial-space system: search over offices; the whole file of one is in `file`."""

from cim.offices.compare import Comparison, compare
from cim.offices.criteria import SORTS, OfficeCriteria, OfficesWithin
from cim.offices.facets import FACETS
from cim.offices.frame import office_frame
from cim.offices.holdings import GROUPINGS, holdings
from cim.offices.search import OfficePage, search, search_rows

__all__ = [
    "FACETS",
    "GROUPINGS",
    "SORTS",
    "Comparison",
    "OfficeCriteria",
    "OfficePage",
    "OfficesWithin",
    "compare",
    "holdings",
    "office_frame",
    "search",
    "search_rows",
]
