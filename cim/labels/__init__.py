"""Labels of offices: rules that a person edits, worked out over the facts, each with its reason."""

from cim.labels.active import active_rules, adopt_rules, version_mistakes
from cim.labels.evaluation import evaluate
from cim.labels.rules import FILE, GROUPS, Rule, RuleError, Rules, UnknownLabelError, read_rules

__all__ = [
    "FILE",
    "GROUPS",
    "Rule",
    "RuleError",
    "Rules",
    "UnknownLabelError",
    "active_rules",
    "adopt_rules",
    "evaluate",
    "read_rules",
    "version_mistakes",
]
