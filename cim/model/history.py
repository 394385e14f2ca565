"""Where data came from: the city, its datasets and its batches."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, DateTime, ForeignKey, Identity
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from cim.model.layer import Base


class City(Base):
    """Facts fixed when the city was made, above all its metric system."""

    __tablename__ = "city"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class Dataset(Base):
    """One source in one domain; every row of a layer belongs to one."""

    __tablename__ = "dataset"

    name: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str | None]


class Batch(Base):
    """One change of one layer: an import, an edit, or a rollback.

    `made_at` is taken while the layer is locked, so the batches of a layer are in the order of
    their moments and ``as_of`` reads whole batches.
    """

    __tablename__ = "batch"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    layer: Mapped[str] = mapped_column(index=True)
    dataset: Mapped[str | None] = mapped_column(ForeignKey("dataset.name"))
    kind: Mapped[str]
    made_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    made_by: Mapped[str]
    reason: Mapped[str | None]
    file_name: Mapped[str | None]
    file_sha256: Mapped[str | None]
    crs: Mapped[str | None]
    mapping: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    added: Mapped[int]
    changed: Mapped[int]
    removed: Mapped[int]
    unchanged: Mapped[int]
    rejected: Mapped[int]
    report: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    rolls_back: Mapped[int | None] = mapped_column(ForeignKey("batch.id"))
