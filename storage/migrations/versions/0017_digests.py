"""Digests: how each is sent, colours, nudges, and the open matters of each unit counted once.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make room for them."""
    op.create_table(
        "digest_plans",
        sa.Column("campaign_id", NUMBER, nullable=False),
        sa.Column("group_id", NUMBER, nullable=False),
        sa.Column("hour", sa.Text(), nullable=False),
        sa.Column("off", sa.Boolean(), nullable=False),
        sa.Column("chat_id", NUMBER, nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=True),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.Column("since", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("campaign_id", "group_id", name="pk_digest_plans"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_digest_plans_campaign_id_campaigns"),
    )
    op.create_index("ix_digest_plans_chat_id", "digest_plans", ["chat_id"])
    op.create_table(
        "digest_themes",
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("theme", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_digest_themes"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_digest_themes_person_id_people"),
    )
    op.create_table(
        "nudges",
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("by_id", NUMBER, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("person_id", "day", name="pk_nudges"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_nudges_person_id_people"),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name="fk_nudges_by_id_people"),
    )
    op.create_table(
        "tallies",
        sa.Column("unit_id", NUMBER, nullable=False),
        sa.Column("partly", NUMBER, nullable=False),
        sa.Column("missing", NUMBER, nullable=False),
        sa.Column("changed", NUMBER, nullable=False),
        sa.Column("counted", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("unit_id", name="pk_tallies"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_tallies_unit_id_units"),
    )
    op.create_index("ix_visits_submitted_at", "visits", ["submitted_at"])
    op.create_index("ix_visits_planned_on", "visits", ["group_id", "planned_on"])


def downgrade() -> None:
    """Forget them."""
    op.drop_index("ix_visits_planned_on", "visits")
    op.drop_index("ix_visits_submitted_at", "visits")
    for table in ("tallies", "nudges", "digest_themes", "digest_plans"):
        op.drop_table(table)
