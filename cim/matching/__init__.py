"""Recommendation: from a company's need to ranked and explained space."""

from cim.matching.need import Request
from cim.matching.recommending import recommend

__all__ = ["Request", "recommend"]
