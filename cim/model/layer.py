"""The base of every layer: identity, provenance, and the twin that keeps its past."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar, cast

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    Date,
    DateTime,
    FromClause,
    Index,
    MetaData,
    Table,
    Text,
    func,
)
from sqlalchemy import cast as cast_sql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, array
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from cim.model.checks import Check
from cim.model.field import Field, about, field_of

PROVENANCES = {
    "measured": ("实测", "measured"),
    "published": ("公开资料", "published"),
    "derived": ("推算", "derived"),
    "unverified": ("未核实", "unverified"),
    "estimated": ("估算", "estimated"),
    "simulated": ("模拟", "simulated"),
}
"""Where a row or a single value stands, from the best known to the least real."""


class Base(DeclarativeBase):
    """Base of all tables; constraint names are fixed so that migrations can find them."""

    metadata = MetaData(
        naming_convention={
            "ix": "%(table_name)s_%(column_0_N_name)s_idx",
            "uq": "%(table_name)s_%(column_0_N_name)s_key",
            "ck": "%(table_name)s_%(constraint_name)s_check",
            "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
            "pk": "%(table_name)s_pkey",
        }
    )
    type_annotation_map: ClassVar = {
        str: Text(),
        list[str]: ARRAY(Text()),
        dict[str, str]: JSONB(),
    }


class Layer(Base):
    """One layer of the city. A subclass declares its table, its titles and its fields.

    ``id`` is a national code where the feature has one, else ``dataset:code``. `exceptions`
    names single values whose provenance differs from that of the row:
    ``{"height": "unverified"}``.
    """

    __abstract__ = True

    __title__: ClassVar[tuple[str, str]]
    """Title of the layer in Chinese and English."""
    __national_code__: ClassVar[str | None] = None
    """Regular expression of the national code that serves as ``id`` where the feature has one."""
    __id_titles__: ClassVar[tuple[str, ...]] = ()
    """Column titles under which sources carry the identifier of this layer."""
    __searched_by__: ClassVar[tuple[str, ...]] = ()
    """Text columns with a trigram index, for search by parts of names."""

    __checks__: ClassVar[tuple[Check, ...]] = ()
    """Rules of this layer, beside those that hold for every one."""
    __shares_places__: ClassVar[bool] = False
    """Whether several features of this layer may well stand in exactly the same place."""

    id: Mapped[str] = mapped_column(
        primary_key=True,
        sort_order=-10,
        info=about("编号", "Identifier", headers=("编码", "代码", "code", "objectid", "fid")),
    )

    # No foreign keys to "dataset" and "batch": a check row by row takes longer than the row
    # itself, and `changeset`, the only door, writes both in the same transaction.
    dataset: Mapped[str] = mapped_column(sort_order=910, info=about("数据集", "Dataset"))

    source: Mapped[str | None] = mapped_column(
        sort_order=911, info=about("来源", "Source", headers=("数据来源",))
    )
    source_date: Mapped[dt.date | None] = mapped_column(
        Date, sort_order=912, info=about("数据日期", "Date of the data", headers=("更新日期",))
    )
    provenance: Mapped[str] = mapped_column(
        sort_order=913,
        info=about(
            "数据性质",
            "Provenance",
            values=PROVENANCES,
            headers=("数据来源性质",),
            synonyms={
                "measured": ("现场实测", "测绘", "surveyed"),
                "published": ("公开", "公开数据", "公示", "官方公布", "official"),
                "derived": ("推算值", "计算", "计算得出", "calculated"),
                "unverified": ("未核", "未核验", "待核实", "待核验", "未验证"),
                "estimated": ("估计", "估算值", "预估", "estimate"),
                "simulated": ("模拟数据", "模拟值"),
            },
        ),
    )
    exceptions: Mapped[dict[str, str] | None] = mapped_column(
        sort_order=914,
        info=about("例外", "Values whose provenance differs from the row"),
    )

    batch: Mapped[int] = mapped_column(BigInteger, sort_order=920, info=about("批次", "Batch"))

    valid_from: Mapped[dt.datetime] = mapped_column(
        DateTime(timezone=True), sort_order=921, info=about("生效时间", "Valid from")
    )

    __past__: ClassVar[Table]
    """Twin table with the closed versions of the rows."""

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:  # noqa: N805  (SQLAlchemy hands over the class)
        """Indexes and constraints every layer has."""
        name = cls.__tablename__
        searched = [
            Index(
                f"{name}_{column}_trgm_idx",
                column,
                postgresql_using="gin",
                postgresql_ops={column: "gin_trgm_ops"},
            )
            for column in cls.__searched_by__
        ]
        return (
            Index(f"{name}_geom_idx", "geom", postgresql_using="gist"),
            Index(f"{name}_dataset_idx", "dataset"),
            Index(f"{name}_batch_idx", "batch"),
            # a row that stands nowhere cannot be shown honestly
            CheckConstraint(f"provenance in {tuple(PROVENANCES)}", name="provenance"),
            *searched,
        )


# Functions and not methods: a layer may have a column of any name ("public", "fields" …).


def table_of(layer: type[Layer]) -> Table:
    """Return the table of a layer."""
    return cast("Table", layer.__table__)


def columns_of(layer: type[Layer]) -> dict[str, Column[Any]]:
    """Return the columns of a layer by name, in declared order."""
    return {column.name: column for column in table_of(layer).columns}


def fields_of(layer: type[Layer]) -> dict[str, Field]:
    """Return the meaning of every column of a layer by name, in declared order."""
    return {name: field_of(column) for name, column in columns_of(layer).items()}


def content_of(layer: type[Layer]) -> list[str]:
    """Return the columns that make up a row's content (all but who wrote it, and when)."""
    return [name for name in columns_of(layer) if name not in ("batch", "valid_from")]


def public_of(layer: type[Layer]) -> list[str]:
    """Return the columns anyone may read, without the geometry."""
    return [
        name for name, field in fields_of(layer).items() if not field.private and name != "geom"
    ]


def public_columns(layer: type[Layer], rows: FromClause) -> list[ColumnElement[Any]]:
    """Return the public columns of some rows of a layer, as they may be served.

    `exceptions` is served without the private fields it may name.
    """
    private = [name for name, field in fields_of(layer).items() if field.private]
    columns: list[ColumnElement[Any]] = []
    for name in public_of(layer):
        column: ColumnElement[Any] = rows.c[name]
        if name == "exceptions" and private:
            kept = column.op("-", return_type=JSONB())(array(private, type_=Text()))
            column = func.nullif(kept, cast_sql("{}", JSONB())).label(name)
        columns.append(column)
    return columns


def past_of(layer: type[Layer]) -> Table:
    """Declare the twin of a layer that keeps its closed versions.

    It has the columns of the layer and two more: ``valid_to``, the moment the version was
    closed, and ``closed_by``, the batch that did so.
    """
    table = table_of(layer)
    name = f"{table.name}_past"
    return Table(
        name,
        Base.metadata,
        *(
            Column(c.name, c.type, primary_key=c.name in ("id", "valid_from"), nullable=c.nullable)
            for c in table.columns
        ),
        Column("valid_to", DateTime(timezone=True), nullable=False),
        Column("closed_by", BigInteger, nullable=False),
        Index(f"{name}_geom_idx", "geom", postgresql_using="gist"),
        Index(f"{name}_valid_idx", "valid_from", "valid_to"),
        Index(f"{name}_batch_idx", "batch"),
        Index(f"{name}_closed_by_idx", "closed_by"),
    )
