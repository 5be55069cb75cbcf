"""Pools of answers: one for each place, so that a place's answers move on together.

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SURVEY = "fk_survey_pools_survey_id_surveys"


def upgrade() -> None:
    """Give each place its own; what lies in a pool now goes on without one until its survey closes."""
    op.rename_table("survey_pools", "survey_pools_before")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE survey_pools_before RENAME CONSTRAINT pk_survey_pools TO pk_survey_pools_before")
    op.create_table(
        "survey_pools",
        sa.Column("survey_id", NUMBER, nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("survey_id", "place", name="pk_survey_pools"),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"], name=SURVEY),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO survey_pools (survey_id, place, answers) SELECT survey_id, '', answers FROM survey_pools_before"
    )
    op.drop_table("survey_pools_before")


def downgrade() -> None:
    """Forget them: one pool cannot hold what is sealed for many."""
    op.drop_table("survey_pools")
    op.create_table(
        "survey_pools",
        sa.Column("survey_id", NUMBER, nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("survey_id", name="pk_survey_pools"),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"], name=SURVEY),
    )
