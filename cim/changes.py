"""What every batch changed, feature by feature: read from the versions, and written nowhere.

A version names the batch that wrote it (``batch``) and, once it is past, the one that ended it
(``closed_by``). The view ``change`` reads both and tells, for each feature that a batch touched,
the operation and the envelopes before and after: what tiles and labels refresh by.

The view is for people. The program asks for one layer at a time (`changes_of`): whoever reads the
view opens every layer, and would wait for one that is closed while it is filled.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, text

VIEW = "change"


def drop_view(connection: Connection) -> None:
    """Take the view away, so that a migration may alter the tables under it."""
    # until migration 0007 a table bore that name
    kind = text("select relkind = 'v' from pg_class where oid = to_regclass(:name)")
    if connection.scalar(kind, {"name": VIEW}):
        connection.execute(text(f"drop view {VIEW}"))


def create_view(connection: Connection, layers: Iterable[str]) -> None:
    """Make the view over the layers of these names.

    Its columns: ``batch``, ``feature``, ``layer``, ``operation`` (added, changed or removed), and
    the envelopes ``envelope_before`` and ``envelope_after`` in stored degrees, null where there
    was no feature or it has no place. It is made when a city is migrated: whoever changes it adds
    a migration.
    """
    rows = "\nunion all\n".join(map(_rows, layers))
    connection.execute(text(f"create view {VIEW} as\n{rows}"))


def changes_of(layer: str) -> str:
    """Write the changes of one layer for a ``from``, with the columns of the view."""
    return f"({_rows(layer)}) as change"


def _rows(layer: str) -> str:
    """Write the query of the changes of one layer."""
    return f"""
    select v.batch, v.id as feature, cast('{layer}' as text) as layer,
        case when b.id is null then 'added' else 'changed' end as operation,
        st_envelope(b.geom) as envelope_before, st_envelope(v.geom) as envelope_after
    from (
        select id, batch, geom from {layer} union all select id, batch, geom from {layer}_past
    ) v
    left join {layer}_past b on b.id = v.id and b.closed_by = v.batch
    union all
    select b.closed_by, b.id, '{layer}', 'removed', st_envelope(b.geom), null
    from {layer}_past b
    where not exists (select from {layer} v where v.id = b.id and v.batch = b.closed_by)
        and not exists (select from {layer}_past v where v.id = b.id and v.batch = b.closed_by)
    """
