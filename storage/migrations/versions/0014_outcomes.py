"""Outcomes: how each visit that was handed in found each item, from which open findings are known.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make room for them."""
    op.create_table(
        "outcomes",
        sa.Column("visit_id", NUMBER, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("unit_id", NUMBER, nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("grade", NUMBER, nullable=False),
        sa.Column("answer_id", NUMBER, nullable=True),
        sa.Column("note_id", NUMBER, nullable=True),
        sa.PrimaryKeyConstraint("visit_id", "path", name="pk_outcomes"),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name="fk_outcomes_visit_id_visits"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_outcomes_unit_id_units"),
        sa.ForeignKeyConstraint(["answer_id"], ["answers.id"], name="fk_outcomes_answer_id_answers"),
        sa.ForeignKeyConstraint(["note_id"], ["answers.id"], name="fk_outcomes_note_id_answers"),
    )
    op.create_index("ix_outcomes_unit_id", "outcomes", ["unit_id", "item"])


def downgrade() -> None:
    """Forget them."""
    op.drop_table("outcomes")
