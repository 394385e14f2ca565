"""Offices by words: parts of names, aliases and addresses, a slip of the hand forgiven."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Text,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from cim.model.office import Office
from cim.offices.sound import sounding_like

Way = Literal["as it stands", "by sound", "with a slip"]

_SHORTEST_WITH_SLIP, _LONGEST_FORGIVEN = 3, 20
_BETWEEN = "\n\n"
"""Stands between two texts, so that no slip of one character reaches from one into the other."""


@dataclass(frozen=True)
class Word:
    """A word to be found, folded, and how it is read."""

    text: str
    read: Way = "as it stands"


def folded(words: str) -> str:
    """Return words as they are compared: full-width as half-width, capitals as small letters."""
    return unicodedata.normalize("NFKC", words).lower()


def words_of(q: str) -> list[Word]:
    """Return the words of a question."""
    return [Word(word) for word in dict.fromkeys(re.split(r"\s+", folded(q))) if word]


def like(words: str) -> str:
    """Return the pattern that finds `words` anywhere, its wildcards taken literally."""
    return f"%{_literal(words)}%"


def _literal(words: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", words)


def slips(word: str) -> list[str]:
    """Return the patterns of a word with one character wrong, missing, too many or swapped.

    That is a distance of one after Damerau and Levenshtein (optimal string alignment).
    """
    n = len(word)
    wrong = [(word[:i], "_", word[i + 1 :]) for i in range(n)]
    missing = [(word[:i], "_", word[i:]) for i in range(1, n)]
    swapped = [(word[:i] + word[i + 1] + word[i] + word[i + 2 :], "", "") for i in range(n - 1)]
    # two characters left of three would find nearly anything
    too_many = [(word[:i] + word[i + 1 :], "", "") for i in range(n)] if n > 3 else []
    return sorted(
        {f"%{_literal(a)}{b}{_literal(c)}%" for a, b, c in (*wrong, *missing, *swapped, *too_many)}
    )


def _fold(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return `folded` in the database, without the spaces within names."""
    # most texts are in this form already, and to see that is cheaper than to make it
    alike = column.bool_op("is nfkc")(literal_column("normalized"))
    plain = case((alike, column), else_=func.normalize(column, text("NFKC"), type_=Text))
    small = func.lower(plain)
    return func.replace(small, " ", "", type_=Text)


def _all_texts(office: FromClause) -> ColumnElement[Any]:
    o, between = office.c, literal(_BETWEEN)
    return _fold(
        func.concat_ws(between, o.name, func.array_to_string(o.aliases, between), o.address)
    )


def _found(word: Word, where: ColumnElement[Any]) -> ColumnElement[bool]:
    if word.read == "by sound":
        return where.regexp_match(sounding_like(word.text))
    if word.read == "with a slip":
        patterns = cast([like(word.text), *slips(word.text)], ARRAY(Text))
        return where.like(func.any(patterns))
    return where.like(like(word.text))


def with_words(words: Sequence[Word], office: FromClause) -> ColumnElement[Any]:
    """Return the condition that every word stands in a name, alias or the address."""
    return and_(*(_found(word, _all_texts(office)) for word in words))


def forgiving(connection: Connection, words: Sequence[Word]) -> list[Word]:
    """Read the words that no office has as they stand by their sound, else with a slip.

    A word that is found in none of these ways stays as it stands.
    """
    read = {word.text: word for word in words}
    lost = set(read) - _somewhere(connection, words)
    ways: tuple[Way, ...] = ("by sound", "with a slip")
    for way in ways:
        found = _somewhere(connection, [Word(each, way) for each in lost if _allowed(each, way)])
        read |= {each: Word(each, way) for each in found}
        lost -= found
    return list(read.values())


def _allowed(word: str, way: Way) -> bool:
    if way == "by sound":
        return len(word) <= _LONGEST_FORGIVEN and sounding_like(word) is not None
    return _SHORTEST_WITH_SLIP <= len(word) <= _LONGEST_FORGIVEN


def _somewhere(connection: Connection, words: Sequence[Word]) -> set[str]:
    """Return those of the words that any office has, read as they are to be read."""
    if not words:
        return set()
    office = Office.__table__
    where = _all_texts(office)
    there = connection.execute(
        select(
            *(
                select(literal(1)).select_from(office).where(_found(word, where)).exists()
                for word in words
            )
        )
    ).one()
    return {word.text for word, known in zip(words, there, strict=True) if known}


def relevance(words: Sequence[Word], office: FromClause) -> list[ColumnElement[Any]]:
    """Return what a search by words is ordered by, the surest first.

    The name itself, an alias, the beginning of the name, of an alias, the middle of the name, of
    an alias, the address; then likeness of the names (trigrams), then the shorter name.
    """
    o = office.c
    name = _fold(o.name)
    aliases = _fold(func.array_to_string(o.aliases, literal(_BETWEEN)))
    lines = literal("\n") + aliases + literal("\n")
    whole = "".join(word.text for word in words)
    at = _literal(whole)

    def alias(pattern: str) -> ColumnElement[Any]:
        return func.coalesce(lines.like(pattern), false())

    rank = case(
        (name == whole, 0),
        (alias(f"%\n{at}\n%"), 1),
        (name.like(f"{at}%"), 2),
        (alias(f"%\n{at}%"), 3),
        (or_(*(_found(word, name) for word in words)), 4),
        (func.coalesce(_found(words[0], aliases), false()), 5),
        else_=6,
    )
    return [rank, -func.similarity(name, whole), func.char_length(name)]
