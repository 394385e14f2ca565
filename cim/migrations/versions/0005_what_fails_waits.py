"""what cannot be worked out waits, and does not stop the rest."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "refresh_mark", sa.Column("tries", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column("refresh_mark", sa.Column("error", sa.Text(), nullable=True))
    op.add_column("refresh_mark", sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take back."""
    for column in ("retry_at", "error", "tries"):
        op.drop_column("refresh_mark", column)
