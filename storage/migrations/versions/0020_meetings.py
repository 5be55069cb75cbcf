"""Meetings: weekly ones, each time one is held, minutes, decisions.

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def _belongs(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}_{to}")


def upgrade() -> None:
    """Make room for them."""
    op.create_table(
        "meeting_series",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("campaign_id", NUMBER, nullable=False),
        sa.Column("group_id", NUMBER, nullable=True),
        sa.Column("weekday", NUMBER, nullable=False),
        sa.Column("clock", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("by_id", NUMBER, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_meeting_series"),
        _belongs("meeting_series", "campaign_id", "campaigns"),
        _belongs("meeting_series", "group_id", "groups"),
        _belongs("meeting_series", "by_id", "people"),
    )
    op.create_table(
        "meetings",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("campaign_id", NUMBER, nullable=False),
        sa.Column("group_id", NUMBER, nullable=True),
        sa.Column("series_id", NUMBER, nullable=True),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("by_id", NUMBER, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_meetings"),
        _belongs("meetings", "campaign_id", "campaigns"),
        _belongs("meetings", "group_id", "groups"),
        _belongs("meetings", "series_id", "meeting_series"),
        _belongs("meetings", "by_id", "people"),
    )
    op.create_index("ix_meetings_campaign_id", "meetings", ["campaign_id", "group_id", "starts_at"])
    op.create_table(
        "meeting_minutes",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("meeting_id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_meeting_minutes"),
        _belongs("meeting_minutes", "meeting_id", "meetings"),
        _belongs("meeting_minutes", "person_id", "people"),
    )
    op.create_index("ix_meeting_minutes_meeting_id", "meeting_minutes", ["meeting_id"])
    op.create_table(
        "meeting_decisions",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("meeting_id", NUMBER, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("owner_id", NUMBER, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("by_id", NUMBER, nullable=True),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("done_by_id", NUMBER, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_meeting_decisions"),
        _belongs("meeting_decisions", "meeting_id", "meetings"),
        _belongs("meeting_decisions", "owner_id", "people"),
        _belongs("meeting_decisions", "by_id", "people"),
        _belongs("meeting_decisions", "done_by_id", "people"),
    )
    op.create_index("ix_meeting_decisions_meeting_id", "meeting_decisions", ["meeting_id"])
    op.create_index("ix_meeting_decisions_owner_id", "meeting_decisions", ["owner_id"])


def downgrade() -> None:
    """Forget them."""
    for table in ("meeting_decisions", "meeting_minutes", "meetings", "meeting_series"):
        op.drop_table(table)
