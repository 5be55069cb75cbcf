"""Interviews, what else was done on a visit, and random draws.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
WAITING = sa.text("state = 'waiting'")

TABLES = (
    "interviews",
    "interviewees",
    "interview_entries",
    "interview_looks",
    "interview_coverage",
    "quotes",
    "activities",
    "draws",
)


def upgrade() -> None:
    """Make room for them."""
    _interviews()
    _interviewees()
    _interview_entries()
    _interview_looks()
    _interview_coverage()
    _quotes()
    _activities()
    _draws()


def downgrade() -> None:
    """Forget them."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _interviews() -> None:
    op.create_table(
        "interviews",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("visit_id", NUMBER, nullable=False),
        sa.Column("by_id", NUMBER, nullable=False),
        sa.Column("form_version_id", NUMBER, nullable=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("at_path", sa.Text(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=True),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("erased_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_interviews"),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name="fk_interviews_visit_id_visits"),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name="fk_interviews_by_id_people"),
        sa.ForeignKeyConstraint(["form_version_id"], ["forms.id"], name="fk_interviews_form_version_id_forms"),
    )
    op.create_index("ix_interviews_by_id", "interviews", ["by_id"])
    op.create_index("ix_interviews_visit_id", "interviews", ["visit_id"])


def _interviewees() -> None:
    op.create_table(
        "interviewees",
        sa.Column("interview_id", NUMBER, nullable=False, autoincrement=False),
        sa.Column("who", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("interview_id", name="pk_interviewees"),
        sa.ForeignKeyConstraint(["interview_id"], ["interviews.id"], name="fk_interviewees_interview_id_interviews"),
    )


def _interview_entries() -> None:
    op.create_table(
        "interview_entries",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("interview_id", NUMBER, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("said", sa.LargeBinary(), nullable=True),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("chat_id", NUMBER, nullable=True),
        sa.Column("message_id", NUMBER, nullable=True),
        sa.Column("first_id", NUMBER, nullable=True),
        sa.Column("superseded_at", MOMENT, nullable=True),
        sa.Column("removed_at", MOMENT, nullable=True),
        sa.Column("duration", NUMBER, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("attempts", NUMBER, nullable=False),
        sa.Column("retry_at", MOMENT, nullable=True),
        sa.Column("blob_sha256", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_interview_entries"),
        sa.ForeignKeyConstraint(
            ["interview_id"], ["interviews.id"], name="fk_interview_entries_interview_id_interviews"
        ),
        sa.ForeignKeyConstraint(
            ["first_id"], ["interview_entries.id"], name="fk_interview_entries_first_id_interview_entries"
        ),
    )
    op.create_index("ix_interview_entries_interview_id", "interview_entries", ["interview_id", "id"])
    op.create_index("ix_interview_entries_message", "interview_entries", ["chat_id", "message_id"])
    op.create_index(
        "ix_interview_entries_waiting", "interview_entries", ["id"], sqlite_where=WAITING, postgresql_where=WAITING
    )


def _interview_looks() -> None:
    op.create_table(
        "interview_looks",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("interview_id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_interview_looks"),
        sa.ForeignKeyConstraint(["interview_id"], ["interviews.id"], name="fk_interview_looks_interview_id_interviews"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_interview_looks_person_id_people"),
    )
    op.create_index("ix_interview_looks_interview_id", "interview_looks", ["interview_id", "id"])
    op.create_index("ix_interview_looks_person_id", "interview_looks", ["person_id"])


def _interview_coverage() -> None:
    op.create_table(
        "interview_coverage",
        sa.Column("visit_id", NUMBER, nullable=False, autoincrement=False),
        sa.Column("due", NUMBER, nullable=False),
        sa.Column("roster", sa.LargeBinary(), nullable=True),
        sa.Column("by_id", NUMBER, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("visit_id", name="pk_interview_coverage"),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name="fk_interview_coverage_visit_id_visits"),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name="fk_interview_coverage_by_id_people"),
    )


def _quotes() -> None:
    op.create_table(
        "quotes",
        sa.Column("id", NUMBER, nullable=False, autoincrement=False),
        sa.Column("group_id", NUMBER, nullable=False),
        sa.Column("unit_id", NUMBER, nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("released_on", sa.Date(), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_quotes"),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name="fk_quotes_group_id_groups"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_quotes_unit_id_units"),
    )
    op.create_index("ix_quotes_group_id", "quotes", ["group_id", "unit_id"])


def _activities() -> None:
    op.create_table(
        "activities",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("visit_id", NUMBER, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("count", NUMBER, nullable=True),
        sa.Column("points", sa.Text(), nullable=False),
        sa.Column("by_id", NUMBER, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("removed_at", MOMENT, nullable=True),
        sa.Column("removed_by", NUMBER, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_activities"),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name="fk_activities_visit_id_visits"),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name="fk_activities_by_id_people"),
        sa.ForeignKeyConstraint(["removed_by"], ["people.id"], name="fk_activities_removed_by_people"),
    )
    op.create_index("ix_activities_by_id", "activities", ["by_id"])
    op.create_index("ix_activities_visit_id", "activities", ["visit_id", "id"])


def _draws() -> None:
    op.create_table(
        "draws",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("group_id", NUMBER, nullable=True),
        sa.Column("by_id", NUMBER, nullable=False),
        sa.Column("commitment", sa.Text(), nullable=False),
        sa.Column("seed", sa.JSON(), nullable=False),
        sa.Column("committed_at", MOMENT, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("listed", sa.JSON(), nullable=True),
        sa.Column("again", NUMBER, nullable=False),
        sa.Column("file", sa.JSON(), nullable=True),
        sa.Column("chat_id", NUMBER, nullable=True),
        sa.Column("retry_at", MOMENT, nullable=True),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("size", NUMBER, nullable=False),
        sa.Column("drawn", sa.JSON(), nullable=True),
        sa.Column("drawn_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_draws"),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name="fk_draws_group_id_groups"),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name="fk_draws_by_id_people"),
    )
    op.create_index("ix_draws_by_id", "draws", ["by_id"])
    op.create_index("ix_draws_group_id", "draws", ["group_id", "id"])
