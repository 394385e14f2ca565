"""Words as they sound: homophones of a slip in typing, and numbers written in Chinese."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

_HAN = "一-\u9fff"
_TENS = "十百千拾佰仟"
_VALUES = {
    each: int(unicodedata.numeric(each)) for each in "〇零一二三四五六七八九壹贰叁肆伍陆柒捌玖"
}
_VALUES |= {each: int(unicodedata.numeric(each)) for each in _TENS} | {"两": 2}
_PART = re.compile(rf"(?P<number>[{''.join(_VALUES)}]+)|(?P<han>[{_HAN}])|(?P<other>.)", re.DOTALL)


def sounding_like(word: str) -> str | None:
    """Return the regular expression of what sounds like a word, whatever the tones.

    Every reading of a character counts, and traditional characters sound as simplified ones do. A
    number in Chinese is that number in digits too. The expression is one of PostgreSQL.

    Parameters
    ----------
    word
        Folded, as `cim.offices.wording.folded` does.

    Returns
    -------
    str or None
        None where nothing is to be heard: one character alone, or none that is Chinese.
    """
    if len(word) < 2 or not re.search(f"[{_HAN}〇]", word):
        return None
    return "".join(_heard(part) for part in _PART.finditer(word))


def _heard(part: re.Match[str]) -> str:
    if part["other"]:
        return re.escape(part["other"])
    if part["han"]:
        return _homophones(part["han"])
    spoken = "".join(map(_homophones, part["number"]))
    return rf"(?:{spoken}|(?<!\d){_in_digits(part['number'])}(?!\d))"


def _in_digits(number: str) -> str:
    """Return a number below 10,000 in digits: 一百零八 is 108, and so is 一〇八."""
    if not set(number) & set(_TENS):
        return "".join(str(_VALUES[each]) for each in number)
    total = digit = 0
    for each in number:
        if each in _TENS:
            total, digit = total + (digit or 1) * _VALUES[each], 0
        else:
            digit = _VALUES[each]
    return str(total + digit)


def _homophones(character: str) -> str:
    readings, spelt = _sounds()
    alike = {other for each in readings.get(character, ()) for other in spelt[each]}
    return f"[{''.join(sorted({character, *alike}))}]"


@cache
def _sounds() -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Return the readings of each character without tones, and the characters of each reading."""
    from pypinyin import Style, pinyin

    characters = [chr(code) for code in range(ord("一"), 0xA000)]
    listed = pinyin(characters, style=Style.NORMAL, heteronym=True)
    readings = dict(zip(characters, map(set, listed), strict=True))
    spelt: dict[str, set[str]] = {}
    for character, sounds in readings.items():
        for each in sounds:
            spelt.setdefault(each, set()).add(character)
    return readings, spelt
