"""Corrections: items of a submitted visit, sent back to be mended.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
LIVE = sa.text("state IN ('open', 'mended', 'declined')")


def upgrade() -> None:
    """Make room for them."""
    op.create_table(
        "corrections",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("visit_id", NUMBER, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("to_id", NUMBER, nullable=False),
        sa.Column("by_id", NUMBER, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("draft", sa.JSON(), nullable=False),
        sa.Column("thread", sa.JSON(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_corrections"),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name="fk_corrections_visit_id_visits"),
        sa.ForeignKeyConstraint(["to_id"], ["people.id"], name="fk_corrections_to_id_people"),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name="fk_corrections_by_id_people"),
    )
    op.create_index("ix_corrections_visit_id", "corrections", ["visit_id"])
    op.create_index("ix_corrections_to_id", "corrections", ["to_id", "state"])
    op.create_index("ix_corrections_by_id", "corrections", ["by_id"])
    op.create_index(
        "uq_corrections_live",
        "corrections",
        ["visit_id", "path"],
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )


def downgrade() -> None:
    """Forget them."""
    op.drop_table("corrections")
