"""Announcements: which visits their units have been told of beforehand.

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make room for them; every visit there is was unannounced."""
    op.create_table(
        "announcements",
        sa.Column("visit_id", NUMBER, nullable=False),
        sa.Column("by_id", NUMBER, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("told", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("visit_id", name="pk_announcements"),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name="fk_announcements_visit_id_visits"),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name="fk_announcements_by_id_people"),
    )
    op.create_index("ix_announcements_by_id", "announcements", ["by_id"])


def downgrade() -> None:
    """Forget them."""
    op.drop_table("announcements")
