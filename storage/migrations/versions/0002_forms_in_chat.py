"""Forms that are sent to the bot, and which round uses which.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    """Make room for drafts with their files, and for the form of a round."""
    _drafts()
    _files()
    op.create_table(
        "round_forms",
        sa.Column("round_id", NUMBER, nullable=False),
        sa.Column("form_version_id", NUMBER, nullable=False),
        sa.Column("chosen_by", NUMBER, nullable=False),
        sa.Column("chosen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("round_id", name="pk_round_forms"),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name="fk_round_forms_round_id_rounds"),
        sa.ForeignKeyConstraint(["form_version_id"], ["forms.id"], name="fk_round_forms_form_version_id_forms"),
        sa.ForeignKeyConstraint(["chosen_by"], ["people.id"], name="fk_round_forms_chosen_by_people"),
    )


def downgrade() -> None:
    """Forget the drafts, and which round was to use which form."""
    for table in ("round_forms", "form_draft_files", "form_drafts"):
        op.drop_table(table)


def _drafts() -> None:
    op.create_table(
        "form_drafts",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("chat_id", NUMBER, nullable=False),
        sa.Column("album_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("retry_at", MOMENT, nullable=True),
        sa.Column("form_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("xform", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("found", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_form_drafts"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_form_drafts_person_id_people"),
    )
    op.create_index("ix_form_drafts_person_id", "form_drafts", ["person_id"])
    op.create_index("ix_form_drafts_waiting", "form_drafts", ["id"], sqlite_where=WAITING, postgresql_where=WAITING)


def _files() -> None:
    op.create_table(
        "form_draft_files",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("draft_id", NUMBER, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("size", NUMBER, nullable=False),
        sa.Column("beside", sa.Boolean(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_form_draft_files"),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["form_drafts.id"], name="fk_form_draft_files_draft_id_form_drafts", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_form_draft_files_draft_id", "form_draft_files", ["draft_id"])
