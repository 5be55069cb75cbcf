"""Photos that were sent for the code in them, and the codes that were read.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Remember of a piece of evidence whether a code was asked for, and which ones were found."""
    with op.batch_alter_table("evidence") as table:
        table.add_column(sa.Column("scan", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("codes", sa.JSON(), nullable=True))
    with op.batch_alter_table("evidence") as table:
        table.alter_column("scan", server_default=None)


def downgrade() -> None:
    """Forget both."""
    with op.batch_alter_table("evidence") as table:
        table.drop_column("codes")
        table.drop_column("scan")
