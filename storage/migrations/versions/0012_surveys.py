"""Anonymous surveys: what is asked, what was answered by nobody in particular, and who has answered.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables; on SQLite those of answers and turnout have no row numbers, which would tell their order."""
    op.create_table(
        "surveys",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("author_id", NUMBER, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("audience", sa.JSON(), nullable=False),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("public", sa.Boolean(), nullable=False),
        *(sa.Column(name, NUMBER, nullable=False) for name in ("least", "days", "version")),
        *(sa.Column(name, NUMBER, nullable=True) for name in ("before_id", "notice_id", "reminder_id")),
        sa.Column("places", sa.JSON(), nullable=False),
        sa.Column("tally", sa.JSON(), nullable=False),
        *(sa.Column(name, NUMBER, nullable=False) for name in ("moved", "cast")),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        *(sa.Column(name, MOMENT, nullable=True) for name in ("opened_at", "closes_at", "closed_at")),
        sa.PrimaryKeyConstraint("id", name="pk_surveys"),
        sa.UniqueConstraint("link", name="uq_surveys_link"),
        sa.ForeignKeyConstraint(["author_id"], ["people.id"], name="fk_surveys_author_id_people"),
    )
    op.create_index("ix_surveys_author_id", "surveys", ["author_id"])
    op.create_table(
        "survey_turnout",
        sa.Column("survey_id", NUMBER, nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("survey_id", "token", name="pk_survey_turnout"),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"], name="fk_survey_turnout_survey_id_surveys"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "survey_answers",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("survey_id", NUMBER, nullable=False),
        sa.Column("hour", MOMENT, nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_survey_answers"),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"], name="fk_survey_answers_survey_id_surveys"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_survey_answers_survey_id", "survey_answers", ["survey_id"])
    op.create_table(
        "survey_pools",
        sa.Column("survey_id", NUMBER, nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("survey_id", name="pk_survey_pools"),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"], name="fk_survey_pools_survey_id_surveys"),
    )


def downgrade() -> None:
    """Forget them."""
    for table in ("survey_pools", "survey_answers", "survey_turnout", "surveys"):
        op.drop_table(table)
