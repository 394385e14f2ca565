"""PostGIS, and trigrams for search by parts of Chinese names."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.execute("create extension if not exists postgis")
    op.execute("create extension if not exists pg_trgm")


def downgrade() -> None:
    """Take back nothing: other databases' objects may hang on the extensions."""
