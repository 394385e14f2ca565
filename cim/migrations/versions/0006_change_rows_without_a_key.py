"""change rows without a key: it took as long to keep as the rows themselves."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.drop_constraint("change_pkey", "change", type_="primary")


def downgrade() -> None:
    """Take back."""
    op.create_primary_key("change_pkey", "change", ["layer", "feature", "batch"])
