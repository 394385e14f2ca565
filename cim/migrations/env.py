"""Runs the migrations on the connection that `cim.database` or ``make migration`` gives."""

from __future__ import annotations

from alembic import context
from geoalchemy2 import alembic_helpers
from sqlalchemy import Connection

from cim.model import Base


def _ours(name: str | None, kind: str, _parents: object) -> bool:
    """Leave the tables of PostGIS and of others in the same database alone."""
    return kind != "table" or name in Base.metadata.tables


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_name=_ours,
        render_item=alembic_helpers.render_item,
    )
    with context.begin_transaction():
        context.run_migrations()


_run(context.config.attributes["connection"])
