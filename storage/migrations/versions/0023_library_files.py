"""Files of the library whose words are to be found as well.

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    """Make room for how far their reading is."""
    op.create_table(
        "library_files",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("item_id", NUMBER, nullable=False),
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_library_files"),
        sa.ForeignKeyConstraint(["item_id"], ["library_items.id"], name="fk_library_files_item_id_library_items"),
    )
    op.create_index("ix_library_files_item_id", "library_files", ["item_id"])
    op.create_index("ix_library_files_waiting", "library_files", ["id"], sqlite_where=WAITING, postgresql_where=WAITING)


def downgrade() -> None:
    """Forget it."""
    op.drop_table("library_files")
