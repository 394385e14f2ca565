"""what the office system works out: access on foot, surroundings, labels, and what is stale."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _columns() -> dict[str, list[sa.Column[Any]]]:
    return {
        "letting_option": [
            sa.Column("area_least", sa.Double(), nullable=False),
            sa.Column("smallest_least", sa.Double(), nullable=False),
            sa.Column("rent", sa.Double(), nullable=True),
            sa.Column("rent_least", sa.Double(), nullable=False),
            sa.Column("rent_most", sa.Double(), nullable=True),
            sa.Column("monthly_least", sa.Double(), nullable=False),
            sa.Column("monthly_most", sa.Double(), nullable=True),
            sa.Column("free_from", sa.Date(), nullable=True),
            sa.Column("free_known", sa.Boolean(), nullable=False),
            sa.Column("fit_outs", postgresql.ARRAY(sa.Text()), nullable=False),
            sa.Column("fit_out_known", sa.Boolean(), nullable=False),
            sa.Column("unseen", sa.Integer(), nullable=False),
        ],
        "office_stock": [
            sa.Column("whole_floors", sa.Integer(), nullable=True),
            sa.Column("floors_unknown", sa.Integer(), nullable=False),
            sa.Column("largest_option", sa.Double(), nullable=True),
            sa.Column("smallest_option", sa.Double(), nullable=True),
            sa.Column("free_area_unknown", sa.Integer(), nullable=False),
            sa.Column("fitted_units", sa.Integer(), nullable=False),
            sa.Column("fit_out_unknown", sa.Integer(), nullable=False),
            sa.Column("verified_on", sa.Date(), nullable=True),
            sa.Column("units_date", sa.Date(), nullable=True),
        ],
        "office_surroundings": [
            sa.Column("nearest_entrance_id", sa.Text(), nullable=True),
            sa.Column("nearest_entrance", sa.Text(), nullable=True),
            sa.Column("walk_m", sa.Double(), nullable=True),
            sa.Column("metro_lines", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
            sa.Column("metro_lines_near", sa.Integer(), nullable=True),
            sa.Column("metro_stations_unlined", sa.Integer(), nullable=True),
            sa.Column("nearest_port_id", sa.Text(), nullable=True),
            sa.Column("nearest_port", sa.Text(), nullable=True),
            sa.Column("port_distance_m", sa.Double(), nullable=True),
            sa.Column("port_walk_min", sa.Double(), nullable=True),
            sa.Column("port_basis", sa.Text(), nullable=True),
            sa.Column("nearest_railway_id", sa.Text(), nullable=True),
            sa.Column("nearest_railway", sa.Text(), nullable=True),
            sa.Column("railway_distance_m", sa.Double(), nullable=True),
            sa.Column("railway_walk_min", sa.Double(), nullable=True),
            sa.Column("railway_basis", sa.Text(), nullable=True),
            sa.Column("bus_stops", sa.Integer(), nullable=True),
            sa.Column("bus_routes", postgresql.ARRAY(sa.Text()), nullable=True),
            sa.Column("bus_stops_unknown", sa.Integer(), nullable=True),
            sa.Column("parking_lots", sa.Integer(), nullable=True),
            sa.Column("parking_spaces_near", sa.BigInteger(), nullable=True),
            sa.Column("parking_lots_unknown", sa.Integer(), nullable=True),
            sa.Column("amenities", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
            sa.Column("neighbours", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
            sa.Column("metro_date", sa.Date(), nullable=True),
            sa.Column("port_date", sa.Date(), nullable=True),
            sa.Column("railway_date", sa.Date(), nullable=True),
            sa.Column("bus_date", sa.Date(), nullable=True),
            sa.Column("parking_date", sa.Date(), nullable=True),
            sa.Column("amenity_date", sa.Date(), nullable=True),
            sa.Column("metro_provenance", sa.Text(), nullable=True),
            sa.Column("port_provenance", sa.Text(), nullable=True),
            sa.Column("railway_provenance", sa.Text(), nullable=True),
            sa.Column("bus_provenance", sa.Text(), nullable=True),
            sa.Column("parking_provenance", sa.Text(), nullable=True),
            sa.Column("amenity_provenance", sa.Text(), nullable=True),
            sa.Column("neighbours_provenance", sa.Text(), nullable=True),
        ],
    }


def upgrade() -> None:
    """Apply; what was derived is worked out anew, since a mark says that all of it is stale."""
    op.create_table(
        "office_access",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("layer", sa.Text(), nullable=False),
        sa.Column("place_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("entrance_id", sa.Text(), nullable=True),
        sa.Column("straight_m", sa.Double(), nullable=False),
        sa.Column("walk_m", sa.Double(), nullable=True),
        sa.Column("walk_min", sa.Double(), nullable=True),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("office_id", "layer", "place_id", name=op.f("office_access_pkey")),
    )
    op.create_index("office_access_place_idx", "office_access", ["layer", "place_id"], unique=False)
    op.create_table(
        "office_label",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("holds", sa.Boolean(), nullable=True),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("inputs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("data_date", sa.Date(), nullable=True),
        sa.Column("provenance", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("office_id", "label", name=op.f("office_label_pkey")),
    )
    op.create_index(
        "office_label_label_idx",
        "office_label",
        ["label", "office_id"],
        unique=False,
        postgresql_where=sa.text("holds"),
    )
    op.create_table(
        "office_refresh",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("refreshed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("batch", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("office_id", name=op.f("office_refresh_pkey")),
    )
    op.create_table(
        "recommendation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("request", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("data_version", sa.Text(), nullable=False),
        sa.Column("software_version", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("recommendation_pkey")),
    )
    op.create_table(
        "refresh_mark",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("batch", sa.BigInteger(), nullable=True),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("feature", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("refresh_mark_pkey")),
    )
    op.execute("truncate letting_option, office_stock, office_surroundings")
    # the settings of walking have more to them now
    op.execute("delete from city where key = 'walking'")
    op.drop_column("letting_option", "rent_highest")
    for table, columns in _columns().items():
        for column in columns:
            op.add_column(table, column)
    op.create_index(
        "letting_option_unseen_idx",
        "letting_option",
        ["office_id"],
        unique=False,
        postgresql_where=sa.text("unseen > 0"),
    )
    op.execute("insert into refresh_mark (part, feature) values ('all', '')")


def downgrade() -> None:
    """Take back."""
    for table, columns in _columns().items():
        for column in columns:
            op.drop_column(table, column.name)
    op.add_column("letting_option", sa.Column("rent_highest", sa.Double(), nullable=True))
    for table in (
        "refresh_mark",
        "recommendation",
        "office_refresh",
        "office_label",
        "office_access",
    ):
        op.drop_table(table)
