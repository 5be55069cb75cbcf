"""Notices, and the ledger of who got which.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
QUEUED = sa.text("state = 'queued'")


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "notices",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("author_id", NUMBER, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("audience", sa.JSON(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        *(sa.Column(name, MOMENT, nullable=True) for name in ("send_at", "read_by", "expires_at", "started_at")),
        *(sa.Column(name, MOMENT, nullable=True) for name in ("ended_at", "corrected_at", "chased_at")),
        *(sa.Column(name, NUMBER, nullable=False) for name in ("size", "version", "chased")),
        sa.Column("at_work", sa.Boolean(), nullable=False),
        sa.Column("card", NUMBER, nullable=True),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("shown_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
        sa.ForeignKeyConstraint(["author_id"], ["people.id"], name="fk_notices_author_id_people"),
    )
    op.create_index("ix_notices_author_id", "notices", ["author_id"])
    op.create_table(
        "deliveries",
        sa.Column("notice_id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("outbox_id", NUMBER, nullable=True),
        sa.Column("message_id", NUMBER, nullable=True),
        sa.Column("version", NUMBER, nullable=False),
        sa.Column("chased", NUMBER, nullable=False),
        sa.Column("read_at", MOMENT, nullable=True),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("notice_id", "person_id", name="pk_deliveries"),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name="fk_deliveries_notice_id_notices"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_deliveries_person_id_people"),
    )
    op.create_index("ix_deliveries_notice_id", "deliveries", ["notice_id", "state"])
    op.create_index("ix_deliveries_person_id", "deliveries", ["person_id"])
    op.create_index("ix_deliveries_queued", "deliveries", ["outbox_id"], sqlite_where=QUEUED, postgresql_where=QUEUED)


def downgrade() -> None:
    """Forget them."""
    op.drop_table("deliveries")
    op.drop_table("notices")
