"""change rows without a key: it took as long to keep as the rows themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.execute("alter table change drop constraint if exists change_pkey")
    op.create_index(
        "change_office_idx",
        "change",
        ["feature"],
        unique=False,
        postgresql_where=sa.text("layer = 'office'"),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_index("change_office_idx", table_name="change")
    op.create_primary_key("change_pkey", "change", ["layer", "feature", "batch"])
