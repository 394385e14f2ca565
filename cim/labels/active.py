"""The rules that count in a city: those of the file only once they were taken over."""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from cim.labels.rules import FILE, RuleError, Rules, kept_rules, read_rules
from cim.model import City

_KEY = "label_rules"

_kept = lru_cache(maxsize=4)(kept_rules)


def _stored(connection: Connection) -> Rules | None:
    text = connection.scalar(select(City.value).where(City.key == _KEY))
    return None if text is None else _kept(text)


def active_rules(connection: Connection) -> Rules:
    """Return the rules that count in this city; those of the file where it never had any."""
    return _stored(connection) or read_rules(FILE)


def settle_rules(connection: Connection) -> Rules:
    """Return the rules that count, and keep those of the file in a city that never had any."""
    stored = _stored(connection)
    if stored is not None:
        return stored
    rules = read_rules(FILE)
    connection.execute(insert(City).values(key=_KEY, value=rules.kept()).on_conflict_do_nothing())
    return rules


def version_mistakes(before: Rules, after: Rules, *, back: bool = False) -> list[str]:
    """Tell which rules changed what they ask for under the same version.

    Parameters
    ----------
    back
        Whether older versions are meant.
    """
    found = []
    for rule in after.all:
        old = before.by_code.get(rule.code)
        if old is None:
            continue
        if rule.version < old.version:
            if back:
                continue
            found.append(
                f"规则 {rule.code} 的版本号变小了（{old.version} → {rule.version}），"
                "要退回旧规则请加 --back"
                f" / the version of {rule.code} went down: --back returns to older rules"
            )
        elif rule.version == old.version and not rule.same_condition(old):
            found.append(
                f"规则 {rule.code} 改了条件但没有改版本号，请把 version 改为 {old.version + 1}"
                f" / {rule.code} changed its condition: raise its version to {old.version + 1}"
            )
    return found


def adopt_rules(connection: Connection, rules: Rules, *, back: bool = False) -> None:
    """Let some rules count from now on; the labels are to be worked out anew.

    Parameters
    ----------
    back
        Whether older versions are meant, as after a trial.

    Raises
    ------
    RuleError
        A rule changed its condition and not its version.
    """
    stored = _stored(connection)
    if stored is not None and (mistakes := version_mistakes(stored, rules, back=back)):
        raise RuleError("\n".join(mistakes))
    kept = rules.kept()
    connection.execute(
        insert(City)
        .values(key=_KEY, value=kept)
        .on_conflict_do_update(index_elements=[City.key], set_={"value": kept})
    )
