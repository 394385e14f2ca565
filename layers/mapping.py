"""The mapping file: how one source becomes one layer."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from cim.model import Layer, content_of, layer_named


class MappingError(ValueError):
    """The mapping does not fit its file format, the layer or the source."""


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
