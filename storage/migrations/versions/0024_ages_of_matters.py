"""Since when matters are open; the colours of a group chat's digest; the meetings of a weekly one found by index.

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make room for them, and have the open matters of every unit counted once more."""
    op.create_table(
        "tally_ages",
        sa.Column("unit_id", NUMBER, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("unit_id", "since", name="pk_tally_ages"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_tally_ages_unit_id_units"),
    )
    op.execute(sa.text("UPDATE tallies SET counted = -1"))
    op.add_column("digest_plans", sa.Column("theme", sa.Text(), nullable=False, server_default="light"))
    with op.batch_alter_table("digest_plans") as table:
        table.alter_column("theme", server_default=None)
    op.create_index("ix_meetings_series_id", "meetings", ["series_id", "starts_at"])


def downgrade() -> None:
    """Forget them."""
    op.drop_index("ix_meetings_series_id", "meetings")
    op.drop_column("digest_plans", "theme")
    op.drop_table("tally_ages")
