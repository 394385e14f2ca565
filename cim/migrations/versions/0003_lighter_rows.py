"""lighter rows: no foreign key from every row, one index less on every change."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

LAYERS = (
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
    """Apply."""
    for layer in LAYERS:
        op.drop_constraint(f"{layer}_batch_fkey", layer, type_="foreignkey")
        op.drop_constraint(f"{layer}_dataset_fkey", layer, type_="foreignkey")
        op.drop_constraint(f"{layer}_past_closed_by_fkey", f"{layer}_past", type_="foreignkey")
    op.drop_constraint("change_batch_fkey", "change", type_="foreignkey")
    op.drop_index("change_layer_feature_idx", table_name="change")
    op.drop_constraint("change_pkey", "change", type_="primary")
    op.create_primary_key("change_pkey", "change", ["layer", "feature", "batch"])
    op.create_index("change_batch_idx", "change", ["batch"], postgresql_using="brin")


def downgrade() -> None:
    """Take back."""
    op.drop_index("change_batch_idx", table_name="change")
    op.drop_constraint("change_pkey", "change", type_="primary")
    op.create_primary_key("change_pkey", "change", ["batch", "feature"])
    op.create_index("change_layer_feature_idx", "change", ["layer", "feature", "batch"])
    op.create_foreign_key("change_batch_fkey", "change", "batch", ["batch"], ["id"])
    for layer in LAYERS:
        op.create_foreign_key(
            f"{layer}_past_closed_by_fkey", f"{layer}_past", "batch", ["closed_by"], ["id"]
        )
        op.create_foreign_key(f"{layer}_dataset_fkey", layer, "dataset", ["dataset"], ["name"])
        op.create_foreign_key(f"{layer}_batch_fkey", layer, "batch", ["batch"], ["id"])
