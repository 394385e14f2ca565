"""The label rules: read from the file a person edits, checked, and held by their codes."""

from __future__ import annotations

import json
import re
import string
import tomllib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from cim.labels.condition import ConditionError, Node, check, facts_in, parse
from cim.labels.kinds import fact_kinds

FILE = Path(__file__).parents[2] / "data" / "labels.toml"
"""The rules as a person edits them."""

Group = Literal["transport", "parking", "building", "space", "policy", "place"]

GROUPS: dict[Group, tuple[str, str]] = {
    "transport": ("交通", "Transport"),
    "parking": ("停车", "Parking"),
    "building": ("楼宇品质", "Building"),
    "space": ("可租空间", "Space to let"),
    "policy": ("政策与权属", "Policy and ownership"),
    "place": ("所在片区", "Place"),
}
"""What labels speak of, in the order in which people read them."""

_CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


class RuleError(ValueError):
    """A rule cannot count as it stands; the message names the rule and the field."""


class UnknownLabelError(LookupError):
    """No label has this name."""

    def __init__(self, name: str, rules: Rules) -> None:
        known = "、".join(f"{rule.zh}（{rule.code}）" for rule in rules.on)
        super().__init__(f"没有标签 {name!r}；有：{known} / there is no label {name!r}")


class Rule(BaseModel):
    """One label, and when an office earns it.

    Attributes
    ----------
    zh, en
        What the label is called.
    version
        Raised whenever the condition changes.
    on
        Whether it is worked out at all.
    when
        CQL2 over the facts of an office; unknown where it hangs on an unknown fact.
    unknown_when
        CQL2: where it is true and `when` is not, the label is unknown, and not refused.
    why_zh, why_en
        How the reason is told, facts in braces; otherwise the facts are listed.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    code: str
    zh: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]
    group: Group
    version: Annotated[int, Field(ge=1)]
    on: bool = True
    when: Annotated[str, Field(min_length=1)]
    unknown_when: str | None = None
    why_zh: str | None = None
    why_en: str | None = None

    @cached_property
    def condition(self) -> Node:
        """The condition in the JSON form of CQL2."""
        return parse(self.when)

    @cached_property
    def doubt(self) -> Node | None:
        """`unknown_when` in the JSON form of CQL2."""
        return None if self.unknown_when is None else parse(self.unknown_when)

    @cached_property
    def decides(self) -> tuple[str, ...]:
        """The facts that the condition reads, in the order in which it names them."""
        return tuple(facts_in(self.condition))

    @cached_property
    def doubts(self) -> tuple[str, ...]:
        """The facts that may leave the label unknown where it is not earned."""
        return tuple(facts_in(self.doubt))

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """All facts that have a say in the label."""
        return tuple(dict.fromkeys([*self.decides, *self.doubts]))

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """The facts that have a say, and those that the reason names beside them."""
        named = [name for why in (self.why_zh, self.why_en) for name in placeholders(why or "")]
        return tuple(dict.fromkeys([*self.reads, *named]))

    def same_condition(self, other: Rule) -> bool:
        """Tell whether another rule asks for the same, however it is written."""
        return bool(self.condition == other.condition and self.doubt == other.doubt)

    def check(self) -> Iterator[str]:
        """Tell what is wrong with the rule, field by field."""
        if not _CODE.fullmatch(self.code):
            yield f"{self.code}：代码只用小写字母、数字和连字符 / a code is lower-case-ascii"
        for field in ("when", "unknown_when"):
            text = getattr(self, field)
            try:
                if text is not None:
                    check(parse(text))
            except ConditionError as error:
                yield f"{self.code}：{field}：{error}"
        if (self.why_zh is None) != (self.why_en is None):
            yield f"{self.code}：why_zh 与 why_en 要一起写 / why_zh and why_en come together"
        for field in ("why_zh", "why_en"):
            for name in placeholders(getattr(self, field) or ""):
                if name not in fact_kinds():
                    yield f"{self.code}：{field}：没有名为 {name!r} 的指标 / no fact {name!r}"


def placeholders(template: str) -> list[str]:
    """Return the facts that a sentence names in braces."""
    return [name for _, name, _, _ in string.Formatter().parse(template) if name is not None]


class Rules(BaseModel):
    """The rules of a city, in the order of their file."""

    model_config = ConfigDict(frozen=True)

    all: tuple[Rule, ...]

    @property
    def on(self) -> tuple[Rule, ...]:
        """The rules that are worked out."""
        return tuple(rule for rule in self.all if rule.on)

    @cached_property
    def by_code(self) -> dict[str, Rule]:
        """Every rule by its code."""
        return {rule.code: rule for rule in self.all}

    @cached_property
    def _by_name(self) -> dict[str, Rule]:
        names = {}
        for rule in self.on:
            names.update(dict.fromkeys((rule.code, rule.zh, rule.en.casefold()), rule))
        return names

    def named(self, name: str) -> Rule:
        """Return the rule of this code or title, Chinese or English.

        Raises
        ------
        UnknownLabelError
            There is none, or it is off; the message lists those there are.
        """
        wanted = name.strip()
        rule = self._by_name.get(wanted) or self._by_name.get(wanted.casefold())
        if rule is None:
            raise UnknownLabelError(wanted, self)
        return rule

    @model_validator(mode="after")
    def _no_name_twice(self) -> Rules:
        for title in ("code", "zh", "en"):
            seen: dict[str, str] = {}
            for rule in self.all:
                name = getattr(rule, title).casefold()
                if name in seen:
                    raise ValueError(
                        f"{seen[name]} 与 {rule.code} 的 {title} 相同"
                        f" / {seen[name]} and {rule.code} have the same {title}:"
                        f" {getattr(rule, title)}"
                    )
                seen[name] = rule.code
        return self

    def kept(self) -> str:
        """Return the rules as text, as the city keeps them."""
        return json.dumps(
            [rule.model_dump(exclude_none=True) for rule in self.all], ensure_ascii=False
        )


_WHAT_IS_WRONG = {
    "missing": "缺少这一项 / is missing",
    "extra_forbidden": "没有这样的项目 / there is no such field",
    "string_type": "要写成文字（加引号） / must be text",
    "string_too_short": "不能为空 / must not be empty",
    "int_type": "要写成整数 / must be a whole number",
    "greater_than_equal": "从 1 起 / starts at 1",
    "bool_type": "要写成 true 或 false / must be true or false",
    "literal_error": f"要从这些里选 / one of: {'、'.join(get_args(Group))}",
    "model_type": "要是一个 [表] / must be a table",
}
"""What pydantic finds, in words."""


def _told(code: str, error: ValidationError) -> Iterator[str]:
    for detail in error.errors():
        field = ".".join(str(part) for part in detail["loc"])
        yield f"{code}：{field}：{_WHAT_IS_WRONG.get(detail['type'], detail['msg'])}"


def read_rules(path: Path) -> Rules:
    """Read the rules from their TOML file.

    Raises
    ------
    RuleError
        It cannot be read, or rules in it cannot count; the message names all that is wrong.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise RuleError(f"读不了规则文件 / cannot be read: {path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RuleError(
            f"{path.name} 不是正确的 TOML 文件（UTF-8） / is not TOML: {error}"
        ) from None
    return _checked(tables, path.name)


