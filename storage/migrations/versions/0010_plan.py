"""The plan: phases, work items, what is done, deadlines that moved; the working calendar and quiet hours.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make room for the plan and for time."""
    op.add_column("campaigns", sa.Column("country", sa.Text(), nullable=True))
    op.add_column("groups", sa.Column("timezone", sa.Text(), nullable=True))
    _time()
    _plan()


def _time() -> None:
    op.create_table(
        "calendar_days",
        sa.Column("campaign_id", NUMBER, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("works", sa.Boolean(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "day", name="pk_calendar_days"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_calendar_days_campaign_id_campaigns"),
    )
    op.create_table(
        "quiet_hours",
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("begins", sa.Text(), nullable=False),
        sa.Column("ends", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_quiet_hours"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_quiet_hours_person_id_people"),
    )


def _plan() -> None:
    op.create_table(
        "phases",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("campaign_id", NUMBER, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_phases"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_phases_campaign_id_campaigns"),
        sa.UniqueConstraint("campaign_id", "code", name="uq_phases_campaign_id_code"),
    )
    op.create_table(
        "work_items",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("campaign_id", NUMBER, nullable=False),
        sa.Column("phase_id", NUMBER, nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("owner", sa.String(20), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("done_when", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_work_items"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_work_items_campaign_id_campaigns"),
        sa.ForeignKeyConstraint(["phase_id"], ["phases.id"], name="fk_work_items_phase_id_phases"),
        sa.UniqueConstraint("campaign_id", "number", name="uq_work_items_campaign_id_number"),
    )
    op.create_table(
        "work_done",
        sa.Column("item_id", NUMBER, nullable=False),
        sa.Column("group_id", NUMBER, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by_id", NUMBER, nullable=True),
        sa.PrimaryKeyConstraint("item_id", "group_id", name="pk_work_done"),
        sa.ForeignKeyConstraint(["item_id"], ["work_items.id"], name="fk_work_done_item_id_work_items"),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name="fk_work_done_by_id_people"),
    )
    op.create_table(
        "deadline_moves",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("item_id", NUMBER, nullable=False),
        sa.Column("before", sa.Date(), nullable=False),
        sa.Column("after", sa.Date(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by_id", NUMBER, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_deadline_moves"),
        sa.ForeignKeyConstraint(["item_id"], ["work_items.id"], name="fk_deadline_moves_item_id_work_items"),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name="fk_deadline_moves_by_id_people"),
    )
    op.create_index("ix_deadline_moves_item_id", "deadline_moves", ["item_id"])


def downgrade() -> None:
    """Forget the plan."""
    for table in ("deadline_moves", "work_done", "work_items", "phases", "quiet_hours", "calendar_days"):
        op.drop_table(table)
    for table, column in (("groups", "timezone"), ("campaigns", "country")):
        with op.batch_alter_table(table) as changed:
            changed.drop_column(column)
