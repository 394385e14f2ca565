"""Labels of offices: rules that a person edits, worked out over the facts, each with its reason."""

from cim.labels.active import active_rules, adopt_rules, version_mistakes
from cim.labels.difference import Difference, LabelDifference, diff
from cim.labels.evaluation import evaluate
from cim.labels.office import labels_of
from cim.labels.reasons import rule_in_words
from cim.labels.rules import FILE, GROUPS, Rule, RuleError, Rules, UnknownLabelError, read_rules

__all__ = [
    "FILE",
    "GROUPS",
    "Difference",
    "LabelDifference",
    "Rule",
    "RuleError",
    "Rules",
    "UnknownLabelError",
    "active_rules",
    "adopt_rules",
    "diff",
    "evaluate",
    "labels_of",
    "read_rules",
    "rule_in_words",
    "version_mistakes",
]