def _read_rule(code: str, table: object) -> tuple[Rule | None, list[str]]:
    """Return the rule of one table, and what is wrong with it."""
    if not isinstance(table, dict):
        return None, [f"{code}：{_WHAT_IS_WRONG['model_type']}"]
    if "code" in table:
        return None, [f"{code}：code：{_WHAT_IS_WRONG['extra_forbidden']}"]
    try:
        rule = Rule.model_validate({"code": code, **table})
    except ValidationError as error:
        return None, list(_told(code, error))
    return rule, list(rule.check())


def _checked(tables: dict[str, object], name: str) -> Rules:
    """Return the rules of some tables, or tell all that is wrong with them."""
    read = [_read_rule(code, table) for code, table in tables.items()]
    wrong = [mistake for _, mistakes in read for mistake in mistakes]
    if not wrong:
        try:
            return Rules(all=tuple(rule for rule, _ in read if rule is not None))
        except ValidationError as error:
            wrong = [detail["msg"].removeprefix("Value error, ") for detail in error.errors()]
    raise RuleError("\n".join([f"规则文件有误 / mistakes in {name}:", *wrong]))


def kept_rules(text: str) -> Rules:
    """Return the rules that a city keeps, from the text of `Rules.kept`."""
    return Rules(all=tuple(Rule.model_validate(rule) for rule in json.loads(text)))
