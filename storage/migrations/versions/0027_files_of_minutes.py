"""The files of minutes come home: what was said at a meeting is kept like other evidence, not only at Telegram.

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    """Make room for how far each is, and have those fetched that were sent before."""
    with op.batch_alter_table("meeting_minutes") as table:
        table.add_column(sa.Column("state", sa.String(20), nullable=False, server_default="none"))
        table.add_column(sa.Column("blob_sha256", sa.Text(), nullable=True))
        table.add_column(sa.Column("attempts", NUMBER, nullable=False, server_default="0"))
        table.add_column(sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("meeting_minutes") as table:
        table.alter_column("state", server_default=None)
        table.alter_column("attempts", server_default=None)
    op.execute(sa.text("UPDATE meeting_minutes SET state = 'waiting' WHERE kind <> ''"))
    op.create_index(
        "ix_meeting_minutes_waiting", "meeting_minutes", ["id"], sqlite_where=WAITING, postgresql_where=WAITING
    )


def downgrade() -> None:
    """Forget it."""
    op.drop_index("ix_meeting_minutes_waiting", "meeting_minutes")
    with op.batch_alter_table("meeting_minutes") as table:
        for name in ("retry_at", "attempts", "blob_sha256", "state"):
            table.drop_column(name)
