"""Runs the rules of a layer over the rows that are about to enter it.

The rows stand in the temporary table ``staged`` (see `cim.changeset`); what they would collide
with is in the layers already. Rules are declared on the model: what one row's values can tell is
an SQL condition there, what several rows tell is a file in ``cim/sql/checks``, and what needs a
spatial index over all the new rows is worked out in memory.
"""

from cim.checks.running import SAMPLES, Begun, Broken, Verdict, begin, needs_places, verdicts

__all__ = ["SAMPLES", "Begun", "Broken", "Verdict", "begin", "needs_places", "verdicts"]
