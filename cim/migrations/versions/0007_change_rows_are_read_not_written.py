"""change rows are read, not written: the versions tell all of it."""

from alembic import op
from sqlalchemy import text

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_LAYERS = (
    "amenity",
    "area",
    "building",
    "bus_stop",
    "business_district",
    "landcover",
    "office",
    "office_unit",
    "parking",
    "road",
    "site",
    "station",
    "station_entrance",
    "transit_line",
)


def upgrade() -> None:
    """Apply; the view ``change`` is made after the last migration, over the layers of the model."""
    op.drop_table("change")
    for layer in _LAYERS:
        op.create_index(f"{layer}_batch_idx", layer, ["batch"], unique=False)
        op.create_index(f"{layer}_past_batch_idx", f"{layer}_past", ["batch"], unique=False)
    op.drop_index("building_site_id_idx", table_name="building")
    op.create_index(
        "building_site_id_idx",
        "building",
        ["site_id"],
        unique=False,
        postgresql_where=text("site_id is not null"),
    )
    # car parks near are counted otherwise
    op.execute("insert into refresh_mark (part, feature) values ('all', '')")


def downgrade() -> None:
    """Take back; what the view told becomes rows again."""
    op.drop_index("building_site_id_idx", table_name="building")
    op.create_index("building_site_id_idx", "building", ["site_id"], unique=False)
    op.execute("""
        create table written as
        select batch, feature, layer, operation,
            cast(envelope_before as geometry(Geometry, 4490)) as envelope_before,
            cast(envelope_after as geometry(Geometry, 4490)) as envelope_after
        from change
    """)
    op.execute("drop view change")
    op.execute("alter table written rename to change")
    for column in ("batch", "feature", "layer", "operation"):
        op.alter_column("change", column, nullable=False)
    op.create_index("change_batch_idx", "change", ["batch"], postgresql_using="brin")
    op.create_index(
        "change_office_idx", "change", ["feature"], postgresql_where=text("layer = 'office'")
    )
    for layer in _LAYERS:
        op.drop_index(f"{layer}_past_batch_idx", table_name=f"{layer}_past")
        op.drop_index(f"{layer}_batch_idx", table_name=layer)
