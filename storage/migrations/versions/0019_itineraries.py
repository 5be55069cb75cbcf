"""Itineraries, leave, and what a round is about besides areas.

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make room for them."""
    for name in ("levels", "tags", "group_ids"):
        op.add_column("rounds", sa.Column(name, sa.JSON(), nullable=True))
    op.add_column("rounds", sa.Column("closed_at", MOMENT, nullable=True))
    op.create_table(
        "leave",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("by_id", NUMBER, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_leave"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_leave_person_id_people"),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name="fk_leave_by_id_people"),
    )
    op.create_index("ix_leave_person_id", "leave", ["person_id", "last_on"])
    op.create_index("ix_leave_by_id", "leave", ["by_id"])
    _itineraries()


def _itineraries() -> None:
    op.create_table(
        "itineraries",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("round_id", NUMBER, nullable=False),
        sa.Column("group_id", NUMBER, nullable=True),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("chat_id", NUMBER, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("together", NUMBER, nullable=False),
        sa.Column("most", NUMBER, nullable=False),
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Enum("waiting", "ready", native_enum=False, length=20), nullable=False),
        sa.Column("retry_at", MOMENT, nullable=True),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_itineraries"),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name="fk_itineraries_round_id_rounds"),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name="fk_itineraries_group_id_groups"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_itineraries_person_id_people"),
    )
    op.create_index("ix_itineraries_person_id", "itineraries", ["person_id"])
    op.create_index("ix_itineraries_round_id", "itineraries", ["round_id"])
    waiting = sa.text("state = 'waiting'")
    op.create_index("ix_itineraries_waiting", "itineraries", ["id"], sqlite_where=waiting, postgresql_where=waiting)
    op.create_table(
        "itinerary_news",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("visit_id", NUMBER, nullable=False),
        sa.Column("was_on", sa.Date(), nullable=True),
        sa.Column("is_on", sa.Date(), nullable=True),
        sa.Column("leads", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_itinerary_news"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_itinerary_news_person_id_people"),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name="fk_itinerary_news_visit_id_visits"),
    )
    op.create_index("ix_itinerary_news_person_id", "itinerary_news", ["person_id"])


def downgrade() -> None:
    """Forget them."""
    for name in ("itinerary_news", "itineraries", "leave"):
        op.drop_table(name)
    with op.batch_alter_table("rounds") as batch:
        for name in ("levels", "tags", "group_ids", "closed_at"):
            batch.drop_column(name)
