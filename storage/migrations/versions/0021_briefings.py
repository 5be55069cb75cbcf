"""Briefings: who has seen a visit's, and as what it was.

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make room for them."""
    op.create_table(
        "briefings",
        sa.Column("visit_id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("looks", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("visit_id", "person_id", name="pk_briefings"),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name="fk_briefings_visit_id_visits"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_briefings_person_id_people"),
    )
    op.create_index("ix_briefings_person_id", "briefings", ["person_id"])


def downgrade() -> None:
    """Forget them."""
    op.drop_table("briefings")
