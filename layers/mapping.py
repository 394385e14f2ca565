"""The mapping file: how one source becomes one layer."""

from __future__ import annotations

import datetime as dt
import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from cim.model import Layer, content_of, fields_of, layer_named

if TYPE_CHECKING:
    from layers.columns.plan import Plan
    from layers.columns.titles import Suggestion


class MappingError(ValueError):
    """The mapping does not fit its file format, the layer or the source."""


class UnsettledError(MappingError):
    """A source says too little; `plan` is how far its columns are understood."""

    def __init__(self, message: str, plan: Plan) -> None:
        super().__init__(message)
        self.plan = plan


class FieldRule(BaseModel):
    """Where one field comes from and how its values are read."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    source: str = Field(
        validation_alias="from",
        serialization_alias="from",
        description="column title, or a CQL2 expression",
    )
    unit: str | None = None
    values: dict[str, Any] = Field(default_factory=dict)
    default: Any = None


def _as_rule(value: object) -> object:
    """Read the short form ``id = "OSEBuildingID"``."""
    return {"from": value} if isinstance(value, str) else value


class GeometryRule(BaseModel):
    """Which columns hold the place, where the source has no geometry of its own."""

    model_config = ConfigDict(extra="forbid")

    lon: str | None = None
    lat: str | None = None
    wkt: str | None = None
    ewkb: str | None = None
    latlon_text: str | None = None
    lonlat_text: str | None = None


class Mapping(BaseModel):
    """One source of one layer."""

    model_config = ConfigDict(extra="forbid")

    layer: str | None = None
    dataset: str | None = None
    title: str | None = None
    crs: str | None = None
    where: str | None = None
    key: list[str] = Field(default_factory=list)
    geometry: GeometryRule = Field(default_factory=GeometryRule)
    fields: dict[str, Annotated[FieldRule, BeforeValidator(_as_rule)]] = Field(default_factory=dict)
    constants: dict[str, Any] = Field(default_factory=dict)

    def check_against(self, layer: type[Layer]) -> None:
        """Raise `MappingError` where the mapping names another layer or fields it lacks."""
        name = layer.__tablename__
        if self.layer is not None and layer_named(self.layer) is not layer:
            raise MappingError(
                f"映射文件写的是图层 {self.layer}，不是 {name}"
                f" / the mapping is for layer {self.layer}, not {name}"
            )
        known = set(content_of(layer)) - {"dataset", "geom"}
        for field in (*self.fields, *self.constants):
            if field not in known:
                raise MappingError(
                    f"图层 {name} 没有字段 {field!r}；可用：{'、'.join(sorted(known))}"
                    f" / layer {name} has no field {field!r}"
                )


def read_mapping(path: Path) -> Mapping:
    """Read a mapping file (TOML).

    Raises
    ------
    MappingError
        It cannot be read; the message names the entry.
    """
    try:
        return Mapping.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingError(f"{path.name} 不是有效的 TOML / is not valid TOML: {error}") from None
    except OSError as error:
        raise MappingError(f"读不到映射文件 / cannot read {path}: {error.strerror}") from None
    except ValidationError as error:
        entries = "; ".join(
            f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()
        )
        raise MappingError(f"{path.name}: {entries}") from None


def mapping_text(
    layer: type[Layer], plan: Plan, suggestions: Sequence[Suggestion], crs: str | None
) -> str:
    """Write a mapping as it was used, as a file that `read_mapping` reads back.

    Parameters
    ----------
    plan
        Which column fills which field.
    suggestions
        Columns that may be meant for fields; they stand in comments, to be let in by hand. So
        do required fields that nothing fills.
    crs
        Coordinate system that was believed; None where the rows have no place.
    """
    mapping = plan.mapping
    head = {
        "layer": layer.__tablename__,
        "dataset": plan.dataset,
        "title": mapping.title,
        "crs": crs or mapping.crs,
        "where": mapping.where,
        "key": mapping.key or None,
    }
    lines = [
        *_entries(head),
        *_section("geometry", _entries(mapping.geometry.model_dump())),
        "",
        "[fields]",
        *_entries({name: _short(rule) for name, rule in plan.fields.items()}),
        *_comments(plan, suggestions),
        *_section("constants", _entries(mapping.constants)),
    ]
    return "\n".join(lines) + "\n"


def _entries(values: dict[str, Any]) -> list[str]:
    return [f"{_key(k)} = {_toml(v)}" for k, v in values.items() if v is not None]


def _section(name: str, entries: list[str]) -> list[str]:
    return ["", f"[{name}]", *entries] if entries else []


def _comments(plan: Plan, suggestions: Sequence[Suggestion]) -> Iterator[str]:
    for one in suggestions:
        rule = FieldRule.model_validate({"from": one.column, "unit": one.unit})
        yield f"# {one.field} = {_toml(_short(rule))}  # 像 {one.likeness:.0f}%"
    yield from _open_ends(plan, {one.field for one in suggestions})
    open_columns = {one.column for one in suggestions}
    unused = [_toml(column) for column in plan.unused if column not in open_columns]
    if unused:
        yield f"# 未用的列 columns not used: {', '.join(unused)}"


def _open_ends(plan: Plan, proposed: set[str]) -> Iterator[str]:
    """Name the required fields that nothing fills and no column looks like."""
    nameless = [] if plan.identity else ["id"]
    for name in (*nameless, *plan.silent):
        if name not in proposed:
            zh = fields_of(plan.layer)[name].zh
            yield f'# {name} = "列名 column"  # {zh}，必填 required'


def _short(rule: FieldRule) -> Any:
    """Return a rule as it is written: the column alone where that is all."""
    written = rule.model_dump(by_alias=True, exclude_defaults=True)
    return written["from"] if written.keys() == {"from"} else written


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _toml(name)


def _toml(value: Any) -> str:
    """Write a value as TOML 1.0; its strings escape as those of JSON do, and DEL besides."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(str(k))} = {_toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, float):
        return repr(value)
    written = json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    # half a surrogate pair is no character
    return written.encode("utf-8", "replace").decode("utf-8")
