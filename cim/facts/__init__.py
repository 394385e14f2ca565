"""What is known of an office: the measures that search, labels and recommendation read."""

from cim.facts.ages import DATES, PROVENANCES_OF
from cim.facts.declared import FACTS
from cim.facts.fact import Fact, Reading, reading_of, rounded
from cim.facts.query import facts_query, shown
from cim.facts.tables import Tables, join_tables, joined_tables

__all__ = [
    "DATES",
    "FACTS",
    "PROVENANCES_OF",
    "Fact",
    "Reading",
    "Tables",
    "facts_query",
    "join_tables",
    "joined_tables",
    "reading_of",
    "rounded",
    "shown",
]
